"""A saved report, as `dateline batch` and `dateline score` write it, back to a `Report`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from detector.errors import UsageError
from detector.report import SCHEMA_VERSION, Engine, Report, sentence_from_dict
from detector.rules import catalogue
from detector.types import (
    Article,
    Contribution,
    Credibility,
    Flag,
    ModelInfo,
    Span,
)


def report_from_dict(data: Mapping[str, Any], article: Article) -> Report:
    """Rebuild a report from `Report.to_dict()` and the article that it is of.

    Raises
    ------
    UsageError
        Where the report is of another text, in UTF-16 offsets, of another schema, incomplete, or has a
        rule that is no more.

    Examples
    --------
    >>> from detector import Analyzer
    >>> report = Analyzer().analyze("Officials said talks were held.")
    >>> report_from_dict(report.to_dict(), report.article).to_dict() == report.to_dict()
    True
    """
    try:
        report = _report(data, article)
        digest, unit, schema = (
            data["article"]["text_sha256"],
            data["article"]["offset_unit"],
            data["schema_version"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"the saved report of {article.source} is incomplete: {type(error).__name__} {error}"
        ) from error
    if schema != SCHEMA_VERSION:
        raise UsageError(
            f"the saved report of {article.source} has schema {schema}; this version reads {SCHEMA_VERSION}"
        )
    if unit != "codepoint":
        raise UsageError(
            f"the saved report of {article.source} counts offsets in {unit}; save it with --offsets codepoint"
        )
    if retired := sorted({flag.rule for flag in report.flags} - catalogue().keys()):
        raise UsageError(
            f"the saved report of {article.source} has a rule that this version does not know, {retired[0]}: score it anew"
        )
    if digest != report.text_sha256:
        raise UsageError(f"the saved report of {article.source} is of another text: score it anew")
    return report


def _report(data: Mapping[str, Any], article: Article) -> Report:
    engine, credibility = data["engine"], data["credibility"]
    contributions = tuple(
        Contribution(c["signal"], float(c["points"]), c["why"]) for c in credibility["contributions"]
    )
    return Report(
        article=article,
        language=data["article"]["language"],
        words=int(data["article"]["words"]),
        engine=Engine(
            engine["version"],
            tuple(ModelInfo(m["name"], m["version"], m["sha256"]) for m in engine["models"]),
            engine["rules_version"],
            engine["name"],
        ),
        credibility=Credibility(credibility["score"], contributions, tuple(credibility["reasons"])),
        signals=dict(data["signals"]),
        sentences=tuple(sentence_from_dict(entry) for entry in data["sentences"]),
        flags=tuple(
            Flag(
                f["rule"],
                f["category"],
                f["severity"],
                Span(int(f["start"]), int(f["end"])),
                f["message"],
                float(f["score"]),
                bool(f["counted"]),
            )
            for f in data["flags"]
        ),
        warnings=tuple(data["warnings"]),
        incomplete=tuple(data["incomplete"]),
    )
