"""Parquet tables as input: copied to JSON lines, a batch of rows at a time, so that shards can read any part."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, datetime
from typing import Any, cast

from detector.batch import storage
from detector.errors import UsageError
from detector.reading import FIELDS

_NO_VALUE = (ValueError, OverflowError, KeyError)
"""What pyarrow raises for bytes that are no UTF-8, a time out of Python's range, and an unknown time zone."""


def spool_parquet(path: str, copy: str, temp: str) -> str:
    """Copy the fields of a record that the table has, a JSON line a row; give the reason where it can't be read.

    Raises
    ------
    UsageError
        Where pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        raise UsageError("Parquet needs the extra `batch`: pip install 'dateline[batch]'") from error
    try:
        with storage.open_read(path) as stream, pq.ParquetFile(stream) as table:
            columns = [name for name in FIELDS if name in table.schema_arrow.names]
            if not {"text", "html"} & set(columns):
                return "the table has no column `text` or `html`"
            with storage.write_atomically(copy, temp) as out:
                for batch in table.iter_batches(batch_size=256, columns=columns):
                    for record in _records(batch):
                        kept = {name: value for name, value in record.items() if value is not None}
                        out.write(json.dumps(kept, default=_plain).encode() + b"\n")
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, storage.StorageError):
            raise
        return f"not a readable Parquet table: {str(error).splitlines()[0]}"
    return ""


def _records(batch: Any) -> list[dict[str, Any]]:
    """Rows of a batch as Python values; where one has none, each value is tried by itself."""
    try:
        return cast("list[dict[str, Any]]", batch.to_pylist())
    except _NO_VALUE:
        names = batch.schema.names
        return [
            {name: _value(column[row]) for name, column in zip(names, batch.columns, strict=True)}
            for row in range(batch.num_rows)
        ]


def _value(cell: Any) -> Any:
    """Give a value; as text, undecodable bytes replaced, where Python has none; None where that fails."""
    import pyarrow as pa

    try:
        return cell.as_py()
    except _NO_VALUE:
        with suppress(pa.ArrowException):
            return cell.cast(pa.string()).as_buffer().to_pybytes().decode("utf-8", "replace")
    return None


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")  # Columns of other engines: text without a type.
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
