"""Floors of the score on development corpora; `docs/scores.md` has the full tables.

No encoder trained on them, but some of their articles set thresholds: a floor says that the score
still does what it did, not what it does on corpora that nobody has looked at.
"""

from __future__ import annotations

import numpy as np
import pytest

from training.measures.scores import DISTRIBUTION, score_sample

pytestmark = [pytest.mark.corpora, pytest.mark.slow]
SIZE = 40


@pytest.mark.parametrize("sample", [s for s in DISTRIBUTION if s.kind == "human"], ids=lambda s: s.name)
def test_human_writing_scores_high(sample):
    scores = np.array(score_sample(sample, SIZE, seed=3))
    assert np.median(scores) >= 90
    assert np.mean(scores >= 50) >= 0.95


def test_machine_writing_of_today_scores_lower():
    frontier = next(s for s in DISTRIBUTION if s.name == "frontier_mirrors" and s.kind == "machine")
    assert np.median(score_sample(frontier, SIZE, seed=3)) <= 80
