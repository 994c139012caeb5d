"""Logistic regression from JSON coefficients: standardise, clip, dot, Platt."""

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
    cannot buy an extreme logit with one measure.
    """

    features: tuple[str, ...]
    mean: Vector
    scale: Vector
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
            mean, scale, weights = (np.array(data[k], dtype=np.float64) for k in ("mean", "scale", "weights"))
            numbers = [float(data[k]) for k in ("intercept", "clip", "slope", "offset")]
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"model.json is incomplete: {error}") from error
        if not len(features) == len(mean) == len(scale) == len(weights):
            raise ModelError("model.json: features, mean, scale and weights differ in length")
        if not (np.isfinite([*mean, *scale, *weights, *numbers]).all() and (scale > 0).all()):
            raise ModelError("model.json holds a number that is not finite, or a scale that is not positive")
        return cls(features, mean, scale, weights, *numbers)

    def standardise(self, values: Vector) -> Vector:
        """Values in standard deviations from the mean, clipped."""
        return np.clip((values - self.mean) / self.scale, -self.clip, self.clip)

    def logit(self, values: Vector) -> float:
        """Calibrated log-odds of machine writing for one vector, in the order of `features`."""
        return self.slope * (float(self.standardise(values) @ self.weights) + self.intercept) + self.offset

    def contributions(self, values: Vector, top: int) -> Sequence[tuple[str, float]]:
        """The features that pull hardest, with what each adds to the log-odds."""
        parts = self.standardise(values) * self.weights * self.slope
        order = np.argsort(-np.abs(parts))[:top]
        return [(self.features[i], float(parts[i])) for i in order]
