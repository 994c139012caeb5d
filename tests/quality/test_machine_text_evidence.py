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
from detector.models.calibration import upper_bound
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


def test_the_readme_tells_what_the_evidence_tells(flagged):
    told = " ".join((FOLDER.parents[1] / "README.md").read_text("utf-8").split())
    news = [hit for (name, label), hits in flagged.items() if name.startswith("news: ") and label == "human"
            and "seen outlets" not in name for hit in hits]  # fmt: skip
    bound = upper_bound(sum(news), len(news))
    assert (
        f"{np.mean(news):.1%} of unseen news articles are flagged as machine-written ({sum(news)} of {len(news)}; 95% bound {bound:.1%};"
        in told
    )
    mirrors = [
        hit
        for (name, label), hits in flagged.items()
        if name.startswith("frontier_mirrors: ") and label == "ai"
        for hit in hits
    ]
    assert f"Of {len(mirrors)} unseen articles" in told
    assert f"{np.mean(mirrors):.0%} are found ({sum(mirrors)})" in told
