"""Paths, globs, tables and streams to items, in a fixed order, without leaving the tree or touching a device."""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from hashlib import blake2b
from itertools import chain
from pathlib import Path, PurePath
from typing import BinaryIO

from detector.batch import storage
from detector.batch.globs import expand
from detector.batch.shards import Item
from detector.batch.tables import spool_parquet
from detector.errors import UsageError
from detector.reading import DEFAULT_LIMITS, SUFFIXES
from detector.reading.lines import WIDE_BOMS
from detector.reading.names import earlier_outputs, is_left_out, link_fault
from detector.reading.sniff import read_head

_ARCHIVES = (".zip", ".tar", ".tgz", ".tbz2", ".txz", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar")
_LINES = tuple(suffix for suffix, kind in SUFFIXES.items() if kind == "jsonl")
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
    own = {storage.resolve(name) for name in inputs.own}
    given = _given(inputs.paths, own)
    # Of several inputs each file has its path as it is given for a name: two may hold a "news/1.txt".
    base = _base_of(given.values()) if len(inputs.paths) == 1 else None

    def is_apart(path: str) -> bool:
        return os.path.realpath(path) in own or _place(path) in given

    for path in given.values():
        if path == "-":
            if stdin is None:
                raise UsageError("`-` needs a standard input")
            yield from _spooled_stdin(stdin, storage.join(inputs.spool, "stdin"), inputs.spool)
        elif storage.is_remote(path):
            yield from _remote_items(path, inputs, {*own, *given})
        elif Path(path).is_dir():
            yield from _walk(Path(path), inputs.pattern, base, is_apart, inputs.spool)
        else:
            yield from _items_of(path, path, inputs.spool)


def _given(paths: Iterable[str], own: Collection[str]) -> dict[str, str]:
    """Everything that is given, globs expanded, by its place: what is given twice is read once."""
    given: dict[str, str] = {}
    for path in paths:
        for name in [path] if path == "-" or storage.is_remote(path) else expand(path, own):
            given.setdefault(_place(name), name)
    return given


def _place(path: str) -> str:
    """Where a file or folder lies, however its path is written; a link lies where it is, not where it leads."""
    if path == "-":
        return path
    return storage.resolve(path) if storage.is_remote(path) else os.path.abspath(path)  # noqa: PTH100 - bytes of any name


def _base_of(found: Collection[str]) -> Path | None:
    """Folder from which the files of one input are named: it, or the one that holds all folders of a glob.

    It is None where a glob found files, too: their names are as it gives them, and so are all.
    """
    return Path(os.path.commonpath(found)) if all(Path(name).is_dir() for name in found) else None


def _walk(
    root: Path, pattern: str | None, base: Path | None, is_apart: Callable[[str], bool], spool: str
) -> Iterator[Item]:
    """Files of a tree, by their names from `base`.

    Hidden ones, READMEs and what `is_apart` (the run's own, or read in its own turn) are left out,
    links that leave the tree are skipped.
    """
    real_root = os.path.realpath(root)
    pending = [root]
    while pending:
        folder = pending.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            yield _skipped(_relative(folder, base), error.strerror or str(error))
            continue
        folders = []
        earlier = earlier_outputs(entry.name for entry in entries)
        for entry in entries:
            name = _relative(Path(entry.path), base)
            if is_left_out(entry.name) or entry.name in earlier:
                continue
            if is_apart(entry.path):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(Path(entry.path))
                continue
            if not _matches(name, pattern):
                continue
            if entry.is_symlink():
                reason = link_fault(entry.path, real_root)
                if reason:
                    yield _skipped(name, reason)
                    continue
            yield from _items_of(entry.path, name, spool)
        pending += reversed(folders)


def _matches(name: str, pattern: str | None) -> bool:
    """Whether a file's name, with or without its folders, is one of those to read."""
    return not pattern or fnmatch(name, pattern) or fnmatch(PurePath(name).name, pattern)


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
            yield from _lines_of_file(path, name, spool)
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
    """An item a row of a table, from a copy as JSON lines."""
    copy = _copy_of(path, spool)
    fault = spool_parquet(path, copy, spool)
    yield from [_skipped(name, fault)] if fault else _line_items(copy, name)


def _copy_of(path: str, spool: str) -> str:
    """Where a copy as JSON lines goes: it is named by the whole path of what is copied."""
    key = blake2b(os.fsencode(_place(path)), digest_size=8).hexdigest()
    return storage.join(spool, f"{key}.jsonl")


def _lines_of_file(path: str, name: str, spool: str) -> Iterator[Item]:
    """Items of JSON lines; UTF-16 and UTF-32, where no byte alone ends a line, are read from a copy in UTF-8."""
    with storage.open_read(path) as stream:
        is_wide = stream.read(4).startswith(WIDE_BOMS)
        if is_wide:
            stream.seek(0)
            _write_copy(stream, _copy_of(path, spool), spool)
    yield from _line_items(_copy_of(path, spool) if is_wide else path, name)


def _write_copy(stream: BinaryIO, copy: str, temp: str) -> int:
    """Copy a stream in chunks, UTF-16 and UTF-32 with a byte-order mark as UTF-8 with one; give the copy's size."""
    head, size = stream.read(_CHUNK), 0
    chunks: Iterable[bytes] = chain([head], iter(lambda: stream.read(_CHUNK), b""))
    if head.startswith(WIDE_BOMS):
        encoding = "utf-32" if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)) else "utf-16"
        chunks = codecs.iterencode(codecs.iterdecode(chunks, encoding, "replace"), "utf-8-sig")
    with storage.write_atomically(copy, temp) as out:
        for chunk in chunks:
            size += out.write(chunk)
    return size


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
    size = _write_copy(stdin, copy, temp)
    with storage.open_read(copy) as stream:
        head, lines = read_head(stream, _CHUNK)
    # A single line in braces is a record, too, if a broken one.
    first = head.removeprefix(codecs.BOM_UTF8).lstrip().partition(b"\n")[0].rstrip()
    lines = lines or (first.startswith(b"{") and first.endswith((b"}", b"]")))
    if lines:
        yield from _line_items(copy, "stdin")
    elif not size:
        yield _skipped("stdin", "the input is empty")
    elif size > DEFAULT_LIMITS.bytes:
        yield _skipped("stdin", f"over the limit of {DEFAULT_LIMITS.bytes:,} bytes")
    else:
        yield _whole(copy, "stdin", size)


def _remote_items(url: str, inputs: Inputs, apart: Collection[str]) -> Iterator[Item]:
    """Files under a URL; a file by itself, or all below a folder but what `_walk` leaves out, too."""
    files = storage.list_files(url)
    is_no_input = _no_inputs(url, [name for _, name, _ in files], apart)
    base = f"{url.rstrip('/')}/" if len(inputs.paths) > 1 else ""
    for path, below, size in files:
        if below and (is_no_input(below) or not _matches(below, inputs.pattern)):
            continue
        name = base + below if below else path
        lowered = path.lower()
        if size == 0:
            yield _skipped(name, "the file is empty (zero bytes)")
        elif lowered.endswith(_ARCHIVES):
            yield _skipped(name, "an archive; unpack it first")
        elif lowered.endswith(".parquet"):
            yield from _table_items(path, name, inputs.spool)
        elif lowered.endswith(_LINES):
            yield from _lines_of_file(path, name, inputs.spool)
        elif size > DEFAULT_LIMITS.bytes:
            yield _skipped(name, f"over the limit of {DEFAULT_LIMITS.bytes:,} bytes")
        else:
            yield _whole(path, name, size)


def _no_inputs(url: str, names: Iterable[str], apart: Iterable[str]) -> Callable[[str], bool]:
    """Make the test whether a name below a URL is, or lies in, what is left out, `apart`, or what a run wrote."""
    held: dict[str, list[str]] = {}
    for name in names:
        for folder, entry in _steps(name):
            held.setdefault(folder, []).append(entry)
    earlier = {folder: earlier_outputs(entries) for folder, entries in held.items()}
    root = storage.resolve(url).rstrip("/") + "/"
    mine = {path.removeprefix(root).lstrip("/") for path in apart if path.startswith(root)}
    return lambda name: any(
        is_left_out(entry) or entry in earlier[folder] or f"{folder}{entry}" in mine
        for folder, entry in _steps(name)
    )


def _steps(name: str) -> list[tuple[str, str]]:
    """The way down to a file: each folder, and the entry to follow in it.

    >>> _steps("a/b/c.txt")
    [('', 'a'), ('a/', 'b'), ('a/b/', 'c.txt')]
    """
    entries = name.split("/")
    return [
        ("".join(f"{folder}/" for folder in entries[:depth]), entry) for depth, entry in enumerate(entries)
    ]


def _skipped(name: str, reason: str) -> Item:
    return Item(name, skip=reason)


def _relative(path: Path, root: Path | None) -> str:
    name = os.path.relpath(path, root) if root is not None else str(path)
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
