"""A page's layout undone for the extractor, which reads one body, passes over bare text, and puts a row on a line."""

from __future__ import annotations

import re
from typing import Any

from detector.reading.elements import PHRASES

_PARAGRAPH = 100
"""Characters of a paragraph that is prose, and no label."""
_CELL = 200
"""Characters of a cell that holds prose, and no figures or names."""
_BODY = re.compile(
    r"(?:^|[-_])((?:article|story|post|entry)(?:-|_{1,2})?(?:body|content|text))(?:[-_]?\d{1,3})?$",
    re.IGNORECASE,
)
"""A class or `itemprop` that names the body of an article, or a numbered part of it."""
_BESIDE = re.compile(r"comment|related|recommend|teaser|promo", re.IGNORECASE)
_BESIDE_TAGS = frozenset(("aside", "nav", "footer"))
_WHOLE_TAGS = frozenset(("html", "body", "article", "main"))
_INLINES = frozenset(("br", *PHRASES.split("|")))


def lay_out(tree: Any) -> None:
    """Change a tree so that no prose of an article hides from the extractor."""
    _open_tables(tree)
    _join_bodies(tree)
    _mark_paragraphs(tree)


def _open_tables(tree: Any) -> None:
    """Make divs and paragraphs of the tables that lay out prose."""
    for table in {next(cell.iterancestors("table"), None) for cell in tree.iter("td") if _has_prose(cell)}:
        if table is None:
            continue
        for cell in table.xpath("./caption | ./tr/td | ./tr/th | ./*/tr/td | ./*/tr/th"):
            cell.tag = "p" if _is_inline(cell) else "div"
        for part in table.xpath(". | ./tr | ./tbody | ./thead | ./tfoot | ./*/tr"):
            part.tag = "div"


def _has_prose(cell: Any) -> bool:
    """Whether a cell holds prose of its own, outside the tables in it."""
    texts = cell.xpath(
        ".//text()[not(parent::script or parent::style)][count(ancestor::table) = $depth]",
        depth=sum(1 for _ in cell.iterancestors("table")),
    )
    return len(" ".join("".join(texts).split())) >= _CELL


def _join_bodies(tree: Any) -> None:
    """Put the parts of a body into the first of them: an advertisement cuts it up, and the extractor reads one."""
    first: dict[tuple[str, Any], Any] = {}
    stack = [(tree, None)]
    while stack:
        element, article = stack.pop()
        name = _body_name(element)
        if name:
            body = first.setdefault((name, element.getparent() if article is None else article), element)
            if body is not element:
                body.append(element)
        elif not _is_beside(element):
            article = element if element.tag == "article" else article
            stack.extend((child, article) for child in reversed(element))


def _body_name(element: Any) -> str:
    if element.tag not in ("div", "section"):
        return ""
    labels = (element.get("itemprop", ""), *element.get("class", "").split())
    return next((found.group(1).lower() for found in map(_BODY.search, labels) if found), "")


def _is_beside(element: Any) -> bool:
    labels = f"{element.get('id', '')} {element.get('class', '')}"
    return element.tag in _BESIDE_TAGS or (element.tag not in _WHOLE_TAGS and bool(_BESIDE.search(labels)))


def _mark_paragraphs(tree: Any) -> None:
    """Make paragraphs of the divs of bare prose that stand among paragraphs, in an article's header, or alone."""
    among = {p.getparent() for p in tree.iter("p") if len(p.text_content()) >= _PARAGRAPH}
    for parent in among.union(tree.xpath(".//article//header")):
        for element in parent.iterchildren("div"):
            if _is_inline(element) and len(" ".join(element.text_content().split())) >= _PARAGRAPH:
                element.tag = "p"
    for body in tree.iter("body"):
        if len(body) == 1 and body[0].tag == "div" and _is_inline(body[0]):
            body[0].tag = "p"


def _is_inline(element: Any) -> bool:
    return all(child.tag in _INLINES for child in element.iterdescendants())
