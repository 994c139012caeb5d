"""Rare-term vectors of texts, and groups of articles that tell one story."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from detector.corroboration.words import either
from detector.data import load_toml
from detector.stylometry.words import word_frequencies

WORD = re.compile(r"[^\W\d_][\w'’]*|\d[\d,.]*\d|\d")
KEPT = 80
KEYS = 20
NAME = "@"
NAME_RARITY = 2.5
"""Least weight of a proper name, however common it is in the language."""
NAME_FACTOR = 1.5
NEIGHBOURS = 25
BACKGROUND = 50
COMMON = 2.6
UNKNOWN = 3.5
"""Weight of a word outside the 5,000 commonest; a common one weighs less by its log frequency."""


def count_terms(text: str) -> Counter[str]:
    """Count a text's terms, with plurals and possessives folded.

    Proper names begin with "@"; a country's names and its capital's count as one.

    >>> sorted(count_terms("The weldings' workbenches; Moscow and the Kremlin met Hawkins"))
    ['@Hawkin', '@Russia', 'met', 'welding', 'workbenche']
    """
    table = word_frequencies()
    places, rest = place_names(text)
    counts = Counter(places)
    for word, times in Counter(WORD.findall(rest)).items():
        lower = word.lower()
        if (len(word) < 3 and not word[0].isdigit()) or (lower in table and table[lower][1] > COMMON):
            continue
        name = word[0].isupper() and lower not in table
        counts[NAME + stem(word) if name else stem(lower)] += times
    return counts


def place_names(text: str) -> tuple[list[str], str]:
    """Take the countries and capitals out of a text: as terms, and the text without them.

    >>> place_names("Moscow and the Kremlin met Hawkins")
    (['@Russia', '@Russia'], '. and the . met Hawkins')
    """
    pattern, names = places()
    return [NAME + names[place] for place in pattern.findall(text)], pattern.sub(".", text)


@cache
def places() -> tuple[re.Pattern[str], dict[str, str]]:
    """What finds the names of countries and capitals in a text, and the country that each of them stands for."""
    names = {n: place for place, names in load_toml("corroboration.toml")["places"].items() for n in names}
    return re.compile(rf"\b(?=[A-Z])(?:{either(names)})(?!\w)"), names


def _rarity(term: str, table: Mapping[str, tuple[int, float]]) -> float:
    word = term.removeprefix(NAME).lower()
    rarity = UNKNOWN - table[word][1] if word in table else UNKNOWN
    return NAME_FACTOR * max(rarity, NAME_RARITY) if term.startswith(NAME) else rarity


def _bare(word: str) -> str:
    return word.replace("’", "'").removesuffix("'").removesuffix("'s")


def stem(word: str) -> str:
    """Fold plurals and possessives."""
    word = _bare(word)
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def spell(terms: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Give terms as the texts spell them most often, without numbers and "@".

    >>> spell(["@Burga", "@Russia", "14", "weld"], ["Burgas welds 14 times, Burgas said; the Kremlin did not."])
    ['Burgas', 'Russia', 'welds']
    """
    spellings: dict[str, Counter[str]] = {term: Counter() for term in terms}
    for text in texts:
        for word, times in Counter(WORD.findall(text)).items():
            for term in (NAME + stem(word), stem(word.lower())):
                if term in spellings:
                    spellings[term][_bare(word)] += times
    most = {
        term: max(told.items(), key=lambda item: (item[1], item[0]), default=(term, 0))[0]
        for term, told in spellings.items()
        if not term[0].isdigit()
    }
    return [spelling.removeprefix(NAME) for spelling in most.values()]


def weigh(counts: Sequence[Mapping[str, int]], kept: int = KEPT) -> list[dict[str, float]]:
    """Turn counts to unit vectors: rarer in the language and in the batch weighs more."""
    table = word_frequencies()
    spread = Counter(term for count in counts for term in count)
    total = len(counts) + BACKGROUND
    vectors = []
    for count in counts:
        vector = {
            term: (1 + math.log(n)) * _rarity(term, table) * math.log(total / (spread[term] + 0.5))
            for term, n in count.items()
        }
        top = dict(sorted(vector.items(), key=lambda item: (-item[1], item[0]))[:kept])
        length = math.sqrt(sum(weight * weight for weight in top.values())) or 1.0
        vectors.append({term: weight / length for term, weight in top.items()})
    return vectors


def cosine(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    """Similarity of two unit vectors."""
    if len(right) < len(left):
        left, right = right, left
    return sum(weight * right.get(term, 0.0) for term, weight in left.items())


def group_stories(
    vectors: Sequence[Mapping[str, float]],
    days: Sequence[date | None],
    threshold: float,
    cohesion: float,
    days_apart: int,
) -> list[tuple[int, ...]]:
    """Group articles by their rare terms; only articles that share some of the weightiest are compared.

    The dated articles of a group are at most `days_apart` days apart.
    """
    links = _links(vectors, days, threshold, days_apart)
    members: dict[int, list[int]] = {place: [place] for pair in links for place in pair}
    group_of = {place: place for place in members}
    weight: dict[int, dict[int, float]] = {place: {} for place in members}
    dated: dict[int, list[date]] = {place: [day] if (day := days[place]) else [] for place in members}
    for (left, right), similarity in links.items():
        weight[left][right] = weight[right][left] = similarity
    for pair in sorted(links, key=lambda pair: (-links[pair], pair)):
        large, small = sorted((group_of[place] for place in pair), key=lambda g: (-len(members[g]), g))
        if large == small:
            continue
        # An article is compared with few others, so pairs that could not be compared don't count against.
        pairs = len(members[small]) * min(len(members[large]), NEIGHBOURS)
        span = [*dated[large], *dated[small]]
        if span and (max(span) - min(span)).days > days_apart:
            continue
        if weight[large][small] / pairs >= threshold * cohesion:
            dated[large] = [min(span), max(span)] if span else []
            for member in members[small]:
                group_of[member] = large
            members[large] += members.pop(small)
            for other, total in weight.pop(small).items():
                del weight[other][small]
                if other != large:
                    weight[large][other] = weight[other][large] = weight[large].get(other, 0.0) + total
    return sorted(tuple(sorted(group)) for group in members.values() if len(group) > 1)


def _links(
    vectors: Sequence[Mapping[str, float]], days: Sequence[date | None], threshold: float, days_apart: int
) -> dict[tuple[int, int], float]:
    posting: dict[str, list[int]] = defaultdict(list)
    links: dict[tuple[int, int], float] = {}
    seen: set[tuple[int, int]] = set()
    order = sorted(range(len(vectors)), key=lambda place: (days[place] or date.min, place))
    for place in order:
        for term in sorted(vectors[place], key=lambda term: (-vectors[place][term], term))[:KEYS]:
            for other in posting[term][-NEIGHBOURS:]:
                pair = (min(place, other), max(place, other))
                if pair in seen:
                    continue
                seen.add(pair)
                first, second = days[place], days[other]
                if first and second and abs((first - second).days) > days_apart:
                    continue
                similarity = cosine(vectors[place], vectors[other])
                if similarity >= threshold:
                    links[pair] = similarity
            posting[term].append(place)
    return links
