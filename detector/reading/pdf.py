"""PDF to text: the pages' text, with the line breaks and hyphens of the typesetting undone."""

from __future__ import annotations

import io
import logging
import re
from typing import Any

from detector.errors import DatelineError, EmptyInputError, UnreadableError
from detector.reading.fields import make_article
from detector.reading.limits import Deadline, Limits, check_size
from detector.types import Article

# Without a handler, Python would print the library's warnings to stderr.
logging.getLogger("pypdf").addHandler(logging.NullHandler())

_UNPACKED: dict[str, Any] = dict.fromkeys(
    ("zlib_maximum_output_length", "lzw_maximum_output_length", "run_length_maximum_output_length"),
    10_000_000,
)
"""Bytes of one stream after decompression: it is parsed in one go, at less than a megabyte a second."""
_ENDS = re.compile(r"[.!?:][\"'\u201d\u2019)\]]*\Z")
_SOFT_HYPHEN = "\xad"
_HYPHENS = ("-", "\u2010")
_LIST_ITEM = re.compile(r"(?:[-*\u2022\u25cf\u25e6\u2023\u25aa]|\d{1,2}[.)])\s")


def article_from_pdf(data: bytes, *, name: str, limits: Limits) -> Article:
    """Read the text layer of a PDF; a scan has none, and says so.

    Raises
    ------
    EmptyInputError, TooLargeError, UnreadableError
        No text layer; over a cap; encrypted, damaged or no PDF.
    """
    try:
        from pypdf import apply_configuration

        with apply_configuration(**_UNPACKED):
            text, title, author = _read(data, name, limits)
    except DatelineError:
        raise
    except Exception as error:
        raise UnreadableError(name, f"not a readable PDF: {type(error).__name__}: {error}") from error
    text = unwrap(text)
    if not text.strip():
        raise EmptyInputError(name, "the PDF has no text layer (a scan?); run it through OCR first")
    return make_article(text, name=name, limits=limits, title=title, author=author)


def _read(data: bytes, name: str, limits: Limits) -> tuple[str, str | None, str | None]:
    """Text of all pages, title and author."""
    from pypdf import PdfReader

    deadline = Deadline(name, limits)
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableError(name, "the PDF is encrypted; save it without a password")
    check_size(name, len(reader.pages), limits.pages, "pages")
    pages: list[str] = []
    size = 0
    for page in reader.pages:
        # A form may be drawn thousands of times: the time is looked at between operators.
        pages.append(page.extract_text(visitor_operand_before=lambda *_: deadline.check()))
        deadline.check()
        size += len(pages[-1])
        check_size(name, size, limits.characters, "characters")
    return "\n".join(pages), *_metadata(reader)


def _metadata(reader: Any) -> tuple[str | None, str | None]:
    """Title and author; damage there must not cost the text."""
    try:
        return _text(reader.metadata.title), _text(reader.metadata.author)
    except Exception:  # noqa: BLE001 - the parser may fail in any way, and no metadata is no error
        return None, None


def unwrap(text: str) -> str:
    """Join the lines of a paragraph and the halves of a hyphenated word; linear in the text.

    A line that nearly fills the column goes on in the next one; a shorter line ends its paragraph.

    >>> unwrap("The mayor of the town said that infor-\\nmation on the flood would come\\nlater.\\nSport\\n")
    'The mayor of the town said that information on the flood would come later.\\nSport'
    """
    lines = [line.strip() for line in text.splitlines()]
    lengths = sorted(len(line) for line in lines if line)
    if not lengths:
        return ""
    column = lengths[int(len(lengths) * 0.8)]
    paragraphs: list[list[str]] = []
    previous = ""
    for line in lines:
        if line and previous and paragraphs and _goes_on(previous, line, column):
            pieces = paragraphs[-1]
            if previous.endswith((*_HYPHENS, _SOFT_HYPHEN)) and previous[-2:-1].strip():
                if previous.endswith(_SOFT_HYPHEN) or _is_split(previous, line):
                    pieces[-1] = pieces[-1][:-1]
                pieces.append(line)
            else:
                pieces.extend((" ", line))
        elif line:
            paragraphs.append([line])
        previous = line
    return "\n".join("".join(pieces) for pieces in paragraphs)


def _is_split(previous: str, line: str) -> bool:
    """Whether typesetting put the hyphen in: "infor-" loses it, "state-of-the-", "pro-" Russian and "24-" do not."""
    compound = any(hyphen in previous[-40:-1].rpartition(" ")[2] for hyphen in _HYPHENS)
    return previous[-2].isalpha() and line[0].islower() and not compound


def _goes_on(previous: str, line: str, column: int) -> bool:
    if _LIST_ITEM.match(line):
        return False
    if line[0].islower() and not _ENDS.search(previous[-12:]):
        return True
    full = (
        len(previous) >= 0.8 * column if not _ENDS.search(previous[-12:]) else len(previous) >= 0.9 * column
    )
    return full and column >= 30


def _text(value: object) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None
