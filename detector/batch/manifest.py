"""The manifest of a run: digests of what went in, so that no run is resumed on other inputs or settings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import cast

from detector.batch import storage
from detector.batch.score import Task
from detector.errors import UsageError
from detector.types import Json

FORMAT = 1


def describe_run(task: Task, output_format: str) -> dict[str, Json]:
    """Say what decides the results, beside the inputs and the engine: the settings."""
    settings: dict[str, Json] = json.loads(json.dumps(asdict(task.settings)))
    if task.settings.calibration is not None:
        settings["calibration"] = storage.digest_of(task.settings.calibration)
    settings["format"] = output_format
    settings["offsets"] = task.offsets
    settings["published"] = task.published.isoformat() if task.published else None
    return {"format": FORMAT, "settings": settings}


def write_manifest(path: str, value: Mapping[str, Json], temp: str) -> None:
    """Write the manifest, with a digest of itself."""
    body = {name: part for name, part in value.items() if name != "sha256"}
    with storage.write_atomically(path, temp) as stream:
        stream.write(json.dumps({**body, "sha256": _digest(body)}, indent=2).encode() + b"\n")


def read_manifest(path: str) -> dict[str, Json] | None:
    """Give the manifest, None where there is none.

    Raises
    ------
    UsageError
        Where it was altered or comes from another version.
    """
    try:
        with storage.open_read(path) as stream:
            value = json.load(stream)
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise UsageError(f"{path} is not a manifest: {error}") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise UsageError(f"{path} is not a manifest of this version of Dateline")
    claimed = value.pop("sha256", None)
    if claimed != _digest(value):
        raise UsageError(f"{path} was altered; start anew with --restart")
    return cast("dict[str, Json]", value)


def check_same(path: str, old: Mapping[str, Json], new: Mapping[str, Json], parts: Sequence[str]) -> None:
    """Refuse to resume where a part that decides the results differs.

    Raises
    ------
    UsageError
        Naming each difference.
    """
    differences = [
        f"{key} {_show(was)} then, {_show(now)} now"
        for name in parts
        for key, was, now in _differences(name, old.get(name), new.get(name))
    ]
    if differences:
        raise UsageError(
            f"cannot resume, the run of {path} differs: {'; '.join(differences)}. "
            "Use the same options and inputs, or start anew with --restart"
        )


def _differences(name: str, old: Json, new: Json) -> list[tuple[str, Json, Json]]:
    if isinstance(old, dict) and isinstance(new, dict):
        return [
            found
            for key in sorted({*old, *new})
            for found in _differences(f"{name}.{key}", old.get(key), new.get(key))
        ]
    return [] if old == new else [(name, old, new)]


def _show(value: Json) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _digest(value: Mapping[str, Json]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
