"""One line a row: a full report, or the columns of a table; or the error of an item that could not be scored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from detector.report import SCHEMA_VERSION, OffsetUnit, Report, dump_json
from detector.reports.table import ARTICLE_COLUMNS, article_row, flag_rows
from detector.types import Json

Content: TypeAlias = Literal["report", "table", "overview"]
"""The full report; its columns and flags; these, and what comparing articles needs."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An item, or a record of it, that gave no report.

    `kind` is skipped, unreadable, too_large, empty, failed (an exception) or quarantined (it kills).
    """

    source: str
    kind: str
    reason: str


def encode(row: Report | Failure, content: Content, offsets: OffsetUnit, page: str | None) -> bytes:
    """Give the line of a row, with its line feed."""
    value: Json
    if isinstance(row, Failure):
        value = failure_row(row) if content == "report" else _failure_table_row(row)
    elif content == "report":
        value = row.to_dict(offsets)
    else:
        flags: list[Json] = [*flag_rows(row, offsets)]
        value = {"article": {**article_row(row), "page": page}, "flags": flags}
        if content == "overview":
            value |= {"text": row.article.text, "sentences": row.to_dict()["sentences"]}
    return dump_json(value).encode() + b"\n"


def failure_row(failure: Failure) -> dict[str, Json]:
    """Row of an item without a report, beside the full reports."""
    return {
        "schema_version": SCHEMA_VERSION,
        "article": {"id": failure.source},
        "error": {"source": failure.source, "kind": failure.kind, "reason": failure.reason},
    }


def _failure_table_row(failure: Failure) -> dict[str, Json]:
    columns: dict[str, Json] = dict.fromkeys(ARTICLE_COLUMNS)
    columns.update(id=failure.source, source=failure.source, error=failure.reason)
    return {"article": columns, "flags": []}
