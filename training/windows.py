"""Records -> labelled windows of whole cleaned sentences, of matched length in both classes."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detector.document import build_document
from detector.models.cleaning import pieces, without_house_style
from detector.types import Article
from training.attacks import AUGMENTATIONS
from training.corpora import records
from training.splits import group_keys, machine_held_out

Measure = Callable[[str], int]
"""Number of tokens in a text, for the model at hand."""


@dataclass(frozen=True, slots=True)
class Window:
    """One training example; `group` is that of its record, `source` its corpus file.

    `label` is 1 for machine-written, 0 for human, or a teacher's probability (`machine_text.label`).
    """

    text: str
    label: float
    tokens: int
    source: str
    group: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """How many windows to draw from which records of a corpus file.

    `where` maps a field to the values it may have; `without` to those it may not.
    """

    source: str
    label: str
    windows: int
    where: Mapping[str, Sequence[str]]
    without: Mapping[str, Sequence[str]]
    repair: float = 0.0

    def takes(self, record: Mapping[str, Any]) -> bool:
        """Tell whether a record is of this recipe, by label and fields."""
        return (
            record["label"] == self.label
            and all(str(record.get(field, "")) in values for field, values in self.where.items())
            and not any(str(record.get(field, "")) in values for field, values in self.without.items())
        )


def prefixes(found: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Longest copied human prefix, in characters, of each pair: both sides lose that much."""
    longest: dict[str, int] = defaultdict(int)
    for record in found:
        if record.get("human_prefix_chars"):
            key = str(record.get("pair_id", ""))
            longest[key] = max(longest[key], int(record["human_prefix_chars"]))
    return dict(longest)


def without_prefix(record: Mapping[str, Any], cut: Mapping[str, int]) -> str:
    """Text of a record from the first whole sentence after the prefix that its pair shares."""
    text = str(record["text"])
    length = cut.get(str(record.get("pair_id", "")), 0) if record.get("pair_id") else 0
    if not length:
        return text
    rest = re.search(r"[.!?][\"')\u201d\u2019]*\s+(?=\S)", text[length:])
    return text[length + rest.end() :] if rest else text[length:]


def cleaned(text: str) -> list[str]:
    """Cleaned sentences of a text, as the detector reads them."""
    return [piece.text for piece in pieces(build_document(Article(text)))]


def crop(
    sentences: Sequence[str], lengths: Sequence[int], target: int, rng: random.Random
) -> tuple[str, int]:
    """Consecutive sentences of about `target` tokens from a random place (all, where there are fewer).

    The last sentence is one that brings the size nearest to the target: to stop below it always would
    leave a text of long sentences, which is more often a human one, some tokens shorter than others.
    """
    total = sum(lengths)
    if total <= target:
        return " ".join(sentences), total
    latest, left = 0, total
    while left - lengths[latest] >= target:
        left -= lengths[latest]
        latest += 1
    start = rng.randint(0, latest)
    stop, size = start, 0
    while stop < len(sentences) and (size == 0 or size + lengths[stop] / 2 <= target):
        size += lengths[stop]
        stop += 1
    return " ".join(sentences[start:stop]), size


class Glue:
    """Parts words that a scraper glued where a link began or ended ("theprotests of").

    Some corpora of human opinion are full of them: left alone, they would give humans away.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        counts = Counter(word for text in texts for word in re.findall(r"[a-z]+", text.lower()))
        self._known = frozenset(word for word, n in counts.items() if n >= 8)

    def part(self, text: str) -> str:
        """Put the missing spaces back."""
        return re.sub(r"[A-Za-z]{5,}", self._part_word, text)

    def _part_word(self, match: re.Match[str]) -> str:
        word = match.group()
        low = word.lower()
        if low in self._known:
            return word
        cuts = [i for i in range(2, len(word) - 1) if low[:i] in self._known and low[i:] in self._known]
        if not cuts:
            return word
        best = max(cuts, key=lambda i: min(i, len(word) - i))
        return f"{word[:best]} {word[best:]}"


def draw(
    recipe: Recipe, measure: Measure, banned: frozenset[str], rng: random.Random, next_target: Callable[[], int],
    augment: float, glue: Glue | None,
) -> list[Window]:  # fmt: skip
    """Draw the windows of a recipe: every record in turn, in random order, until there are enough."""
    everything = list(records(recipe.source))
    cut = prefixes(everything)
    chosen = []
    for record in everything:
        if not recipe.takes(record) or machine_held_out(record, recipe.source):
            continue
        if any(key in banned for key in group_keys(record)):
            continue
        chosen.append(record)
    rng.shuffle(chosen)
    found: list[Window] = []
    seen: set[str] = set()
    ready: dict[int, tuple[list[str], list[int]]] = {}
    for turn in range(12):
        for index, record in enumerate(chosen):
            if len(found) >= recipe.windows:
                return found
            if index not in ready:
                text = without_prefix(record, cut)
                if glue and rng.random() < recipe.repair:
                    text = glue.part(text)
                sentences = cleaned(text)
                ready[index] = (sentences, [measure(sentence) for sentence in sentences])
            sentences, lengths = ready[index]
            text, size = crop(sentences, lengths, next_target(), rng)
            if size < 24 or text in seen:
                continue
            seen.add(text)
            text = without_house_style(text)
            if rng.random() < augment:
                text = rng.choice(AUGMENTATIONS)(text, rng)
            key = next(iter(group_keys(record)))
            found.append(Window(text, int(recipe.label == "ai"), measure(text), recipe.source, key))
        if turn == 0 and not found:
            break
    return found
