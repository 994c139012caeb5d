"""Floors of the machine-text model on every evaluation set, from evidence that ships as numbers without texts.

What the encoder and the stylometry said of every text is kept; the shipped stack and thresholds
judge it here. Another encoder or stylometry needs the evidence made anew.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from detector.models.artifact import load_artifact, shipped
from detector.models.logistic import sigmoid
from detector.models.stacked import FEATURES, StackedModel

FOLDER = Path(__file__).parent
FLOORS = tomllib.loads((FOLDER / "machine_text_floors.toml").read_text("utf-8"))["evidence"]
LINES = (FOLDER / "machine_text_evidence.tsv").read_text("utf-8").splitlines()
DIGESTS = dict(line.removeprefix("# ").split() for line in LINES[1:4])
NAMES, ROWS = LINES[4].split("\t"), LINES[5:]


@pytest.fixture(scope="module")
def flagged():
    """Verdicts of the shipped stack at its 1% thresholds, by (set, label); too short texts left out."""
    model, found = StackedModel.load(), defaultdict(list)
    for line in ROWS:
        name, label, words, *values = line.split("\t")
        length_bin = model.calibration.bin_of(int(words))
        if length_bin is not None:
            probability = sigmoid(model.logit(np.array(values, dtype=float)))
            found[name, label].append(probability >= length_bin.threshold(0.01).probability)
    return found


def test_the_evidence_is_of_the_models_that_ship():
    artifact = load_artifact(shipped("machine-text"))
    assert DIGESTS["encoder"] == hashlib.sha256(artifact.contents["model.onnx"]).hexdigest()
    assert DIGESTS["vocabulary"] == artifact.config["vocabulary_sha256"]
    assert DIGESTS["stylometry"] == artifact.config["stylometry_sha256"]
    assert NAMES[3:] == list(FEATURES)


@pytest.mark.parametrize("name", sorted(FLOORS["recall"]))
def test_recall_floor_of_the_evidence(flagged, name):
    hits = flagged[name, "ai"]
    assert len(hits) >= 10
    assert np.mean(hits) >= FLOORS["recall"][name]


@pytest.mark.parametrize("name", sorted(FLOORS["false_positives"]))
def test_false_positive_ceiling_of_the_evidence(flagged, name):
    hits = flagged[name, "human"]
    assert len(hits) >= 100
    assert np.mean(hits) <= FLOORS["false_positives"][name]
