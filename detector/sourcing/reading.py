"""A document's sentences read one after the other: role, source, time and the decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from detector.document import Document
from detector.sourcing.anchors import TimeReading, read_times
from detector.sourcing.carry import SourceReading, read_sources
from detector.sourcing.decision import (
    Weights,
    decision_marks,
    role_probabilities,
    shipped_weights,
    unsupported_probability,
)
from detector.sourcing.marks import Marks, add_neighbours, count_names, read_marks, read_page
from detector.types import Role


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """Everything that the rules find about one sentence."""

    role: Role
    roles: dict[Role, float]
    source: SourceReading
    time: TimeReading
    names: int
    marks: Marks
    probability: float
    unsupported: bool


def read_rules(
    document: Document,
) -> tuple[list[Marks], list[SourceReading], list[TimeReading], list[int], date | None]:
    """Marks, sources, times and name counts of every sentence, before any weight is applied."""
    sources = read_sources(document)
    times, anchor = read_times(document)
    names = [count_names(document, s) for s in document.sentences]
    page = read_page(document.sentences, names, sources, anchor is not None)
    own = [read_marks(document, i, sources[i], times[i], page, names[i]) for i in range(len(sources))]
    return add_neighbours(own), sources, times, names, anchor


def read_sentences(document: Document, weights: Weights | None = None) -> list[SentenceReading]:
    """Read every sentence of a document by rules; aligned with `document.sentences`."""
    weights = weights or shipped_weights()
    marks, sources, times, names, _ = read_rules(document)
    readings = []
    for own, source, time, count in zip(marks, sources, times, names, strict=True):
        roles = role_probabilities(own, weights)
        role: Role = "heading" if own.get("block.table_row") else max(roles, key=lambda r: roles[r])
        probability = unsupported_probability(decision_marks(own, roles), weights)
        unsupported = role == "claim" and probability >= weights.threshold
        readings.append(SentenceReading(role, roles, source, time, count, own, probability, unsupported))
    return readings
