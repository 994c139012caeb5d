"""A report from a row of an overview's results: what comparing articles needs of it, and no more."""

from __future__ import annotations

from datetime import date
from typing import Any

from detector.report import Engine, Report, sentence_from_dict
from detector.types import Article, Credibility


def restore_report(row: dict[str, Any]) -> Report:
    """Give the report's article and sentences; signals, flags and the score's ledger stay empty."""
    columns = row["article"]
    published = columns["published"]
    article = Article(
        text=row["text"],
        id=columns["id"],
        title=columns["title"],
        published=date.fromisoformat(published) if published else None,
        url=columns["url"],
        source=columns["source"],
    )
    return Report(
        article=article,
        language=columns["language"],
        words=columns["words"],
        engine=Engine("", (), ""),
        credibility=Credibility(columns["score"]),
        sentences=tuple(sentence_from_dict(value) for value in row["sentences"]),
    )
