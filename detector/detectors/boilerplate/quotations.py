"""Quotations: the ranges of a text between double quotation marks, and between single ones."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

_MAX_DOUBLE = 2000
"""Code points that a quotation in double marks may hold; beyond, a mark was left out and the next one opens."""

_OPENS = r"(?<![^\s\"(\[{-])'(?=[\w\"(.$\u00a3\u20ac])(?!(?:em|n|til|tis|twas|cause)\b|\d0s\b)"
"""A single mark that can open: before a word, and no sign of letters left out ('em, 'n', '90s)."""

_CLOSES = r"(?:(?<![\ss])(?<!\s'n)'(?!\w)|(?<!\s)'(?=[,.;:!?)]|\Z))"
_CLOSES_AFTER_S = r"(?<=s)'(?!\w)"
"""Tried where the other finds nothing: "the players'" ends a quotation less often than a word."""

_SINGLE = re.compile(
    "|".join(rf"{_OPENS}(?:(?!{_OPENS}).){{1,300}}?{closes}" for closes in (_CLOSES, _CLOSES_AFTER_S)),
    re.IGNORECASE | re.DOTALL,
)


def double_quotations(text: str, ends: Sequence[int]) -> list[tuple[int, int]]:
    """Ranges between double quotation marks; a quotation that never closes ends with its block.

    `ends` are the sorted ends of the blocks: lines of one paragraph share a block.

    >>> double_quotations('He said "no" and "yes', [21])
    [(8, 12), (17, 21)]
    """
    ranges: list[tuple[int, int]] = []
    opened = -1
    position = text.find('"')
    while position != -1:
        if opened >= 0 and (end := _end_of(ends, opened, len(text))) <= position:
            ranges.append((opened, end))
            opened = -1
        if opened < 0 or position - opened > _MAX_DOUBLE:
            opened = position
        else:
            ranges.append((opened, position + 1))
            opened = -1
        position = text.find('"', position + 1)
    if opened >= 0:
        ranges.append((opened, _end_of(ends, opened, len(text))))
    return ranges


def single_quotations(text: str, ends: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ranges of up to 300 code points between single marks in one block; a mark without a fellow opens nothing.

    >>> list(single_quotations("The players' union said 'it isn't the players' fault' in '98.", [61]))
    [(24, 53)]
    """
    for start, end in pairwise((0, *ends)):
        for match in _SINGLE.finditer(text, start, end):
            yield match.span()


def _end_of(ends: Sequence[int], position: int, default: int) -> int:
    place = bisect_right(ends, position)
    return ends[place] if place < len(ends) else default
