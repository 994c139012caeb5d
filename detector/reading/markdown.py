"""Markdown to text: inline marks go, headings, list items and table rows keep theirs."""

from __future__ import annotations

import re
from html import unescape

_FRONT_MATTER = re.compile(
    r"\A---[ \t]*\r?\n(\s{0,99}(?:#|[\w-]{1,99}[ \t]*:).{0,4000}?|)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
_FIELD = re.compile(r"^(title|date|published|author|url)[ \t]*:[ \t]*(.*)$", re.MULTILINE)
_COMMENT_LEFT = re.compile(r"[ \t]#[ \t][^\n]*")
_COMMENT = "<!--"
_TARGET = r"\([^()\n]*(?:\([^()\n]*\)[^()\n]*){0,3}\)"
_IMAGE = re.compile(rf"!\[([^\[\]\n]*)\]{_TARGET}")
_LINK = re.compile(rf"\[([^\[\]\n]+)\](?:{_TARGET}|\[[^\[\]\n]{{0,99}}\])")
# A definition is a target with a title at most: "[Host]: Welcome to the show" is speech, "[^1]: ..." a note.
_REFERENCE = re.compile(
    r"^[ ]{0,3}\[(?!\^)[^\[\]\n]{1,99}\]:[ \t]*(?:<[^<>\n]*>|[^\s<]\S*)[ \t]*"
    r"(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\))?[ \t]*$",
    re.MULTILINE,
)
_AUTOLINK = re.compile(r"<(https?://[^<>\s]+)>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});", re.IGNORECASE)
_FENCE = re.compile(r"^[ ]{0,3}(?:`{3}|~{3})[^\n]*$", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<![\w\\*_])(\*{1,3}|_{1,3})(?=\S)([^*_\n]+?)(?<=\S)\1(?![\w*])")
_STRONG_LEFT = re.compile(
    r"(?<![\w\\])(\*\*|~~)(?=[^\s*~])([^*~\n]*(?:(?:\*(?!\*)|~(?!~))[^*~\n]*){0,20})(?<=\S)\1(?!\w)"
)
_TAG = re.compile(
    r"</?(?:b|i|em|strong|u|s|sub|sup|span|a|small|mark|br|p|div|font|center)(?:\s[^<>\n]{0,200})?/?>", re.I
)
_CODE = re.compile(r"`{1,2}([^`\n]+)`{1,2}")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_QUOTE = re.compile(r"^[ ]{0,3}(?:>[ ]?)+", re.MULTILINE)
_SETEXT = re.compile(
    r"^(?![ ]{0,3}(?:[#>]|[-*+][ \t]|\d{1,9}[.)][ \t]))([^\n]+)\n[ ]{0,3}(?:={3,}|-{3,})[ \t]*$", re.MULTILINE
)
_RULE = re.compile(r"^[ ]{0,3}(?:(?:\*[ \t]?){3,99}|(?:-[ \t]?){3,99}|(?:_[ \t]?){3,99})$", re.MULTILINE)


def split_front_matter(source: str) -> tuple[dict[str, str], str]:
    """Split off a YAML head, of which only flat title, date, author and url are read.

    >>> split_front_matter("---\\ntitle: A storm\\ndate: 2026-01-23\\n---\\nIt rained.")
    ({'title': 'A storm', 'date': '2026-01-23'}, 'It rained.')
    """
    match = _FRONT_MATTER.match(source)
    if match is None:
        return {}, source
    fields = {
        key: _COMMENT_LEFT.sub("", value).strip().strip("\"'")
        for key, value in _FIELD.findall(match.group(1))
    }
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
        (_STRONG_LEFT, r"\2"),
        (_EMPHASIS, r"\2"),
        (_ESCAPE, r"\1"),
    ):
        text = pattern.sub(replacement, text)
    text = _TAG.sub(
        lambda tag: "\n" if tag.group().lower().startswith(("<br", "<p", "</p", "<div")) else "", text
    )
    return _ENTITY.sub(lambda entity: unescape(entity.group()), text)


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
