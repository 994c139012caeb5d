"""The pages of articles: what each is called, and what a folder holds of them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from contextlib import suppress
from hashlib import sha256

from detector.batch import storage
from detector.batch.shards import Shard
from detector.types import Json

_NAME = re.compile(r"\d{5,12}-(?:\d{3,12}-)?\d{3,12}\.html")


def page_name(shard: Shard, index: int) -> str:
    """Name the page of the row `index` of a shard, or of a part of one.

    >>> page_name(Shard(7, ()), 2), page_name(Shard(7, (), first=16, whole=False), 0)
    ('00007-002.html', '00007-016-000.html')
    """
    part = f"{shard.first:03d}-" if shard.first else ""
    return f"{shard.number:05d}-{part}{index:03d}.html"


def describe_pages(folder: str) -> dict[str, Json]:
    """Count the pages in a folder, with a digest of names and sizes: to read them all would take too long."""
    found = sorted(entry for entry in storage.list_folder(folder) if _NAME.fullmatch(entry[0]))
    return {"pages": len(found), "sha256": sha256(json.dumps(found).encode()).hexdigest()}


def remove_stale_pages(folder: str, named: Collection[str]) -> None:
    """Remove the pages, on disk alone, that no row names: they are of an earlier, larger run."""
    if storage.is_remote(folder):
        return
    for name, _ in storage.list_folder(folder):
        if _NAME.fullmatch(name) and name not in named:
            with suppress(OSError):
                storage.remove(storage.join(folder, name))
