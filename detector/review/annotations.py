"""Decisions as W3C Web Annotations, which other annotation tools read.

Source: W3C, "Web Annotation Data Model" and "Web Annotation Vocabulary" (Recommendations, 2017).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from detector.report import dump_json
from detector.review.decisions import Decision
from detector.types import Article, Json

CONTEXT: Final = "http://www.w3.org/ns/anno.jsonld"
_MOTIVATIONS: Final = {"missed": "highlighting", "done": "moderating"}


def to_annotations(
    decisions: Iterable[Decision], articles: Mapping[str, Article] | None = None
) -> dict[str, Json]:
    """Give an annotation page of the decisions.

    Positions count Unicode code points of the text, as the recommendation asks. The target is
    the article's URL where `articles` knows one, else a name made of the digest of its text.
    """
    known = articles or {}
    items: list[Json] = [_annotation(d, known.get(d.text_sha256)) for d in decisions]
    identifier = uuid5(NAMESPACE_URL, " ".join(str(item["id"]) for item in items if isinstance(item, dict)))
    return {"@context": CONTEXT, "id": f"urn:uuid:{identifier}", "type": "AnnotationPage", "items": items}


def write_annotations(
    decisions: Iterable[Decision], path: str | Path, articles: Mapping[str, Article] | None = None
) -> int:
    """Write `to_annotations` as JSON-LD; gives the number of annotations."""
    page = to_annotations(decisions, articles)
    Path(path).write_text(dump_json(page, indent=1) + "\n", "utf-8")
    items = page["items"]
    return len(items) if isinstance(items, list) else 0


def _annotation(decision: Decision, article: Article | None) -> dict[str, Json]:
    source = article.url if article is not None and article.url else f"urn:sha256:{decision.text_sha256}"
    bodies: list[Json] = [_tag(decision.verdict, "classifying")]
    if decision.rule:
        bodies.append(_tag(decision.rule, "tagging"))
    if decision.comment:
        bodies.append(
            {
                "type": "TextualBody",
                "purpose": "commenting",
                "format": "text/plain",
                "value": decision.comment,
            }
        )
    return {
        "@context": CONTEXT,
        "id": f"urn:uuid:{uuid5(NAMESPACE_URL, repr(decision.key))}",
        "type": "Annotation",
        "motivation": _MOTIVATIONS.get(decision.verdict, "assessing"),
        "creator": {"type": "Person", "name": decision.reviewer},
        "created": decision.made_at,
        "generator": {"type": "Software", "name": f"dateline {decision.engine}"},
        "body": bodies,
        "target": _target(decision, source),
    }


def _tag(value: str, purpose: str) -> Json:
    return {"type": "TextualBody", "purpose": purpose, "format": "text/plain", "value": value}


def _target(decision: Decision, source: str) -> Json:
    if not decision.rule:
        return {"type": "SpecificResource", "source": source}
    selectors: list[Json] = [
        {"type": "TextPositionSelector", "start": decision.start, "end": decision.end},
        {
            "type": "TextQuoteSelector",
            "exact": decision.quote,
            "prefix": decision.prefix,
            "suffix": decision.suffix,
        },
    ]
    return {"type": "SpecificResource", "source": source, "selector": selectors}
