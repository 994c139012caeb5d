"""CSV: a row an article, errors included; cells that a spreadsheet would run as a formula are defused."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from detector.batch import storage
from detector.batch.outputs import OutputPaths
from detector.batch.results import Tally, read_rows
from detector.reports.table import ARTICLE_COLUMNS
from detector.types import Json

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(paths: OutputPaths, results: Iterable[str], tally: Tally, temp: str) -> None:
    """Write a header and a row an article."""
    with storage.write_atomically(paths.main, temp) as out:
        text = io.TextIOWrapper(
            out, encoding="utf-8", errors="backslashreplace", newline="", write_through=True
        )
        table = csv.writer(text)
        table.writerow(ARTICLE_COLUMNS)
        for path in results:
            for line in read_rows(path):
                columns = json.loads(line)["article"]
                table.writerow([cell(columns[name]) for name in ARTICLE_COLUMNS])
        text.detach()


def cell(value: Json) -> str:
    """Give the text of a cell: nothing for null, and no formula.

    >>> [cell(v) for v in (None, True, 0.5, "=1+1", "-2 degrees")]
    ['', 'true', '0.5', "'=1+1", "'-2 degrees"]
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    # OWASP, "CSV Injection": a leading quote keeps spreadsheets from running the cell.
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
