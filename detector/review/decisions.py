"""A reviewer's decision on one flag, on a passage that was missed, or on a whole article."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from detector.errors import UsageError
from detector.report import Engine, Report, dump_json
from detector.reports.plain import storable
from detector.types import Json, Span

Verdict: TypeAlias = Literal["accept", "reject", "comment", "missed", "done", "open"]
"""What a reviewer says: `comment` leaves a flag undecided, `missed` is a passage that should have been flagged, `done` an article read
to its end (so that what is unflagged in it counts as right); `open` takes any of these back."""

CONTEXT: Final = 32
"""Characters kept on either side of a quote, by which an annotation finds it in another copy."""


_MOST_CHARACTERS = 2**31
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; offsets are code points of the text with digest `text_sha256`.

    `rule` is empty for a verdict on the whole article. `score` is the flag's confidence in
    [0, 1], None where there was no flag. `made_at` is ISO 8601 in UTC with microseconds, so that
    times compare as texts; it is empty where nothing is known, which is before any time.
    """

    text_sha256: str
    rule: str
    start: int
    end: int
    engine: str
    reviewer: str
    verdict: Verdict
    comment: str = ""
    quote: str = ""
    prefix: str = ""
    suffix: str = ""
    score: float | None = None
    article_id: str = ""
    made_at: str = ""

    @property
    def key(self) -> tuple[str, str, int, int, str, str]:
        """What a decision is about, and whose it is: a second one with this key replaces the first."""
        return self.text_sha256, self.rule, self.start, self.end, self.engine, self.reviewer

    def to_dict(self) -> dict[str, Json]:
        """Give the JSON object of one line of an export."""
        return cast("dict[str, Json]", asdict(self))


def engine_version(engine: Engine) -> str:
    """Version and rules in one name, since either may move a flag: `0.1.0+4f2a…`."""
    return f"{engine.version}+{engine.rules_version}"


def decide(
    report: Report,
    span: Span,
    rule: str,
    verdict: str,
    *,
    reviewer: str,
    comment: str = "",
    score: float | None = None,
) -> Decision:
    """Make a decision about a span of a report, with its quote and context.

    Raises
    ------
    UsageError
        For an unknown verdict, or one that does not fit the rule, a reviewer without a name, or a
        span outside the text.
    """
    text = report.article.text
    if fault := _verdict_fault(rule, verdict):
        raise UsageError(fault)
    if not reviewer.strip():
        raise UsageError("a decision needs the name of its reviewer")
    if not 0 <= span.start <= span.end <= len(text):
        raise UsageError(f"the span {span.start}-{span.end} is outside the text of {len(text)} characters")
    return Decision(
        report.text_sha256,
        rule,
        span.start,
        span.end,
        engine_version(report.engine),
        reviewer.strip(),
        cast(Verdict, verdict),
        storable(comment),
        storable(report.quote(span)) if rule else "",
        storable(text[max(0, span.start - CONTEXT) : span.start]) if rule else "",
        storable(text[span.end : span.end + CONTEXT]) if rule else "",
        score,
        storable(report.article.id or Path(report.article.source).name),
        time_in_utc(),
    )


def _verdict_fault(rule: str, verdict: str) -> str:
    """Why a verdict can't be said of a rule, or of the whole article where it is empty; "" where it can."""
    if verdict not in get_args(Verdict):
        return f"unknown verdict {verdict!r}; use one of {', '.join(get_args(Verdict))}"
    if verdict != "open" and bool(rule) == (verdict == "done"):
        return f"{verdict!r} is said of {'a whole article' if rule else 'a rule'}"
    return ""


def time_in_utc(moment: str = "", *, after: str = "") -> str:
    """Give a time of ISO 8601, now unless given, as decisions hold it, but later than `after`.

    A time without an offset is in UTC.

    Raises
    ------
    ValueError
        For what is no time, or is at the edge of the calendar.

    Examples
    --------
    >>> time_in_utc("2026-01-01T10:00:00+02:00")
    '2026-01-01T08:00:00.000000+00:00'
    >>> time_in_utc("2026-01-01", after="2026-01-01T08:00:00.000000+00:00")
    '2026-01-01T08:00:00.000001+00:00'
    """
    made = datetime.fromisoformat(moment) if moment else datetime.now(UTC)
    if not 1 < made.year < 9999:
        raise ValueError(f"the year {made.year} is no time of a decision")
    made = made.astimezone(UTC) if made.tzinfo else made.replace(tzinfo=UTC)
    if after:
        made = max(made, datetime.fromisoformat(after) + _TICK)
    return made.isoformat(timespec="microseconds")


def write_jsonl(decisions: Iterable[Decision], path: str | Path) -> int:
    """Write one decision a line; gives their number."""
    lines = [dump_json(decision.to_dict()) + "\n" for decision in decisions]
    Path(path).write_text("".join(lines), "utf-8")
    return len(lines)


def read_jsonl(path: str | Path) -> Iterator[Decision]:
    """Yield the decisions of an export.

    Raises
    ------
    UsageError
        For a line that is no decision; the message names it.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    for number, line in enumerate(content.splitlines(), start=1):
        if line.strip():
            try:
                yield _decision(json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8")))
            except (TypeError, ValueError, RecursionError) as error:
                raise UsageError(f"{path}, line {number}: not a decision ({error})") from error


def _check_fields(record: Mapping[str, Any]) -> None:
    known = {field.name: field.default is MISSING for field in fields(Decision)}
    for name in record:
        if name not in known:
            raise ValueError(f"it has an unknown field {name!r}")
    for name, needed in known.items():
        if needed and name not in record:
            raise ValueError(f"it has no field {name!r}")


def _decision(record: Any) -> Decision:
    if not isinstance(record, dict):
        raise TypeError("not a JSON object")
    _check_fields(record)
    decision = Decision(**record)
    for name, value in asdict(decision).items():
        if name in ("start", "end"):
            if type(value) is not int or not 0 <= value < _MOST_CHARACTERS:
                raise ValueError(f"{name} is no place in a text")
        elif name == "score":
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
                raise TypeError("score must be a number or null")
            if value is not None and not 0 <= value <= 1:
                raise ValueError("score must lie between 0 and 1")
        elif not isinstance(value, str) or storable(value) != value:
            raise TypeError(f"{name} must be a text")
    if fault := _verdict_fault(decision.rule, decision.verdict):
        raise ValueError(fault)
    if not decision.reviewer.strip():
        raise ValueError("it has no reviewer's name")
    decision = replace(decision, reviewer=decision.reviewer.strip())
    if decision.end < decision.start:
        raise ValueError("it ends before it starts")
    return replace(decision, made_at=time_in_utc(decision.made_at)) if decision.made_at else decision
