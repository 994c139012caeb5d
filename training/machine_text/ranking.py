"""How well scores tell machine-written texts from human ones, whatever the threshold."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]


def auroc(human: Vector, machine: Vector) -> float:
    """Area under the ROC curve: how often a machine text scores above a human one, ties counted half.

    >>> auroc(np.array([1.0, 2.0]), np.array([3.0, 2.0]))
    0.875
    """
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([human, machine]))[len(human) :]
    return float((ranks.sum() - len(machine) * (len(machine) + 1) / 2) / (len(human) * len(machine)))


def recall_at(rate: float, human: Vector, machine: Vector) -> float:
    """Share of machine texts above the score that at most the share `rate` of human texts is above.

    >>> recall_at(0.5, np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.5, 3.5]))
    0.5
    """
    return float(np.mean(machine > np.quantile(human, 1.0 - rate, method="higher")))
