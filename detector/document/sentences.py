"""Sentences within a block, by rules over what stands before and after each stop.

Why no library: `python benchmarks/sentences.py` compares these rules with sentencex, syntok, pysbd
and blingfire on a table of news cases (abbreviations, quotes, initials, ellipses, decimals) and on
split articles. The rules lead in the cases, which were written with them in view; on the articles
only syntok, by which those seem to have been split, agrees more, at five times the time and with
decimals cut in two. They are linear on hostile input, keep offsets, and need no further wheel
(blingfire's weighs 99 MB). The abbreviations are data: `detector/data/abbreviations.toml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from detector.data import load_toml
from detector.document.blocks import CLOSERS, NOTES, Block

_STOP = re.compile(rf"(?P<mark>[.!?]+|[\u3002\u061f\u06d4\u0964\u2047-\u2049]+)(?P<closers>{CLOSERS}){NOTES}")
_OPENERS = "\"'([{$\u00a3\u20ac#@-\u2022*"
_WORD_BEFORE = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]+(?:[.-][^\W\d_]+)*\Z")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]\Z")
_NEXT_WORD = re.compile(r"[^\W_]+(?:'[^\W\d_]+)?")
_GLUED = re.compile(r"[A-Z][a-z]*(?:'[a-z]+)?[ ,-]")
_LOOKBACK = 16


@dataclass(frozen=True, slots=True)
class _Words:
    never: frozenset[str]
    title: frozenset[str]
    numbered: frozenset[str]
    either: frozenset[str]
    lower: frozenset[str]
    openers: frozenset[str]
    speech: frozenset[str]


@cache
def _words() -> _Words:
    data = load_toml("abbreviations.toml")
    return _Words(**{name: frozenset(data[name]) for name in _Words.__slots__})


def split_sentences(text: str, block: Block) -> list[tuple[int, int]]:
    """Offsets of the sentences of one block; headings and table rows are one sentence each.

    >>> text = 'He met Sen. J. Doe in the U.S. The talks cost $1.5 million. "Why?" he asked.'
    >>> [text[a:b] for a, b in split_sentences(text, Block("paragraph", 0, len(text), 0))]
    ['He met Sen. J. Doe in the U.S.', 'The talks cost $1.5 million.', '"Why?" he asked.']
    """
    if block.kind in ("heading", "table_row"):
        return [(block.start, block.end)]
    found: list[tuple[int, int]] = []
    start = block.start
    for match in _STOP.finditer(text, block.content, block.end):
        following = match.end()
        while following < block.end and text[following].isspace():
            following += 1
        if following == block.end:
            break
        if _ends_sentence(text, start, match, following, block.end):
            found.append((start, match.end()))
            start = following
    if start < block.end:
        found.append((start, block.end))
    return found


def _ends_sentence(text: str, start: int, stop: re.Match[str], following: int, limit: int) -> bool:
    """Decide for one run of stops with its closing marks, given what follows."""
    mark, closers = stop["mark"], stop["closers"]
    if mark[0] not in ".!?":
        return True
    if following == stop.end():
        return _is_glued(text, stop.start(), mark, following)
    first = following
    while first < limit and first - following < 3 and (text[first] in _OPENERS or text[first] == " "):
        first += 1
    if first == limit or text[first] in ",;:.!?)]}%":
        return False
    if text[first].islower():
        # A lower-case word goes on with the sentence; a letter of a script without case does not.
        return _inner_capital(text, first)
    opener = _NEXT_WORD.match(text, first, min(limit, first + 20))
    if mark != ".":
        return not (closers and opener and _speaker_follows(text, opener.end(), limit))
    if closers.endswith(("'", '"')):
        return True
    return _stop_ends(text, start, stop.start(), opener.group() if opener else "")


def _stop_ends(text: str, start: int, stop: int, following: str) -> bool:
    """Decide for a single full stop, by the word before it and the word after it."""
    words = _words()
    opens = following.lower() in words.openers
    before = _WORD_BEFORE.search(text, max(start, stop - _LOOKBACK), stop)
    if before is None:
        # "1. First point" opens its sentence with a number; "in 2019. The" does not.
        return not (stop - start <= 3 and text[start:stop].strip().isdigit())
    form = before.group()
    word = form.lower()
    if word in words.never or (word in words.numbered and following[:1].isdigit()):
        return False
    if _is_acronym(form) and (following in ("A", "I") or not following.isupper()):
        return True
    if word in words.title:
        return form == word and (opens or _is_measure(text, start, before.start()))
    if word in words.lower or (word in words.either and form != word):
        return opens
    if before.start() > start and text[before.start() - 1].isdigit():
        return True
    if _INITIALS.fullmatch(form) and form[0].isupper() and word != "i":
        return opens and (len(word) > 1 or following not in ("A", "I"))
    return True


def _is_acronym(form: str) -> bool:
    """True for `SEC` and `LA`, which are no abbreviations unless all around them is in capitals."""
    return len(form) > 1 and form.isupper() and "." not in form


def _is_measure(text: str, start: int, word: int) -> bool:
    """True for `20 ft.` and `60-sec.`, where a number stands before the word."""
    return text[max(start, word - 2) : word].rstrip(" -")[-1:].isdigit()


def _inner_capital(text: str, first: int) -> bool:
    """True for `iPhone` and `eBay`, which open sentences as they are."""
    return text[first + 1 : first + 2].isupper()


def _speaker_follows(text: str, position: int, limit: int) -> bool:
    """True for `Smith asked` and `Mr Smith asked` after a quoted question."""
    window = text[position : min(limit, position + 40)].split()[:3]
    return any(word.strip(".,") in _words().speech for word in window)


def _is_glued(text: str, stop: int, mark: str, end: int) -> bool:
    """True where a scraper lost the space: `the truce.The talks`, not `example.com` or `Node.Js`."""
    before = text[max(0, stop - 3) : stop]
    if len(mark) > 3 or not (len(before) == 3 and before.isalpha() and before.islower()):
        return False
    following = _GLUED.match(text, end, end + 20)
    if following is None:
        return False
    word = following.group()[:-1].lower()
    return len(word) > 3 or word in _words().openers
