"""One line a row: a full report, or the columns of a table; or the error of an item that could not be scored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from detector.report import SCHEMA_VERSION, OffsetUnit, Report, dump_json
from detector.types import Json

Content: TypeAlias = Literal["report", "table"]


@dataclass(frozen=True, slots=True)
class Failure:
    """An item, or a record of it, that gave no report."""

    source: str
    kind: str
    reason: str


ARTICLE_COLUMNS: dict[str, type] = {
    "id": str,
    "source": str,
    "title": str,
    "published": str,
    "url": str,
    "language": str,
    "words": int,
    "score": float,
    "band": str,
    "abstained": bool,
    "reasons": str,
    "ai_probability": float,
    "ai_verdict": str,
    "boilerplate_share": float,
    "claims": int,
    "unsupported_claims": int,
    "unsupported_share": float,
    "hidden_characters": int,
    "homoglyphs": int,
    "flags": int,
    "flags_counted": int,
    "warnings": str,
    "incomplete": str,
    "text_sha256": str,
    "page": str,
    "error": str,
}
FLAG_COLUMNS: dict[str, type] = {
    "article_id": str,
    "source": str,
    "flag_id": str,
    "rule": str,
    "category": str,
    "severity": str,
    "start": int,
    "end": int,
    "quote": str,
    "message": str,
    "score": float,
    "counted": bool,
}


def encode(row: Report | Failure, content: Content, offsets: OffsetUnit, page: str | None) -> bytes:
    """Give the line of a row, with its line feed."""
    if isinstance(row, Failure):
        value = failure_row(row) if content == "report" else _failure_table_row(row)
    else:
        value = row.to_dict(offsets) if content == "report" else table_row(row, offsets, page)
    return dump_json(value).encode() + b"\n"


def failure_row(failure: Failure) -> dict[str, Json]:
    """Row of an item without a report, beside the full reports."""
    return {
        "schema_version": SCHEMA_VERSION,
        "article": {"id": failure.source},
        "error": {"source": failure.source, "kind": failure.kind, "reason": failure.reason},
    }


def table_row(report: Report, offsets: OffsetUnit, page: str | None) -> dict[str, Json]:
    """Columns of an article, and its flags."""
    article, credibility = report.article, report.credibility
    ai, boilerplate, claims, integrity = (
        _mapping(report.signals.get(name))
        for name in ("ai_generated", "boilerplate", "unsupported_claims", "integrity")
    )
    columns: dict[str, Json] = {
        "id": article.id,
        "source": article.source,
        "title": report.headline,
        "published": article.published.isoformat() if article.published else None,
        "url": article.url,
        "language": report.language,
        "words": report.words,
        "score": credibility.score,
        "band": credibility.band,
        "abstained": credibility.abstained,
        "reasons": "; ".join(credibility.reasons) or None,
        "ai_probability": ai.get("probability"),
        "ai_verdict": ai.get("verdict"),
        "boilerplate_share": boilerplate.get("share"),
        "claims": claims.get("claims"),
        "unsupported_claims": claims.get("unsupported"),
        "unsupported_share": claims.get("share"),
        "hidden_characters": integrity.get("hidden_characters"),
        "homoglyphs": integrity.get("homoglyphs"),
        "flags": len(report.flags),
        "flags_counted": sum(flag.counted for flag in report.flags),
        "warnings": "; ".join(report.warnings) or None,
        "incomplete": "; ".join(report.incomplete) or None,
        "text_sha256": report.text_sha256,
        "page": page,
        "error": None,
    }
    flags = report.to_dict(offsets)["flags"]
    return {"article": columns, "flags": flags}


def _failure_table_row(failure: Failure) -> dict[str, Json]:
    columns: dict[str, Json] = dict.fromkeys(ARTICLE_COLUMNS)
    columns.update(id=failure.source, source=failure.source, error=failure.reason)
    return {"article": columns, "flags": []}


def _mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}
