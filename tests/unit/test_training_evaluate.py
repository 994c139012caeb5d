"""The tables of the model card: which rows a number is of."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from detector.models.calibration import Calibration, LengthBin, Threshold
from training import evaluate


def test_the_auroc_is_against_held_out_outlets_alone(monkeypatch, tmp_path: Path) -> None:
    rows = [
        {"set": "news: held-out outlets", "kind": "news: held-out outlets", "label": "human", "words": 200},
        {"set": "news: seen outlets", "kind": "news: seen outlets", "label": "human", "words": 200},
        {"set": "frontier_mirrors", "kind": "frontier: wire", "label": "ai", "words": 200},
    ]
    thresholds = tuple(Threshold(rate, 0.9, 500, 0.02) for rate in (0.005, 0.01, 0.05))
    calibration = Calibration("toy", (LengthBin(80, None, thresholds),))
    monkeypatch.setattr(evaluate, "read", lambda path: rows)
    monkeypatch.setattr(evaluate, "score", lambda artifact, rows: (np.array([0.0, 5.0, 1.0]), calibration))
    monkeypatch.setattr(evaluate, "ablation", lambda folder: [])
    assert "against held-out outlets: 1.0000." in evaluate.report(tmp_path, tmp_path)
