"""Whether two sentences are on one subject: they share rare terms, and their names don't tell them apart."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from detector.corroboration.terms import COMMON, WORD, cosine, count_terms, place_names, stem, weigh
from detector.data import load_toml
from detector.sourcing.lexicon import table
from detector.stylometry.words import word_frequencies

SIMILARITY = 0.2
FEWEST_SHARED = 2


def same_subject(first: str, second: str) -> bool:
    """Whether two sentences share their rarer terms, and neither names another subject.

    >>> same_subject("The Harlow plant will close, Tolland said.", "The Harlow plant will stay open.")
    True
    >>> same_subject("The Harlow plant of Tolland will close.", "The Denby plant of Tolland will stay open.")
    False
    """
    counts = [count_terms(text) for text in (first, second)]
    alike = len(counts[0].keys() & counts[1].keys()) >= FEWEST_SHARED and cosine(*weigh(counts)) >= SIMILARITY
    return alike and not told_apart(first, second)


def told_apart(first: str, second: str) -> bool:
    """Whether each of two sentences has a name that the other lacks."""
    return bool(lacking(first, second) and lacking(second, first))


def lacking(text: str, other: str) -> set[str]:
    """Give the names of a text that another lacks, word by word.

    >>> sorted(lacking("Tom Hall of Leeds was convicted.", "Hall was acquitted."))
    ['leed', 'tom']
    """
    return _names_and_words(text)[0] - _names_and_words(other)[1]


def _names_and_words(text: str) -> tuple[set[str], set[str]]:
    """Proper names of a sentence, word by word, with what tells courts and chambers apart; and all its words."""
    places, rest = place_names(text)
    common, dates, telling = word_frequencies(), _dates_and_numbers(), _telling()
    names, words = set(places), set(places)
    found = WORD.findall(rest)
    for position, (word, following) in enumerate(pairwise([*found, ""])):
        lower = word.lower()
        words.add(stem(lower))
        capital = word[0].isupper() and len(word) > 1 and lower not in dates
        # The first word has its capital from the sentence, unless it is rare or a name goes on behind it.
        if position == 0 and lower in common:
            capital &= following[:1].isupper() and common[lower][1] <= COMMON
        if capital or lower in telling:
            names.add(stem(lower))
    return names, words


@cache
def _dates_and_numbers() -> frozenset[str]:
    times, quantity = table("times"), load_toml("corroboration.toml")["quantity"]
    days = [*times["months"], *times["month_abbreviations"], *times["weekdays"]]
    return frozenset([*days, *quantity["words"], *quantity["tens"]])


@cache
def _telling() -> frozenset[str]:
    return frozenset(load_toml("corroboration.toml")["instance"]["words"])
