"""Word documents (.docx) to text: paragraphs, headings, list items and table rows, a line each.

A table that lays out prose has a line for each paragraph.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from detector.errors import DatelineError, TooLargeError, UnreadableError
from detector.reading.fields import make_article
from detector.reading.limits import Deadline, Limits, check_size
from detector.types import Article

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_WRAPPERS = frozenset(f"{_W}{name}" for name in ("tbl", "sdt", "sdtContent", "ins", "moveTo", "customXml"))
_NO_TEXT = frozenset((f"{_W}txbxContent", f"{_W}moveFrom", f"{_W}del", f"{_MC}Fallback"))
_MEGABYTE = 1_000_000


def article_from_docx(data: bytes, *, name: str, limits: Limits) -> Article:
    """Read the body of a Word document; headers, footers, notes, deleted and moved text are left out.

    Raises
    ------
    EmptyInputError, TooLargeError, UnreadableError
        No text; over a cap (decompression among them); no Word document, or damaged.
    """
    deadline = Deadline(name, limits)
    try:
        _check_archive(data, name, limits)
        import docx

        document = docx.Document(io.BytesIO(data))
        body = document.element.body
        lines: list[str] = []
        size = 0
        for count, (kind, element) in enumerate(_units(body)):
            if count % 500 == 0:
                deadline.check()
            line = _row(element) if kind == "row" else _paragraph(element)
            size += len(line)
            check_size(name, size, limits.characters, "characters")
            if line.strip():
                lines.append(line)
        title, author = _properties(document)
    except DatelineError:
        raise
    except Exception as error:
        raise UnreadableError(
            name, f"not a readable Word document: {type(error).__name__}: {error}"
        ) from error
    return make_article(
        "\n".join(lines),
        name=name,
        limits=limits,
        title=title or None,
        # python-docx signs its own template.
        author=author if author and author != "python-docx" else None,
    )


def _properties(document: Any) -> tuple[str, str]:
    """Title and author; damage there must not cost the text."""
    try:
        return document.core_properties.title.strip(), document.core_properties.author.strip()
    except Exception:  # noqa: BLE001 - the parser may fail in any way, and no metadata is no error
        return "", ""


def _check_archive(data: bytes, name: str, limits: Limits) -> None:
    """Refuse decompression bombs and document types before a parser opens the archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        # The main part may have another name; python-docx finds it by its relationship.
        if not any(entry.filename.startswith("word/") for entry in entries):
            raise UnreadableError(name, "a ZIP archive, but not a Word document")
        if any(entry.flag_bits & 1 for entry in entries):
            raise UnreadableError(name, "the Word document is encrypted; save it without a password")
        check_size(name, sum(entry.file_size for entry in entries), limits.unpacked_bytes, "bytes unpacked")
        for entry in entries:
            ratio = entry.file_size / max(entry.compress_size, 1)
            if entry.file_size > _MEGABYTE and ratio > limits.unpacked_ratio:
                raise TooLargeError(
                    name, f"{entry.filename} unpacks to more than {limits.unpacked_ratio} times its size"
                )
            with archive.open(entry) as part:
                content = part.read()
            if content[:64].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").startswith(b"<"):
                if b"<!DOCTYPE" in content[:4_096] or b"<!ENTITY" in content:
                    raise UnreadableError(
                        name, f"{entry.filename} declares entities, which no Word document does"
                    )
                check_size(name, content.count(b"<"), limits.elements * 4, "XML tags")


def _units(body: Any) -> Any:
    """Yield paragraphs and table rows in order, through content controls and layout, without recursion.

    The paragraphs of a text box follow the one that it hangs on.
    """
    stack = [iter(body)]
    while stack:
        for element in stack[-1]:
            if element.tag == f"{_W}p":
                yield "paragraph", element
                yield from (("paragraph", paragraph) for paragraph in _boxed(element))
            elif element.tag == f"{_W}tr" and not _is_layout(element):
                yield "row", element
            elif element.tag in _WRAPPERS or element.tag in (f"{_W}tr", f"{_W}tc"):
                stack.append(iter(element))
                break
        else:
            stack.pop()


def _paragraph(element: Any) -> str:
    text = _text(element)
    style = element.find(f"{_W}pPr/{_W}pStyle")
    label = style.get(f"{_W}val", "").lower() if style is not None else ""
    if label.startswith(("heading", "title")):
        return "# " + text if text.strip() else ""
    if element.find(f"{_W}pPr/{_W}numPr") is not None or label.startswith("list"):
        return "- " + text if text.strip() else ""
    return text


def _is_layout(row: Any) -> bool:
    """Whether a row holds prose: one filled cell alone, a cell of several paragraphs, a table or a text box."""
    filled = [sum(bool(text.strip()) for text in cell) for cell in _cells(row)]
    inner = next(row.iter(f"{_W}tbl", f"{_W}txbxContent"), None)
    return inner is not None or max(filled, default=0) > 1 or sum(filled) == 1


def _row(element: Any) -> str:
    cells = [" ".join(cell) for cell in _cells(element)]
    return (
        "| " + " | ".join(" ".join(cell.split()) for cell in cells) + " |"
        if any(map(str.strip, cells))
        else ""
    )


def _cells(row: Any) -> list[list[str]]:
    """Paragraphs of each cell of a row."""
    return [[_text(paragraph) for paragraph in _inside(cell, "p")] for cell in _inside(row, "tc")]


def _inside(element: Any, name: str) -> Iterator[Any]:
    """Children of a name, those in content controls among them."""
    for child in element:
        if child.tag == f"{_W}{name}":
            yield child
        elif child.tag in _WRAPPERS:
            yield from _inside(child, name)


def _boxed(paragraph: Any) -> Iterator[Any]:
    """Paragraphs of the text boxes that hang on a paragraph; Word keeps each twice, once for old programs."""
    for box in paragraph.iter(f"{_W}txbxContent"):
        if not any(parent.tag == f"{_MC}Fallback" for parent in box.iterancestors()):
            yield from box.iter(f"{_W}p")


def _nodes(element: Any) -> Iterator[Any]:
    """Nodes of a paragraph's own text, in order: no text box, and nothing that was moved away."""
    stack = [iter(element)]
    while stack:
        for node in stack[-1]:
            if node.tag in _NO_TEXT:
                continue
            yield node
            stack.append(iter(node))
            break
        else:
            stack.pop()


def _text(paragraph: Any) -> str:
    pieces = []
    for node in _nodes(paragraph):
        if node.tag == f"{_W}t":
            pieces.append(node.text or "")
        elif node.tag in (f"{_W}br", f"{_W}cr"):
            pieces.append("\n")
        elif node.tag == f"{_W}noBreakHyphen":
            pieces.append("-")
        elif node.tag == f"{_W}tab" and node.getparent().tag == f"{_W}r":
            pieces.append("\t")
    return "".join(pieces)
