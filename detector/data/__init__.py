"""Word lists, patterns, rules and weights: data, each file with its source in its head."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any


def load_toml(name: str) -> dict[str, Any]:
    """Read one data file by its name, such as `"rules/SRC.toml"`."""
    return tomllib.loads((files(__name__) / name).read_text(encoding="utf-8"))
