"""What a page says of itself, cut down to what the extractor reads in seconds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_MOST_DATA = 30_000
"""Characters of all JSON scripts of a page: regular expressions quadratic in them are run on each."""
_LONGEST = 500
"""Characters of one meta element, for the same reason."""
_MOST_NAMES = 1_000
"""Characters of all authors in both: with each one, the extractor compares all pairs of those before."""
_NAMES = frozenset(("name", "givenName", "additionalName", "familyName"))
_AUTHORS = ("author", "creator", "byl")


def drop_slow_metadata(tree: Any) -> None:
    """Remove the JSON that is broken, and the JSON and meta elements over a cap.

    Broken JSON goes to regular expressions of the extractor that are quadratic in it.
    """
    names = size = 0
    for meta in list(tree.iter("meta")):
        content = meta.get("content", "")
        key = "".join(meta.get(name, "") for name in ("property", "name", "itemprop")).lower()
        names += len(content) if any(author in key for author in _AUTHORS) else 0
        if len(content) > _LONGEST or names > _MOST_NAMES:
            meta.drop_tree()
    for script in list(tree.iter("script")):
        if script.get("type") not in ("application/ld+json", "application/settings+json"):
            continue
        text = script.text or ""
        honest = size + len(text) <= _MOST_DATA
        if honest:
            size += len(text)
            try:
                names += sum(map(len, _names(_parsed(text))))
            except (ValueError, RecursionError):
                honest = False
        if not honest or names > _MOST_NAMES:
            script.drop_tree()


def _parsed(text: str) -> object:
    """JSON as the extractor reads it, which takes tags and entities out first."""
    from trafilatura.json_metadata import normalize_json
    from trafilatura.metadata import JSON_MINIFY

    return json.loads(normalize_json(JSON_MINIFY.sub(r"\1", text)), strict=False)


def _names(value: object, of_author: bool = False) -> Iterator[str]:
    """Names of authors and persons, wherever they are."""
    if isinstance(value, str):
        if of_author:
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from _names(item, of_author)
    elif isinstance(value, dict):
        of_author = of_author or "person" in str(value.get("@type")).lower()
        for key, item in value.items():
            yield from _names(item, key == "author" or (of_author and key in _NAMES))
