"""Windows of whole sentences for the encoder: a document's word pieces, cut with a little context before each.

The same cut serves training and inference. A window is read by itself, without padding, so what
the model says of a sentence never depends on what else is in a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detector.document import Document

if TYPE_CHECKING:
    from tokenizers import Tokenizer


@dataclass(frozen=True, slots=True)
class Slot:
    """A sentence's pieces within a window, half-open; `own` is False for mere context."""

    sentence: int
    first: int
    last: int
    own: bool


@dataclass(frozen=True, slots=True)
class Window:
    """Piece ids with [CLS] and [SEP], their offsets in the document's text, and where each sentence lies."""

    ids: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class WindowShape:
    """Sizes in word pieces: of a window, of its left context, and of the longest sentence kept whole."""

    window: int = 256
    context: int = 56
    sentence: int = 128


CLS, SEP = 101, 102
"""Piece ids of BERT's uncased vocabulary."""

_Pieces = tuple[tuple[int, ...], tuple[tuple[int, int], ...]]


def cut_windows(document: Document, tokenizer: Tokenizer, shape: WindowShape) -> list[Window]:
    """Cut a document into windows; every sentence is `own` in exactly one of them."""
    pieces = [_pieces(document, index, tokenizer, shape.sentence) for index in range(len(document.sentences))]
    windows: list[Window] = []
    index = 0
    while index < len(pieces):
        before = _context(pieces, index, shape.context)
        size = 2 + sum(_size(pieces[i]) for i in range(before, index))
        last = index
        while last < len(pieces) and (last == index or size + _size(pieces[last]) <= shape.window):
            size += _size(pieces[last])
            last += 1
        windows.append(_window(pieces, before, index, last))
        index = last
    return windows


def _pieces(document: Document, index: int, tokenizer: Tokenizer, limit: int) -> _Pieces:
    sentence = document.sentences[index]
    encoding = tokenizer.encode(sentence.text, add_special_tokens=False)
    offsets = tuple((sentence.start + a, sentence.start + b) for a, b in encoding.offsets[:limit])
    return tuple(encoding.ids[:limit]), offsets


def _context(pieces: Sequence[_Pieces], index: int, budget: int) -> int:
    """First sentence of the context that fits before sentence `index`."""
    first = index
    while first > 0 and budget >= _size(pieces[first - 1]):
        first -= 1
        budget -= _size(pieces[first])
    return first


def _size(pieces: _Pieces) -> int:
    """Pieces of a sentence; one for a sentence without any, so that no window holds any number of them."""
    return max(1, len(pieces[0]))


def _window(pieces: Sequence[_Pieces], before: int, first: int, last: int) -> Window:
    ids: list[int] = [CLS]
    offsets: list[tuple[int, int]] = [(0, 0)]
    slots = []
    for index in range(before, last):
        start = len(ids)
        ids.extend(pieces[index][0])
        offsets.extend(pieces[index][1])
        slots.append(Slot(index, start, len(ids), index >= first))
    ids.append(SEP)
    offsets.append((0, 0))
    return Window(tuple(ids), tuple(offsets), tuple(slots))
