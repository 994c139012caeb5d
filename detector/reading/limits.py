"""Caps on what is read: an input over one of them gets a TooLargeError that names the cap."""

from __future__ import annotations

import time
from dataclasses import dataclass

from detector.errors import TooLargeError


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps for one article; the defaults take any article and no book.

    `seconds` is checked between the pages of a PDF and the steps of a Word document: a parser is not
    cut off inside one step, whose work the other caps bound, as they do for all other kinds.
    """

    bytes: int = 10_000_000
    characters: int = 1_000_000
    depth: int = 200
    """Nesting of HTML elements and of JSON values."""
    elements: int = 50_000
    """Elements of an HTML tree; XML tags in a part of a Word document, times four."""
    attributes: int = 300
    """Attributes of one HTML element: parsers are quadratic in them."""
    unpacked_bytes: int = 60_000_000
    """Size of a .docx after decompression."""
    unpacked_ratio: int = 200
    """Decompressed over compressed size, for parts over a megabyte."""
    pages: int = 300
    seconds: float = 30.0


DEFAULT_LIMITS = Limits()


class Deadline:
    """Time left for one input."""

    __slots__ = ("_end", "_name", "_seconds")

    def __init__(self, name: str, limits: Limits) -> None:
        self._name = name
        self._seconds = limits.seconds
        self._end = time.monotonic() + limits.seconds

    def check(self) -> None:
        """Raise TooLargeError once the time is up."""
        if time.monotonic() > self._end:
            raise TooLargeError(self._name, f"reading took longer than {self._seconds:g} seconds")


def check_size(name: str, size: int, cap: int, unit: str) -> None:
    """Raise TooLargeError where `size` is over `cap`.

    >>> check_size("a.txt", 11, 10, "bytes")
    Traceback (most recent call last):
    detector.errors.TooLargeError: a.txt: over the limit of 10 bytes
    """
    if size > cap:
        raise TooLargeError(name, f"over the limit of {cap:,} {unit}")
