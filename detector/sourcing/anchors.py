"""The document's own date, and what it makes of each sentence's time expressions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from detector.document import Document, Sentence
from detector.sourcing.calendar import full_date, value_of
from detector.sourcing.lexicon import fold
from detector.sourcing.times import TimeExpression, find_times
from detector.types import TimeKind

_DATELINE_SHARE = 0.2
_DATELINE_REACH = 600


@dataclass(frozen=True, slots=True)
class TimeReading:
    """When one sentence's matter happened, in offsets of the document's text."""

    kind: TimeKind = "none"
    start: int | None = None
    end: int | None = None
    value: str | None = None
    inherited: bool = False


def document_date(document: Document, times: list[list[TimeExpression]]) -> date | None:
    """Publication date of the article, else a full date in its head (a dateline, a byline), else None."""
    if document.article.published is not None:
        return document.article.published
    reach = max(_DATELINE_REACH, int(len(document.text) * _DATELINE_SHARE))
    for found in times:
        for expression in found:
            if expression.start > reach:
                return None
            day = full_date(expression, document.text)
            if day is not None and day.year >= 1900:
                return day
    return None


def read_times(document: Document) -> tuple[list[TimeReading], date | None]:
    """One reading per sentence, and the date that relative times are resolved against."""
    folded = fold(document.text)
    times = [find_times(document.text, s.start, s.end, folded) for s in document.sentences]
    anchor = document_date(document, times)
    return [_choose(document, s, t, anchor) for s, t in zip(document.sentences, times, strict=True)], anchor


_ORDER = {"absolute": 0, "relative": 1, "loose": 3, "duration": 3, "set": 3, "clock": 2}
_FUTURE = (
    " will ",
    " to be ",
    " scheduled",
    " expected",
    " set to",
    " upcoming",
    " next ",
    " due ",
    " plans to ",
    " is to ",
    " are to ",
)


def _choose(
    document: Document, sentence: Sentence, times: list[TimeExpression], anchor: date | None
) -> TimeReading:
    """The strongest expression of a sentence; durations, habits and "now" date nothing."""
    dated = [t for t in times if _ORDER[t.form] < 3]
    if not dated:
        return TimeReading()
    best = min(dated, key=lambda t: _ORDER[t.form])
    lower = sentence.text.lower()
    value = value_of(best, document.text, anchor, any(mark in lower for mark in _FUTURE))
    kind: TimeKind = (
        "absolute" if best.form == "absolute" else "unresolvable" if anchor is None else "resolvable"
    )
    return TimeReading(kind, best.start, best.end, value)
