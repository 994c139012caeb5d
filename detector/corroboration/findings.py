"""What comparing articles finds: copies, events, support and contradictions; frozen, with one JSON shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from detector.types import Json, Span

CopyKind: TypeAlias = Literal["near_duplicate", "templated"]
ConflictKind: TypeAlias = Literal["participants", "place", "day", "status", "agreement", "outcome", "number"]


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage of one article; `article` is its place in the batch, `span` is in its raw code points."""

    article: int
    article_id: str
    span: Span
    text: str

    def to_dict(self) -> dict[str, Json]:
        """Give the passage as JSON."""
        return {
            "article": self.article,
            "article_id": self.article_id,
            "start": self.span.start,
            "end": self.span.end,
            "quote": self.text,
        }


@dataclass(frozen=True, slots=True)
class CopyGroup:
    """Articles that share most of their wording; `similarity` is the weakest link's Jaccard, estimated."""

    kind: CopyKind
    articles: tuple[int, ...]
    similarity: float

    def to_dict(self) -> dict[str, Json]:
        """Give the group as JSON."""
        return {"kind": self.kind, "articles": list(self.articles), "similarity": self.similarity}


@dataclass(frozen=True, slots=True)
class Support:
    """An unsupported claim, and a dated claim of a named source in another, not copied, article."""

    claim: Quote
    by: Quote
    similarity: float

    def to_dict(self) -> dict[str, Json]:
        """Give the pair as JSON."""
        return {"claim": self.claim.to_dict(), "by": self.by.to_dict(), "similarity": self.similarity}


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two passages that can't both be right, and one sentence that says what conflicts."""

    kind: ConflictKind
    left: Quote
    right: Quote
    sentence: str

    def to_dict(self) -> dict[str, Json]:
        """Give the pair as JSON."""
        return {
            "kind": self.kind,
            "sentence": self.sentence,
            "left": self.left.to_dict(),
            "right": self.right.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Event:
    """One event that several articles describe; places and days are those the articles state, at odds or not."""

    articles: tuple[int, ...]
    terms: tuple[str, ...]
    participants: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    claims: tuple[Quote, ...] = ()
    supports: tuple[Support, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()

    def to_dict(self) -> dict[str, Json]:
        """Give the event as JSON."""
        return {
            "articles": list(self.articles),
            "terms": list(self.terms),
            "participants": list(self.participants),
            "actions": list(self.actions),
            "places": list(self.places),
            "days": list(self.days),
            "claims": [quote.to_dict() for quote in self.claims],
            "supports": [support.to_dict() for support in self.supports],
            "contradictions": [contradiction.to_dict() for contradiction in self.contradictions],
        }


@dataclass(frozen=True, slots=True)
class Corroboration:
    """What a batch of reports says of itself; indices are places in `article_ids`."""

    article_ids: tuple[str, ...]
    copies: tuple[CopyGroup, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """All events' contradictions, in order."""
        return tuple(c for event in self.events for c in event.contradictions)

    def to_dict(self) -> dict[str, Json]:
        """Give the JSON object; offsets are in code points of each article's raw text."""
        return {
            "articles": list(self.article_ids),
            "copies": [group.to_dict() for group in self.copies],
            "events": [event.to_dict() for event in self.events],
        }
