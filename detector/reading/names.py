"""Names that are no articles: hidden files, READMEs, what a run wrote, and links that leave their folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePath

_LEFT_OUT = (".", "readme")
MANIFEST = ".manifest.json"
"""Ending of the manifest that a run leaves beside its output."""


def is_left_out(name: str) -> bool:
    """Whether a file or folder is hidden, or a README."""
    return name.lower().startswith(_LEFT_OUT)


def earlier_outputs(names: Iterable[str]) -> set[str]:
    """Names of a folder that earlier runs wrote: every output has a manifest beside it.

    >>> sorted(earlier_outputs(["a.txt", "old.html", "old.html.manifest.json"]))[:3]
    ['old.articles', 'old.flags.html', 'old.html']
    """
    found = set()
    for name in names:
        if name.endswith(MANIFEST):
            out = PurePath(name.removesuffix(MANIFEST))
            found |= {
                name,
                out.name,
                f"{out.name}.parts",
                f"{out.stem}.articles",
                f"{out.stem}.flags{out.suffix}",
            }
    return found


def link_fault(path: str, real_root: str) -> str:
    """Why a symbolic link is not to be followed from a folder, "" where it may be."""
    target = os.path.realpath(path)
    if os.path.commonpath([target, real_root]) != real_root:
        return "a symbolic link that leaves the folder; not followed"
    if Path(target).is_dir():
        return "a symbolic link to a folder; not followed"
    return "" if Path(target).exists() else "a symbolic link to nothing"
