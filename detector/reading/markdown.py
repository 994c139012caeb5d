"""Markdown to text: inline marks go, headings, list items and table rows keep theirs."""

from __future__ import annotations

import re

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.{0,4000}?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(title|date|published|author|url)[ \t]*:[ \t]*(.*)$", re.MULTILINE)
_COMMENT = "<!--"
_IMAGE = re.compile(r"!\[([^\[\]\n]*)\]\([^()\n]*\)")
_LINK = re.compile(r"\[([^\[\]\n]+)\](?:\([^()\n]*\)|\[[^\[\]\n]{0,99}\])")
_REFERENCE = re.compile(r"^[ ]{0,3}\[[^\[\]\n]{1,99}\]:[ \t]*\S+[^\n]*$", re.MULTILINE)
_AUTOLINK = re.compile(r"<(https?://[^<>\s]+)>")
_FENCE = re.compile(r"^[ ]{0,3}(?:`{3}|~{3})[^\n]*$", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<![\w\\])(\*{1,3}|_{1,3})(?=\S)([^*_\n]+?)(?<=\S)\1(?!\w)")
_STRONG_LEFT = re.compile(r"\*\*|~~")
_CODE = re.compile(r"`{1,2}([^`\n]+)`{1,2}")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_QUOTE = re.compile(r"^[ ]{0,3}(?:>[ ]?)+", re.MULTILINE)
_SETEXT = re.compile(r"^([^\n]+)\n[ ]{0,3}(?:={3,}|-{3,})[ \t]*$", re.MULTILINE)
_RULE = re.compile(r"^[ ]{0,3}(?:(?:\*[ \t]?){3,20}|(?:-[ \t]?){3,20}|(?:_[ \t]?){3,20})$", re.MULTILINE)


def split_front_matter(source: str) -> tuple[dict[str, str], str]:
    """Split off a YAML head, of which only flat title, date, author and url are read.

    >>> split_front_matter("---\\ntitle: A storm\\ndate: 2026-01-23\\n---\\nIt rained.")
    ({'title': 'A storm', 'date': '2026-01-23'}, 'It rained.')
    """
    match = _FRONT_MATTER.match(source)
    if match is None:
        return {}, source
    fields = {key: value.strip().strip("\"'") for key, value in _FIELD.findall(match.group(1))}
    return {key: value for key, value in fields.items() if value}, source[match.end() :]


def markdown_to_text(source: str) -> str:
    """Drop the marks that a reader of the rendered page does not see; linear in the text.

    >>> markdown_to_text("# Storm\\n\\nThe **[harbour](http://x.example)** was *closed*.")
    '# Storm\\n\\nThe harbour was closed.'
    """
    text = _without_comments(source.replace("\r\n", "\n"))
    text = _SETEXT.sub(r"# \1", text)
    for pattern, replacement in (
        (_FENCE, ""),
        (_RULE, ""),
        (_REFERENCE, ""),
        (_QUOTE, ""),
        (_IMAGE, r"\1"),
        (_LINK, r"\1"),
        (_AUTOLINK, r"\1"),
        (_CODE, r"\1"),
        (_STRONG_LEFT, ""),
        (_EMPHASIS, r"\2"),
        (_ESCAPE, r"\1"),
    ):
        text = pattern.sub(replacement, text)
    return text


def _without_comments(text: str) -> str:
    kept = []
    position = 0
    while (begin := text.find(_COMMENT, position)) >= 0:
        kept.append(text[position:begin])
        end = text.find("-->", begin + len(_COMMENT))
        if end < 0:
            return "".join(kept)
        position = end + 3
    return "".join((*kept, text[position:]))
