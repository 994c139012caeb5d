"""Documents -> probability of machine writing by stylometry, for the article and for its windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from detector.document import Document
from detector.models.artifact import Artifact, load_artifact, shipped
from detector.models.calibration import Calibration
from detector.models.cleaning import Piece, pieces
from detector.models.logistic import Logistic, Vector, sigmoid
from detector.stylometry import (
    PROSE_MEASURES,
    ProseSentence,
    gather,
    measure_prose,
    read_sentences,
    schema_hash,
)
from detector.types import ModelInfo

WINDOW_WORDS = 600
"""Articles above this length are scored in windows of about equal length, at most this many words each:
the measures then see the lengths that they were fitted on."""


@dataclass(frozen=True, slots=True)
class WindowScore:
    """A run of sentences, in offsets of the normalised text, with its probability."""

    start: int
    end: int
    probability: float


@dataclass(frozen=True, slots=True)
class ArticleScore:
    """`words` counts the cleaned prose that was scored; `probability` is 0 where there is none.

    `sentences` has one probability per sentence of the document, that of its window; `read` tells
    which of them were scored at all, and not left out as no prose.
    """

    words: int
    probability: float
    windows: tuple[WindowScore, ...]
    sentences: tuple[float, ...]
    read: tuple[bool, ...]


def unread(document: Document) -> ArticleScore:
    """Score of a document without prose to read."""
    count = len(document.sentences)
    return ArticleScore(0, 0.0, (), (0.0,) * count, (False,) * count)


def which_read(document: Document, prose: Sequence[Piece]) -> tuple[bool, ...]:
    """Tell for each sentence whether a piece of it is among what was scored."""
    kept = {piece.sentence for piece in prose}
    return tuple(index in kept for index in range(len(document.sentences)))


class Scorer(Protocol):
    """What the machine-text detector needs of a model: scores, a calibration, and who it is."""

    @property
    def calibration(self) -> Calibration:
        """Thresholds for `ArticleScore.probability`."""

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """Artifacts that take part."""

    def score(self, documents: Sequence[Document]) -> list[ArticleScore]:
        """One score per document, in order, each independent of the others."""


@dataclass(frozen=True, slots=True)
class StylometryModel:
    """The shipped logistic model over the prose measures."""

    logistic: Logistic
    columns: tuple[int, ...]
    calibration: Calibration
    models: tuple[ModelInfo, ...]

    @classmethod
    def load(cls, artifact: Artifact | None = None) -> StylometryModel:
        """Load the shipped artifact, or another; raises ModelError where it does not fit."""
        if artifact is None:
            artifact = load_artifact(shipped("stylometry"), schema_hash(tuple(PROSE_MEASURES)))
        logistic = Logistic.from_json(artifact.json("model.json"))
        place = {name: index for index, name in enumerate(PROSE_MEASURES)}
        columns = tuple(place[name] for name in logistic.features)
        return cls(
            logistic, columns, Calibration.from_json(artifact.json("calibration.json")), (artifact.info,)
        )

    def score(self, documents: Sequence[Document]) -> list[ArticleScore]:
        """One score per document: the mean log-odds over its windows, as a probability."""
        return [self.score_pieces(document, pieces(document)) for document in documents]

    def window_logit(self, sentences: Sequence[ProseSentence]) -> float:
        """Calibrated log-odds of one window of prose."""
        values: Vector = measure_prose(gather(sentences))[list(self.columns)]
        return self.logistic.logit(values)

    def score_pieces(self, document: Document, prose_pieces: Sequence[Piece]) -> ArticleScore:
        """Score of a document whose `pieces` are at hand."""
        found = [(piece, read_sentences([piece.text])) for piece in prose_pieces]
        prose = [(piece, sentences[0]) for piece, sentences in found if sentences]
        words = sum(len(sentence.words) for _, sentence in prose)
        if not words:
            return unread(document)
        logits, windows = [], []
        sentence_probabilities = np.full(len(document.sentences), np.nan)
        for first, stop in split_windows([len(sentence.words) for _, sentence in prose]):
            run = prose[first:stop]
            logit = self.window_logit([sentence for _, sentence in run])
            logits.append(logit)
            probability = sigmoid(logit)
            windows.append(WindowScore(run[0][0].start, run[-1][0].end, probability))
            sentence_probabilities[run[0][0].sentence : run[-1][0].sentence + 1] = probability
        probability = sigmoid(sum(logits) / len(logits))
        # Sentences that cleaning left out take the article's probability.
        filled = np.where(np.isnan(sentence_probabilities), probability, sentence_probabilities)
        return ArticleScore(
            words, probability, tuple(windows), tuple(filled.tolist()), which_read(document, prose_pieces)
        )


def split_windows(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Cut sentences of these lengths into the fewest windows of about `WINDOW_WORDS` at most, about equally long.

    >>> split_windows([400, 400, 400]), split_windows([10, 10])
    ([(0, 2), (2, 3)], [(0, 2)])
    """
    words = sum(lengths)
    count = max(1, -(-words // WINDOW_WORDS))
    runs: list[tuple[int, int]] = []
    start = done = 0
    for index, length in enumerate(lengths):
        done += length
        if len(runs) < count - 1 and done * count >= words * (len(runs) + 1):
            runs.append((start, index + 1))
            start = index + 1
    if start < len(lengths):
        runs.append((start, len(lengths)))
    return runs
