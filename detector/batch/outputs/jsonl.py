"""JSON lines: a full report, or an error, a line."""

from __future__ import annotations

from collections.abc import Iterable

from detector.batch import storage
from detector.batch.outputs import OutputPaths
from detector.batch.results import Tally, read_rows


def write(paths: OutputPaths, results: Iterable[str], tally: Tally, temp: str) -> None:
    """Copy the lines of all results."""
    with storage.write_atomically(paths.main, temp) as out:
        for path in results:
            for line in read_rows(path):
                out.write(line)
