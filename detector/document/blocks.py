"""Blocks: the paragraphs, headings, list items and table rows of a text, line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass
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
_TERMINAL = re.compile(r"[.!?:;,][\"')\]]*\Z")
_MAX_HEADING_WORDS = 18
_LEAST_SMALL = 0.3
"""Share of the lines that begin with a small letter, from which a text may be hard-wrapped prose (about 0.8)."""
_MAX_CELL = 60
"""Code points in a cell of a tab-separated row; longer stretches are prose with a stray tab."""


def find_blocks(text: str) -> tuple[Block, ...]:
    """Cut a normalised text into blocks; lines that a hard wrap broke are joined again.

    A heading is a short line without a final stop that starts with a capital letter or digit;
    a table row has two cell bars or more, or tabs between short cells; all shallow on purpose and
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

    Lines of like length that begin with capitals, such as headlines, are not wrapped prose.
    """
    lengths = sorted(end - start for start, end in lines)
    small = sum(text[start].islower() for start, _ in lines)
    if len(lengths) < 6 or small < _LEAST_SMALL * len(lines):
        return 0
    upper = lengths[int(len(lengths) * 0.9)]
    near = sum(upper * 0.75 <= length <= upper * 1.1 for length in lengths)
    return upper if 45 <= upper <= 100 and near >= 0.6 * len(lengths) else 0


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


def _classify(line: str, start: int, end: int) -> Block:
    if line.count("|") >= 2 and (line[0] == "|" or line[-1] == "|" or line.count(" | ") >= 2):
        return Block("table_row", start, end, start)
    if "\t" in line and all(len(cell) <= _MAX_CELL for cell in line.split("\t")):
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
