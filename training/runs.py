"""Folders of training runs: what one command leaves there for the next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from training.windows import Window

WINDOWS, DIGEST = "windows.jsonl", "windows.sha256"
DRAWN_BY = ("base", "seed", "max_tokens", "augment", "window", "replay", "mine")
"""Settings that windows depend on; the others may change without new windows."""


def run_file(run: Path, name: str, command: str = "finetune") -> Path:
    """Path of a file that `python -m training COMMAND` leaves in the folder of a run.

    Raises
    ------
    click.ClickException
        Where it is missing, naming the command.
    """
    path = run / name
    if not path.is_file():
        raise click.ClickException(f"{path} is missing: run `python -m training {command}` first")
    return path


def read_windows(run: Path, command: str = "finetune") -> list[Window]:
    """Windows of a run, in their order; raises as `run_file` does."""
    lines = run_file(run, WINDOWS, command).read_text("utf-8").splitlines()
    return [Window(**json.loads(line)) for line in lines]


def write_windows(run: Path, windows: Sequence[Window], config: Mapping[str, Any]) -> None:
    """Write the windows that a configuration gave, whole or not at all, and their digest beside them."""
    content = "".join(json.dumps(asdict(window)) + "\n" for window in windows)
    partial = run / "windows.partial"
    partial.write_text(content, "utf-8")
    partial.replace(run / WINDOWS)
    (run / DIGEST).write_text(_digest(content.encode(), config) + "\n", "utf-8")


def check_windows(run: Path, config: Mapping[str, Any]) -> None:
    """Refuse windows in a run's folder that this configuration did not give.

    Raises
    ------
    click.ClickException
        Where they were changed, cut off or given by another configuration, or where no digest tells.
    """
    path, digest = run / WINDOWS, run / DIGEST
    if not path.exists():
        return
    if not digest.exists():
        problem = f"has no {DIGEST} beside it that says which configuration gave it"
    elif digest.read_text("utf-8").strip() != _digest(path.read_bytes(), config):
        problem = "is of another configuration, or was changed since"
    else:
        return
    raise click.ClickException(f"{path} {problem}: name another folder by --out, or remove the file")


def _digest(content: bytes, config: Mapping[str, Any]) -> str:
    """Digest of windows and of the settings that they depend on."""
    settings = json.dumps({name: config.get(name) for name in DRAWN_BY}, sort_keys=True)
    return hashlib.sha256(settings.encode() + b"\n" + content).hexdigest()
