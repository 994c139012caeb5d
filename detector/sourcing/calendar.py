"""Values of time expressions: TIMEX3 strings, resolved against the document's date where they need one."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeAlias

from detector.sourcing.lexicon import table
from detector.sourcing.times import TimeExpression

_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_DAY = re.compile(r"\b([0-3]?\d)(?:st|nd|rd|th)?\b")


def value_of(expression: TimeExpression, text: str, anchor: date | None, future: bool = False) -> str | None:
    """TIMEX3 value of an expression, or None where it needs a document date that is not known.

    `future` tells that the sentence speaks of what is to come, so that "Friday" is the next one.

    >>> from detector.sourcing.times import find_times
    >>> text = "They met on Tuesday, a year after the 2020 vote."
    >>> [value_of(t, text, date(2021, 3, 5)) for t in find_times(text)][0]
    '2021-03-02'
    """
    quote = text[expression.start : expression.end].lower()
    try:
        return _VALUES[expression.kind](quote, anchor, future)
    except (ValueError, OverflowError):
        return None


def full_date(expression: TimeExpression, text: str) -> date | None:
    """Calendar day of an expression that names its year, month and day by itself."""
    value = value_of(expression, text, None)
    if value is None or expression.form != "absolute":
        return None
    try:
        return date.fromisoformat(value) if len(value) == 10 else None
    except ValueError:
        return None


def _number(quote: str) -> int | None:
    digits = re.search(r"\d+", quote)
    if digits:
        return int(digits.group())
    numbers: dict[str, int] = table("times")["numbers"]
    powers: dict[str, int] = table("times")["powers"]
    total: int | None = None
    for word in _WORD.findall(quote):
        if word in powers:
            total = (total or 1) * powers[word]
        elif word in numbers and (total is None or numbers[word] < total):
            total = (total or 0) + numbers[word]
    return total


def _unit(quote: str) -> str | None:
    units: dict[str, str] = table("times")["units"]
    for word in _WORD.findall(quote.replace("-", " ")):
        if word in units:
            return units[word]
        if word.endswith("s") and word[:-1] in units:
            return units[word[:-1]]
        if word == "centuries":
            return "C"
    return None


def _month(quote: str) -> int | None:
    data = table("times")
    for word in _WORD.findall(quote):
        if word in data["months"]:
            return int(data["months"][word])
        if word in data["month_abbreviations"]:
            return int(data["month_abbreviations"][word])
    return None


def _weekday(quote: str) -> int | None:
    days: dict[str, int] = table("times")["weekdays"]
    return next((days[w] for w in (x.removesuffix("'s") for x in _WORD.findall(quote)) if w in days), None)


def _iso(quote: str, anchor: date | None, future: bool) -> str | None:
    return date.fromisoformat(quote).isoformat()


def _calendar_day(quote: str, anchor: date | None, future: bool) -> str | None:
    month, year = _month(quote), _YEAR.search(quote)
    rest = _YEAR.sub(" ", quote)
    day = _DAY.search(rest)
    if month is None or day is None:
        return None
    if year:
        return date(int(year.group()), month, int(day.group(1))).isoformat()
    if anchor is None:
        return f"XXXX-{month:02d}-{int(day.group(1)):02d}"
    return _nearest(month, int(day.group(1)), anchor).isoformat()


def _nearest(month: int, day: int, anchor: date) -> date:
    years = [
        y for y in (anchor.year - 1, anchor.year, anchor.year + 1) if date.min.year <= y <= date.max.year
    ]
    # The 29th of February is not in every year.
    days = [date(y, month, day) for y in years if day <= calendar.monthrange(y, month)[1]]
    return min(days, key=lambda d: abs((d - anchor).days))


def _slashed(quote: str, anchor: date | None, future: bool) -> str | None:
    first, second, year = (int(x) for x in quote.split("/"))
    year += 0 if year > 99 else (2000 if year < 50 else 1900)
    month, day = (first, second) if first <= 12 else (second, first)
    return date(year, month, day).isoformat()


def _month_year(quote: str, anchor: date | None, future: bool) -> str | None:
    year = _YEAR.search(quote)
    return f"{year.group()}-{_month(quote):02d}" if year else None


def _season_code(quote: str) -> str | None:
    return next((code for name, code in table("times")["seasons"].items() if name in quote), None)


def _season_year(quote: str, anchor: date | None, future: bool) -> str | None:
    year = _YEAR.search(quote)
    return f"{year.group()}-{_season_code(quote)}" if year else None


def _quarter_number(quote: str) -> int:
    ordinals: dict[str, int] = table("times")["ordinals"]
    named = next((n for word, n in ordinals.items() if word in quote), None)
    return named or int(re.sub(r"\D", "", _YEAR.sub("", quote))[:1])


def _quarter_year(quote: str, anchor: date | None, future: bool) -> str | None:
    year = _YEAR.search(quote)
    return f"{year.group()}-Q{_quarter_number(quote)}" if year else None


def _quarter(quote: str, anchor: date | None, future: bool) -> str | None:
    if anchor is None:
        return None
    number, current = _quarter_number(quote), (anchor.month - 1) // 3 + 1
    named = re.search(r"\b(last|this|next) year$", quote)
    if named:
        year = anchor.year + {"last": -1, "this": 0, "next": 1}[named.group(1)]
    else:
        year = anchor.year + ((number < current) if future else -(number > current))
    return f"{year}-Q{number}"


def _decade(quote: str, anchor: date | None, future: bool) -> str | None:
    digits = re.sub(r"\D", "", quote)
    return digits[:3] if len(digits) == 4 else f"19{digits[0]}"


def _year(quote: str, anchor: date | None, future: bool) -> str | None:
    year = _YEAR.search(quote)
    return year.group() if year else None


def _day_word(quote: str, anchor: date | None, future: bool) -> str | None:
    if anchor is None:
        return None
    offset = 0
    if "yesterday" in quote:
        offset = -2 if "before" in quote else -1
    elif "tomorrow" in quote:
        offset = 2 if "day after" in quote else 1
    return (anchor + timedelta(days=offset)).isoformat() + _part_of_day(quote)


def _part_of_day(quote: str) -> str:
    parts: dict[str, str] = table("times")["parts"]
    return next((code for word, code in parts.items() if word in quote), "")


def _back_to(weekday: int, anchor: date, future: bool) -> date:
    if future:
        return anchor + timedelta(days=(weekday - anchor.weekday()) % 7)
    return anchor - timedelta(days=(anchor.weekday() - weekday) % 7)


def _weekday_value(quote: str, anchor: date | None, future: bool) -> str | None:
    weekday = _weekday(quote)
    if anchor is None or weekday is None:
        return None
    week = re.search(r"\b(last|this|next) week$", quote)
    if week:
        days = weekday - anchor.weekday() + 7 * {"last": -1, "this": 0, "next": 1}[week.group(1)]
        return (anchor + timedelta(days=days)).isoformat() + _part_of_day(quote)
    return _back_to(weekday, anchor, future).isoformat() + _part_of_day(quote)


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


_ANAPHORIC = re.compile(
    r"(?:that|the same|the next|(?:the )?following|(?:the )?previous)\b|[a-z ]{1,20}\b(?:minute|second)$"
)
"""Counted from another event than publication ("the next day"), or no date at all ("the last minute")."""


def _deictic(quote: str, anchor: date | None, future: bool) -> str | None:
    if anchor is None or _ANAPHORIC.match(quote):
        return None
    step = (
        -1
        if re.search(r"\b(?:last|past|previous)\b", quote)
        else (1 if re.search(r"\b(?:next|coming|following)\b", quote) else 0)
    )
    weekday, month, season, unit = _weekday(quote), _month(quote), _season_code(quote), _unit(quote)
    if weekday is not None:
        day = _back_to(weekday, anchor, step > 0 or (step == 0 and future))
        # "Last Monday" on a Monday is a week ago.
        return (day + timedelta(weeks=step) if day == anchor else day).isoformat() + _part_of_day(quote)
    if month is not None:
        year = anchor.year
        if step < 0:
            year -= month >= anchor.month
        elif step > 0:
            year += month <= anchor.month
        return f"{year}-{month:02d}"
    if season is not None:
        return f"{anchor.year + step}-{season}"
    if unit is not None and "night" not in quote:
        return _shift(anchor, step, unit)
    part = _part_of_day(quote)
    return (anchor + timedelta(days=step)).isoformat() + part if part else None


def _shift(anchor: date, steps: int, unit: str) -> str | None:
    if unit == "D":
        return (anchor + timedelta(days=steps)).isoformat()
    if unit == "W":
        return _week(anchor + timedelta(weeks=steps))
    if unit == "WE":
        return _week(anchor + timedelta(weeks=steps)) + "-WE"
    if unit in ("M", "Q"):
        months = anchor.year * 12 + anchor.month - 1 + steps * (3 if unit == "Q" else 1)
        year, month = divmod(months, 12)
        return f"{year}-{month + 1:02d}" if unit == "M" else f"{year}-Q{month // 3 + 1}"
    # TIMEX3 has four digits for a year of our era, and three for a decade.
    if unit == "Y" and 1 <= anchor.year + steps <= 9999:
        return f"{anchor.year + steps:04d}"
    if unit == "E" and 0 <= anchor.year // 10 + steps <= 999:
        return f"{anchor.year // 10 + steps:03d}"
    return None


def _ago(quote: str, anchor: date | None, future: bool) -> str | None:
    number, unit = _number(quote), _unit(quote)
    if anchor is None or unit is None or number is None or ("earlier" in quote and unit != "Y"):
        return None
    if re.search(r"\b(?:few|several|couple|dozens|half)\b|later|before|\d\.\d", quote):
        return None  # Counted from another event, or no whole number of units.
    if unit == "M" and "minute" in quote:
        return None
    return _shift(anchor, number if "from now" in quote else -number, unit)


def _holiday(quote: str, anchor: date | None, future: bool) -> str | None:
    fixed: dict[str, str] = table("times")["holidays"]
    day = fixed.get(quote)
    if anchor is None or day is None:
        return None
    month, number = (int(x) for x in day.split("-"))
    return _nearest(month, number, anchor).isoformat()


def _span(quote: str, anchor: date | None, future: bool) -> str | None:
    number, unit = _number(quote), _unit(quote)
    if unit is None or unit == "WE":
        return None
    count = "X" if number is None or re.search(r"\bfew|several|many|couple|dozens", quote) else str(number)
    return _period(count, unit, quote)


_LETTERS = {"E": "DE", "C": "CE"}
"""TIMEX3 letters of decades and centuries, where a unit's own letter is another."""


def _period(count: str, unit: str, quote: str) -> str:
    """TIMEX3 value of so many units: "P3D", "PT5M" for minutes, "PXDE" for some decades."""
    time = "T" if unit in ("H", "S") or "minute" in quote else ""
    return f"P{time}{count}{_LETTERS.get(unit, unit)}"


def _recent(quote: str, anchor: date | None, future: bool) -> str | None:
    unit = _unit(quote)
    return _period("X", unit, quote) if unit else None


def _set(quote: str, anchor: date | None, future: bool) -> str | None:
    fixed: dict[str, str] = table("times")["sets"]
    if quote in fixed:
        return fixed[quote]
    unit = _unit(quote)
    weekday = _weekday(quote)
    if weekday is not None:
        return f"XXXX-WXX-{weekday + 1}"
    return _period("1", unit, quote) if unit else None


def _clock(quote: str, anchor: date | None, future: bool) -> str | None:
    match = re.search(r"(\d{1,2})(?:[:.](\d\d))?", quote)
    if match is None:
        return None
    hour, minute = int(match.group(1)), int(match.group(2) or 0)
    if "p" in quote and hour < 12:
        hour += 12
    if hour == 12 and re.search(r"a\.?m", quote):
        hour = 0
    day = anchor.isoformat() if anchor else "XXXX-XX-XX"
    return f"{day}T{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else None


def _month_alone(quote: str, anchor: date | None, future: bool) -> str | None:
    month = _month(quote)
    if anchor is None or month is None:
        return None
    year = anchor.year
    if future:
        year += month < anchor.month
    else:
        year -= month > anchor.month
    return f"{year}-{month:02d}"


_Resolver: TypeAlias = Callable[[str, "date | None", bool], "str | None"]


def _constant(value: str | None) -> _Resolver:
    return lambda quote, anchor, future: value


_VALUES: dict[str, _Resolver] = {
    "iso": _iso, "month_day": _calendar_day, "day_month": _calendar_day, "slashed": _slashed, "month_year": _month_year,
    "season_year": _season_year, "quarter_year": _quarter_year, "quarter": _quarter, "decade": _decade, "year": _year,
    "day_word": _day_word, "weekday": _weekday_value, "deictic": _deictic, "ago": _ago, "holiday": _holiday, "span": _span,
    "recent": _recent, "set": _set, "clock": _clock, "month": _month_alone,
    "same": _constant(None), "present": _constant("PRESENT_REF"), "past": _constant("PAST_REF"),
    "future": _constant("FUTURE_REF"),
}  # fmt: skip
