"""Patterns of word lists."""

from __future__ import annotations

import re
from collections.abc import Iterable


def either(words: Iterable[str]) -> str:
    """Alternatives, the longest first; a month is not the verb "may"."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "|".join("(?-i:may)" if word == "may" else re.escape(word) for word in ordered)


def words_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Pattern of any of these words or phrases, in any case."""
    return re.compile(rf"\b(?:{either(words)})(?!\w)", re.IGNORECASE)
