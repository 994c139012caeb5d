"""The fields of an article from values of unknown type: strict, with errors that name the field."""

from __future__ import annotations

import re
from datetime import date, datetime
from email.utils import parsedate_to_datetime

from detector.errors import EmptyInputError, UnreadableError
from detector.reading.limits import Limits, check_size
from detector.types import Article

_YEARS = range(1600, 2201)
_THOSE = f"the years {_YEARS.start} to {_YEARS.stop - 1}"


def parse_date(value: str, *, name: str = "date") -> date:
    """Parse an ISO 8601 date or timestamp, or an e-mail date, to the day as it is written.

    Raises
    ------
    UnreadableError
        For anything else, and for years outside 1600 to 2200.

    >>> parse_date("2026-01-23T23:30:00-05:00"), parse_date("Fri, 23 Jan 2026 08:00:00 GMT")
    (datetime.date(2026, 1, 23), datetime.date(2026, 1, 23))
    """
    text = value.strip()
    found: date | None = None
    if len(text) <= 64:
        try:
            found = datetime.fromisoformat(text).date()
        except ValueError:
            try:
                found = parsedate_to_datetime(text).date()
            except (ValueError, TypeError, IndexError, OverflowError):
                found = None
    if found is not None and found.year in _YEARS:
        return found
    shown = text if len(text) <= 40 else text[:40] + "..."
    fault = "is no date; write it as YYYY-MM-DD"
    if found is not None:
        fault = f"lies outside {_THOSE}"
    raise UnreadableError(name, f"{shown!r} {fault}")


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def calendar_date(value: str) -> date:
    """Take `YYYY-MM-DD` alone, where a person or a client gives the date of an article.

    Raises
    ------
    ValueError
        For anything else, and for years outside 1600 to 2200; the message reads on from the field's name.
    """
    found: date | None = None
    if _DAY.fullmatch(value):
        try:
            found = date.fromisoformat(value)
        except ValueError:
            found = None
    if found is None:
        raise ValueError("must be a date, written YYYY-MM-DD")
    if found.year not in _YEARS:
        raise ValueError(f"must be a date of {_THOSE}")
    return found


def date_or_none(value: str | None) -> date | None:
    """Parse a date as `parse_date` does; what a page or a head says in another form costs no article."""
    try:
        return parse_date(value) if value else None
    except UnreadableError:
        return None


def string_field(value: object, field: str, name: str) -> str | None:
    """Give the string, or None for null and for a blank one.

    Raises
    ------
    UnreadableError
        For any other type.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise UnreadableError(name, f"field `{field}` must be a string, not {type(value).__name__}")
    return value.strip() or None


def make_article(
    text: str,
    *,
    name: str,
    limits: Limits,
    id: str = "",
    title: str | None = None,
    published: date | None = None,
    url: str | None = None,
    author: str | None = None,
) -> Article:
    """Make an article of text that holds something to read.

    Raises
    ------
    EmptyInputError
        Where nothing visible is left.
    TooLargeError
        Over the limit of characters.
    """
    check_size(name, len(text), limits.characters, "characters")
    if not any(char.isprintable() and not char.isspace() for char in text):
        raise EmptyInputError(name, "no text to read is in it")
    return Article(text, id=id, title=title, published=published, url=url, author=author, source=name)
