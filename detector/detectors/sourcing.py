"""The sourcing detector: who says so, and when, sentence by sentence, and which claims nobody stands behind."""

from __future__ import annotations

from collections.abc import Sequence

from detector.document import Document
from detector.sourcing.flags import CODES, raise_flags
from detector.sourcing.reading import SentenceReading, read_sentences
from detector.types import Detection, Json, ModelInfo, SentenceSourcing, SourceAnchor, Span, TimeAnchor


class SourcingDetector:
    """Reads each document by rules and weighs what it finds with fitted, readable weights."""

    name = "sourcing"
    version = "1"
    rules = CODES

    def __init__(self, use_model: bool = True) -> None:
        self._use_model = use_model

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """No artifact takes part yet."""
        return ()

    def detect(self, documents: Sequence[Document]) -> list[Detection]:
        """Give one `Detection` per document, in order."""
        return [_detect(document) for document in documents]


def _detect(document: Document) -> Detection:
    readings = read_sentences(document)
    claims = sum(r.role == "claim" for r in readings)
    unsupported = sum(r.unsupported for r in readings)
    signal: dict[str, Json] = {
        "claims": claims,
        "unsupported": unsupported,
        "share": round(unsupported / claims, 4) if claims else 0.0,
        "per_1000_words": round(1000 * unsupported / document.words, 2) if document.words else 0.0,
    }
    return Detection(
        signals={"unsupported_claims": signal},
        flags=tuple(raise_flags(document, readings)),
        sourcing=tuple(_sourcing(document, reading) for reading in readings),
    )


def _sourcing(document: Document, reading: SentenceReading) -> SentenceSourcing:
    return SentenceSourcing(
        role=reading.role,
        claim_probability=round(reading.roles["claim"], 4),
        source=SourceAnchor(
            reading.source.kind,
            _raw(document, reading.source.start, reading.source.end),
            reading.source.inherited,
        ),
        time=TimeAnchor(
            reading.time.kind,
            _raw(document, reading.time.start, reading.time.end),
            reading.time.value,
            reading.time.inherited,
        ),
        unsupported=reading.unsupported,
    )


def _raw(document: Document, start: int | None, end: int | None) -> Span | None:
    return None if start is None or end is None else document.raw_span(start, end)
