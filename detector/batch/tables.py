"""Parquet tables as input: copied to JSON lines, a batch of rows at a time, so that shards can read any part."""

from __future__ import annotations

import json
from datetime import date, datetime

from detector.batch import storage
from detector.errors import UsageError

FIELDS = ("text", "html", "id", "title", "published", "url", "author")


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
                    for record in batch.to_pylist():
                        kept = {name: value for name, value in record.items() if value is not None}
                        out.write(json.dumps(kept, default=_plain).encode() + b"\n")
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, storage.StorageError):
            raise
        return f"not a readable Parquet table: {str(error).splitlines()[0]}"
    return ""


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")  # Columns of other engines: text without a type.
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
