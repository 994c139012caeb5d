"""Globs to the files and folders to read, each of them once; what a run wrote is none of them."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Collection, Sequence
from functools import cache
from itertools import takewhile
from pathlib import Path

from detector.batch import storage
from detector.errors import UsageError
from detector.reading.names import earlier_outputs, link_fault


def check_paths(paths: Sequence[str]) -> None:
    """Refuse paths that are not there before anything is made or read.

    Raises
    ------
    UsageError
        For a path that does not exist.
    """
    for path in paths:
        if (
            path != "-"
            and not storage.is_remote(path)
            and not os.path.lexists(path)
            and not glob.has_magic(path)
        ):
            raise UsageError(f"{path}: no such file or folder")


def expand(path: str, own: Collection[str]) -> list[str]:
    """Give the path itself, or what a glob matches, by name; `own` holds real paths of the run's own files.

    A folder that matches is read whole, unless all that it holds matches, too, as with `**`.

    Raises
    ------
    UsageError
        For a path that does not exist, and for a glob that matches nothing to read.
    """
    check_paths([path])
    if os.path.lexists(path):
        return [path]
    root = _fixed_part(path)
    names = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 - absolute patterns, too
    matched = {Path(name): name for name in names}
    is_written = _written_below(root, own)
    # A link would lead out of the tree, or round in it.
    kept = [found for found in matched if not _through_link(found, root) and not is_written(found)]
    if not kept:
        raise UsageError(f"{path}: matches nothing{' but links and what runs wrote' if matched else ''}")
    passed = {found for found in kept if found.is_dir() and _holds_only(found, matched)}
    read = [found for found in kept if found not in passed]
    folders = {found for found in read if found.is_dir()}
    return [matched[found] for found in read if folders.isdisjoint(found.parents)]


def _fixed_part(pattern: str) -> Path:
    """The folder of a pattern before its first wildcard."""
    parts = Path(pattern).parts
    return Path(*takewhile(lambda part: not glob.has_magic(part), parts))


def _through_link(path: Path, root: Path) -> bool:
    """Whether a match lies behind a linked folder below `root`, or is a link out of it."""
    between = [folder for folder in path.parents if folder != root and folder.is_relative_to(root)]
    if any(folder.is_symlink() for folder in between):
        return True
    return path.is_symlink() and bool(link_fault(str(path), os.path.realpath(root)))


def _written_below(root: Path, own: Collection[str]) -> Callable[[Path], bool]:
    """Make the test whether a path below `root` is, or lies in, what this run or an earlier one wrote."""

    @cache
    def earlier(folder: Path) -> set[str]:
        return earlier_outputs(_names(folder) or ())

    @cache
    def is_written(path: Path) -> bool:
        if path == root:
            return False
        return os.path.realpath(path) in own or path.name in earlier(path.parent) or is_written(path.parent)

    return is_written


def _holds_only(folder: Path, matched: Collection[Path]) -> bool:
    """Whether all that is visible in a folder matches by itself."""
    names = _names(folder)
    return names is not None and all(folder / name in matched for name in names if not name.startswith("."))


def _names(folder: Path) -> list[str] | None:
    """Names in a folder, None where it cannot be read."""
    try:
        return os.listdir(folder)  # noqa: PTH208 - names, not paths
    except OSError:
        return None
