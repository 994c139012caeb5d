"""Texts of an article made harmless for what shows or stores them."""

from __future__ import annotations

import re

_SURROGATES = re.compile("[\ud800-\udfff]")


def printable(text: str) -> str:
    """Show characters that are not printable (controls, bidi, lone surrogates) by their numbers, blanks as spaces."""
    return "".join(c if c.isprintable() else " " if c.isspace() else f"<U+{ord(c):04X}>" for c in text)


def one_line(text: str) -> str:
    """Fold a text of an article onto one line that cannot steer the terminal."""
    return printable(" ".join(text.split()))


def storable(text: str) -> str:
    r"""Give a text that UTF-8 can hold, of the same length: a lone surrogate becomes U+FFFD.

    >>> storable("a\ud800b")
    'a\ufffdb'
    """
    return _SURROGATES.sub("\ufffd", text)
