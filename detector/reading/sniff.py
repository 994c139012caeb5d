"""First bytes to the kind of an input, and first lines to whether it is JSON lines, broken ones among them."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Sequence
from typing import Literal, TypeAlias

from detector.reading.decode import decode
from detector.reading.elements import BLOCKS, INLINES
from detector.reading.lines import WIDE_BOMS, Lines

Kind: TypeAlias = Literal["text", "html", "markdown", "docx", "pdf", "json", "jsonl"]

_HEAD_LINES = 5
_EMAIL_HEAD = 16_384
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,60}:")
_MIME = (b"mime-version:", b"content-transfer-encoding:", b"message-id:", b"return-path:")
_JSON_START = re.compile(rb"""\{\s*["}]|\[\s*(?:[\[{"\]\d-]|true|false|null)""")
"""An article may begin with "[EMBARGOED"."""
_HTML_START = re.compile(
    rf"<(?:!doctype html|!--|\?xml|(?:{BLOCKS}|{INLINES})[\s/>])".encode(), re.IGNORECASE
)


def sniff(data: bytes) -> Kind:
    """Tell the kind by the first bytes; text where nothing speaks for another.

    >>> sniff(b"%PDF-1.7 ..."), sniff(b"  <!DOCTYPE html><p>Hi"), sniff(b"<H1>Rain"), sniff(b"<Rain> fell.")
    ('pdf', 'html', 'html', 'text')
    """
    if data.startswith(WIDE_BOMS):
        data = decode(data, name="").encode()
    head = data[:4_096].removeprefix(codecs.BOM_UTF8).lstrip()
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"PK\x03\x04") and b"word/" in data:
        return "docx"
    if _HTML_START.match(head):
        return "html"
    if read_head(io.BytesIO(data), len(data))[1]:
        return "jsonl"
    if _JSON_START.match(head) and data.rstrip().endswith((b"}", b"]")) and b'"' in head:
        return "json"
    return "text"


def is_email(data: bytes) -> bool:
    """Whether a text is an e-mail as programs save it: header lines alone up to a blank one, one of them MIME's.

    >>> is_email(b"From: a@example.org\\nMIME-Version: 1.0\\n\\nHello"), is_email(b"From: Oslo\\n\\nIt rained.")
    (True, False)
    """
    lines = data[:_EMAIL_HEAD].lstrip().splitlines()
    head = lines[: next((i for i, line in enumerate(lines) if not line), len(lines))]
    named = [_HEADER.match(line) for line in head if line[:1] not in (b" ", b"\t")]
    return all(named) and any(match is not None and match[0].lower() in _MIME for match in named)


def read_head(stream: Lines, cap: int) -> tuple[bytes, bool]:
    """Read as many lines as it takes to tell JSON lines; give them and the answer.

    That is five that are not blank at most, and no line after `cap` bytes.
    """
    head = bytearray()
    filled: list[bytes] = []
    while len(filled) < _HEAD_LINES and len(head) <= cap:
        line = stream.readline(cap + 1)
        head += line
        if line.strip():
            filled.append(line)
            if are_json_lines(filled):
                return bytes(head), True
        if not line.endswith(b"\n"):
            break
    return bytes(head), False


def are_json_lines(head: Sequence[bytes]) -> bool:
    """Tell by its first lines whether a text is JSON lines; any of them may be broken.

    The first is a JSON object by itself and not the only line, or a later one is a record and the
    first does not open a JSON document of several lines.

    >>> record, broken = b'{"text": "It rained."}', b'{"text": "It'
    >>> are_json_lines([record, broken]), are_json_lines([broken, record]), are_json_lines([b"[", record])
    (True, True, False)
    """
    filled = [line for line in map(_stripped, head) if line]
    if len(filled) < 2:
        return False
    first, *later = filled
    if _object(first) is not None:
        return True
    return not _opens_document(first) and any(_is_record(line) for line in later)


def _stripped(line: bytes) -> str:
    return line.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace").strip()


def _object(line: str) -> dict[str, object] | None:
    if not (line.startswith("{") and line.endswith("}")):
        return None
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _is_record(line: str) -> bool:
    found = _object(line)
    return found is not None and ("text" in found or "html" in found)


def _opens_document(line: str) -> bool:
    """Whether the line is JSON up to its end, where more must follow."""
    if not line.startswith(("{", "[")):
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError) as error:
        return isinstance(error, json.JSONDecodeError) and error.pos >= len(line)
    return False
