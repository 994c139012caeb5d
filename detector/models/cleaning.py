"""The text that the encoder reads: prose alone, without any mark of the page or the prompt it came from.

Training and inference share this module, so a formatting habit of a data set (newlines, list
marks, markdown, datelines, web leftovers, a chat model's lead-in, a last sentence that breaks
off, typing errors) can neither be learned nor be scored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from detector.data import load_toml
from detector.document import Document
from detector.document.blocks import CLOSERS
from detector.models.spelling import Corrector

_LONG_WORDS = 60
_TERMINAL = re.compile(rf"[.!?]{CLOSERS}\Z")
_NOTE = re.compile(r"(?<=[^\s\[(])\[\d{1,3}\](?:\([^()\s]{0,500}\))?|(?<=[.!?\"')\]])[\u2020\u2021]")
"""Marks of footnotes: `[1]` close after a word or stop, and daggers after a stop."""
_INNER_END = re.compile(r"[.!?][\"')\]]{0,3}\s+")
_LINK = re.compile(r"!?\[([^\]\[\n]{0,200})\]\([^()\s]{0,500}\)")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|pic\.twitter\.com/\S+|\S{1,64}@[\w-]{1,64}\.[\w.]{2,64}")
_MARKUP = re.compile(r"\*{1,3}|_{2,3}|`{1,3}|#{1,6}|[~|<>\\^]+")
_DASHES = re.compile(r"-{2,}|- -")
_SPACED_DASH = re.compile(r",? - (?:- )*")
_BROKEN_OFF = re.compile(r" ?-(?=[\"'])")
_BRACKETS = re.compile(r"[\[\]{}]")
_DOTS = re.compile(r"\.{2,}(?: ?\.{1,5})*")
_QUOTES = re.compile(r"``|''|\"{2,}")
_MANY_MARKS = re.compile(r"([!?,;:])\1+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A cleaned sentence, or a part of an overlong one, in offsets of the normalised text."""

    start: int
    end: int
    sentence: int
    text: str


@dataclass(frozen=True, slots=True)
class _Rules:
    leftovers: tuple[tuple[str, re.Pattern[str]], ...]
    lead_ins: re.Pattern[str]
    datelines: re.Pattern[str]
    bylines: re.Pattern[str]
    marks: re.Pattern[str]


@cache
def _rules() -> _Rules:
    data = load_toml("cleaning.toml")
    return _Rules(
        tuple((key, re.compile("|".join(found))) for key, found in data["leftovers"].items()),
        re.compile("|".join(data["lead_ins"]), re.IGNORECASE),
        re.compile("|".join(data["datelines"])),
        re.compile("|".join(data["bylines"])),
        re.compile("|".join(re.escape(mark) for mark in data["marks"])),
    )


def tidy(text: str) -> str:
    """Drop markdown, addresses, footnotes' marks and runs of marks from one sentence of a normalised text.

    >>> tidy("**Kyiv** said -- again -- it would [wait](https://example.org)...")
    'Kyiv said - again - it would wait.'
    """
    text = _NOTE.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _ADDRESS.sub("", text)
    text = _QUOTES.sub('"', text)
    text = _MARKUP.sub(" ", text)
    text = _rules().marks.sub("", text)
    text = _DASHES.sub("-", text)
    text = _DOTS.sub(".", text)
    text = _MANY_MARKS.sub(r"\1", text)
    return _SPACE.sub(" ", text).strip()


def without_house_style(text: str) -> str:
    """A piece's text as the encoder reads it: commas in place of dashes between words, and no square brackets.

    House style, not the author, decides which of them a text has. The stylometric model, whose measures
    count every mark, reads the piece as it is.

    >>> without_house_style('Kyiv said - again - "We [Ukrainians] wait, but -" and left well-known places.')
    'Kyiv said, again, "We Ukrainians wait, but" and left well-known places.'
    """
    return _BRACKETS.sub("", _BROKEN_OFF.sub("", _SPACED_DASH.sub(", ", text)))


def strip_opening(text: str) -> str:
    """Drop a dateline or a chat model's lead-in from the front of a sentence.

    >>> strip_opening("Sure! Here is a rewritten version of the article: GENEVA, May 3 (Reuters) - Talks began.")
    'Talks began.'
    """
    rules = _rules()
    for _ in range(4):
        found = rules.lead_ins.match(text) or rules.datelines.match(text)
        if found is None or found.end() == 0:
            break
        text = text[found.end() :].lstrip()
    return text


def pieces(document: Document) -> tuple[Piece, ...]:
    """Clean a document into the pieces that windows are made of; empty for a text without letters.

    Headings, table rows, web leftovers and sentences without a final stop are left out, unless
    that would leave less than half of the words: then only the leftovers are.
    """
    corrected = Corrector()
    strict: list[Piece] = []
    loose: list[Piece] = []
    for index, sentence in enumerate(document.sentences):
        block = document.block_of(sentence)
        start = max(sentence.start, block.content) if sentence.start == block.start else sentence.start
        text = tidy(document.text[start : sentence.end])
        if sentence.start == block.start:
            text = strip_opening(text)
        if not any(char.isalpha() for char in text) or _leftover(text):
            continue
        parts = _cut(start, sentence.end, index, corrected(text))
        loose.extend(parts)
        if block.kind in ("paragraph", "list_item") and _TERMINAL.search(text):
            strict.extend(parts)
    return tuple(strict if _words(strict) * 2 >= _words(loose) else loose)


def _leftover(text: str) -> bool:
    rules, folded = _rules(), text.casefold()
    return rules.bylines.match(text) is not None or any(
        key in folded and pattern.search(folded) for key, pattern in rules.leftovers
    )


def _words(found: list[Piece]) -> int:
    return sum(piece.text.count(" ") + 1 for piece in found)


def _cut(start: int, end: int, index: int, text: str) -> list[Piece]:
    """Cut a sentence that a lower-case or unpunctuated text made too long into parts."""
    if text.count(" ") < _LONG_WORDS:
        return [Piece(start, end, index, text)]
    parts: list[str] = []
    for part in _INNER_END.sub("\\g<0>\n", text).split("\n"):
        words = part.split()
        parts.extend(" ".join(words[i : i + _LONG_WORDS]) for i in range(0, len(words), _LONG_WORDS))
    length, done, found = max(sum(map(len, parts)), 1), 0, []
    for part in parts:
        stop = done + len(part)
        found.append(
            Piece(start + (end - start) * done // length, start + (end - start) * stop // length, index, part)
        )
        done = stop
    return found
