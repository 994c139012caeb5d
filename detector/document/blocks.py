"""Blocks: the paragraphs, headings, list items and table rows of a text, line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

BlockKind: TypeAlias = Literal["paragraph", "heading", "list_item", "table_row"]


@dataclass(frozen=True, slots=True)
class Block:
    """One line-like unit, in offsets of the normalised text; `content` skips a list or heading mark."""

    kind: BlockKind
    start: int
    end: int
    content: int


_LIST_MARK = re.compile(r"(?:[-*+\u2022\u25cf\u25e6\u2023\u25aa\u00b7\u25a0]|\(?\d{1,2}[.)])[ ]{1,4}(?=\S)")
_HEADING_MARK = re.compile(r"#{1,6}[ ]+(?=\S)")
CLOSERS = r"[\"')\]}]*(?:(?<=') \"(?=\s|\[\d|\Z))?"
"""Marks that close after a stop; typesetters part two quotes by a space: `'Yes.' "`."""
NOTES = r"(?:\[\d{1,3}\])*"
"""Marks of footnotes after them: `[1][2]`."""
_TERMINAL = re.compile(rf"[.!?:;,]{CLOSERS}{NOTES}\Z")
_MAX_HEADING_WORDS = 18
_LEAST_LINES = 3
_LEAST_SMALL = 0.4
"""Share of lines begun with a small letter from which a text may be hard-wrapped prose (about 0.8)."""
_LEAST_FILLED = 0.75
"""Share of lines without room for the first word of the next: nearly all in wrapped prose, few in verse."""
_MAX_CELL = 60
"""Code points in a cell of a row; a longer one is prose with a stray tab, or with bars if it has a stop."""
_CELL_STOP = re.compile(r"[.!?][\"')\]]*(?:\s|\Z)")


def find_blocks(text: str) -> tuple[Block, ...]:
    """Cut a normalised text into blocks; lines that a hard wrap broke are joined again.

    A heading is a short line without a final stop that starts with a capital letter or digit;
    a table row has two cell bars or more, or tabs, between short cells; all shallow on purpose and
    linear in time.

    >>> [block.kind for block in find_blocks("Talks resume\\n\\n- Monday: Oslo.\\nTeam\\tPoints\\nThey met.")]
    ['heading', 'list_item', 'table_row', 'paragraph']
    """
    lines = _lines(text)
    wrap = _wrap_width(text, lines)
    blocks: list[Block] = []
    i = 0
    while i < len(lines):
        start, end = lines[i]
        line = text[start:end]
        block = _classify(line, start, end)
        if wrap and block.kind in ("paragraph", "heading", "list_item"):
            j = i
            while j + 1 < len(lines) and _continues(
                text, lines[j], lines[j + 1], wrap, 8 if block.kind == "list_item" else 2
            ):
                j += 1
            if j > i:
                kind: BlockKind = "list_item" if block.kind == "list_item" else "paragraph"
                block = Block(kind, start, lines[j][1], block.content)
                i = j
        blocks.append(block)
        i += 1
    return tuple(blocks)


def _lines(text: str) -> list[tuple[int, int]]:
    """Offsets of the lines that hold more than white space, stripped."""
    found = []
    position = 0
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped:
            start = position + len(line) - len(line.lstrip())
            found.append((start, start + len(stripped)))
        position += len(line) + 1
    return found


def _wrap_width(text: str, lines: list[tuple[int, int]]) -> int:
    """Column at which a hard-wrapped text breaks its lines, or 0 for a text that is not wrapped.

    Only lines with another right below them tell; the last of a paragraph may be of any length.
    Lines that begin with capitals, such as headlines, are not wrapped prose, nor are those of
    verse or an address, which break where more would fit.
    """
    columns = [end - text.rfind("\n", 0, start) - 1 for start, end in lines]
    broken = [
        (column, following)
        for column, (line, following) in zip(columns, pairwise(lines), strict=False)
        if text.count("\n", line[1], following[0]) == 1
    ]
    if len(broken) < _LEAST_LINES:
        return 0
    width = sorted(column for column, _ in broken)[int(len(broken) * 0.9)]
    small = sum(text[start].islower() for _, (start, _) in broken)
    filled = sum(column + 1 + len(text[start:end].split()[0]) > width for column, (start, end) in broken)
    within = sum(column <= width * 1.1 for column in columns)
    wrapped = (
        45 <= width <= 130
        and small >= _LEAST_SMALL * len(broken)
        and filled >= _LEAST_FILLED * len(broken)
        and within >= 0.8 * len(columns)
    )
    return width if wrapped else 0


def _continues(
    text: str, line: tuple[int, int], following: tuple[int, int], wrap: int, max_indent: int
) -> bool:
    """True where `following` goes on with the paragraph that `line` left at the wrap column."""
    if text.count("\n", line[1], following[0]) > 1 or line[1] - line[0] < wrap * 0.6:
        return False
    indent = following[0] - (text.rfind("\n", 0, following[0]) + 1)
    return indent <= max_indent and _classify(text[slice(*following)], *following).kind in (
        "paragraph",
        "heading",
    )


def _is_row(line: str) -> bool:
    if line.count("|") >= 2 and (line[0] == "|" or line[-1] == "|" or line.count(" | ") >= 2):
        return not any(len(cell) > _MAX_CELL and _CELL_STOP.search(cell) for cell in line.split("|"))
    return "\t" in line and all(len(cell) <= _MAX_CELL for cell in line.split("\t"))


def _classify(line: str, start: int, end: int) -> Block:
    if _is_row(line):
        return Block("table_row", start, end, start)
    mark = _HEADING_MARK.match(line)
    if mark:
        return Block("heading", start, end, start + mark.end())
    mark = _LIST_MARK.match(line)
    if mark:
        return Block("list_item", start, end, start + mark.end())
    if (
        len(line.split()) <= _MAX_HEADING_WORDS
        and not _TERMINAL.search(line)
        and (line[0].isupper() or line[0].isdigit() or line[0] in "\"'")
    ):
        return Block("heading", start, end, start)
    return Block("paragraph", start, end, start)
