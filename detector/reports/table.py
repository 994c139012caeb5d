"""A report as the columns of a table of articles, and its flags as the rows of a table of flags."""

from __future__ import annotations

from typing import Final

from detector.report import OffsetUnit, Report
from detector.types import Json

ARTICLE_COLUMNS: Final[dict[str, type]] = {
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
"""Columns of the table of articles, with their types; any may be null."""

FLAG_COLUMNS: Final[dict[str, type]] = {
    "article_id": str,
    "source": str,
    "id": str,
    "rule": str,
    "category": str,
    "severity": str,
    "start": int,
    "end": int,
    "before": str,
    "quote": str,
    "after": str,
    "message": str,
    "score": float,
    "counted": bool,
}
"""Columns of the table of flags; the first two name the article, `before` and `after` show the quote's place."""

CONTEXT = 60
"""Code points of text on either side of a quote."""


def article_row(report: Report) -> dict[str, Json]:
    """Columns of an article; `page` is left empty for who writes pages.

    >>> from detector import Analyzer
    >>> row = article_row(Analyzer().analyze("Too short to judge."))
    >>> row["words"], row["abstained"], list(row) == list(ARTICLE_COLUMNS)
    (4, True, True)
    """
    article, credibility = report.article, report.credibility
    ai, boilerplate, claims, integrity = (
        _mapping(report.signals.get(name))
        for name in ("ai_generated", "boilerplate", "unsupported_claims", "integrity")
    )
    return {
        "id": article.id or article.source,
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
        "page": None,
        "error": None,
    }


def flag_rows(report: Report, offsets: OffsetUnit = "codepoint") -> list[dict[str, Json]]:
    """Rows of the flags of an article, in the order of the text."""
    flags = report.to_dict(offsets)["flags"]
    assert isinstance(flags, list)
    named: dict[str, Json] = {
        "article_id": report.article.id or report.article.source,
        "source": report.article.source,
    }
    rows = []
    for flag, values in zip(report.flags, flags, strict=True):
        assert isinstance(values, dict)
        start, end = flag.span.start, flag.span.end
        before = report.article.text[max(0, start - CONTEXT) : start].rpartition("\n")[2]
        after = report.article.text[end : end + CONTEXT].partition("\n")[0]
        rows.append({**named, **values, "before": before, "after": after})
    return rows


def _mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}
