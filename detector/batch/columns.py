"""Scores as new columns of a table: for `datasets.Dataset.map`, for pandas, for anything with columns of lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any

from detector.analyzer import AnalyzerSettings
from detector.batch.rows import Failure
from detector.batch.score import cached_analyzer, make_analyzer, score_batch
from detector.errors import InputError, UsageError
from detector.reading import FIELDS, article_from_json
from detector.reports.table import ARTICLE_COLUMNS, article_row
from detector.types import Article, Json

DEFAULT_COLUMNS = (
    "score",
    "band",
    "reasons",
    "ai_probability",
    "ai_verdict",
    "boilerplate_share",
    "unsupported_share",
    "flags_counted",
    "error",
)


class ScoreColumns:
    """Takes columns (`text`, and any of id, title, published, url, author), gives columns of results.

    It holds settings alone, so it may be sent to other processes (`num_proc=`); each loads the
    models once. A row that cannot be read has a null score and its reason in `error`.

    Parameters
    ----------
    columns
        Names out of `detector.reports.table.ARTICLE_COLUMNS`.
    prefix
        Put before the names, so that no column of the table is overwritten.

    Raises
    ------
    UsageError
        For an unknown name.

    >>> ScoreColumns(columns=("words", "error"))({"text": ["It rained.", None]})
    {'dateline_words': [2, None], 'dateline_error': [None, 'a record needs either a field `text` or a field `html`']}
    """

    def __init__(
        self,
        settings: AnalyzerSettings | None = None,
        columns: Sequence[str] = DEFAULT_COLUMNS,
        prefix: str = "dateline_",
    ) -> None:
        unknown = sorted(set(columns) - set(ARTICLE_COLUMNS))
        if unknown:
            raise UsageError(f"no such columns: {', '.join(unknown)}")
        self.settings = settings or AnalyzerSettings()
        self.columns = tuple(columns)
        self.prefix = prefix

    def __call__(self, table: Mapping[str, Any]) -> dict[str, list[Json]]:
        """Score the rows of a batch.

        Raises
        ------
        UsageError
            Where the table has neither a column `text` nor one `html`.
        """
        if "text" not in table and "html" not in table:
            has = ", ".join(map(str, table)) or "none"
            raise UsageError(f"the table has no column `text` or `html`; its columns: {has}")
        fields = {name: list(table[name]) for name in FIELDS if name in table}
        count = max(map(len, fields.values()), default=0)
        batch = [self._read({n: v[i] for n, v in fields.items()}, i) for i in range(count)]
        results = score_batch(cached_analyzer(make_analyzer, self.settings), batch)
        rows = [
            {"error": found.reason} if isinstance(found, Failure) else article_row(found) for found in results
        ]
        return {f"{self.prefix}{name}": [row.get(name) for row in rows] for name in self.columns}

    @staticmethod
    def _read(record: Mapping[str, Any], index: int) -> Article | Failure:
        kept = {name: _plain(value) for name, value in record.items() if not _missing(value)}
        try:
            return article_from_json(kept, name=f"row {index}")
        except InputError as error:
            return Failure(f"row {index}", "unreadable", error.reason)


def _missing(value: Any) -> bool:
    """Whether it is None, or what pandas has for it: NA, which compares with nothing, and NaN or NaT."""
    if value is None or type(value).__name__ == "NAType":
        return True
    return bool(value != value)  # NaN and NaT alone differ from themselves


def _plain(value: Any) -> Any:
    """A date as its text, and a whole number of numpy, as nullable columns hold them, as Python's."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return int(value) if isinstance(value, Integral) and not isinstance(value, bool) else value
