"""Words, phrases and constructions that machines overuse, kept after a check against human news.

The lists, each entry with its rates, are in `overused.toml`, which `python -m training overused` makes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from detector.data import load_toml
from detector.stylometry.prose import Prose


@dataclass(frozen=True, slots=True)
class Overused:
    """Weights (natural log of machine rate over human rate) by word and by phrase of two or three words."""

    words: Mapping[str, float]
    phrases: Mapping[str, float]
    underused: Mapping[str, float]


@cache
def overused() -> Overused:
    """The lists of `overused.toml`."""
    data = load_toml("overused.toml")
    tables = {
        name: MappingProxyType({entry[0]: float(entry[3]) for entry in data[name]})
        for name in ("words", "phrases", "underused")
    }
    return Overused(**tables)


def word_rate(prose: Prose) -> float:
    """Machine-overused words per 1,000 words (Kobak et al. 2025)."""
    listed = overused().words
    return prose.per_1000(sum(prose.counts[word] for word in prose.counts.keys() & listed.keys()))


def word_weight(prose: Prose) -> float:
    """Sum of ln(machine rate / human rate) over the machine-overused words, per 1,000 words (Kobak et al. 2025)."""
    listed = overused().words
    return prose.per_1000(
        sum(prose.counts[word] * listed[word] for word in prose.counts.keys() & listed.keys())
    )


def word_variety(prose: Prose) -> float:
    """Different machine-overused words per 1,000 words (Kobak et al. 2025)."""
    return prose.per_1000(len(prose.counts.keys() & overused().words.keys()))


def phrase_weight(prose: Prose) -> float:
    """Sum of ln(machine rate / human rate) over the machine-overused pairs and triples, per 1,000 words (Paech et al. 2025)."""
    listed = overused().phrases
    total = 0.0
    for sentence in prose.sentences:
        pairs = [f"{a} {b}" for a, b in zip(sentence.words, sentence.words[1:], strict=False)]
        triples = [f"{pair} {c}" for pair, c in zip(pairs, sentence.words[2:], strict=False)]
        total += sum(listed.get(phrase, 0.0) for phrase in (*pairs, *triples))
    return prose.per_1000(total)


def underused_weight(prose: Prose) -> float:
    """Sum of ln(human rate / machine rate) over the words that machines leave to people, per 1,000 words (Reinhart et al. 2025)."""
    listed = overused().underused
    return prose.per_1000(
        sum(prose.counts[word] * listed[word] for word in prose.counts.keys() & listed.keys())
    )


MEASURES: Mapping[str, Callable[[Prose], float]] = {
    "overused.words": word_rate,
    "overused.word_weight": word_weight,
    "overused.word_variety": word_variety,
    "overused.phrase_weight": phrase_weight,
    "overused.underused_weight": underused_weight,
}
