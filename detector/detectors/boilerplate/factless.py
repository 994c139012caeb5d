"""Lists and tables without facts: runs of items with hardly a number, date, quotation or new name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from detector.data import load_toml
from detector.document import Block, Document
from detector.document.words import known_words

_FACT = re.compile(
    r"\d|[\"@]|(?<!\w)'\w[^']{1,300}'|https?:|\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:january|february|april|june|july|august"
    r"|september|october|november|december)|(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen"
    r"|hundred|thousand|million|billion))\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:['.][^\W\d_]+)*")
_LABEL = re.compile(r"[^:.!?\n]{1,80}:(?=\s)")
_CELL_END = re.compile(r"[|\t]")
_RULER = re.compile(r"[\s|:+=-]+")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The numbers of `boilerplate/counting.toml` that this module needs."""

    min_list_items: int
    min_table_rows: int
    max_fact_share: float
    topic_mentions: int


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of an article's prose: in passing, and so often that they are its topic."""

    passing: frozenset[str]
    topics: frozenset[str]


@dataclass(frozen=True, slots=True)
class FactlessRun:
    """A run of blocks `[first, last]` with the share of its items that hold a fact."""

    first: int
    last: int
    fact_share: float


def factless_runs(document: Document, limits: Thresholds, skipped: frozenset[int]) -> Iterator[FactlessRun]:
    """Runs of list items or table rows with few facts; `skipped` blocks are furniture, not items.

    A fact is a digit or a number in words, a day, a quotation mark, an address, or a name that is not
    the article's topic: "Sanctions Policy | Gradual Easing" tells a reader nothing, "Treasury | Rachel
    Reeves" does, and "Russia" in a list of an article on Russia adds nothing.
    """
    names: _Names | None = None
    for first, last in _runs(document.blocks, skipped):
        items = _items(document, first, last)
        table = document.blocks[first].kind == "table_row"
        if len(items) < (limits.min_table_rows if table else limits.min_list_items):
            continue
        if sum(len(item.split()) for item in items) < 3 * len(items):
            continue
        if names is None:
            names = _names(document, limits.topic_mentions)
        share = sum(_holds_fact(item, names) for item in items) / len(items)
        if share <= limits.max_fact_share:
            yield FactlessRun(first, last, share)


def _runs(blocks: tuple[Block, ...], skipped: frozenset[int]) -> Iterator[tuple[int, int]]:
    first = 0
    while first < len(blocks):
        last = first
        if blocks[first].kind in ("list_item", "table_row") and first not in skipped:
            while (
                last + 1 < len(blocks)
                and blocks[last + 1].kind == blocks[first].kind
                and last + 1 not in skipped
            ):
                last += 1
            yield first, last
        first = last + 1


def _items(document: Document, first: int, last: int) -> list[str]:
    """Texts of the items; of a table, the rows under its head."""
    texts = [document.text[block.content : block.end] for block in document.blocks[first : last + 1]]
    if document.blocks[first].kind == "table_row":
        texts = [text for text in texts if not _RULER.fullmatch(text)][1:]
    return texts


def _holds_fact(item: str, names: _Names) -> bool:
    if _FACT.search(item):
        return True
    if any(_bare(word.group()) in names.passing for word in _WORD.finditer(item)):
        return True
    if any(_names_somebody(cell, names) for cell in _CELL_END.split(item)):
        return True
    if "|" in item:
        return False  # Cells are set in title case: a capital letter there is no sign of a name.
    label = _LABEL.match(item)
    body = [word.group() for word in _WORD.finditer(item, label.end() if label else 0)]
    capitals = [word for word in body[1:] if word[0].isupper() and word != "I"]
    return len(capitals) <= len(body) / 2 and any(_bare(word) not in names.topics for word in capitals)


def _names_somebody(cell: str, names: _Names) -> bool:
    """Tell whether two capitalised words in a row are a name, not "Gradual Easing".

    They are where the first is a given name, or where human news does not know one of them.
    """
    words = [word.group() for word in _WORD.finditer(cell)]
    return any(
        first[0].isupper()
        and second[0].isupper()
        and not {_bare(first), _bare(second)} & names.topics
        and (first.lower() in _given_names() or _is_unknown(first) or _is_unknown(second))
        for first, second in pairwise(words)
    )


def _is_unknown(word: str) -> bool:
    """Tell whether human news does not know a word of four letters or more."""
    return len(word) > 3 and word.isalpha() and word.lower() not in known_words()[0]


@cache
def _given_names() -> frozenset[str]:
    return frozenset(load_toml("boilerplate/given_names.toml")["names"].split())


def _names(document: Document, topic_mentions: int) -> _Names:
    """Names in the prose: words with a capital letter inside a sentence, never seen without it."""
    capital: Counter[str] = Counter()
    small: set[str] = set()
    for sentence in document.sentences:
        if document.block_of(sentence).kind != "paragraph":
            continue
        words = [word.group() for word in _WORD.finditer(sentence.text)]
        small.update(word for word in words if word[0].islower())
        capital.update(_bare(word) for word in words[1:] if word[0].isupper() and word != "I")
    names = {word: n for word, n in capital.items() if word.lower() not in small}
    topics = frozenset(word for word, n in names.items() if n >= topic_mentions)
    return _Names(frozenset(names) - topics, topics)


def _bare(word: str) -> str:
    return word.removesuffix("'s").removesuffix("'")
