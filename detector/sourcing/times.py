"""Time expressions: where they stand, how they are anchored, and their TIMEX3 values.

The expressions follow TimeML's TIMEX3 (dates, times of day, durations, sets) as far as regular
expressions reach; each alternative is a chain of literals and bounded counts, so the scan is
linear. Values are resolved against the document's date by `detector.sourcing.calendar`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from detector.sourcing.lexicon import fold, phrases, table, words

TimeForm: TypeAlias = Literal["absolute", "relative", "loose", "duration", "set", "clock"]
"""`loose` is a reference such as "now" or "recently" that no calendar resolves."""


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A time expression in offsets of the scanned text; `kind` names the pattern that matched."""

    start: int
    end: int
    form: TimeForm
    kind: str


_FORMS: dict[str, TimeForm] = {
    "iso": "absolute", "month_day": "absolute", "day_month": "absolute", "month_year": "absolute",
    "slashed": "absolute", "decade": "absolute", "year": "absolute", "quarter_year": "absolute", "season_year": "absolute",
    "month": "relative", "weekday": "relative", "day_word": "relative", "deictic": "relative", "ago": "relative",
    "holiday": "relative", "quarter": "relative", "recent": "relative", "same": "relative",
    "present": "loose", "past": "loose", "future": "loose",
    "span": "duration", "set": "set", "clock": "clock",
}  # fmt: skip


def _either(names: object) -> str:
    return "|".join(sorted((re.escape(str(n)) for n in names), key=len, reverse=True))  # type: ignore[attr-defined]


@cache
def _pattern() -> re.Pattern[str]:
    data = table("times")
    month = f"(?:{_either(data['months'])}|(?:{_either(data['month_abbreviations'])})\\b\\.?)"
    weekday = f"(?:(?:{_either(k for k in data['weekdays'] if len(k) > 5)})|(?:{_either(k for k in data['weekdays'] if len(k) <= 5)})\\b\\.?)"
    season = f"(?:{_either(data['seasons'])})"
    unit = f"(?:{_either([*data['units'], 'centurie'])})"
    tens = _either(word for word, n in data["numbers"].items() if n >= 20)
    ones = _either(word for word, n in data["numbers"].items() if n < 10 and word not in ("a", "an"))
    small = f"(?:(?:{tens})[ -](?:{ones})|{_either(data['numbers'])})"
    large = f"(?:(?:{_either(data['numbers'])}) (?:{_either(data['powers'])})(?:(?: and)? {small})?)"
    number = f"(?:\\d{{1,4}}(?:\\.\\d)?|{large}|{small})"
    year = r"(?:1[5-9]\d\d|20\d\d)"
    day = r"(?:[0-3]?\d)(?:st|nd|rd|th)?"
    part, edge = f"(?:{_either(data['parts'])})", f"(?:{_either(data['edges'])})"
    ordinal = f"(?:{_either(data['ordinals'])}|1st|2nd|3rd|4th)"
    alternatives = {
        "iso": r"\d{4}-\d{2}-\d{2}",
        "month_day": rf"(?:{weekday},? )?{month} {day}(?!\d)(?:(?:-| to | and ){day}(?!\d))?(?:,? {year})?",
        "day_month": rf"(?<!\w-)(?:{weekday},? )?(?:the )?{day} (?:of )?{month}(?:,? {year})?",
        "slashed": r"\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})",
        "month_year": rf"(?:{edge}[ -])?{month},? (?:of )?{year}",
        "season_year": rf"(?:the )?{season} (?:of )?{year}",
        "quarter_year": rf"(?:the )?(?:{ordinal}[ -]quarter|q[1-4])(?: of| in|,)? (?:fiscal )?{year}",
        "decade": r"(?:the )?(?:early |late |mid[ -])?(?:1[5-9]|20)\d0'?s|the (?:early |late |mid[ -])?[2-9]0'?s|'[2-9]0s",
        "year": rf"(?:(?:early|late|mid)[ -]|fiscal )?(?<![$£€\d,.])(?<!flight )(?<!resolution ){year}(?![\d,]\d|%|\.\d| (?:{_either(data['counted'])}|{unit}s? (?:ago|earlier|later|before|from now))\b)(?:-\d\d)?",
        "day_word": rf"(?:(?:the day )?(?:before )?yesterday|the day after tomorrow|today|tomorrow|tonight)(?: {part})?",
        "ago": rf"(?<!\w-)(?<!\d[.,])(?:(?:about|nearly|almost|some|more than|just|over|at least|roughly) )?(?:{number}|several|many|a few|few|half a|a couple of|dozens of)(?: and a half)?[ -]{unit}s?[ -](?:ago|earlier|later|before|from now)",
        "recent": rf"(?:in )?(?:the )?(?:recent|past|last|coming|next|previous|following)(?: (?:few|several|couple of))? {unit}s\b",
        "span": rf"(?<!\w-)(?<!\d[.,])(?:(?:the|for|over|about|nearly|almost|more than|at least|in|within) )?(?:(?:past|last|next|first|coming|previous) )?(?:{number}|several|many|a few|few|a couple of|dozens of|half a)(?:-| )(?:and a half )?{unit}s?(?:-old)?\b",
        "deictic": rf"(?:(?:earlier|later|late|early) )?(?:this|last|next|past|coming|previous|following|that|the same|the past|the last|the next|the coming|the previous|the following) (?:{unit}|{season}|{month}|{weekday}|{part}|term|season)\b(?!s)(?: {part})?",
        "weekday": rf"(?:(?:on|early|late) )?{weekday}(?:'s)?(?: (?:{part}|night))?(?: (?:of )?(?:last|this|next) week\b)?",
        "quarter": rf"(?:the )?{ordinal}[ -](?:fiscal )?quarter\b(?: of (?:last|this|next) year)?",
        "holiday": rf"(?:{_either(data['holidays'])}|{_either(data['moving_holidays'])})",
        "same": rf"(?:the )?(?:same|previous|following|next) {unit}\b|the (?:day|week|month|year|night|morning) (?:before|after)\b",
        "set": rf"(?:every|each) (?:other )?(?:{unit}|{weekday}|{month}|{part})s?\b|(?:{_either(data['sets'])})",
        "clock": r"(?:at |around )?\d{1,2}(?:[:.]\d\d)? ?(?:a\.m\.?|p\.m\.?|am\b|pm\b)|\d{1,2}:\d\d",
        "month": rf"(?:(?:early|late|mid)[ -]|{edge} )?{month}",
        "present": _either(data["present"]),
        "past": _either(data["past"]),
        "future": _either(data["future"]),
    }
    chain = "|".join(f"(?P<{name}>{body})" for name, body in alternatives.items())
    return re.compile(rf"(?<![\w$])(?:{chain})(?!\w)")


def find_times(
    text: str, start: int = 0, end: int | None = None, folded: str | None = None
) -> list[TimeExpression]:
    """Time expressions of `text[start:end]`, left to right, without overlap; `folded` is `fold(text)` where at hand.

    >>> [(text[t.start:t.end], t.kind) for text in ["He met her last week, on March 3, 2022."] for t in find_times(text)]
    [('last week', 'deictic'), ('March 3, 2022', 'month_day')]
    """
    limit = len(text) if end is None else end
    found = []
    for match in _pattern().finditer(fold(text) if folded is None else folded, start, limit):
        kind = match.lastgroup or ""
        quoted = match.group()
        if kind in ("month", "weekday", "deictic") and not _is_name(text, match.start(), match.end(), kind):
            continue
        if kind in ("month_day", "day_month", "month_year") and phrases("times", "month_verbs").search(
            text, match.start(), match.end()
        ):
            continue
        if kind == "decade" and not _CENTURY.search(quoted) and _near_degrees(text, match, start, limit):
            continue
        if kind == "deictic" and quoted.endswith((" minute", " second")):
            continue  # "At the last minute" is no time.
        if kind == "deictic" and quoted.startswith("that ") and not _after_that().match(text, match.end()):
            continue
        if kind in ("weekday", "day_word") and _is_title(text, match.start(), match.end(), kind):
            continue
        if kind == "year" and _counted().search(text, max(start, match.start() - 14), match.start()):
            continue
        lead = (
            len(quoted) - len(_lead().sub("", quoted, count=1))
            if kind in ("weekday", "clock", "recent", "span")
            else 0
        )
        found.append(TimeExpression(match.start() + lead, match.end(), _FORMS[kind], kind))
    return found


_CENTURY = re.compile(r"\d{4}")
_REACH = 60
"""Code points on either side of "the 80s" in which a word makes it a temperature."""
_NAME_PART = re.compile(r"[A-Za-z]+")
_LAST_WORD = re.compile(r"(?<![a-z])[a-z]+-?$")


@cache
def _degrees() -> re.Pattern[str]:
    """Words that make "the 80s" a temperature."""
    return re.compile(
        rf"\b(?:{'|'.join(f'[{w[0].upper()}{w[0]}]{w[1:]}' for w in words('times', 'degrees'))})\b"
    )


@cache
def _after_that() -> re.Pattern[str]:
    """What follows "that year"; in "rates that fall below" and "found that night shifts" it is no time."""
    return re.compile(rf"\s{{0,3}}(?:[^\w\s]|$|(?:{_either(words('times', 'after_that'))})\b)")


@cache
def _counted() -> re.Pattern[str]:
    """Words that make a number of four digits an amount."""
    return re.compile(rf"\b(?:{_either(table('times')['before_amounts'])}) $", re.IGNORECASE)


@cache
def _lead() -> re.Pattern[str]:
    """Prepositions that are no part of a time."""
    return re.compile(rf"(?:{_either(words('times', 'prepositions'))}) ")


def _is_title(text: str, start: int, end: int, kind: str) -> bool:
    """Tell "Black Friday" and "the Today programme" from a day."""
    if kind == "weekday":
        before = text[max(0, start - 12) : start].split()
        return (
            bool(before)
            and before[-1][0].isupper()
            and before[-1].lower() in words("times", "before_names_of_days")
        )
    after = text[end : end + 12].split()
    return text[start].isupper() and bool(after) and after[0].lower() in words("times", "after_today")


def _near_degrees(text: str, match: re.Match[str], start: int, limit: int) -> bool:
    """Whether a word about temperatures stands near a match."""
    near = max(start, match.start() - _REACH), min(limit, match.end() + _REACH)
    return _degrees().search(text, *near) is not None


def _is_name(text: str, start: int, end: int, kind: str) -> bool:
    """Tell a month or weekday from a common word or a surname: it needs its capital and a free place."""
    if kind == "deictic":
        return not text[start:end].endswith((" may", " march"))
    parts = list(_NAME_PART.finditer(text, start, end))
    name = next((m for m in reversed(parts) if m.group()[0].isupper()), None)
    if name is None:
        return False
    word = name.group().lower()
    if word in words("times", "common_words"):
        before = text[max(0, start - 12) : name.start()].rstrip().lower()
        last = _LAST_WORD.search(before)
        return last is not None and last.group() in words("times", "before_names")
    return True
