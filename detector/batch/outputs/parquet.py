"""Parquet: a table of articles and a table of flags, written a thousand rows at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from detector.batch import storage
from detector.batch.outputs import OutputPaths
from detector.batch.results import Tally, read_rows
from detector.reports.table import ARTICLE_COLUMNS, FLAG_COLUMNS

ROWS_AT_ONCE = 1_000
_TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


def write(paths: OutputPaths, results: Iterable[str], tally: Tally, temp: str) -> None:
    """Write both tables; the table of articles appears last."""
    assert paths.flags is not None
    with ExitStack() as stack:
        # Left in reverse order: with the table of articles, that of flags is there as well.
        articles = stack.enter_context(_open_table(paths.main, temp, ARTICLE_COLUMNS))
        flags = stack.enter_context(_open_table(paths.flags, temp, FLAG_COLUMNS))
        for path in results:
            for line in read_rows(path):
                row = json.loads(line)
                articles.add(row["article"])
                for flag in row["flags"]:
                    flags.add(flag)


@contextmanager
def _open_table(path: str, temp: str, columns: Mapping[str, type]) -> Iterator[_Table]:
    """Open a table that appears when the block ends well; the last rows are written within it, too."""
    schema = pa.schema([(name, _TYPES[kind]) for name, kind in columns.items()])
    with (
        storage.write_atomically(path, temp) as stream,
        pq.ParquetWriter(stream, schema, compression="zstd") as writer,
    ):
        table = _Table(writer, schema)
        yield table
        table.flush()


class _Table:
    """A Parquet file being written."""

    def __init__(self, writer: Any, schema: Any) -> None:
        self._writer = writer
        self._schema = schema
        self._rows: list[dict[str, Any]] = []

    def add(self, row: dict[str, Any]) -> None:
        """Add a row; a lone surrogate, which Arrow's strings cannot hold, becomes its escape."""
        self._rows.append({name: _utf8(value) for name, value in row.items()})
        if len(self._rows) >= ROWS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write the rows that are held."""
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []


def _utf8(value: Any) -> Any:
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
