"""Word lists and word frequencies that the measures count with, read once and read-only."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from detector.data import load_toml

_GRAMMATICAL = (
    "first_person", "second_person", "third_person", "it_pronouns", "articles", "demonstratives", "prepositions",
    "coordinators", "subordinators", "relatives", "wh_words", "modals", "be_forms", "have_forms", "do_forms", "negation",
)  # fmt: skip


@cache
def word_classes() -> Mapping[str, frozenset[str]]:
    """Closed word classes by name, from `word_classes.toml`."""
    data = load_toml("word_classes.toml")
    return MappingProxyType(
        {name: frozenset(text.split()) for name, text in data.items() if name != "source"}
    )


@cache
def function_words() -> frozenset[str]:
    """Union of the closed grammatical classes."""
    classes = word_classes()
    return frozenset().union(*(classes[name] for name in _GRAMMATICAL))


@cache
def word_frequencies() -> Mapping[str, tuple[int, float]]:
    """Rank (from 1) and log10 of occurrences per million words in human news, for the commonest words."""
    table: dict[str, tuple[int, float]] = {}
    for line in (files("detector.data") / "word_frequencies.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            word, value = line.split("\t")
            table[word] = (len(table) + 1, float(value))
    return MappingProxyType(table)
