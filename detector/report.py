"""The report of one article: what every output format shows, and its one JSON shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from detector.errors import UsageError
from detector.types import (
    Article,
    Category,
    Credibility,
    Flag,
    Json,
    ModelInfo,
    SentenceSourcing,
    SourceAnchor,
    Span,
    TimeAnchor,
)

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = "1"
HEADLINE_LENGTH = 120
OffsetUnit: TypeAlias = Literal["codepoint", "utf16"]


@dataclass(frozen=True, slots=True)
class Engine:
    """What computed a report: version, artifacts with their digests, digest of the rules."""

    version: str
    models: tuple[ModelInfo, ...]
    rules_version: str
    name: str = "dateline"

    def to_dict(self) -> dict[str, Json]:
        """Give the report's `engine` object, which is also what `GET /v1/model` gives."""
        models: list[Json] = [{"name": m.name, "version": m.version, "sha256": m.sha256} for m in self.models]
        return {
            "name": self.name,
            "version": self.version,
            "models": models,
            "rules_version": self.rules_version,
        }


@dataclass(frozen=True, slots=True)
class SentenceFinding:
    """One sentence: where it is, what it claims on whose authority, and how machine-like it reads."""

    span: Span
    sourcing: SentenceSourcing
    ai_probability: float | None = None


def sentence_from_dict(entry: Mapping[str, Any]) -> SentenceFinding:
    """A sentence from what a report's JSON says of it, in code points.

    Raises
    ------
    KeyError, TypeError, ValueError
        Where it is not of that shape.
    """
    source, time = entry["source"], entry["time"]
    sourcing = SentenceSourcing(
        entry["role"],
        float(entry["claim_probability"]),
        SourceAnchor(source["kind"], _span_from_dict(source), bool(source["inherited"])),
        TimeAnchor(time["kind"], _span_from_dict(time), time["value"], bool(time["inherited"])),
        bool(entry["unsupported"]),
    )
    return SentenceFinding(Span(int(entry["start"]), int(entry["end"])), sourcing, entry["ai_probability"])


def _span_from_dict(anchor: Mapping[str, Any]) -> Span | None:
    return None if anchor["start"] is None else Span(int(anchor["start"]), int(anchor["end"]))


@dataclass(frozen=True, repr=False)
class Report:
    """Everything Dateline says of one article; spans are in code points of `article.text`."""

    article: Article
    language: str
    words: int
    engine: Engine
    credibility: Credibility
    signals: Mapping[str, Json] = field(default_factory=dict)
    sentences: tuple[SentenceFinding, ...] = ()
    flags: tuple[Flag, ...] = ()
    warnings: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """One line, where all fields would fill a screen: which article, its score, how many flags."""
        score = self.credibility.score
        said = "no score" if score is None else f"{score:g} of 100"
        title = self.headline[:HEADLINE_LENGTH]
        return f"<Report of {title!r}: {said}; words: {self.words}, flags: {len(self.flags)}>"

    @cached_property
    def text_sha256(self) -> str:
        """Digest of the article's text (`Article.text_sha256`), computed once."""
        return self.article.text_sha256

    @property
    def headline(self) -> str:
        """Title of the article; else its first line, where that is short and no web leftover; else its name."""
        if self.article.title:
            return self.article.title
        leftovers = {flag.span.start for flag in self.flags_of("boilerplate")}
        start = 0
        # As much more than is looked at as makes a line that is cut off too long.
        for line in self.article.text[: HEADLINE_LENGTH * 5 + 2].splitlines(keepends=True):
            if start > HEADLINE_LENGTH * 4:
                break
            text = line.strip()
            if text and start + line.index(text) not in leftovers:
                if len(text) <= HEADLINE_LENGTH:
                    return text.lstrip("# ") or self.name
                break
            start += len(line)
        return self.name

    @property
    def name(self) -> str:
        """Id of the article, or the last part of the path or address that it came from."""
        return self.article.id or PurePath(self.article.source).name or self.article.source

    def quote(self, span: Span) -> str:
        """Slice of the raw text."""
        return self.article.text[span.start : span.end]

    def flags_of(self, category: Category) -> tuple[Flag, ...]:
        """Flags of one category, in the order of the text."""
        return tuple(flag for flag in self.flags if flag.category == category)

    def to_dict(self, offset_unit: OffsetUnit = "codepoint") -> dict[str, Json]:
        """Give the JSON object of the report contract, schema version 1.

        Parameters
        ----------
        offset_unit
            `"codepoint"`, or `"utf16"` for browsers and JavaScript.

        Raises
        ------
        UsageError
            For another unit.
        """
        return _Serialiser(self, offset_unit).report()

    def to_json(self, offset_unit: OffsetUnit = "codepoint", indent: int | None = None) -> str:
        """`to_dict` as JSON text; a lone surrogate is written as its `\\uXXXX` escape."""
        return dump_json(self.to_dict(offset_unit), indent)

    def _repr_html_(self) -> str:
        """Show the report in a notebook."""
        from detector.reports.html import render_fragment

        return render_fragment(self)

    def _repr_markdown_(self) -> str:
        """Show the report where a notebook front end prefers Markdown."""
        from detector.reports.markdown import render_markdown

        return render_markdown(self)

    def to_frame(self, table: Literal["flags", "sentences"] = "flags") -> pd.DataFrame:
        """Give the flags, or the sentences, as a pandas table.

        Raises
        ------
        UsageError
            For another table, or where pandas (the extra `notebook`) is not installed.
        """
        from detector.reports.frames import report_frame

        return report_frame(self, table)


def dump_json(value: Json, indent: int | None = None) -> str:
    r"""JSON text that any UTF-8 stream can take, whatever code points the value holds.

    >>> print(dump_json({"quote": "é \ud800"}))
    {"quote": "é \ud800"}
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def offset_mapper(text: str, unit: str) -> Callable[[int], int]:
    """Map code-point offsets of `text` to the unit asked for.

    >>> offset_mapper("a😀b", "utf16")(2)
    3
    """
    if unit == "codepoint":
        return int
    if unit != "utf16":
        raise UsageError(f"unknown offset unit {unit!r}; use one of {', '.join(get_args(OffsetUnit))}")
    if not text or max(text) < "\U00010000":
        return int
    starts = list(accumulate((2 if char > "\uffff" else 1 for char in text), initial=0))
    return starts.__getitem__


class _Serialiser:
    """Turns one report into plain JSON values."""

    def __init__(self, report: Report, unit: str) -> None:
        self._report = report
        self._unit = unit
        self._at = offset_mapper(report.article.text, unit)

    def report(self) -> dict[str, Json]:
        report = self._report
        article, credibility = report.article, report.credibility
        return {
            "schema_version": SCHEMA_VERSION,
            "article": {
                "id": article.id,
                "title": article.title,
                "published": article.published.isoformat() if article.published else None,
                "url": article.url,
                "language": report.language,
                "words": report.words,
                "text_sha256": report.text_sha256,
                "offset_unit": self._unit,
            },
            "engine": report.engine.to_dict(),
            "credibility": {
                "score": credibility.score,
                "band": credibility.band,
                "abstained": credibility.abstained,
                "reasons": list(credibility.reasons),
                "contributions": [
                    {"signal": c.signal, "points": c.points, "why": c.why} for c in credibility.contributions
                ],
            },
            "signals": {name: self._signal(name, value) for name, value in report.signals.items()},
            "sentences": [self._sentence(sentence) for sentence in report.sentences],
            "flags": [self._flag(index, flag) for index, flag in enumerate(report.flags, start=1)],
            "warnings": list(report.warnings),
            "incomplete": list(report.incomplete),
        }

    def _span(self, span: Span) -> dict[str, Json]:
        return {"start": self._at(span.start), "end": self._at(span.end)}

    def _signal(self, name: str, value: Json) -> Json:
        if name != "ai_generated" or not isinstance(value, dict):
            return value
        windows = value.get("windows")
        if not isinstance(windows, list):
            return value
        return {**value, "windows": [self._window(window) for window in windows]}

    def _window(self, window: Json) -> Json:
        assert isinstance(window, dict)
        start, end = window["start"], window["end"]
        assert isinstance(start, int)
        assert isinstance(end, int)
        return {**window, **self._span(Span(start, end))}

    def _sentence(self, finding: SentenceFinding) -> dict[str, Json]:
        sourcing = finding.sourcing
        return {
            **self._span(finding.span),
            "role": sourcing.role,
            "claim_probability": sourcing.claim_probability,
            "source": self._anchor(sourcing.source),
            "time": {**self._anchor(sourcing.time), "value": sourcing.time.value},
            "unsupported": sourcing.unsupported,
            "ai_probability": finding.ai_probability,
        }

    def _anchor(self, anchor: SourceAnchor | TimeAnchor) -> dict[str, Json]:
        span = anchor.span
        place: dict[str, Json] = {"start": None, "end": None} if span is None else self._span(span)
        text = None if span is None else self._report.quote(span)
        return {"kind": anchor.kind, "text": text, **place, "inherited": anchor.inherited}

    def _flag(self, index: int, flag: Flag) -> dict[str, Json]:
        return {
            "id": f"f{index}",
            "rule": flag.rule,
            "category": flag.category,
            "severity": flag.severity,
            **self._span(flag.span),
            "quote": self._report.quote(flag.span),
            "message": flag.message,
            "score": flag.score,
            "counted": flag.counted,
        }
