"""Files that appear whole or not at all: temp file, fsync, rename; on disk, or on any fsspec file system.

A path with `://` (`s3://bucket/run/out.jsonl`) goes through fsspec, where an object appears when
its upload is complete; every other path is on disk.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Any, BinaryIO, cast

from detector.errors import DatelineError, UsageError


class StorageError(DatelineError):
    """A result cannot be written: the disk is full, read-only, or gone; earlier results stand."""


def is_remote(path: str) -> bool:
    """Whether the path is a URL for fsspec."""
    return "://" in path


def join(folder: str, *names: str) -> str:
    """Join names to a folder on disk or to a URL."""
    return "/".join((folder.rstrip("/"), *names)) if is_remote(folder) else str(Path(folder, *names))


def open_read(path: str) -> BinaryIO:
    """Open for reading."""
    if is_remote(path):
        system, inner = _remote(path)
        return cast(BinaryIO, system.open(inner, "rb"))
    return Path(path).open("rb")


def read_tail(path: str, length: int) -> bytes | None:
    """Give the last `length` bytes (or all) of a file, None where there is no such file."""
    try:
        with open_read(path) as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - length))
            return stream.read()
    except FileNotFoundError:
        return None


def digest_of(path: str) -> str:
    """Give the SHA-256 of a file's content."""
    found = sha256()
    with open_read(path) as stream:
        while chunk := stream.read(1 << 20):
            found.update(chunk)
    return found.hexdigest()


def exists(path: str) -> bool:
    """Whether there is a file or folder of that name."""
    if is_remote(path):
        system, inner = _remote(path)
        return bool(system.exists(inner))
    return Path(path).exists()


def is_folder(path: str) -> bool:
    """Whether there is a folder of that name."""
    if is_remote(path):
        system, inner = _remote(path)
        return bool(system.isdir(inner))
    return Path(path).is_dir()


def resolve(path: str) -> str:
    """Give a file or folder one name, however its path is written; links on disk are followed.

    >>> resolve("/none/../a.txt")
    '/a.txt'
    """
    if is_remote(path):
        system, inner = _remote(path)
        if "file" not in _protocols(system):
            return str(system.unstrip_protocol(inner))
        path = inner
    return os.path.realpath(path)


def make_folder(path: str) -> None:
    """Make a folder and its parents.

    Raises
    ------
    StorageError
        Where that is not possible.
    """
    if is_remote(path):
        system, inner = _remote(path)
        system.makedirs(inner, exist_ok=True)
        return
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(explain(path, error)) from error


def remove(path: str) -> None:
    """Remove a file or a folder with all it holds, if there is one."""
    if is_remote(path):
        system, inner = _remote(path)
        if system.exists(inner):
            system.rm(inner, recursive=True)
    elif Path(path).is_dir() and not Path(path).is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(FileNotFoundError):
            Path(path).unlink()


@contextmanager
def write_atomically(path: str, temp_folder: str) -> Iterator[BinaryIO]:
    """Open a stream whose content appears under `path` when the block ends well, and else never.

    Parameters
    ----------
    path
        Where the file shall appear; a file of that name is replaced.
    temp_folder
        Where it is written until then: on the same file system as `path`.

    Raises
    ------
    StorageError
        For every `OSError` of opening, writing, syncing or renaming.
    """
    if is_remote(path):
        with _write_remotely(path) as stream:
            yield stream
        return
    # The name is new each time: a worker of a dead run may still be writing the same shard.
    temp = Path(temp_folder, f"{Path(path).name[-80:]}.{secrets.token_hex(6)}")
    try:
        with temp.open("xb") as stream:
            yield stream
            stream.flush()
            sync(stream.fileno())
        temp.replace(path)
        _sync_folder(Path(path).parent)
    except OSError as error:
        raise StorageError(explain(path, error)) from error
    finally:
        with suppress(OSError):
            temp.unlink()


def sync(descriptor: int) -> None:
    """Wait until a file's content is on the disk."""
    os.fsync(descriptor)


def explain(path: str, error: OSError) -> str:
    """Say what could not be written, and why."""
    return f"cannot write {path}: {error.strerror or error}; what was finished before stands"


@contextmanager
def _write_remotely(path: str) -> Iterator[BinaryIO]:
    system, inner = _remote(path)
    try:
        # Not fsspec's transactions: they cannot be nested, and all files of a system share one.
        with tempfile.NamedTemporaryFile() as stream:
            yield cast(BinaryIO, stream)
            stream.flush()
            system.put_file(stream.name, inner)
    except OSError as error:
        raise StorageError(explain(path, error)) from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def _remote(path: str) -> tuple[Any, str]:
    try:
        import fsspec
    except ModuleNotFoundError as error:
        raise UsageError(f"{path} needs the extra `batch`: pip install 'dateline[batch]'") from error
    try:
        system, inner = fsspec.core.url_to_fs(path)
    except (ImportError, ValueError) as error:
        raise UsageError(f"{path}: {error}") from error
    return system, str(inner)


def _protocols(system: Any) -> tuple[str, ...]:
    return (system.protocol,) if isinstance(system.protocol, str) else tuple(system.protocol)


def list_files(url: str) -> list[tuple[str, str, int]]:
    """Files at or below a URL: their URLs, their names from it on ("" for the file itself), and sizes.

    Raises
    ------
    UsageError
        Where there is nothing of that name.
    """
    system, inner = _remote(url)
    if system.isfile(inner):
        return [(url, "", int(system.size(inner)))]
    found = system.find(inner, detail=True)
    if not found:
        raise UsageError(f"{url}: no such file or folder")
    return [
        (
            str(system.unstrip_protocol(name)),
            name.removeprefix(inner).lstrip("/"),
            int(info.get("size") or 0),
        )
        for name, info in sorted(found.items())
    ]


def list_folder(path: str) -> list[tuple[str, int]]:
    """Give names and sizes of the files that lie in a folder itself; none where there is no such folder."""
    try:
        if is_remote(path):
            system, inner = _remote(path)
            system.invalidate_cache(inner)  # Workers write files, too.
            found = system.ls(inner, detail=True)
            return [
                (PurePath(info["name"]).name, int(info["size"])) for info in found if info["type"] == "file"
            ]
        with os.scandir(path) as entries:
            return [
                (entry.name, entry.stat().st_size)
                for entry in entries
                if entry.is_file(follow_symlinks=False)
            ]
    except (FileNotFoundError, NotADirectoryError):
        return []
