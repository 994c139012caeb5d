"""Read the corpora: one JSON object a line, gzipped, under the folder that DATELINE_CORPORA names."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click


def corpora_root() -> Path:
    """Folder of the corpora, from the environment variable DATELINE_CORPORA.

    Raises
    ------
    click.UsageError
        Where it is unset or no folder.
    """
    value = os.environ.get("DATELINE_CORPORA", "")
    if not value or not Path(value).is_dir():
        raise click.UsageError("set DATELINE_CORPORA to the folder of the corpora (see training/README.md)")
    return Path(value)


def records(name: str) -> Iterator[dict[str, Any]]:
    """Records of one corpus file, such as `human_news/train/allsides`, as they are stored."""
    with gzip.open(corpora_root() / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
