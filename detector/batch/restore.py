"""A report from a row of an overview's results: what comparing articles needs of it, and no more."""

from __future__ import annotations

from datetime import date
from typing import Any

from detector.report import Engine, Report, SentenceFinding
from detector.types import Article, Credibility, SentenceSourcing, SourceAnchor, Span, TimeAnchor


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
        sentences=tuple(_sentence(value) for value in row["sentences"]),
    )


def _sentence(value: dict[str, Any]) -> SentenceFinding:
    source, time = value["source"], value["time"]
    sourcing = SentenceSourcing(
        role=value["role"],
        claim_probability=value["claim_probability"],
        source=SourceAnchor(source["kind"], _span(source), source["inherited"]),
        time=TimeAnchor(time["kind"], _span(time), time["value"], time["inherited"]),
        unsupported=value["unsupported"],
    )
    return SentenceFinding(Span(value["start"], value["end"]), sourcing, value["ai_probability"])


def _span(value: dict[str, Any]) -> Span | None:
    return None if value["start"] is None else Span(value["start"], value["end"])
