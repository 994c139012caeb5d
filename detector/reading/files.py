"""Paths and streams to articles: the kind by the name's suffix or the first bytes, then its reader."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from detector.errors import EmptyInputError, InputError, UnreadableError
from detector.reading.decode import decode
from detector.reading.docx import article_from_docx
from detector.reading.fields import date_or_none, make_article
from detector.reading.html import article_from_html
from detector.reading.limits import DEFAULT_LIMITS, Limits, check_size
from detector.reading.lines import PutBack
from detector.reading.markdown import markdown_to_text, split_front_matter
from detector.reading.pdf import article_from_pdf
from detector.reading.records import articles_from_json, read_lines
from detector.reading.sniff import Kind, is_email, read_head, sniff
from detector.types import Article

SUFFIXES: dict[str, Kind] = {
    ".txt": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".docx": "docx",
    ".pdf": "pdf",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
"""Suffixes that are read; a file with another one is sniffed."""


def read_article(path: str | os.PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> Article:
    """Read the one article in a file.

    Raises
    ------
    InputError
        Naming the file; also for a JSON file of several articles, which `read_articles` reads.
    """
    return _only(read_articles(path, limits=limits), os.fspath(path))


def read_articles(
    path: str | os.PathLike[str], *, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Article | InputError]:
    """Yield the articles in a file, one at a time for JSON lines.

    A record at fault yields its error and the rest goes on; a file at fault raises.
    """
    name = os.fspath(path)
    with _open(name) as stream:
        kind = SUFFIXES.get(Path(name).suffix.lower())
        if kind == "jsonl":
            yield from _some(read_lines(stream, name=name, limits=limits), name)
            return
        data = _read(stream, name, limits)
    yield from articles_from_bytes(data, name=name, kind=kind, limits=limits)


def read_stream(
    stream: BinaryIO, *, name: str = "stdin", kind: Kind | None = None, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Article | InputError]:
    """Yield the articles of a binary stream, such as `sys.stdin.buffer`; the kind is sniffed if not given.

    JSON lines are read one at a time; of the first few, one whole record is enough to tell them.
    """
    if kind == "jsonl":
        yield from _some(read_lines(stream, name=name, limits=limits), name)
        return
    head, has_lines = (b"", False) if kind else read_head(stream, limits.bytes)
    if has_lines:
        yield from read_lines(PutBack(head, stream), name=name, limits=limits)
        return
    data = head + stream.read(max(0, limits.bytes + 1 - len(head)))
    check_size(name, len(data), limits.bytes, "bytes")
    yield from articles_from_bytes(data, name=name, kind=kind, limits=limits)


def article_from_bytes(
    data: bytes, *, name: str, kind: Kind | None = None, limits: Limits = DEFAULT_LIMITS
) -> Article:
    """Read the one article in `data`; `name` stands for it in errors and `kind` is sniffed if not given."""
    return _only(articles_from_bytes(data, name=name, kind=kind, limits=limits), name)


def articles_from_bytes(
    data: bytes, *, name: str, kind: Kind | None = None, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Article | InputError]:
    """Yield the articles in `data`: several only for JSON arrays and JSON lines; an e-mail is refused."""
    check_size(name, len(data), limits.bytes, "bytes")
    if not data.strip():
        raise EmptyInputError(name, "the input is empty")
    kind = kind or sniff(data)
    if kind == "pdf":
        yield article_from_pdf(data, name=name, limits=limits)
    elif kind == "docx":
        yield article_from_docx(data, name=name, limits=limits)
    elif kind == "html":
        yield article_from_html(decode(data, name=name, html=True), name=name, limits=limits)
    elif kind == "json":
        yield from _some(articles_from_json(decode(data, name=name), name=name, limits=limits), name)
    elif kind == "jsonl":
        yield from _some(read_lines(io.BytesIO(data), name=name, limits=limits), name)
    elif kind == "markdown":
        yield article_from_markdown(decode(data, name=name), name=name, limits=limits)
    elif is_email(data):
        raise UnreadableError(name, "an e-mail with its headers; save its text alone, as plain text or HTML")
    else:
        yield make_article(decode(data, name=name), name=name, limits=limits)


def article_from_markdown(source: str, *, name: str = "markdown", limits: Limits = DEFAULT_LIMITS) -> Article:
    """Read Markdown, with title, date, author and url from a YAML head; a date in words is left out."""
    fields, body = split_front_matter(source)
    day = fields.get("published") or fields.get("date")
    return make_article(
        markdown_to_text(body),
        name=name,
        limits=limits,
        title=fields.get("title"),
        published=date_or_none(day),
        url=fields.get("url"),
        author=fields.get("author"),
    )


def _open(name: str) -> BinaryIO:
    try:
        mode = Path(name).stat().st_mode
        if stat.S_ISDIR(mode):
            raise UnreadableError(name, "a directory; `dateline batch` scores directories")
        if not stat.S_ISREG(mode):
            raise UnreadableError(name, "not a regular file; pipe its content to `-` instead")
        return Path(name).open("rb")
    except (OSError, ValueError) as error:
        raise UnreadableError(name, _reason(error)) from error


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.ENOENT:
        return "no such file"
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def _read(stream: BinaryIO, name: str, limits: Limits) -> bytes:
    try:
        data = stream.read(limits.bytes + 1)
    except OSError as error:
        raise UnreadableError(name, _reason(error)) from error
    check_size(name, len(data), limits.bytes, "bytes")
    return data


def _only(found: Iterator[Article | InputError], name: str) -> Article:
    first = next(found)
    if isinstance(first, InputError):
        raise first
    if next(found, None) is not None:
        raise UnreadableError(name, "holds several articles; `dateline batch` scores them all")
    return first


def _some(found: Iterator[Article | InputError], name: str) -> Iterator[Article | InputError]:
    """Pass on, and raise where nothing came."""
    empty = True
    for item in found:
        empty = False
        yield item
    if empty:
        raise EmptyInputError(name, "the input holds no record")
