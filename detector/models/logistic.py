"""Logistic regression from JSON coefficients: standardise, clip, bend at knots, dot, Platt."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.errors import ModelError

Vector = npt.NDArray[np.float64]


def sigmoid(logit: float) -> float:
    """1 / (1 + e^-x), without overflow for any finite x.

    >>> round(sigmoid(0.0), 1), sigmoid(-1e9)
    (0.5, 0.0)
    """
    if logit >= 0:
        return 1.0 / (1.0 + math.exp(-logit))
    return math.exp(logit) / (1.0 + math.exp(logit)) if logit > -700 else 0.0


@dataclass(frozen=True, slots=True)
class Logistic:
    """Coefficients over standardised features, with Platt's slope and offset on the logit.

    A feature is clipped to `clip` standard deviations around its mean, so that an odd text
    cannot buy an extreme logit with one measure. Each row of `knots` adds, per feature, the term
    max(0, z - knot): a piecewise-linear effect (Hastie & Tibshirani 1986). `weights` has a row for
    z itself and one for each row of knots.
    """

    features: tuple[str, ...]
    mean: Vector
    scale: Vector
    knots: Vector
    weights: Vector
    intercept: float
    clip: float
    slope: float
    offset: float

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Logistic:
        """Build from `model.json`.

        Raises
        ------
        ModelError
            Where a part is missing, its lengths differ, or a number is not finite.
        """
        try:
            features = tuple(str(name) for name in data["features"])
            names = ("mean", "scale", "knots", "weights")
            mean, scale, knots, weights = (np.array(data[name], dtype=np.float64) for name in names)
            knots = knots.reshape(-1, len(features))
            weights = weights.reshape(len(knots) + 1, len(features))
            numbers = [float(data[k]) for k in ("intercept", "clip", "slope", "offset")]
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"model.json is incomplete: {error}") from error
        if not len(features) == len(mean) == len(scale):
            raise ModelError("model.json: features, mean and scale differ in length")
        everything = np.concatenate([mean, scale, knots.ravel(), weights.ravel(), numbers])
        if not (np.isfinite(everything).all() and (scale > 0).all()):
            raise ModelError("model.json holds a number that is not finite, or a scale that is not positive")
        return cls(features, mean, scale, knots, weights, *numbers)

    def standardise(self, values: Vector) -> Vector:
        """Values in standard deviations from the mean, clipped."""
        return np.clip((values - self.mean) / self.scale, -self.clip, self.clip)

    def effects(self, values: Vector) -> Vector:
        """What each feature adds to the uncalibrated log-odds, in the order of `features`."""
        z = self.standardise(values)
        bent = np.maximum(z - self.knots, 0.0)
        total: Vector = self.weights[0] * z + (self.weights[1:] * bent).sum(axis=0)
        return total

    def logit(self, values: Vector) -> float:
        """Calibrated log-odds of machine writing for one vector, in the order of `features`."""
        return self.slope * (float(self.effects(values).sum()) + self.intercept) + self.offset

    def contributions(self, values: Vector, top: int) -> Sequence[tuple[str, float]]:
        """The features that pull hardest, with what each adds to the calibrated log-odds."""
        parts = self.effects(values) * self.slope
        order = np.argsort(-np.abs(parts))[:top]
        return [(self.features[i], float(parts[i])) for i in order]
