"""Streams that are read line by line: with lines put back, and in UTF-8 whatever they came in."""

from __future__ import annotations

import codecs
import io
from typing import Protocol

from detector.errors import TooLargeError
from detector.reading.decode import decode
from detector.reading.limits import Limits

WIDE_BOMS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""Byte-order marks of text in which a line break is more than one byte."""


class Lines(Protocol):
    """What lines are read from: any binary stream is one."""

    def readline(self, size: int = -1, /) -> bytes:
        """Give the next line, or `size` bytes of it."""


class PutBack:
    """Lines already read, then the stream they came from."""

    def __init__(self, head: bytes, stream: Lines) -> None:
        self._head = io.BytesIO(head)
        self._stream = stream

    def readline(self, size: int = -1, /) -> bytes:
        """Give the next line."""
        return self._head.readline(size) or self._stream.readline(size)


def in_utf8(stream: Lines, *, name: str, limits: Limits) -> Lines:
    """Give the same lines; UTF-16 and UTF-32 with a byte-order mark are decoded, and read whole for it.

    Raises
    ------
    TooLargeError
        For UTF-16 or UTF-32 over the limit of bytes.
    """
    first = stream.readline(limits.bytes + 1)
    if not first.startswith(WIDE_BOMS):
        return PutBack(first, stream)
    pieces, size = [first], len(first)
    while size <= limits.bytes and (line := stream.readline(limits.bytes + 1)):
        pieces.append(line)
        size += len(line)
    if size > limits.bytes:
        raise TooLargeError(name, f"JSON lines over {limits.bytes:,} bytes are read in UTF-8 alone")
    return io.BytesIO(decode(b"".join(pieces), name=name).encode())
