"""Paths, globs, tables and streams to items, in a fixed order, without leaving the tree or touching a device."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from hashlib import blake2b
from itertools import takewhile
from pathlib import Path, PurePath
from typing import BinaryIO

from detector.batch import storage
from detector.batch.shards import Item
from detector.batch.tables import spool_parquet
from detector.errors import UsageError
from detector.reading import DEFAULT_LIMITS, SUFFIXES
from detector.reading.sniff import read_head

_ARCHIVES = (".zip", ".tar", ".tgz", ".tbz2", ".txz", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar")
_LINES = tuple(suffix for suffix, kind in SUFFIXES.items() if kind == "jsonl")
_LEFT_OUT = (".", "readme")
MANIFEST = ".manifest.json"
"""Ending of the manifest that a run leaves beside its output."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Inputs:
    """What to score: paths, globs, URLs or `-`.

    `pattern` keeps only the names in folders that match it; `spool` is a folder for what must be
    copied to be read in pieces: standard input and tables. Files under `own` are the run's own.
    """

    paths: tuple[str, ...]
    spool: str
    pattern: str | None = None
    own: tuple[str, ...] = ()


def find_items(inputs: Inputs, stdin: BinaryIO | None = None) -> Iterator[Item]:
    """Yield every item in order, with digests; what must not be read comes as an item to skip.

    Raises
    ------
    UsageError
        For a path that does not exist, and for a glob that matches nothing.
    """
    for index, path in enumerate(inputs.paths):
        if path == "-":
            if stdin is None:
                raise UsageError("`-` needs a standard input")
            yield from _spooled_stdin(stdin, storage.join(inputs.spool, f"stdin-{index}"), inputs.spool)
        elif storage.is_remote(path):
            yield from _remote_items(path, inputs)
        else:
            for found in _expand(path):
                if Path(found).is_dir():
                    # Of several folders, each gives its name to its files: two may hold an "a.txt".
                    base = Path(found).parent if len(inputs.paths) > 1 else Path(found)
                    yield from _walk(Path(found), inputs, base)
                else:
                    yield from _items_of(found, found, inputs.spool)


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


def _expand(path: str) -> Sequence[str]:
    check_paths([path])
    if os.path.lexists(path):
        return [path]
    root = _fixed_part(path)
    found = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 - absolute patterns, too
    # A link would lead out of the tree, or round in it.
    found = [name for name in found if not _through_link(name, root)]
    if not found:
        raise UsageError(f"{path}: matches nothing")
    # A folder that a recursive glob names beside its own files would be read twice.
    return [name for name in found if not Path(name).is_dir()] or found


def _fixed_part(pattern: str) -> Path:
    """The folder of a pattern before its first wildcard."""
    parts = Path(pattern).parts
    return Path(*takewhile(lambda part: not glob.has_magic(part), parts))


def _through_link(name: str, root: Path) -> bool:
    """Whether a match lies behind a linked folder below `root`, or is a link out of it."""
    path = Path(name)
    between = [folder for folder in path.parents if folder != root and folder.is_relative_to(root)]
    if any(folder.is_symlink() for folder in between):
        return True
    return path.is_symlink() and bool(_link_fault(name, os.path.realpath(root)))


def _walk(root: Path, inputs: Inputs, base: Path) -> Iterator[Item]:
    """Files of a tree, by their names from `base`; hidden ones and READMEs are left out, links that leave the tree are skipped."""
    real_root = os.path.realpath(root)
    own = {os.path.realpath(path) for path in inputs.own}
    pending = [root]
    while pending:
        folder = pending.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            yield _skipped(_relative(folder, base), error.strerror or str(error))
            continue
        folders = []
        earlier = _earlier_outputs([entry.name for entry in entries])
        for entry in entries:
            name = _relative(Path(entry.path), base)
            if entry.name.lower().startswith(_LEFT_OUT) or entry.name in earlier:
                continue
            if os.path.realpath(entry.path) in own:
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(Path(entry.path))
                continue
            if (
                inputs.pattern
                and not fnmatch(name, inputs.pattern)
                and not fnmatch(entry.name, inputs.pattern)
            ):
                continue
            if entry.is_symlink():
                reason = _link_fault(entry.path, real_root)
                if reason:
                    yield _skipped(name, reason)
                    continue
            yield from _items_of(entry.path, name, inputs.spool)
        pending += reversed(folders)


def _earlier_outputs(names: Sequence[str]) -> set[str]:
    """Names of a folder that earlier runs wrote: every output has a manifest beside it."""
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


def _link_fault(path: str, real_root: str) -> str:
    target = os.path.realpath(path)
    if os.path.commonpath([target, real_root]) != real_root:
        return "a symbolic link that leaves the folder; not followed"
    if Path(target).is_dir():
        return "a symbolic link to a folder; not followed"
    return "" if Path(target).exists() else "a symbolic link to nothing"


def _items_of(path: str, name: str, spool: str) -> Iterator[Item]:
    """Items of one file on disk."""
    fault, size = _file_fault(path)
    if fault:
        yield _skipped(name, fault)
        return
    suffix = Path(path).suffix.lower()
    try:
        if suffix == ".parquet":
            yield from _table_items(path, name, spool)
        elif suffix in _LINES:
            yield from _line_items(path, name)
        else:
            yield _whole(path, name, size)
    except OSError as error:
        yield _skipped(name, error.strerror or str(error))


def _file_fault(path: str) -> tuple[str, int]:
    """Why a file is not to be read ("" for one that is), and its size."""
    try:
        status = os.stat(path)  # noqa: PTH116 - follows a link that was judged before
    except OSError as error:
        return error.strerror or str(error), 0
    if not stat.S_ISREG(status.st_mode):
        return f"{_KINDS.get(stat.S_IFMT(status.st_mode), 'a special file')}, not a regular file", 0
    if status.st_size == 0:
        return "the file is empty (zero bytes)", 0
    if path.lower().endswith(_ARCHIVES):
        return "an archive; unpack it first", 0
    if not path.lower().endswith((*_LINES, ".parquet")) and status.st_size > DEFAULT_LIMITS.bytes:
        return f"over the limit of {DEFAULT_LIMITS.bytes:,} bytes", 0
    return "", status.st_size


_KINDS = {
    stat.S_IFIFO: "a pipe (FIFO)",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
}


def _table_items(path: str, name: str, spool: str) -> Iterator[Item]:
    """An item a row of a table, from a copy as JSON lines that is named by the table's whole path."""
    whole = path if storage.is_remote(path) else os.path.abspath(path)  # noqa: PTH100 - bytes of any name
    key = blake2b(os.fsencode(whole), digest_size=8).hexdigest()
    copy = storage.join(spool, f"{key}.jsonl")
    fault = spool_parquet(path, copy, spool)
    yield from [_skipped(name, fault)] if fault else _line_items(copy, name)


def _whole(path: str, name: str, size: int) -> Item:
    found = blake2b(digest_size=8)
    with storage.open_read(path) as stream:
        while chunk := stream.read(_CHUNK):
            found.update(chunk)
    return Item(name, path, digest=found.hexdigest(), size=size)


def _line_items(path: str, name: str) -> Iterator[Item]:
    """An item a line that is not blank; one line is held at a time, and of a huge one only a chunk."""
    start, number, found_one = 0, 0, False
    with storage.open_read(path) as stream:
        while line := stream.readline(_CHUNK):
            number += 1
            found = blake2b(line, digest_size=8)
            length, blank = len(line), not line.strip(b" \t\r\n\xef\xbb\xbf")
            while not line.endswith(b"\n") and (line := stream.readline(_CHUNK)):
                found.update(line)
                length += len(line)
                blank = blank and not line.strip()
            if not blank:
                found_one = True
                here = f"{name}:{number}"
                if length > DEFAULT_LIMITS.bytes:
                    yield _skipped(here, f"the line is over the limit of {DEFAULT_LIMITS.bytes:,} bytes")
                else:
                    yield Item(here, path, start, length, found.hexdigest(), is_line=True, size=length)
            start += length
    if not found_one:
        yield _skipped(name, "the file holds no record")


def _spooled_stdin(stdin: BinaryIO, copy: str, temp: str) -> Iterator[Item]:
    """Copy standard input, so that workers can read it; JSON lines become an item each."""
    head, lines = read_head(stdin, _CHUNK)
    # A single line in braces is a record, too, if a broken one.
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0].rstrip()
    lines = lines or (first.startswith(b"{") and first.endswith((b"}", b"]")))
    size = len(head)
    with storage.write_atomically(copy, temp) as stream:
        stream.write(head)
        while chunk := stdin.read(_CHUNK):
            stream.write(chunk)
            size += len(chunk)
    if lines:
        yield from _line_items(copy, "stdin")
    elif not size:
        yield _skipped("stdin", "the input is empty")
    elif size > DEFAULT_LIMITS.bytes:
        yield _skipped("stdin", f"over the limit of {DEFAULT_LIMITS.bytes:,} bytes")
    else:
        yield _whole(copy, "stdin", size)


def _remote_items(url: str, inputs: Inputs) -> Iterator[Item]:
    """Files under a URL; a file by itself, or all below a folder."""
    for path, size in storage.list_files(url):
        name = path.removeprefix(url).lstrip("/") or path
        if inputs.pattern and not fnmatch(name, inputs.pattern):
            continue
        lowered = path.lower()
        if size == 0:
            yield _skipped(name, "the file is empty (zero bytes)")
        elif lowered.endswith(_ARCHIVES):
            yield _skipped(name, "an archive; unpack it first")
        elif lowered.endswith(".parquet"):
            yield from _table_items(path, name, inputs.spool)
        elif lowered.endswith(_LINES):
            yield from _line_items(path, name)
        elif size > DEFAULT_LIMITS.bytes:
            yield _skipped(name, f"over the limit of {DEFAULT_LIMITS.bytes:,} bytes")
        else:
            yield _whole(path, name, size)


def _skipped(name: str, reason: str) -> Item:
    return Item(name, skip=reason)


def _relative(path: Path, root: Path) -> str:
    name = os.path.relpath(path, root)
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
