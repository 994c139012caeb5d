"""The words that human news knows: an unknown one may be misspelt, or disguised."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def known_words() -> tuple[frozenset[str], Mapping[str, int]]:
    """Every word of `detector/data/known_words.txt`, in lower case, and the ranks of the likely ones."""
    text = (files("detector.data") / "known_words.txt").read_text("utf-8")
    likely, _, rest = text.partition("\n\n")
    words = [line for line in likely.splitlines() if not line.startswith("#")]
    others = (line for line in rest.splitlines() if line and not line.startswith("#"))
    return frozenset(words).union(others), {word: rank for rank, word in enumerate(words)}
