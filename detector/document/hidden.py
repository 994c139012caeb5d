"""Characters that a reader cannot see, or cannot tell from another: which are suspicious, and why.

Ordinary uses carry no suspicion and are dropped from the view without a word: a byte-order mark
at the start of a line, joiners in emoji and in scripts that need them, selectors after symbols,
flag tags, direction marks beside right-to-left letters, and soft hyphens, which news sites leave
in their text by the dozen, unless one stands beside another or cuts a single letter off a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from detector.data import load_toml
from detector.document.words import known_words

_WORD = re.compile(r"[^\W0-9_]+")
_RUN = re.compile(r"[^\W_]+")
_ZERO = re.compile(r"(?<![^\W_])(?=0*[A-Za-z])[A-Za-z]*0[A-Za-z0]*(?![^\W_])")
"""A word of plain letters and zeros."""
_BESIDE = re.compile(r"0(?:[A-Za-z]|(?<=[A-Za-z]0))")
"""Where there may be one: quick to seek."""
_CLEAR = 3
"""Different words that doubtful letters must disguise before any of them counts."""
# Small Greek letters, but for omicron, which no science uses.
_GREEK = "\u03b1-\u03be\u03c0-\u03c9"
# Greek letters that no reader takes for a Latin one: beta, delta, lambda, pi, and so on.
_UNLIKE = "\u03b2\u03b4-\u03b6\u03b8\u03bb\u03bc\u03be\u03c0\u03c2\u03c3\u03c6\u03c8\u0393\u0394\u0398\u039b\u039e\u03a0\u03a3\u03a6\u03a8\u03a9"
_SCIENCE = re.compile(
    rf"[A-Z\d]{{1,12}}[{_GREEK}][A-Z\d]?|[A-Z\d]{{2,12}}[{_GREEK}][a-z]"
    rf"|[{_GREEK}]{{1,3}}\d*[A-Z][A-Za-z\d]{{0,4}}"
    rf"|(?=[^{_UNLIKE}]{{0,12}}[{_UNLIKE}])"
    rf"(?:[A-Z\d{_GREEK}{_UNLIKE}]{{0,12}}[a-z]){{0,2}}[A-Z\d{_GREEK}{_UNLIKE}]{{0,12}}"
)
"""Names of science: TNF-alpha and ROR-gamma-t, alpha-Syn and gamma-H2AX, and those that hold a Greek
letter which passes for no Latin one, such as alpha-v-beta-3, with two small Latin letters at most."""
_NEAR = 40
"""Code points on either side in which a right-to-left letter explains an embedding or isolate."""

Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Characters:
    """The tables of `characters.toml`; read-only."""

    replaced: Mapping[str, str]
    long_dashes: frozenset[str]
    hidden: Mapping[str, str]
    homoglyphs: Mapping[str, str]
    doubtful: Mapping[str, str]
    exact: frozenset[str]
    joined: Ranges
    varied: Ranges
    spelled: Ranges
    styled: Ranges


@cache
def characters() -> Characters:
    """Load the tables."""
    data = load_toml("characters.toml")
    ordinary = {name: tuple((low, high) for low, high in pairs) for name, pairs in data["ordinary"].items()}
    return Characters(
        long_dashes=frozenset(data["dashes"]["long"]),
        replaced=MappingProxyType({c: target for target, chars in data["replace"].items() for c in chars}),
        hidden=MappingProxyType(
            {
                chr(point): kind
                for kind, ranges in data["hidden"].items()
                for low, high in ranges
                for point in range(low, high + 1)
            }
        ),
        homoglyphs=MappingProxyType(dict(data["homoglyphs"])),
        doubtful=MappingProxyType(dict(data["doubtful"])),
        exact=frozenset(data["exact"]["letters"]),
        **ordinary,
    )


def is_ordinary(raw: str, i: int, kind: str) -> bool:
    """True where the hidden character at `i` has a use that readers expect; constant time."""
    tables = characters()
    char = raw[i]
    before, after = raw[i - 1 : i] if i else "", raw[i + 1 : i + 2]
    if char == "\ufeff":
        return before in ("", "\n")
    if char == "\xad":
        # Typesetting leaves them at the edge of words too, but never cuts off a single letter.
        single_left = before.isalpha() and not raw[i - 2 : i - 1].isalpha() if i > 1 else before.isalpha()
        single_right = after.isalpha() and not raw[i + 2 : i + 3].isalpha()
        cuts_word = before.isalpha() and after.isalpha() and (single_left or single_right)
        return not cuts_word and after != char
    if char == "\ufffc":
        # A picture that copying left out; it stands by itself.
        return not (before.isalnum() and after.isalnum()) and char not in (before, after)
    if kind == "blank":
        return _within(before, tables.spelled) or _within(after, tables.spelled)
    if char == "\u200b" or "\u180b" <= char <= "\u180f":
        # Khmer and Thai part words by it, Mongolian shapes letters.
        return _within(before, tables.joined)
    if char in "\u200c\u200d":
        return _within(before, tables.joined) or (_is_symbol(before) and _is_symbol(after))
    if kind == "variation":
        return _within(before, tables.varied) or (before not in tables.hidden and _is_symbol(before))
    if kind == "tag":
        run = raw[max(0, i - 7) : i]
        return "\U0001f3f4" in run and all(c >= "\U000e0020" for c in run[run.rindex("\U0001f3f4") + 1 :])
    if kind == "bidi" and char not in "\u202d\u202e":
        return any(_is_rtl(c) for c in raw[max(0, i - _NEAR) : i + _NEAR])
    return False


def find_homoglyphs(raw: str) -> dict[int, str]:
    """Raw offsets of look-alikes, with their Latin readings; linear in the text.

    A look-alike counts inside a word that also holds plain Latin letters. Where such words occur,
    words made wholly of look-alikes that nobody can tell apart count too. A Cyrillic or Greek
    word by itself does not. Doubtful letters count where they disguise known words alone.

    >>> find_homoglyphs("P\\u0430ris and \\u041f\\u0443\\u0442\\u0438\\u043d")
    {1: 'a'}
    """
    tables = characters()
    chars = frozenset() if raw.isascii() else frozenset(raw)
    mixed = any(_reading(char, tables) for char in chars)
    doubtful = any(char > "\x7f" and char in tables.doubtful for char in chars) or (
        _BESIDE.search(raw) and _ZERO.search(raw)
    )
    if not mixed and not doubtful:
        return {}
    # What is hidden or stands over a letter must not cut a word in two and so save it from notice.
    visible = [i for i, char in enumerate(raw) if _takes_room(char, tables)]
    text = "".join(" " if tables.hidden.get(raw[i]) == "blank" else raw[i] for i in visible)
    found = _in_mixed_words(text, tables) if mixed else {}
    if doubtful:
        found.update(_in_known_words(text, tables))
    return {visible[k]: reading for k, reading in found.items()}


def _takes_room(char: str, tables: Characters) -> bool:
    """Whether a reader sees the character, or a gap, in a place of its own."""
    return tables.hidden.get(char, "blank") == "blank" and not is_mark(char)


def is_mark(char: str) -> bool:
    """Whether the character is drawn over, under or through the one before."""
    return char > "\u02ff" and unicodedata.category(char) in ("Mn", "Me")


def _in_mixed_words(text: str, tables: Characters) -> dict[int, str]:
    """Look-alikes beside plain letters, and then the words that are made of nothing else."""
    found: dict[int, str] = {}
    whole: list[tuple[int, str]] = []
    for match in _words(text):
        word = match.group()
        readings = [(match.start() + k, _reading(char, tables)) for k, char in enumerate(word)]
        if any("a" <= char <= "z" or "A" <= char <= "Z" for char in word):
            found.update((k, reading) for k, reading in readings if reading)
        elif all(char in tables.exact for char in word):
            whole.extend(readings)
    if found:
        found.update(whole)
    return found


def _in_known_words(text: str, tables: Characters) -> dict[int, str]:
    """Doubtful letters, where they turn into known words most of the words that hold them, all small and several."""
    found: dict[int, str] = {}
    clear: set[str] = set()
    held = disguised = 0
    for match in _RUN.finditer(text):
        word = match.group()
        doubtful = [k for k, char in enumerate(word) if char in tables.doubtful]
        read = "".join(tables.doubtful.get(char) or _reading(char, tables) or char for char in word)
        if not doubtful or not read.isalpha() or word == "0" * len(word):
            continue
        held += 1
        found.update((match.start() + k, tables.doubtful[word[k]]) for k in doubtful)
        if word.islower() and read in known_words()[0]:
            disguised += 1
            clear.add(read)
    return found if len(clear) >= _CLEAR and 2 * disguised >= held else {}


def _words(text: str) -> Iterator[re.Match[str]]:
    """Words that may hold look-alikes: not plain ones, nor those of names of science, digits and all."""
    for run in _RUN.finditer(text):
        if not run.group().isascii() and not _SCIENCE.fullmatch(unicodedata.normalize("NFKC", run.group())):
            yield from _WORD.finditer(text, run.start(), run.end())


def _reading(char: str, tables: Characters) -> str:
    """Latin letter that a character passes for, or an empty string."""
    if char < "\x80":
        return ""
    reading = tables.homoglyphs.get(char, "")
    if not reading and _within(char, tables.styled):
        plain = unicodedata.normalize("NFKC", char)
        reading = plain if plain.isascii() else tables.homoglyphs.get(plain, "")
    return reading


def _within(char: str, ranges: Ranges) -> bool:
    return bool(char) and any(low <= ord(char) <= high for low, high in ranges)


def _is_symbol(char: str) -> bool:
    """Emoji and other symbols, skin tones, and the emoji selector."""
    return bool(char) and (
        char == "\ufe0f" or (char > "\xa8" and unicodedata.category(char) in ("So", "Sk", "Sm", "Po"))
    )


def _is_rtl(char: str) -> bool:
    return char > "\u0590" and char.isalpha() and unicodedata.bidirectional(char) in ("R", "AL")
