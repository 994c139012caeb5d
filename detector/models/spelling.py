"""Misspelt words -> the likely words one slip away, so that typing errors neither hide machine writing nor excuse it.

After Norvig's corrector (2007): an unknown word becomes the commonest word at distance one, where
there is one. Known words are those of human news, with British and Indian ones beside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from detector.document.words import known_words

MOST = 400
"""Different unknown words of a document that are looked up: news has a few dozen."""
_WORD = re.compile(r"(?<![^\W_])[A-Za-z]{4,20}(?![^\W_])")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SHORT, _NAME = 5, 6
"""Words of fewer letters become very common ones alone; capitalised words of fewer letters are left alone."""
_VERY_COMMON = 6000
_ENDINGS = ("s", "es", "d", "ed", "r", "er", "ing", "ly")


class Corrector:
    """Corrects the misspelt words of one document: at most `MOST` unknown ones, so that no text costs without end.

    >>> Corrector()("The govermnent anounced that Lindqvist woudl resign.")
    'The government announced that Lindqvist would resign.'
    """

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """The text with its misspelt words corrected; its other characters stay."""
        return _WORD.sub(lambda match: self._word(match.group()), text)

    def _word(self, word: str) -> str:
        if word.lower() in known_words()[0]:
            return word
        if word not in self._seen:
            if len(self._seen) >= MOST:
                return word
            self._seen[word] = _correct(word)
        return self._seen[word]


@lru_cache(maxsize=8192)
def _correct(word: str) -> str:
    """The likely word for an unknown one, or the word itself."""
    lower = word.lower()
    every, ranks = known_words()
    named = word[0].isupper()
    if (named and len(word) < _NAME) or not word[1:].islower() or _is_form(lower, every):
        return word
    most = _VERY_COMMON if len(word) < _SHORT else len(ranks)
    found = min((ranks.get(edit, most), edit) for edit in _edits(lower, replaced=not named))
    if found[0] >= most:
        return word
    return found[1].capitalize() if named else found[1]


def _is_form(word: str, every: frozenset[str]) -> bool:
    """Whether the word is a known one with an ending."""
    return any(word.endswith(ending) and word[: -len(ending)] in every for ending in _ENDINGS)


def _edits(word: str, replaced: bool) -> Iterator[str]:
    """Words one transposition, deletion or insertion away, and one replacement too where asked for."""
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        if tail:
            yield head + tail[1:]
        for letter in _LETTERS:
            yield head + letter + tail
            if tail and replaced:
                yield head + letter + tail[1:]
