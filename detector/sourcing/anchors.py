"""The document's own date, and what it makes of each sentence's time expressions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from detector.document import Document, Sentence
from detector.sourcing.calendar import full_date, value_of
from detector.sourcing.lexicon import fold, phrase_pattern, phrases, table, words
from detector.sourcing.times import TimeExpression, find_times
from detector.types import TimeKind

_DATELINE_SHARE = 0.2
_DATELINE_REACH = 600
_BYLINE_TOKENS = 14
"""Tokens of a line without a full stop that may be a byline."""
_PLACE_REACH, _DASH_REACH = 60, 30
"""Code points before a dateline's date (places), and behind it up to its dash (an agency in brackets)."""
_PUBLISHED = re.compile(r"\b(?:[Pp]ublished|[Uu]pdated|[Pp]osted|[Ll]ast modified)\b[^.]{0,40}$")
_LINE_END = re.compile(r"[\s,|)-]*(?:at |\d{1,2}[:.]\d\d).{0,30}|[\s,|)-]*")
_BYLINE = re.compile(r"(?:by|published|updated|posted|date|on)\b", re.IGNORECASE)
_DASH = re.compile(r"[^.a-z-]{0,4}(?:\([^)]{1,20}\))?\s{0,9}-{1,2}\s")


@dataclass(frozen=True, slots=True)
class TimeReading:
    """When one sentence's matter happened, in offsets of the document's text."""

    kind: TimeKind = "none"
    start: int | None = None
    end: int | None = None
    value: str | None = None
    inherited: bool = False
    other: TimeReading | None = None
    """The sentence's relative time, where this is an absolute one: "met on Tuesday to revive talks that failed in 2012"."""
    expressions: tuple[str, ...] = ()
    """Patterns of all the sentence's time expressions (`TimeExpression.kind`), in order."""


def document_date(document: Document, times: list[list[TimeExpression]]) -> date | None:
    """Publication date of the article, else the full date of a dateline or byline in its head, else None."""
    if document.article.published is not None:
        return document.article.published
    reach = max(_DATELINE_REACH, int(len(document.text) * _DATELINE_SHARE))
    for sentence, found in zip(document.sentences, times, strict=True):
        for expression in found:
            if expression.start > reach:
                return None
            day = full_date(expression, document.text)
            if day is not None and day.year >= 1900 and _is_dateline(document, sentence, expression):
                return day
    return None


def _is_dateline(document: Document, sentence: Sentence, expression: TimeExpression) -> bool:
    """A line of few words, a date behind "published" or "updated", or one before the dash that opens an article."""
    first, last = sentence.tokens
    if last - first <= _BYLINE_TOKENS and not sentence.text.endswith((".", "!", "?")):
        lead = document.text[sentence.start : expression.start].strip()
        rest = document.text[expression.end : sentence.end]
        if _LINE_END.fullmatch(rest) and (not lead or lead[-1] in "|,:-" or _BYLINE.match(lead)):
            return True
    # Near ends alone: a sentence may be as long as the text, and hold a date in every other word.
    before = document.text[max(sentence.start, expression.start - _PLACE_REACH) : expression.start]
    after = document.text[expression.end : expression.end + _DASH_REACH]
    opens = expression.start - sentence.start <= _PLACE_REACH
    return bool(_PUBLISHED.search(before)) or (opens and bool(_DASH.match(after)))


def read_times(document: Document) -> tuple[list[TimeReading], date | None]:
    """One reading per sentence, and the date that relative times are resolved against."""
    folded = fold(document.text)
    times = [find_times(document.text, s.start, s.end, folded) for s in document.sentences]
    anchor = document_date(document, times)
    return [_choose(document, s, t, anchor) for s, t in zip(document.sentences, times, strict=True)], anchor


_ORDER = {"absolute": 0, "relative": 1, "loose": 3, "duration": 3, "set": 3, "clock": 2}


@cache
def _told() -> re.Pattern[str]:
    """Verbs of what is over when it is told."""
    over = words("cues", "speech") - words("times", "promises") | words("times", "over")
    return phrase_pattern(over)


def _choose(
    document: Document, sentence: Sentence, times: list[TimeExpression], anchor: date | None
) -> TimeReading:
    """The strongest expression of a sentence, beside a relative one; durations, habits and "now" date nothing."""
    dated = [t for t in times if _ORDER[t.form] < 3]
    expressions = tuple(t.kind for t in times)
    if not dated:
        return TimeReading(expressions=expressions)
    best = min(dated, key=lambda t: _ORDER[t.form])
    relative = next((t for t in dated if t.form == "relative"), None)
    other = None if relative in (None, best) else _resolved(document, sentence, relative, anchor)
    return replace(_resolved(document, sentence, best, anchor), other=other, expressions=expressions)


def _resolved(
    document: Document, sentence: Sentence, expression: TimeExpression, anchor: date | None
) -> TimeReading:
    before = document.text[sentence.start : expression.start].lower()
    after = document.text[expression.end : sentence.end].lower()
    value = value_of(expression, document.text, anchor, _is_to_come(before, after))
    kind: TimeKind = (
        "absolute" if expression.form == "absolute" else "unresolvable" if anchor is None else "resolvable"
    )
    return TimeReading(kind, expression.start, expression.end, value)


def _is_to_come(before: str, after: str) -> bool:
    """Whether a time lies ahead: the last verb before it tells so, or the first one behind a time that opens."""
    if before.strip(" \"'(,") in table("times")["openers"]:
        ahead, told = phrases("times", "ahead").search(after), _told().search(after)
        return ahead is not None and (told is None or ahead.start() < told.start())
    marks: Sequence[re.Match[str]] = list(phrases("times", "ahead").finditer(before))
    if not marks:
        return False
    return not any(told.start() > marks[-1].start() for told in _told().finditer(before))
