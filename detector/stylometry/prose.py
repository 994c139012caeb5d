"""The running prose of a document, counted once: what every family of measures reads.

Headings, table rows and list marks are left out, and words are split at hyphens (the normalised
view writes every dash as one): what a web site or a corpus does to a page does not reach the measures.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.document import Document
from detector.stylometry.words import function_words, word_frequencies

_TOKEN = re.compile(r"(?:[A-Za-z]\.){2,}|[^\W\d_]+(?:'[^\W\d_]+)?|\d+(?:[.,:/]\d+)*|\.{3}|[^\w\s]|_")
_MARKUP = re.compile(r"[*_#`|]+")


_VOWELS = re.compile(r"[aeiouy]+")


def syllables(word: str) -> int:
    """Groups of vowels, less a silent final e, at least one: the usual approximation of Flesch's counts.

    >>> [syllables(word) for word in ("talks", "agreement", "make")]
    [1, 3, 1]
    """
    count = len(_VOWELS.findall(word))
    if count > 1 and word[-1] == "e" and word[-2] != "l":
        count -= 1
    return max(1, count)


@dataclass(frozen=True, slots=True)
class ProseSentence:
    """Tokens of one sentence; `words` are its alphabetic tokens in lower case."""

    tokens: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frequencies:
    """For each different word: occurrences here, rank (0: off the list) and log10 per million in human news."""

    counts: npt.NDArray[np.float64]
    ranks: npt.NDArray[np.float64]
    logs: npt.NDArray[np.float64]
    is_function: npt.NDArray[np.bool_]


_OFF_LIST = (0, 0.5)
"""Rank and log10 of occurrences per million given to a word outside the frequency list."""


def look_up(counts: Mapping[str, int]) -> Frequencies:
    """Look the words up in the frequency list of human news."""
    table, closed = word_frequencies(), function_words()
    found = [table.get(word, _OFF_LIST) for word in counts]
    pairs = np.array(found, dtype=np.float64).reshape(-1, 2)
    return Frequencies(
        counts=np.array(list(counts.values()), dtype=np.float64),
        ranks=pairs[:, 0],
        logs=pairs[:, 1],
        is_function=np.array([word in closed for word in counts], dtype=np.bool_),
    )


@dataclass(frozen=True, slots=True)
class Prose:
    """Sentences with counts made once; `words` holds alphabetic tokens only, in lower case.

    `syllables` gives the syllables of each different word; `word_lengths` counts the characters of each
    word, the apostrophe of `don't` and the stops of `u.s.` among them, and so does every measure of letters;
    `bigrams` pairs neighbouring words of a sentence across any mark or number between them.
    """

    sentences: tuple[ProseSentence, ...]
    tokens: tuple[str, ...]
    words: tuple[str, ...]
    counts: Mapping[str, int]
    marks: Mapping[str, int]
    syllables: Mapping[str, int]
    frequencies: Frequencies
    bigrams: tuple[tuple[str, str], ...]
    lengths: npt.NDArray[np.float64]
    word_lengths: npt.NDArray[np.float64]

    def per_1000(self, count: float) -> float:
        """Occurrences per 1,000 words; 0 for a text without words."""
        return 1000.0 * count / len(self.words) if self.words else 0.0

    def share(self, count: float) -> float:
        """Occurrences per word; 0 for a text without words."""
        return count / len(self.words) if self.words else 0.0

    def per_sentence(self, count: float) -> float:
        """Occurrences per sentence; 0 for a text without sentences."""
        return count / len(self.sentences) if self.sentences else 0.0

    def total(self, words: frozenset[str]) -> int:
        """Occurrences of any of `words`."""
        counts = self.counts
        return sum(counts[word] for word in counts.keys() & words)


def read_sentences(texts: Iterable[str]) -> list[ProseSentence]:
    """Tokenise sentences; those without a letter are left out.

    >>> read_sentences(["The U.S.-led talks cost $1,000."])[0].words
    ('the', 'u.s.', 'led', 'talks', 'cost')
    """
    found = []
    for text in texts:
        tokens = tuple(_TOKEN.findall(text))
        words = tuple(token.lower() for token in tokens if token[0].isalpha())
        if words:
            found.append(ProseSentence(tokens, words))
    return found


def read_prose(document: Document) -> Prose:
    """Take the prose out of a document; linear in its length, total, empty for an empty document."""
    texts = []
    for sentence in document.sentences:
        block = document.block_of(sentence)
        if block.kind not in ("heading", "table_row"):
            texts.append(_MARKUP.sub(" ", document.text[max(sentence.start, block.content) : sentence.end]))
    return gather(read_sentences(texts))


def gather(sentences: Sequence[ProseSentence]) -> Prose:
    """Count over a run of sentences: the whole article, or one window of it."""
    tokens = tuple(token for sentence in sentences for token in sentence.tokens)
    words = tuple(word for sentence in sentences for word in sentence.words)
    counts = Counter(words)
    return Prose(
        sentences=tuple(sentences),
        tokens=tokens,
        words=words,
        counts=counts,
        syllables={word: syllables(word) for word in counts},
        frequencies=look_up(counts),
        marks=Counter(token for token in tokens if not token[0].isalnum()),
        bigrams=tuple(pair for s in sentences for pair in zip(s.words, s.words[1:], strict=False)),
        lengths=np.array([len(sentence.words) for sentence in sentences], dtype=np.float64),
        word_lengths=np.array([len(word) for word in words], dtype=np.float64),
    )
