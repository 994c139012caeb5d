"""Artifact folders: written whole, with the sums that `detector.models.artifact` checks."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from detector.models.artifact import SUMS, listing, load_artifact


def write_sums(folder: Path) -> None:
    """Write SHA256SUMS over every other file of the folder."""
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != SUMS}
    (folder / SUMS).write_text(listing(files), "utf-8")


def as_json(content: Mapping[str, Any]) -> bytes:
    """Content of a JSON file of an artifact."""
    return f"{json.dumps(content, indent=1)}\n".encode()


def write_artifact(folder: Path, files: Mapping[str, bytes], may_hold: Collection[str]) -> None:
    """Put an artifact of these files in the place of `folder`, whole or not at all; nothing of the one before stays.

    Raises
    ------
    click.ClickException
        Where the folder holds anything but the files that such an artifact `may_hold`.
    """
    folder = folder.resolve()
    others = [path.name for path in sorted(folder.glob("*")) if path.name not in {*may_hold, SUMS}]
    if others:
        raise click.ClickException(f"{folder}: would be replaced, but holds {others[0]}; name another folder")
    with made_beside(folder, files) as new:
        load_artifact(new)
        if folder.exists():
            folder.rename(new.with_name("before"))
        new.rename(folder)


@contextmanager
def made_beside(folder: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """A folder of these files and their sums beside `folder`, to be renamed to it; what is left of it goes in the end."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f"{folder.name}.", dir=folder.parent) as beside:
        new = Path(beside) / "new"
        new.mkdir()
        for name, content in files.items():
            (new / name).write_bytes(content)
        write_sums(new)
        yield new
