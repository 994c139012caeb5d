"""Stylometry: pure functions from a document to named numbers, under one ordered schema."""

from detector.stylometry.prose import Prose, ProseSentence, gather, read_prose, read_sentences
from detector.stylometry.schema import FEATURES, PROSE_MEASURES, describe, measure, measure_prose, schema_hash

__all__ = [
    "FEATURES",
    "PROSE_MEASURES",
    "Prose",
    "ProseSentence",
    "describe",
    "gather",
    "measure",
    "measure_prose",
    "read_prose",
    "read_sentences",
    "schema_hash",
]
