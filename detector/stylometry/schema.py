"""One ordered schema of measures, with a hash that artifacts are checked against."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from detector.document import Document
from detector.stylometry import lexical, overused, punctuation, repetition, rhythm, structure, syntax
from detector.stylometry.prose import Prose, read_prose

PROSE_MEASURES: Mapping[str, Callable[[Prose], float]] = MappingProxyType(
    {
        **lexical.MEASURES,
        **rhythm.MEASURES,
        **punctuation.MEASURES,
        **syntax.MEASURES,
        **repetition.MEASURES,
        **overused.MEASURES,
    }
)
"""Measures of running prose, by `family.measure`: what the machine-text model may use."""

FEATURES: tuple[str, ...] = (*PROSE_MEASURES, *structure.MEASURES)
"""Every measure, in the one order that vectors, artifacts and reports use."""


def schema_hash(features: Sequence[str] = FEATURES) -> str:
    """SHA-256 over the ordered names of the measures, in hexadecimal."""
    return hashlib.sha256("\n".join(features).encode()).hexdigest()


def describe(feature: str) -> str:
    """Formula and source of a measure.

    >>> describe("rhythm.sentence_length_cv")
    'Standard deviation over mean of words per sentence (Desaire et al. 2023).'
    """
    measure = PROSE_MEASURES.get(feature) or structure.MEASURES[feature]
    return (measure.__doc__ or "").split("\n\n")[0]


def measure_prose(prose: Prose) -> npt.NDArray[np.float64]:
    """Vector of the prose measures, in the order of `PROSE_MEASURES`; finite for any prose."""
    return np.array([measure(prose) for measure in PROSE_MEASURES.values()], dtype=np.float64)


def measure(document: Document) -> dict[str, float]:
    """Every measure of a document by name, in the order of `FEATURES`; finite for any document."""
    values = dict(zip(PROSE_MEASURES, measure_prose(read_prose(document)).tolist(), strict=True))
    for name, structural in structure.MEASURES.items():
        values[name] = structural(document)
    return values
