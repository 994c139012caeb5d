"""Markdown to text: inline marks go, headings, list items and table rows keep theirs."""

from __future__ import annotations

import re
from html import unescape

from detector.reading.elements import BLOCKS, INLINES

_FRONT_MATTER = re.compile(
    r"\A---[ \t]*\r?\n(\s{0,99}(?:#|[\w-]{1,99}[ \t]*:).{0,4000}?|)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
# A value goes on in the lines that are indented under it.
_FIELD = re.compile(
    r"^(title|date|published|author|url)[ \t]*:[ \t]*(\S[^\n]*(?:\n[ \t]+[^\n]*)*)", re.MULTILINE
)
_FOLD = re.compile(r"^[>|][-+\d]{0,2}(?:\s|$)")
_COMMENT_LEFT = re.compile(r"[ \t]#[ \t][^\n]*")
_HIDDEN = re.compile(r"<!--|<(script|style)(?:\s[^<>]{0,2000})?>", re.IGNORECASE)
_LABEL = r"\[([^\[\]\n]*(?:\[[^\[\]\n]*\][^\[\]\n]*){0,9})\]"
_TARGET = r"\([^()\n]*(?:\([^()\n]*\)[^()\n]*){0,3}\)"
_IMAGE = re.compile(rf"!{_LABEL}{_TARGET}")
_LINK = re.compile(rf"(?!\[[\]^]){_LABEL}(?:{_TARGET}|\[[^\[\]\n]{{0,99}}\])")
# A definition is a target with a title at most: "[Host]: Welcome to the show" is speech, "[^1]: ..." a note.
_REFERENCE = re.compile(
    r"^[ ]{0,3}\[(?!\^)[^\[\]\n]{1,99}\]:[ \t]*(?:<[^<>\n]*>|[^\s<]\S*)"
    r"(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?[ \t]*$",
    re.MULTILINE,
)
_AUTOLINK = re.compile(r"<(https?://[^<>\s]+)>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});", re.IGNORECASE)
_FENCE = re.compile(r"^[ ]{0,3}(?:`{3}|~{3})[^\n]*$", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<![\w\\*_])(\*{1,3}|_{1,3})(?=\S)([^*_\n]+?)(?<=\S)\1(?![\w*])")
_STRONG_LEFT = re.compile(
    r"(?<![\w\\])(\*\*|~~)(?=[^\s*~])([^*~\n]*(?:(?:\*(?!\*)|~(?!~))[^*~\n]*){0,20})(?<=\S)\1(?!\w)"
)
_BLOCK_TAG = re.compile(rf"</?(?:{BLOCKS})(?:\s[^<>\n]{{0,2000}})?/?>[ ]{{0,9}}", re.IGNORECASE)
_TAG = re.compile(rf"</?(?:{INLINES})(?:\s[^<>\n]{{0,2000}})?/?>", re.IGNORECASE)
_CODE = re.compile(r"`{1,2}([^`\n]+)`{1,2}")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_QUOTE = re.compile(r"^[ ]{0,3}(?:>[ ]?)+", re.MULTILINE)
_SETEXT = re.compile(
    r"^(?![ ]{0,3}(?:[#>]|[-*+][ \t]|\d{1,9}[.)][ \t]))([^\n]+)\n[ ]{0,3}(?:={3,}|-{3,})[ \t]*$", re.MULTILINE
)
_RULE = re.compile(r"^[ ]{0,3}(?:(?:\*[ \t]?){3,99}|(?:-[ \t]?){3,99}|(?:_[ \t]?){3,99})$", re.MULTILINE)
_ITEM = re.compile(r"^[ \t]{0,99}(?:[-*+]|\d{1,9}[.)])[ \t]", re.MULTILINE)
# A heading, its underline, a fence: no paragraph goes on in it.
_LINE_BLOCK = re.compile(r"^[ ]{0,3}(?:#{1,6}(?:[ \t]|$)|={3,}[ \t]*$|`{3}|~{3})", re.MULTILINE)
_SPEAKER = re.compile(r"^[ ]{0,3}\[[^\[\]\n]{1,99}\]:", re.MULTILINE)
_HARD_BREAK = re.compile(r"(?<!\\)\\\n")


def split_front_matter(source: str) -> tuple[dict[str, str], str]:
    """Split off a YAML head, of which only flat title, date, author and url are read.

    >>> split_front_matter("---\\ntitle: A storm\\ndate: 2026-01-23\\n---\\nIt rained.")
    ({'title': 'A storm', 'date': '2026-01-23'}, 'It rained.')
    """
    match = _FRONT_MATTER.match(source)
    if match is None:
        return {}, source
    fields = {
        key: " ".join(_FOLD.sub("", _COMMENT_LEFT.sub("", value)).split()).strip("\"'")
        for key, value in _FIELD.findall(match.group(1))
    }
    return {key: value for key, value in fields.items() if value}, source[match.end() :]


def markdown_to_text(source: str) -> str:
    """Drop the marks and line breaks that a reader of the rendered page does not see; linear in the text.

    >>> markdown_to_text("# Storm\\n\\nThe **[harbour](http://x.example)** was *closed*.")
    '# Storm\\n\\nThe harbour was closed.'
    """
    text = _joined(_without_hidden(source.replace("\r\n", "\n")))
    for pattern, replacement in (
        (_SETEXT, r"# \1"),
        (_HARD_BREAK, "\n"),
        (_FENCE, ""),
        (_RULE, ""),
        (_REFERENCE, ""),
        (_QUOTE, ""),
        (_IMAGE, r"\1"),
        (_LINK, r"\1"),
        (_AUTOLINK, r"\1"),
        (_CODE, r"\1"),
        (_STRONG_LEFT, r"\2"),
        (_EMPHASIS, r"\2"),
        (_ESCAPE, r"\1"),
        (_BLOCK_TAG, "\n"),
        (_TAG, ""),
    ):
        text = pattern.sub(replacement, text)
    return _ENTITY.sub(lambda entity: unescape(entity.group()), text)


def _joined(text: str) -> str:
    """Make one line of each paragraph; code in a fence stays as it is."""
    pieces: list[str] = []
    before, fenced = "", False
    for line in text.split("\n"):
        if pieces and not fenced and _goes_on(before, line):
            pieces[-1] = pieces[-1].rstrip()
            pieces.extend((" ", _QUOTE.sub("", line).strip()))
        else:
            pieces.extend(("\n", line))
        fenced ^= _FENCE.match(line) is not None
        before = line
    return "".join(pieces[1:])


def _goes_on(before: str, line: str) -> bool:
    """Whether a line is of the same paragraph, list item or quotation as the one before it."""
    quoted = _QUOTE.match(before), _QUOTE.match(line)
    if quoted[0] and quoted[1]:
        before, line = before[quoted[0].end() :], line[quoted[1].end() :]
    elif quoted[0] or quoted[1]:
        return False
    if not (before.strip() and line.strip()) or before.endswith(("  ", "\\")) or "|" in before + line:
        return False
    if any(begins.match(line) for begins in (_LINE_BLOCK, _RULE, _ITEM, _SPEAKER)):
        return False
    if _ITEM.match(before) and not line[0].isspace():
        return False
    return not any(ended.match(before) for ended in (_LINE_BLOCK, _RULE, _REFERENCE))


def _without_hidden(text: str) -> str:
    """Leave out comments, scripts and styles; one that never ends goes on to the end, as in a browser."""
    kept = []
    position = 0
    while begin := _HIDDEN.search(text, position):
        kept.append(text[position : begin.start()])
        name = begin.group(1)
        end = re.compile(rf"</{name}\s{{0,9}}>" if name else "-->", re.IGNORECASE).search(text, begin.end())
        if end is None:
            return "".join(kept)
        position = end.end()
    return "".join((*kept, text[position:]))
