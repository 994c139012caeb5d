"""Records of the corpora for the commands of this package."""

from __future__ import annotations

from itertools import islice
from typing import Any

import click

from training.corpora import records


def first(name: str, count: int | None = None) -> list[dict[str, Any]]:
    """The first `count` records of a corpus file, or all; ends the command where there is no such file."""
    try:
        return list(islice(records(name), count))
    except click.UsageError as error:
        raise SystemExit(error.format_message()) from error
