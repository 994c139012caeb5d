"""Floors of the sourcing detector on annotated articles that no fit has seen."""

from __future__ import annotations

import os

import pytest

pytestmark = pytest.mark.corpora

FLOORS = {"rules": 0.55, "model": 0.65}


@pytest.fixture(scope="module", autouse=True)
def _corpora() -> None:
    if not os.environ.get("DATELINE_CORPORA"):
        pytest.skip("DATELINE_CORPORA is not set")


@pytest.mark.slow
@pytest.mark.parametrize("way", ["rules", "model"])
def test_unsupported_f1_on_held_out_articles(way: str) -> None:
    from detector.detectors.sourcing import SourcingDetector
    from training.sourcing import articles, prf

    detector = SourcingDetector(use_model=way == "model")
    if way == "model" and not detector.models:
        pytest.skip("no artifact is shipped")
    truth, guess = [], []
    for _, document, labelled in articles("support_gold_dev"):
        sourcing = detector.detect([document])[0].sourcing
        for label in labelled:
            if label.unsupported is not None:
                truth.append(label.unsupported)
                guess.append(sourcing[label.index].unsupported)
    assert prf(truth, guess)[2] >= FLOORS[way]
