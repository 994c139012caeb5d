"""Attacks on a detector that keep a text readable, after RAID (Dugan et al., 2024).

Every attack is a pure function of a text and a random generator. The surface attacks
(homoglyph, zero-width, white space, paragraphs) test the normalised view; the word attacks
test the model and also augment its training, on both classes alike.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

Attack: TypeAlias = Callable[[str, random.Random], str]

_WORD = re.compile(r"[A-Za-z]{4,}")
_DIGIT = re.compile(r"\d")
_HOMOGLYPHS = str.maketrans(
    "aeopcyxiABEHKMOPTX",
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0410\u0412\u0415\u041d\u041a\u041c\u041e\u0420\u0422\u0425",
)
_SPELLINGS = [
    ("ize", "ise"), ("izing", "ising"), ("ization", "isation"),
    ("center", "centre"), ("defense", "defence"), ("program", "programme"), ("traveled", "travelled"),
    ("labor", "labour"), ("favor", "favour"), ("color", "colour"), ("honor", "honour"), ("behavior", "behaviour"),
    ("analyze", "analyse"), ("theater", "theatre"), ("gray", "grey"), ("skeptic", "sceptic"),
]  # fmt: skip


def homoglyph(text: str, rng: random.Random) -> str:
    """Replace every letter that has a Cyrillic twin, as RAID does."""
    return text.translate(_HOMOGLYPHS)


def zero_width(text: str, rng: random.Random) -> str:
    """Put a zero-width space between all characters."""
    return "\u200b".join(text)


def white_space(text: str, rng: random.Random) -> str:
    """Widen a fifth of the spaces."""
    return re.sub(" ", lambda m: "  " if rng.random() < 0.2 else " ", text)


def paragraphs(text: str, rng: random.Random) -> str:
    """Break half of the sentences onto lines of their own."""
    return re.sub(r"(?<=[.!?]) ", lambda m: "\n\n" if rng.random() < 0.5 else " ", text)


def case(text: str, rng: random.Random) -> str:
    """Swap the case of the first letter of one word in twenty."""
    return re.sub(r"\b[A-Za-z]", lambda m: m.group().swapcase() if rng.random() < 0.05 else m.group(), text)


def lower(text: str, rng: random.Random) -> str:
    """Write everything in lower case."""
    return text.lower()


def misspelling(text: str, rng: random.Random) -> str:
    """Misspell one in five of the words of four letters or more: one letter swapped, lost or doubled."""
    return _WORD.sub(lambda m: _misspell(m.group(), rng) if rng.random() < 0.2 else m.group(), text)


def _misspell(word: str, rng: random.Random) -> str:
    i = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    return word[:i] + word[i + 1 :] if kind == 1 else word[:i] + word[i] + word[i:]


def number(text: str, rng: random.Random) -> str:
    """Swap half of the digits for others."""
    return _DIGIT.sub(lambda m: str(rng.randrange(10)) if rng.random() < 0.5 else m.group(), text)


def spelling(text: str, rng: random.Random) -> str:
    """Turn American spelling into British."""
    for american, british in _SPELLINGS:
        text = text.replace(american, british)
    return text


def article_deletion(text: str, rng: random.Random) -> str:
    """Drop half of the articles."""
    return re.sub(r"\b(?:[Tt]he|[Aa]n?) ", lambda m: "" if rng.random() < 0.5 else m.group(), text)


ATTACKS: Mapping[str, Attack] = MappingProxyType(
    {
        "homoglyph": homoglyph,
        "zero_width": zero_width,
        "white_space": white_space,
        "paragraphs": paragraphs,
        "case": case,
        "lower": lower,
        "misspelling": misspelling,
        "number": number,
        "spelling": spelling,
        "article_deletion": article_deletion,
    }
)

AUGMENTATIONS: tuple[Attack, ...] = (misspelling, misspelling, number, spelling, article_deletion)
"""Attacks that change what the encoder reads; the others end in the normalised view."""
