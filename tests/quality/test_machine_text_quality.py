"""Floors of the machine-text model: portable ones on the project's own articles, full ones where the corpora are."""

from __future__ import annotations

import gzip
import json
import os
import tomllib
from pathlib import Path

import pytest

from detector.detectors.machine_text import MachineTextDetector
from detector.document import build_document
from detector.types import Article

FLOORS = tomllib.loads((Path(__file__).parent / "machine_text_floors.toml").read_text("utf-8"))
OWN = Path(__file__).parents[2] / "training" / "data" / "machine_articles.jsonl.gz"


@pytest.fixture(scope="module")
def detector():
    return MachineTextDetector()


def share_likely(detector, texts):
    documents = [build_document(Article(text)) for text in texts]
    verdicts = [d.signals["ai_generated"]["verdict"] for d in detector.detect(documents)]
    judged = [v for v, document in zip(verdicts, documents, strict=True) if document.words >= 100]
    return sum(v == "likely" for v in judged) / len(judged)


def own_articles(held_out):
    splits = pytest.importorskip("training.splits")
    with gzip.open(OWN, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [r["text"] for r in rows if splits.machine_held_out(r, "own/machine_articles") == held_out]


def test_recall_on_the_projects_own_held_out_articles(detector):
    assert share_likely(detector, own_articles(held_out=True)) >= FLOORS["evidence"]["recall"]["own held-out"]


def test_the_examples_written_for_the_project_are_likely(detector):
    folder = Path(__file__).parents[2] / "examples" / "articles"
    texts = [path.read_text("utf-8") for path in sorted(folder.glob("*.txt"))]
    if not texts:
        pytest.skip("no plain-text examples")
    assert share_likely(detector, texts) >= FLOORS["portable"]["examples"]


@pytest.mark.corpora
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(FLOORS["recall"]))
def test_recall_floor(detector, name):
    assert share_likely(detector, sample(name, "ai")) >= FLOORS["recall"][name]


@pytest.mark.corpora
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(FLOORS["false_positives"]))
def test_false_positive_ceiling(detector, name):
    assert share_likely(detector, sample(name, "human")) <= FLOORS["false_positives"][name]


@pytest.mark.skipif(
    not os.environ.get("SAMPLES"), reason="SAMPLES is not set: the four samples are NOT checked"
)
def test_the_samples_are_likely(detector):
    texts = [path.read_text("utf-8") for path in sorted(Path(os.environ["SAMPLES"]).glob("*.txt"))]
    assert share_likely(detector, texts) == 1.0


def sample(name, label, limit=150):
    import random

    from training.machine_text.sets import EVALUATION

    rng = random.Random(29)
    found = [t.text for one in EVALUATION if one.name == name and one.label == label for t in one.texts(rng)]
    rng.shuffle(found)
    return found[:limit]
