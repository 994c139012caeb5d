"""Cut a text at the borders of its flags, so that overlapping flags can be drawn side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detector.types import Flag


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text under the same flags; `flags` are indices into the report's flags."""

    start: int
    end: int
    flags: tuple[int, ...]


def cut(length: int, flags: Sequence[Flag]) -> Iterator[Segment]:
    """Yield segments that cover `[0, length)` in order; a segment costs the flags over it.

    >>> from detector.types import Span
    >>> flag = Flag("SRC001", "unsupported_claim", "warning", Span(2, 4), "")
    >>> [(s.start, s.end, s.flags) for s in cut(6, [flag])]
    [(0, 2, ()), (2, 4, (0,)), (4, 6, ())]
    """
    events: list[tuple[int, int, int]] = []
    for index, flag in enumerate(flags):
        if flag.span.end > flag.span.start:
            events += [(flag.span.start, 1, index), (flag.span.end, 0, index)]
    events.sort()
    active: dict[int, None] = {}
    position = 0
    for offset, opens, index in events:
        if offset > position:
            yield Segment(position, offset, tuple(active))
            position = offset
        if opens:
            active[index] = None
        else:
            active.pop(index, None)
    if position < length:
        yield Segment(position, length, ())


def is_whole_article(flag: Flag, length: int) -> bool:
    """Whether a flag speaks of the article as a whole, and is better named than drawn."""
    return flag.span.end - flag.span.start >= 0.9 * length
