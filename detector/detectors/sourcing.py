"""The sourcing detector: who says so, and when, sentence by sentence, and which claims nobody stands behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.resources.abc import Traversable

from detector.document import Document
from detector.models.artifact import load_artifact, shipped
from detector.sourcing.decision import artifact_weights, shipped_weights
from detector.sourcing.encoder import SourcingEncoder
from detector.sourcing.flags import CODES, raise_flags
from detector.sourcing.reading import SentenceReading, read_rules, read_sentences
from detector.types import Detection, Json, ModelInfo, SentenceSourcing, SourceAnchor, Span, TimeAnchor


class SourcingDetector:
    """Reads each document by rules and an encoder, and weighs both with fitted, readable weights.

    Parameters
    ----------
    use_model
        False for the rules alone, whose weights were fitted without the encoder.
    folder
        Artifact of the encoder; None for the shipped one.
    threshold
        Probability from which a claim counts as unsupported; None for the fitted one. Talks without parties
        count from a lower one (`reading.UNNAMED`).

    Raises
    ------
    ModelError
        Where the artifact is missing or altered, or lacks a part.
    """

    name = "sourcing"
    version = "1"
    rules = CODES

    def __init__(
        self, use_model: bool = True, folder: Traversable | None = None, threshold: float | None = None
    ) -> None:
        self._encoder: SourcingEncoder | None = None
        self.models: tuple[ModelInfo, ...] = ()
        """The encoder's artifact; empty for the rules alone."""
        if use_model:
            artifact = load_artifact(folder or shipped("sourcing"))
            self._encoder, weights = SourcingEncoder(artifact), artifact_weights(artifact)
            self.models = (artifact.info,)
        else:
            weights = shipped_weights()
        self.weights = weights if threshold is None else replace(weights, threshold=threshold)
        """What decides, with its thresholds."""

    def detect(self, documents: Sequence[Document]) -> list[Detection]:
        """Give one `Detection` per document, in order."""
        return [
            _detection(document, readings, self.weights.sure_from)
            for document, readings in zip(documents, self.read(documents), strict=True)
        ]

    def read(self, documents: Sequence[Document]) -> list[list[SentenceReading]]:
        """Everything that is found about each sentence of each document, in order."""
        reading = None if self._encoder is None else self._encoder.begin(documents)
        rules = [read_rules(document) for document in documents]
        predicted = [None] * len(documents) if reading is None else reading()
        return [
            read_sentences(document, self.weights, said, ruled)
            for document, said, ruled in zip(documents, predicted, rules, strict=True)
        ]


def _detection(document: Document, readings: Sequence[SentenceReading], sure_from: float) -> Detection:
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
        flags=tuple(raise_flags(document, readings, sure_from)),
        sourcing=tuple(_sourcing(document, reading) for reading in readings),
    )


def _sourcing(document: Document, reading: SentenceReading) -> SentenceSourcing:
    source, time = reading.source, reading.time
    return SentenceSourcing(
        role=reading.role,
        claim_probability=round(reading.roles["claim"], 4),
        source=SourceAnchor(source.kind, _raw(document, source.start, source.end), source.inherited),
        time=TimeAnchor(time.kind, _raw(document, time.start, time.end), time.value, time.inherited),
        unsupported=reading.unsupported,
    )


def _raw(document: Document, start: int | None, end: int | None) -> Span | None:
    return None if start is None or end is None else document.raw_span(start, end)
