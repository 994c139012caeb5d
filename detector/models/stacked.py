"""Documents -> probability of machine writing by the encoder and stylometry together.

A logistic model, fitted out of fold, weighs the mean log-odds of the encoder's windows and the
log-odds of the stylometric model. A window's or sentence's probability is what the article
would get if all of it read as that window does.

An article is skimmed first, every other window of it. Where that leaves it far under every
threshold the rest is not read; where the whole is likelier machine-written than not it is read
once more, in shifted windows, which gives its sentences sharper probabilities. Thresholds are set
on scores that came about in this way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.document import Document
from detector.errors import ModelError
from detector.models.artifact import Artifact, load_artifact, shipped
from detector.models.calibration import Calibration
from detector.models.cleaning import Piece, pieces
from detector.models.encoder import Encoder, Window
from detector.models.logistic import Logistic, sigmoid
from detector.models.stylometric import ArticleScore, StylometryModel, WindowScore, unread
from detector.types import ModelInfo

Vector = npt.NDArray[np.float64]

FEATURES = ("encoder.mean", "encoder.spread", "stylometry.logit")
"""What the stack weighs, in the order of `evidence`."""

CALIBRATE = "run `python -m training evidence`, then `python -m training calibrate`"
"""What gives an encoder its stack and its thresholds."""

_LEAST = 1.0 / (1.0 + math.exp(12.0))
WHOLE_FROM = 0.05
"""Articles from this probability on, by the windows that skimming reads, are read whole.

That is far under every shipped threshold: `python -m training evaluate` prints how many verdicts
would differ if all were."""

TWICE_FROM = 0.5
"""Articles from this probability on are read a second time, in windows shifted by a half."""


def evidence(logits: Sequence[float], sizes: Sequence[int], stylometry: float) -> Vector:
    """Features of an article: mean and spread of its windows' log-odds (weighed by size), and stylometry's."""
    mean = float(np.average(logits, weights=sizes))
    spread = float(np.sqrt(np.average((np.array(logits) - mean) ** 2, weights=sizes)))
    return np.array([mean, spread, stylometry])


def skimmed(windows: int) -> range:
    """Which of an article's windows are read first: every other one, or the only one.

    >>> [list(skimmed(windows)) for windows in (1, 2, 5)]
    [[0], [1], [1, 3]]
    """
    return range(1, windows, 2) if windows > 1 else range(windows)


@dataclass(frozen=True, slots=True)
class StackedModel:
    """The shipped model for machine writing: a `Scorer` for the detector."""

    encoder: Encoder
    stylometry: StylometryModel
    stack: Logistic
    calibration: Calibration
    models: tuple[ModelInfo, ...]

    @classmethod
    def load(
        cls, artifact: Artifact | None = None, stylometry: StylometryModel | None = None
    ) -> StackedModel:
        """Load the shipped artifacts, or others.

        Raises
        ------
        ModelError
            Where they do not fit each other: the stack and the thresholds are of one encoder and
            one stylometric model, and a freshly exported encoder has neither.
        """
        artifact = load_artifact(shipped("machine-text")) if artifact is None else artifact
        stylometry = StylometryModel.load() if stylometry is None else stylometry
        name = artifact.info.name
        if not {"stack.json", "calibration.json"} <= artifact.contents.keys():
            raise ModelError(f"artifact {name}: its encoder has no thresholds yet; {CALIBRATE}")
        coefficients = artifact.json("stack.json")
        stack = Logistic.from_json(coefficients)
        if not set(stack.features) <= set(FEATURES):
            raise ModelError(f"artifact {name}: stack.json weighs features of another version")
        if coefficients.get("encoder_sha256") != artifact.digest("model.onnx"):
            raise ModelError(f"artifact {name}: its stack was fitted on another encoder; {CALIBRATE}")
        if artifact.config.get("stylometry_sha256") != stylometry.models[0].sha256:
            raise ModelError(
                f"artifact {name}: its stack was fitted on another stylometry model; {CALIBRATE}"
            )
        return cls(
            Encoder(artifact),
            stylometry,
            stack,
            Calibration.from_json(artifact.json("calibration.json")),
            (artifact.info, *stylometry.models),
        )

    def score(self, documents: Sequence[Document]) -> list[ArticleScore]:
        """One score per document, in order, each independent of the others."""
        prose = [pieces(document) for document in documents]
        tokens = [self.encoder.tokenize(own) for own in prose]
        windows = [self.encoder.windows(ids) for ids in tokens]
        first = [(number, index) for number, own in enumerate(windows) for index in skimmed(len(own))]
        reading = self.encoder.begin([windows[number][index] for number, index in first])
        found = [self.stylometry.score_pieces(*both) for both in zip(documents, prose, strict=True)]
        logits = dict(zip(first, reading(), strict=True))

        def known(number: int) -> dict[int, float]:
            places = ((index, (number, index)) for index in range(len(windows[number])))
            return {index: logits[place] for index, place in places if place in logits}

        rest = [
            (number, index)
            for number, own in enumerate(windows)
            if own and self._probability(own, known(number), found[number]) >= WHOLE_FROM
            for index in range(len(own))
            if (number, index) not in logits
        ]
        read = self.encoder.logits([windows[number][index] for number, index in rest])
        logits.update(zip(rest, read, strict=True))
        return [
            self._score(*parts, known(number))
            for number, parts in enumerate(zip(documents, prose, found, tokens, windows, strict=True))
        ]

    def logit(self, values: Vector) -> float:
        """Calibrated log-odds of the stack's features, given all of `FEATURES`."""
        return self.stack.logit(values[[FEATURES.index(name) for name in self.stack.features]])

    def _probability(
        self, windows: Sequence[Window], logits: Mapping[int, float], style: ArticleScore
    ) -> float:
        """Probability of an article by those of its windows whose log-odds are given."""
        sizes = [len(windows[index].ids) for index in logits]
        values = evidence(list(logits.values()), sizes, log_odds(style.probability))
        return sigmoid(self.logit(values))

    def _score(
        self,
        document: Document,
        prose: Sequence[Piece],
        style: ArticleScore,
        tokens: Sequence[Sequence[int]],
        windows: Sequence[Window],
        logits: Mapping[int, float],
    ) -> ArticleScore:
        if not windows or not style.words:
            return unread(document)
        probability = self._probability(windows, logits, style)
        stylometry = log_odds(style.probability)

        def alone(logit: float) -> float:
            return sigmoid(self.logit(np.array([logit, 0.0, stylometry])))

        read = [(windows[index], logit) for index, logit in logits.items()]
        spans = tuple(
            WindowScore(prose[w.first].start, prose[w.stop - 1].end, alone(logit)) for w, logit in read
        )
        if probability >= TWICE_FROM and len(windows) > 1:
            shifted = self.encoder.windows(tokens, shift=0.5)
            read += zip(shifted, self.encoder.logits(shifted), strict=True)
        votes: list[list[float]] = [[] for _ in document.sentences]
        for window, logit in read:
            for index in {piece.sentence for piece in prose[window.first : window.stop]}:
                votes[index].append(logit)
        # Sentences in no window that was read take the article's probability.
        sentences = tuple(alone(sum(v) / len(v)) if v else probability for v in votes)
        return ArticleScore(style.words, probability, spans, sentences, tuple(map(bool, votes)))


def log_odds(probability: float) -> float:
    """Logit of a probability, at most 12 either way.

    >>> round(log_odds(0.5), 3), round(log_odds(1.0), 3)
    (0.0, 12.0)
    """
    clipped = min(max(probability, _LEAST), 1.0 - _LEAST)
    return math.log(clipped / (1.0 - clipped))
