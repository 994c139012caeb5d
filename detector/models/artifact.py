"""Artifact folder -> verified content: sums checked, versions checked, no pickle anywhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from detector.errors import ModelError
from detector.types import ModelInfo

FORMAT_VERSION = 1
"""Format of artifact folders that this version reads."""

SUMS = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Artifact:
    """An artifact whose every file has been read and verified; `info.sha256` is that of its `SHA256SUMS`."""

    info: ModelInfo
    config: Mapping[str, Any]
    contents: Mapping[str, bytes]

    def json(self, name: str) -> Any:
        """Parse one of its JSON files.

        Raises
        ------
        ModelError
            Where the artifact has no such file, or it is not JSON.
        """
        try:
            return json.loads(self.contents[name])
        except (KeyError, ValueError) as error:
            raise ModelError(f"artifact {self.info.name}: {name} is missing or is not JSON") from error

    def digest(self, name: str) -> str:
        """SHA-256 of one of its files, in hexadecimal; raises ModelError where the artifact has no such file."""
        if name not in self.contents:
            raise ModelError(f"artifact {self.info.name}: {name} is missing")
        return hashlib.sha256(self.contents[name]).hexdigest()


def listing(contents: Mapping[str, bytes]) -> str:
    """Text of the `SHA256SUMS` of an artifact of these files."""
    return "".join(f"{hashlib.sha256(contents[name]).hexdigest()}  {name}\n" for name in sorted(contents))


def shipped(name: str) -> Traversable:
    """Folder of an artifact that comes with the package."""
    return files("detector.models") / "artifacts" / name


def load_artifact(folder: Traversable, feature_hash: str | None = None) -> Artifact:
    """Read and verify an artifact folder.

    Parameters
    ----------
    folder
        A `pathlib.Path`, or what `shipped` gives.
    feature_hash
        Hash of the schema that the caller measures with; None where the model has no features.

    Raises
    ------
    ModelError
        Where a file is missing or altered, the format is of another version, or the model was
        fitted on another feature schema. The message names the folder and the cause.
    """
    listing = _read(folder, SUMS)
    contents: dict[str, bytes] = {}
    for line in listing.decode("utf-8", "replace").splitlines():
        digest, _, name = line.partition("  ")
        if not name or "/" in name or "\\" in name or name.startswith("."):
            raise ModelError(
                f"artifact {folder}: {SUMS} has a line that names no file of the folder: {line!r}"
            )
        content = _read(folder, name)
        if hashlib.sha256(content).hexdigest() != digest:
            raise ModelError(f"artifact {folder}: {name} was altered (its SHA-256 is not the one in {SUMS})")
        contents[name] = content
    try:
        config = json.loads(contents["config.json"])
        name, version, format_version = str(config["name"]), str(config["version"]), config["format_version"]
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"artifact {folder}: config.json is missing or incomplete") from error
    if format_version != FORMAT_VERSION:
        raise ModelError(
            f"artifact {name}: format {format_version}, but this version reads format {FORMAT_VERSION}"
        )
    if feature_hash is not None and config.get("feature_hash") != feature_hash:
        raise ModelError(
            f"artifact {name}: fitted on another feature schema; refit it or install its version"
        )
    return Artifact(ModelInfo(name, version, hashlib.sha256(listing).hexdigest()), config, contents)


def _read(folder: Traversable, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise ModelError(f"artifact {folder}: {name} cannot be read ({error.__class__.__name__})") from error
