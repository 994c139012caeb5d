"""The normalised view of a text, with an exact map of offsets back to the raw text.

The view is what detectors read: NFKC, straight quotes, plain hyphens for every dash, plain
spaces, `\\n` for every line break, no invisible or bidi control characters, and Latin letters
in place of look-alikes (Unicode TR39) inside words of mixed script. So a hidden character
cannot change what a detector sees, and the formatting habits of a web site cannot either.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from detector.data import load_toml
from detector.types import Span


@dataclass(frozen=True, slots=True)
class HiddenCharacter:
    """A character that a reader cannot see or cannot tell from another, in raw offsets."""

    span: Span
    kind: str
    """`zero_width`, `bidi`, `control`, `tag`, `variation` or `homoglyph`."""


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """A normalised text and, for each of its code points, the raw range that it came from."""

    text: str
    starts: tuple[int, ...] | range
    ends: tuple[int, ...] | range
    hidden: tuple[HiddenCharacter, ...]
    raw_length: int

    def to_raw(self, start: int, end: int) -> Span:
        """Map a half-open range of the normalised text to the raw text.

        An empty range maps to an empty one. Raises ValueError when out of bounds.
        """
        if not 0 <= start <= end <= len(self.text):
            msg = f"range [{start}, {end}) is outside a text of {len(self.text)} code points"
            raise ValueError(msg)
        if start == end:
            point = self.starts[start] if start < len(self.text) else self.raw_length
            return Span(point, point)
        return Span(self.starts[start], self.ends[end - 1])


@dataclass(frozen=True, slots=True)
class _Tables:
    replaced: dict[str, str]
    hidden: dict[str, str]
    homoglyphs: dict[str, str]


@cache
def _tables() -> _Tables:
    data = load_toml("characters.toml")
    replaced = {c: target for target, chars in data["replace"].items() for c in chars}
    hidden = {
        chr(point): kind
        for kind, ranges in data["hidden"].items()
        for low, high in ranges
        for point in range(low, high + 1)
    }
    return _Tables(replaced, hidden, dict(data["homoglyphs"]))


_PLAIN = re.compile(r"[\n\x20-\x7e]*")
_WORD = re.compile(r"[^\W\d_]+")


def normalise(raw: str) -> NormalisedText:
    """Make the normalised view of `raw`; linear in its length.

    >>> view = normalise("\\u201cMos\\u200bcow\\u201d")
    >>> view.text, view.to_raw(1, 7)
    ('"Moscow"', Span(start=1, end=8))
    """
    if _PLAIN.fullmatch(raw):
        return NormalisedText(raw, range(len(raw)), range(1, len(raw) + 1), (), len(raw))
    tables = _tables()
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    hidden: list[HiddenCharacter] = []
    homoglyphs = _homoglyph_positions(raw, tables)
    i, n = 0, len(raw)
    while i < n:
        char = raw[i]
        if " " <= char <= "~" or char == "\n":
            out.append(char)
            starts.append(i)
            ends.append(i + 1)
            i += 1
            # A combining mark may follow a plain letter and compose with it.
            if i < n and raw[i] > "\u02ff" and unicodedata.combining(raw[i]):
                out.pop(), starts.pop(), ends.pop()
                i = _compose(raw, i - 1, out, starts, ends)
            continue
        if char == "\r":
            width = 2 if raw[i + 1 : i + 2] == "\n" else 1
            out.append("\n")
            starts.append(i)
            ends.append(i + width)
            i += width
            continue
        kind = tables.hidden.get(char)
        if kind is not None:
            if not _innocent(raw, i, kind):
                hidden.append(HiddenCharacter(Span(i, i + 1), kind))
            i += 1
            continue
        if i in homoglyphs:
            hidden.append(HiddenCharacter(Span(i, i + 1), "homoglyph"))
            target = tables.homoglyphs[char]
        elif char in tables.replaced:
            target = tables.replaced[char]
        else:
            i = _compose(raw, i, out, starts, ends)
            continue
        out.extend(target)
        starts.extend([i] * len(target))
        ends.extend([i + 1] * len(target))
        i += 1
    return NormalisedText("".join(out), tuple(starts), tuple(ends), tuple(hidden), n)


_MAX_MARKS = 30
"""Combining marks taken as one cluster: Unicode's stream-safe limit (UAX 15)."""


def _compose(raw: str, i: int, out: list[str], starts: list[int], ends: list[int]) -> int:
    """NFKC one base character with its combining marks; gives the next raw offset."""
    j = i + 1
    while j < len(raw) and j - i <= _MAX_MARKS and unicodedata.combining(raw[j]):
        j += 1
    target = unicodedata.normalize("NFKC", raw[i:j])
    for char in target:
        out.append(" " if char.isspace() and char != "\n" else char)
        starts.append(i)
        ends.append(j)
    return j


def _homoglyph_positions(raw: str, tables: _Tables) -> frozenset[int]:
    """Offsets of look-alike letters inside words that also hold ASCII Latin letters."""
    found: set[int] = set()
    if not any(char in raw for char in tables.homoglyphs):
        return frozenset()
    for match in _WORD.finditer(raw):
        word = match.group()
        if word.isascii():
            continue
        suspects = [k for k, char in enumerate(word) if char in tables.homoglyphs]
        if suspects and any("a" <= char.lower() <= "z" for char in word):
            found.update(match.start() + k for k in suspects)
    return frozenset(found)


def _innocent(raw: str, i: int, kind: str) -> bool:
    """Tell the uses that carry no suspicion: a byte-order mark, emoji joiners and selectors, soft hyphens."""
    if raw[i] == "\ufeff" and i == 0:
        return True
    if raw[i] == "\xad" or kind == "variation":
        return True
    return raw[i] in "\u200d\u200c" and i > 0 and ord(raw[i - 1]) > 0x2FF
