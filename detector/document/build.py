"""Build a `Document`: everything that the detectors share about one article."""

from __future__ import annotations

import re
from dataclasses import dataclass

from detector.document.blocks import Block, find_blocks
from detector.document.language import Language, identify
from detector.document.normalise import NormalisedText, normalise
from detector.document.sentences import split_sentences
from detector.types import Article, Span


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or punctuation mark, in offsets of the normalised text."""

    start: int
    end: int
    text: str
    is_word: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in offsets of the normalised text; `tokens` is a half-open range of indices."""

    start: int
    end: int
    text: str
    block: int
    tokens: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Document:
    """One article, read once. All offsets here are into `text`, the normalised view."""

    article: Article
    view: NormalisedText
    blocks: tuple[Block, ...]
    sentences: tuple[Sentence, ...]
    tokens: tuple[Token, ...]
    language: Language

    @property
    def text(self) -> str:
        """The normalised text that detectors read."""
        return self.view.text

    @property
    def words(self) -> int:
        """Number of word tokens."""
        return sum(token.is_word for token in self.tokens)

    def raw_span(self, start: int, end: int) -> Span:
        """Map a range of the normalised text to the raw article text."""
        return self.view.to_raw(start, end)

    def sentence_tokens(self, sentence: Sentence) -> tuple[Token, ...]:
        """Tokens of one sentence."""
        return self.tokens[slice(*sentence.tokens)]

    def block_of(self, sentence: Sentence) -> Block:
        """Block that holds a sentence."""
        return self.blocks[sentence.block]


_TOKEN = re.compile(r"\d[\d.,:/]*\d|[^\W_]+(?:['&.-][^\W_]+)*(?:'s?)?|\.{3}|[^\w\s]|_")


def tokenize(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Words (with inner apostrophes and hyphens), numbers and single punctuation marks.

    >>> [token.text for token in tokenize("Mr Peskov's $1,000 e-mail...")]
    ['Mr', "Peskov's", '$', '1,000', 'e-mail', '...']
    """
    limit = len(text) if end is None else end
    return [
        Token(m.start(), m.end(), m.group(), m.group()[0].isalnum())
        for m in _TOKEN.finditer(text, start, limit)
    ]


def build_document(article: Article) -> Document:
    """Read an article once; linear in its length, and total: any text gives a Document."""
    view = normalise(article.text)
    blocks = find_blocks(view.text)
    sentences: list[Sentence] = []
    tokens: list[Token] = []
    for index, block in enumerate(blocks):
        for start, end in split_sentences(view.text, block):
            first = len(tokens)
            tokens.extend(tokenize(view.text, start, end))
            sentences.append(Sentence(start, end, view.text[start:end], index, (first, len(tokens))))
    return Document(article, view, blocks, tuple(sentences), tuple(tokens), identify(view.text))
