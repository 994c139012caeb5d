"""The word lists and phrases of the sourcing detector, read once from its data files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from detector.data import load_toml


def fold(text: str) -> str:
    """Lower-case a text without moving an offset: letters whose lower case is longer stay."""
    lower = text.lower()
    return (
        lower if len(lower) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    )


@cache
def table(name: str) -> dict[str, Any]:
    """One data file of `detector/data/sourcing`, as parsed; callers must not change it."""
    return load_toml(f"sourcing/{name}.toml")


@cache
def words(name: str, key: str) -> frozenset[str]:
    """Words of one list, written in the data file as a block of text."""
    return frozenset(table(name)[key].split())


@cache
def endings(name: str, key: str) -> tuple[str, ...]:
    """Endings of one list, for `str.endswith`."""
    return tuple(table(name)[key].split())


def phrase_pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """Match any of the phrases as whole words in a folded text; linear, since all are literal."""
    ordered = sorted(set(phrases), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(p) for p in ordered) + r")(?!\w)")


@cache
def phrases(name: str, key: str) -> re.Pattern[str]:
    """Pattern of one list of phrases; a dotted key reaches into a table."""
    value: Any = table(name)
    for part in key.split("."):
        value = value[part]
    return phrase_pattern(value.split() if isinstance(value, str) else value)
