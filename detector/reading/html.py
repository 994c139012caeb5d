"""HTML to an article: trafilatura for the text, htmldate and the page's metadata for the rest; no network."""

from __future__ import annotations

import logging
import re
from datetime import date
from typing import Any

from detector.errors import DatelineError, EmptyInputError, TooLargeError, UnreadableError
from detector.reading.fields import date_or_none, make_article
from detector.reading.layout import lay_out
from detector.reading.limits import DEFAULT_LIMITS, Limits, check_size
from detector.reading.metadata import drop_slow_metadata
from detector.types import Article

for _name in ("trafilatura", "htmldate", "courlan", "justext"):
    # Without a handler, Python would print a library's warnings to stderr.
    logging.getLogger(_name).addHandler(logging.NullHandler())


_TAG = re.compile(r"<[a-zA-Z][^\s/>]*")
_ATTRIBUTE = re.compile(r"[\s/]+[^\s=>/]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>\"']*))?")


def article_from_html(
    html: str,
    *,
    name: str = "html",
    limits: Limits = DEFAULT_LIMITS,
    id: str = "",
    title: str | None = None,
    published: date | None = None,
    url: str | None = None,
    author: str | None = None,
) -> Article:
    """Extract the main text with its headings, list items and table rows, a line each.

    What is given as an argument wins over what the page says. Web leftovers that the extraction
    leaves in ("3 minutes read") stay, for the boilerplate detector to show. A page without a
    main text that the extractor finds gives all its text.

    Raises
    ------
    EmptyInputError, TooLargeError, UnreadableError
        No text at all; over a cap; not HTML, or the parser failed.
    """
    check_size(name, len(html), limits.bytes, "characters of HTML")
    try:
        tree = _load(html, name, limits)
        drop_slow_metadata(tree)
        lay_out(tree)
        found = _extract(tree, url)
        text = (found.text if found is not None else "") or ""
        if not text.strip():
            text = _all_text(html) or _all_text(_wrapped(html))
    except DatelineError:
        raise
    except Exception as error:
        raise UnreadableError(name, f"the HTML could not be read: {type(error).__name__}: {error}") from error
    return make_article(
        text,
        name=name,
        limits=limits,
        id=id,
        title=title or _clean(found and found.title),
        published=published or date_or_none(found and found.date),
        url=url or _clean(found and found.url),
        author=author or _clean(found and found.author),
    )


def _load(html: str, name: str, limits: Limits) -> Any:
    """Parse, and refuse trees over the caps before anything walks them."""
    from trafilatura.utils import load_html

    if not html.strip():
        raise EmptyInputError(name, "no text to read is in it")
    _check_attributes(html, name, limits.attributes)
    tree = load_html(html)
    if tree is None or tree.tag != "html":
        # The loader takes whole documents alone; this may be a fragment of one.
        tree = load_html(_wrapped(html))
    if tree is None:
        raise UnreadableError(name, "not HTML: no element could be read")
    depth = count = 0
    level = [tree]
    while level:
        depth += 1
        count += len(level)
        if depth > limits.depth:
            raise TooLargeError(name, f"HTML nested deeper than the limit of {limits.depth} elements")
        check_size(name, count, limits.elements, "HTML elements")
        level = [child for element in level for child in element]
    return tree


def _wrapped(fragment: str) -> str:
    return f"<html><body><div>{fragment}</div></body></html>"


def _check_attributes(html: str, name: str, cap: int) -> None:
    position = 0
    while tag := _TAG.search(html, position):
        position = tag.end()
        count = 0
        while attribute := _ATTRIBUTE.match(html, position):
            position = attribute.end()
            count += 1
            if count > cap:
                raise TooLargeError(name, f"an HTML element has over {cap} attributes")


def _extract(tree: Any, url: str | None) -> Any:
    """Text and metadata; where what a page says of itself stops the extractor, the text alone."""
    from trafilatura import bare_extraction

    for with_metadata in (True, False):
        try:
            # `fast` leaves out the fallback extractors, which delete more of what a reader saw.
            found = bare_extraction(
                tree,
                url=url,
                fast=True,
                include_comments=False,
                include_tables=True,
                include_formatting=False,
                with_metadata=with_metadata,
                # The extensive search takes any date in the text for the day of publication.
                date_extraction_params={
                    "original_date": True,
                    "extensive_search": False,
                    "outputformat": "%Y-%m-%d",
                },
            )
        except Exception:
            if not with_metadata:
                raise
        else:
            if found is not None:
                return found
    return None


def _all_text(html: str) -> str:
    from trafilatura import html2txt

    return str(html2txt(html, clean=True) or "")


def _clean(value: object) -> str | None:
    """One line of it; a page may call itself 1984, or by a list of names."""
    return " ".join(value.split()) or None if isinstance(value, str) else None
