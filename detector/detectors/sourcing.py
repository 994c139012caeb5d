"""The sourcing detector: who says so, and when, sentence by sentence, and which claims nobody stands behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources.abc import Traversable

from detector.document import Document
from detector.models.artifact import Artifact, load_artifact, shipped
from detector.sourcing.decision import Weights, parse_weights, shipped_weights
from detector.sourcing.encoder import SourcingEncoder
from detector.sourcing.flags import CODES, raise_flags
from detector.sourcing.reading import SentenceReading, read_sentences
from detector.types import Detection, Json, ModelInfo, SentenceSourcing, SourceAnchor, Span, TimeAnchor


@dataclass(frozen=True, slots=True)
class _Model:
    info: ModelInfo
    encoder: SourcingEncoder
    weights: Weights


class SourcingDetector:
    """Reads each document by rules and an encoder, and weighs both with fitted, readable weights.

    Parameters
    ----------
    use_model
        False for the rules alone, whose weights were fitted without the encoder.
    folder
        Artifact of the encoder; None for the shipped one, if there is one.
    threshold
        Probability from which a claim counts as unsupported; None for the fitted one. A claim whose own
        words name a vague speaker, and talks without parties, count from lower ones (`reading.EXPLICIT`).
    """

    name = "sourcing"
    version = "1"
    rules = CODES

    def __init__(
        self, use_model: bool = True, folder: Traversable | None = None, threshold: float | None = None
    ) -> None:
        self._threshold = threshold
        place = folder or shipped("sourcing")
        self._folder = place if use_model and (folder is not None or place.is_dir()) else None

    @cached_property
    def _artifact(self) -> Artifact | None:
        return None if self._folder is None else load_artifact(self._folder)

    @cached_property
    def _model(self) -> _Model | None:
        artifact = self._artifact
        if artifact is None:
            return None
        weights = parse_weights(artifact.json("decision.json"))
        if self._threshold is not None:
            weights = replace(weights, threshold=self._threshold)
        return _Model(artifact.info, SourcingEncoder(artifact), weights)

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """The encoder's artifact; empty for the rules alone."""
        return () if self._artifact is None else (self._artifact.info,)

    def detect(self, documents: Sequence[Document]) -> list[Detection]:
        """Give one `Detection` per document, in order."""
        model = self._model
        rules = shipped_weights() if model is None else None
        if rules is not None and self._threshold is not None:
            rules = replace(rules, threshold=self._threshold)
        return [_detect(document, model, rules) for document in documents]


def _detect(document: Document, model: _Model | None, rules: Weights | None = None) -> Detection:
    if model is None:
        readings = read_sentences(document, rules)
    else:
        readings = read_sentences(document, model.weights, model.encoder.predict(document))
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
