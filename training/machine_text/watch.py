"""Held-out windows that a training run judges as it goes: the part of its curve that tells when to stop."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import datasets
import evaluate
import numpy as np
import numpy.typing as npt

from training.machine_text.ranking import auroc, recall_at
from training.splits import share
from training.windows import Window

RATE = 0.05
"""False-positive rate of the curve's recall: a run holds out too few human windows for 1%."""


class Ranking(evaluate.Metric):  # type: ignore[misc]
    """How well scores tell machine-written from human windows, as a metric of `evaluate`; nothing is fetched.

    Give it `predictions` (scores, higher is likelier machine-written) and `references` (1 for
    machine-written, 0 for human), both kinds among them; it gives `auroc` and `recall`, the share
    of machine-written windows above the score that a share of at most `RATE` of human ones is above.
    """

    def _info(self) -> Any:
        return evaluate.MetricInfo(
            description=self.__doc__,
            citation="",
            inputs_description="",
            features=datasets.Features(
                {"predictions": datasets.Value("float64"), "references": datasets.Value("int64")}
            ),
        )

    def _compute(self, predictions: Sequence[float], references: Sequence[int]) -> dict[str, float]:
        scores, machine = np.array(predictions), np.array(references) == 1
        human, written = scores[~machine], scores[machine]
        return {"auroc": auroc(human, written), "recall": recall_at(RATE, human, written)}


def held_out(windows: Sequence[Window], part: float) -> tuple[list[Window], list[Window]]:
    """Windows to learn from, and the share `part` of them, by source text, to watch; no text has some in both."""
    apart = [share(window.group, "watch") < part for window in windows]
    both = list(zip(windows, apart, strict=True))
    return [window for window, out in both if not out], list(
        dict.fromkeys(window for window, out in both if out)
    )


def measure(
    windows: Sequence[Window], score: Callable[[Sequence[Window]], npt.NDArray[np.float64]]
) -> Mapping[str, float]:
    """`Ranking` of watched windows by a model's scores; nothing where they lack one of the two kinds."""
    labels = [round(window.label) for window in windows]
    if len(set(labels)) < 2:
        return {}
    with tempfile.TemporaryDirectory() as cache:
        found = Ranking(cache_dir=cache).compute(predictions=score(windows), references=labels)
    return {name: round(value, 4) for name, value in found.items()}
