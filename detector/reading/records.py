"""JSON and JSON lines: one record an article, strict types, errors that name the file, line and field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from detector.errors import DatelineError, InputError, TooLargeError, UnreadableError
from detector.reading.decode import decode
from detector.reading.fields import make_article, parse_date, string_field
from detector.reading.html import article_from_html
from detector.reading.limits import DEFAULT_LIMITS, Limits, check_size
from detector.reading.lines import Lines, in_utf8
from detector.types import Article

# A string that never closes ends with the text: searching it anew from each quote in it would be quadratic.
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)

FIELDS = ("text", "html", "id", "title", "published", "url", "author")
"""Fields of a record that are read."""


def parse_json(text: str, *, name: str, limits: Limits = DEFAULT_LIMITS) -> object:
    """Parse strict JSON (no NaN) of bounded depth.

    Raises
    ------
    TooLargeError, UnreadableError
        Nested too deep; not JSON.
    """
    if text.count("[") + text.count("{") > limits.depth:
        _check_depth(text, name, limits.depth)
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        # Python's own text on a number of thousands of digits tells how to change Python.
        told = "a number is too long" if "set_int_max_str_digits" in str(error) else error
        raise UnreadableError(name, f"not valid JSON: {told}") from error


def article_from_json(record: object, *, name: str = "record", limits: Limits = DEFAULT_LIMITS) -> Article:
    """Make an article of a record with `text` or `html` and any of id, title, published, url, author.

    Other fields are ignored; an integer `id` becomes a string.

    Raises
    ------
    InputError
        Naming the field at fault.

    >>> article_from_json({"text": "It rained.", "published": "2026-01-23"}).published
    datetime.date(2026, 1, 23)
    """
    if not isinstance(record, dict):
        raise UnreadableError(name, f"a record must be a JSON object, not {type(record).__name__}")
    text, html = record.get("text"), record.get("html")
    if (text is None) == (html is None):
        raise UnreadableError(name, "a record needs either a field `text` or a field `html`")
    for field, value in (("text", text), ("html", html)):
        if value is not None and not isinstance(value, str):
            raise UnreadableError(name, f"field `{field}` must be a string, not {type(value).__name__}")
    given = record.get("id")
    id = (
        str(given)
        if isinstance(given, int) and not isinstance(given, bool)
        else string_field(given, "id", name)
    )
    published = string_field(record.get("published"), "published", name)
    try:
        day = parse_date(published, name=name) if published else None
    except UnreadableError as error:
        raise UnreadableError(name, f"field `published`: {error.reason}") from error
    title, url, author = (
        string_field(record.get(field), field, name) for field in ("title", "url", "author")
    )
    make = article_from_html if html is not None else make_article
    return make(
        str(html if html is not None else text),
        name=name,
        limits=limits,
        id=id or "",
        title=title,
        published=day,
        url=url,
        author=author,
    )


def read_lines(
    stream: Lines, *, name: str, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Article | InputError]:
    """Yield one article a line, holding one line at a time; a bad line yields its error and the rest goes on.

    Blank lines are skipped; `source` of each article and error is `name:line`.

    Raises
    ------
    TooLargeError
        For UTF-16 or UTF-32 over the limit of bytes: it is not read by line.
    """
    stream = in_utf8(stream, name=name, limits=limits)
    number = 0
    while line := stream.readline(limits.bytes + 1):
        number += 1
        here = f"{name}:{number}"
        if len(line) > limits.bytes:
            while not line.endswith(b"\n") and (line := stream.readline(1 << 20)):
                pass
            yield TooLargeError(here, f"the line is over the limit of {limits.bytes:,} bytes")
            continue
        if not line.strip(b" \t\r\n\xef\xbb\xbf"):
            continue
        try:
            yield article_from_json(
                parse_json(decode(line, name=here), name=here, limits=limits), name=here, limits=limits
            )
        except InputError as error:
            yield error
        except DatelineError as error:
            yield UnreadableError(here, str(error))


def articles_from_json(
    text: str, *, name: str, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Article | InputError]:
    """Yield the article of a JSON object, or those of an array of objects."""
    value = parse_json(text, name=name, limits=limits)
    if not isinstance(value, list):
        yield article_from_json(value, name=name, limits=limits)
        return
    for index, record in enumerate(value):
        try:
            yield article_from_json(record, name=f"{name}[{index}]", limits=limits)
        except InputError as error:
            yield error


def _check_depth(text: str, name: str, cap: int) -> None:
    depth = 0
    for match in _STRUCTURE.finditer(text):
        mark = match.group()
        if mark in "[{":
            depth += 1
            check_size(name, depth, cap, "levels of nested JSON")
        elif mark in "]}":
            depth -= 1


def _refuse_constant(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")
