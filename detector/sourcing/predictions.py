"""What the encoder says of each sentence: marks for the fitted models, and the spans it tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.document import Document
from detector.sourcing.marks import Marks
from detector.sourcing.windows import Slot, Window

Array = npt.NDArray[np.floating[Any]]

HEADS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("role", ("claim", "opinion", "boilerplate", "question", "heading")),
    ("source", ("named", "role", "vague", "self_evident", "none")),
    ("time", ("absolute", "resolvable", "unresolvable", "missing", "not_applicable")),
    ("unsupported", ("unsupported",)),
)
"""Sentence heads and their labels, in the order of the model's sentence logits."""

SOURCE, CUE, CONTENT = range(3)
_FLOOR = -6.0
_TAGGED = 0.5


@dataclass(frozen=True, slots=True)
class Prediction:
    """The encoder's view of one sentence; `source` and `cue` are spans of the document's text or None."""

    marks: Marks
    source: tuple[int, int] | None
    cue: tuple[int, int] | None


def predictions_of(
    document: Document, windows: Sequence[Window], outputs: Sequence[tuple[Array, Array]]
) -> list[Prediction]:
    """One prediction a sentence from each window's piece probabilities and sentence logits."""
    found: dict[int, Prediction] = {}
    for window, (pieces, logits) in zip(windows, outputs, strict=True):
        for slot, row in zip(window.slots, logits, strict=True):
            if slot.own:
                found[slot.sentence] = _predict(document.text, window, slot, pieces, row)
    return [found[index] for index in range(len(document.sentences))]


def _predict(text: str, window: Window, slot: Slot, pieces: Array, row: Array) -> Prediction:
    marks: Marks = {}
    first = 0
    for head, labels in HEADS:
        scores = row[first : first + len(labels)].astype(np.float64)
        first += len(labels)
        if len(labels) == 1:
            marks[f"model.{head}"] = float(np.clip(scores[0] / -_FLOOR, -1.0, 1.0))
            continue
        peak = scores.max()
        logs = scores - peak - np.log(np.exp(scores - peak).sum())
        for label, log in zip(labels, logs, strict=True):
            marks[f"model.{head}.{label}"] = float(1.0 - max(float(log), _FLOOR) / _FLOOR)
    own = pieces[slot.first : slot.last]
    if len(own):
        marks["model.tagged_source"] = float(own[:, SOURCE].max())
        marks["model.tagged_cue"] = float(own[:, CUE].max())
        marks["model.tagged_content"] = float(own[:, CONTENT].mean())
    offsets = window.offsets[slot.first : slot.last]
    return Prediction(marks, _best_run(text, offsets, own[:, SOURCE]), _best_run(text, offsets, own[:, CUE]))


def _best_run(text: str, offsets: Sequence[tuple[int, int]], scores: Array) -> tuple[int, int] | None:
    runs = tagged_runs(text, offsets, scores)
    return max(runs, key=lambda run: run[2])[:2] if runs else None


def tagged_runs(text: str, offsets: Sequence[tuple[int, int]], scores: Array) -> list[tuple[int, int, float]]:
    """Runs of tagged words as (start, end, sum of scores); a word is tagged by its first piece.

    A mark of punctuation is a word of its own, so that a full stop neither joins a run nor decides for one.
    """
    runs: list[tuple[int, int, float]] = []
    tagged, last_end = False, -9
    for (start, end), score in zip(offsets, scores, strict=True):
        continues = start == last_end and start < end and text[start].isalnum() and text[start - 1].isalnum()
        if not continues:
            tagged = bool(score > _TAGGED)
        if tagged:
            if runs and runs[-1][1] >= start - 1:
                runs[-1] = (runs[-1][0], end, runs[-1][2] + float(score))
            else:
                runs.append((start, end, float(score)))
        last_end = end
    return runs
