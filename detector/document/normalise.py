"""The normalised view of a text, with an exact map of offsets back to the raw text.

The view is what detectors read: NFKC, straight quotes, plain hyphens for every dash (with spaces
around one that sets words apart), plain spaces (tabs stay), `\\n` for every line and page break, no
invisible or bidi control characters, no marks over Latin letters that Unicode has no letter for, and
Latin letters in place of look-alikes (Unicode TR39) inside words of mixed script. So a hidden
character cannot change what a detector sees, and the formatting habits of a web site cannot either.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from detector.document.hidden import characters, find_homoglyphs, is_mark, is_ordinary
from detector.types import Span


@dataclass(frozen=True, slots=True)
class HiddenCharacter:
    """A character that a reader cannot see, cannot tell from another or looks past, in raw offsets."""

    span: Span
    kind: str
    """`zero_width`, `blank`, `bidi`, `control`, `tag`, `variation`, `homoglyph` or `mark`."""


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


_PLAIN = re.compile(r"[\n\t\x20-\x7e]*")
_OPENERS, _CLOSERS = frozenset("\"'([$\u201c\u2018\u00a3\u20ac"), frozenset("\"').!?,%]\u201d\u2019")
"""Marks that may stand between a dash and the words that it sets apart."""
_MAX_MARKS = 30
"""Combining marks taken as one cluster: Unicode's stream-safe limit (UAX 15)."""
_MARKED = 3
"""Marks without a composed letter, at most one letter apart, that no alphabet puts so close: from here on they count."""


class _View:
    """The text under construction, with the raw range of each code point."""

    __slots__ = ("ends", "hidden", "marks", "out", "starts")

    def __init__(self) -> None:
        self.out: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.hidden: list[HiddenCharacter] = []
        self.marks: list[int] = []
        """Raw offsets of the marks that were left out."""

    def add(self, target: str, start: int, end: int) -> None:
        """Append `target`, all of which came from `[start, end)`."""
        self.out.append(target)
        self.starts.extend([start] * len(target))
        self.ends.extend([end] * len(target))

    def add_plain(self, raw: str, start: int, end: int) -> None:
        """Append a stretch that stays as it is."""
        self.out.append(raw[start:end])
        self.starts.extend(range(start, end))
        self.ends.extend(range(start + 1, end + 1))


def normalise(raw: str) -> NormalisedText:
    """Make the normalised view of `raw`; linear in its length, and total.

    >>> view = normalise("\\u201cMos\\u200bcow\\u201d")
    >>> view.text, view.to_raw(1, 7)
    ('"Moscow"', Span(start=1, end=8))
    """
    n = len(raw)
    homoglyphs = find_homoglyphs(raw)
    if not homoglyphs and _PLAIN.fullmatch(raw):
        return NormalisedText(raw, range(n), range(1, n + 1), (), n)
    tables = characters()
    view = _View()
    # A zero that stands for a letter looks plain: no plain stretch reaches over a look-alike.
    stops = deque((*sorted(homoglyphs), n))
    i = 0
    while i < n:
        while stops[0] < i:
            stops.popleft()
        end = _plain_end(raw, i, stops[0])
        if end > i:
            view.add_plain(raw, i, end)
            i = end
            continue
        char = raw[i]
        kind = tables.hidden.get(char)
        width = 1
        if char == "\r":
            width = 2 if raw[i + 1 : i + 2] == "\n" else 1
            view.add("\n", i, i + width)
        elif kind is not None:
            if not is_ordinary(raw, i, kind):
                view.hidden.append(HiddenCharacter(Span(i, i + 1), kind))
            if kind == "blank":
                view.add(" ", i, i + 1)
        elif i in homoglyphs:
            view.hidden.append(HiddenCharacter(Span(i, i + 1), "homoglyph"))
            view.add(homoglyphs[i], i, i + 1)
        elif char in tables.long_dashes and _joins_words(raw, i):
            view.add(" - ", i, i + 1)
        elif char in tables.replaced:
            view.add(tables.replaced[char], i, i + 1)
        else:
            width = _compose(raw, i, view)
        i += width
    hidden = sorted((*view.hidden, *_crowded(view.marks)), key=lambda hit: hit.span)
    return NormalisedText("".join(view.out), tuple(view.starts), tuple(view.ends), tuple(hidden), n)


def _joins_words(raw: str, i: int) -> bool:
    """Whether the dash at `i` has a word on either side and no space: not a range, nor speech that breaks off."""
    before, after = raw[i - 1 : i], raw[i + 1 : i + 2]
    if after in _OPENERS:
        after = raw[i + 2 : i + 3]
    return after.isalnum() and (
        before.isalpha() or before in _CLOSERS or (before.isdigit() and after.isalpha())
    )


def _plain_end(raw: str, i: int, stop: int) -> int:
    """End of the plain stretch at `i`, at `stop` the latest and short of a letter that a combining mark follows."""
    match = _PLAIN.match(raw, i, stop)
    end = match.end() if match else i
    if i < end < len(raw) and raw[end] > "\u02ff" and unicodedata.combining(raw[end]):
        return end - 1
    return end


def _compose(raw: str, i: int, view: _View) -> int:
    """NFKC one base character with its combining marks; gives the raw width."""
    j = i + 1
    while j < len(raw) and j - i <= _MAX_MARKS and unicodedata.combining(raw[j]):
        j += 1
    # A lone surrogate is no text, and tokenizers refuse it.
    base = "\ufffd" + raw[i + 1 : j] if "\ud800" <= raw[i] <= "\udfff" else raw[i:j]
    target = unicodedata.normalize("NFKC", base)
    marks = [k for k in range(i, j) if is_mark(raw[k])]
    if marks:
        bare = _without_marks(target, view.out[-1][-1] if view.out else "")
        view.marks.extend(marks[len(bare) - len(target) :] if bare != target else ())
        target = bare
    if target:
        view.add("".join(" " if char.isspace() and char != "\n" else char for char in target), i, j)
    return j - i


def _without_marks(target: str, before: str) -> str:
    """`target` without the marks over Latin letters, the first of which may be `before` it; keycaps stay."""
    kept = ""
    for char in target:
        last = kept[-1:] or before
        keycap = char == "\u20e3" and not last.isalpha()
        if keycap or not is_mark(char) or not (last < "\u0250" or "\u1e00" <= last <= "\u1eff"):
            kept += char
    return kept


def _crowded(marks: list[int]) -> Iterator[HiddenCharacter]:
    """The marks of those runs that are no spelling."""
    first = 0
    for last in range(1, len(marks) + 1):
        if last == len(marks) or marks[last] - marks[last - 1] > 2:
            if last - first >= _MARKED:
                yield from (HiddenCharacter(Span(k, k + 1), "mark") for k in marks[first:last])
            first = last
