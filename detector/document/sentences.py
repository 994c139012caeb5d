"""Sentences within a block."""

from __future__ import annotations

import re

from detector.document.blocks import Block

_END = re.compile(r"[.!?]+[\"')\]]*(?=\s+[\"'(\[]*[A-Z0-9])|$")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Capt|Prof|Rev|Jr|Sr|vs|No|Jan|Feb|Mar|Apr|Aug|Sept|Sep|Oct|Nov|Dec|Inc|Corp|Co|Ltd|U\.S|U\.K|U\.N|D\.C|a\.m|p\.m)|\b[A-Z])\.$"
)


def split_sentences(text: str, block: Block) -> list[tuple[int, int]]:
    """Offsets of the sentences of one block; headings and table rows are one sentence each."""
    if block.kind in ("heading", "table_row"):
        return [(block.start, block.end)]
    found = []
    start = block.start
    for match in _END.finditer(text, block.start, block.end):
        if match.end() < block.end and _ABBREVIATION.search(text, max(start, match.end() - 12), match.end()):
            continue
        if match.end() > start:
            found.append((start, match.end()))
        start = match.end()
        while start < block.end and text[start].isspace():
            start += 1
    if start < block.end:
        found.append((start, block.end))
    return found
