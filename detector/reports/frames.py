"""A report as pandas tables: its flags, or its sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detector.errors import UsageError
from detector.report import Report
from detector.reports.table import FLAG_COLUMNS, flag_rows
from detector.types import Json

if TYPE_CHECKING:
    import pandas as pd

SENTENCE_COLUMNS: Final = (
    *("start", "end", "text", "role", "claim_probability", "unsupported", "source_kind", "source_text"),
    *("time_kind", "time_text", "time_value", "ai_probability"),
)


def report_frame(report: Report, table: str = "flags") -> pd.DataFrame:
    """Give one table of a report; offsets are code points of the text.

    Raises
    ------
    UsageError
        For another table than `flags` and `sentences`, and where pandas is not installed.
    """
    if table not in ("flags", "sentences"):
        raise UsageError(f"there is no table {table!r}; use flags or sentences")
    try:
        import pandas as pd
    except ModuleNotFoundError as error:
        raise UsageError("to_frame needs pandas: `pip install 'dateline[notebook]'`") from error
    if table == "flags":
        return pd.DataFrame(flag_rows(report), columns=list(FLAG_COLUMNS))
    return pd.DataFrame([*_sentence_rows(report)], columns=list(SENTENCE_COLUMNS))


def _sentence_rows(report: Report) -> list[dict[str, Json]]:
    rows: list[dict[str, Json]] = []
    for finding in report.sentences:
        sourcing = finding.sourcing
        source, time = sourcing.source, sourcing.time
        rows.append(
            {
                "start": finding.span.start,
                "end": finding.span.end,
                "text": report.quote(finding.span),
                "role": sourcing.role,
                "claim_probability": sourcing.claim_probability,
                "unsupported": sourcing.unsupported,
                "source_kind": source.kind,
                "source_text": report.quote(source.span) if source.span else None,
                "time_kind": time.kind,
                "time_text": report.quote(time.span) if time.span else None,
                "time_value": time.value,
                "ai_probability": finding.ai_probability,
            }
        )
    return rows
