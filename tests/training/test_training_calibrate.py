"""Thresholds from evidence, and the folder that the stack, the thresholds and a fresh encoder are written to."""

from __future__ import annotations

import json
import math
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("sklearn")

from detector.errors import ModelError
from detector.models.artifact import load_artifact
from detector.models.logistic import sigmoid
from detector.models.stacked import StackedModel
from training import artifacts
from training.artifacts import as_json, write_artifact, write_sums
from training.machine_text import calibrate, export
from training.machine_text.export import ARTIFACT, FILES
from training.runs import write_windows
from training.stylometry.fit import Scored
from training.stylometry.fit import calibrate as calibrate_stylometry
from training.windows import Window


def rows(label: str, count: int, logit: float) -> list[dict[str, object]]:
    """Evidence of so many texts of 200 words, around a log-odds."""
    rng = np.random.default_rng(3)
    return [
        {"set": "toy", "kind": "toy", "label": label, "id": f"{label}{n}#0", "words": 200, "sizes": [60, 40],
         "logits": rng.normal(logit, 1, 2).tolist(), "style": float(rng.normal(logit, 1))}
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_the_article_at_the_quantile_is_not_flagged(seed: int) -> None:
    logits = np.random.default_rng(seed).normal(2, 2, 300)
    (threshold,) = (
        t
        for t in calibrate.thresholds(rows("human", 300, 0.0), logits).bins[1].thresholds
        if t.target_fpr == 0.05
    )
    flagged = sum(sigmoid(float(logit)) >= threshold.probability for logit in logits)
    assert flagged == 300 - math.ceil(301 * 0.95)


def test_too_few_articles_give_a_threshold_that_nothing_reaches() -> None:
    found = calibrate.thresholds(rows("human", 98, 0.0), np.zeros(98), "toy")
    assert found.bins[1].threshold(0.01).probability == math.inf
    assert found.bins[1].threshold(0.05).probability < 0.51
    assert found.to_json()["bins"][1]["thresholds"][1] == {
        "target_fpr": 0.01, "probability": None, "n_human": 98, "fpr_upper95": pytest.approx(0.0301, abs=1e-4),
    }  # fmt: skip


def test_the_stylometric_model_has_its_thresholds_from_the_same_fit() -> None:
    count = 150
    scored = Scored(
        np.linspace(0, 1, count), np.full(count, 200), np.zeros(count, np.int64), np.full(count, "toy"),
        np.full(count, "calibration"), np.full(count, ""), np.array([str(n // 2) for n in range(count)]),
    )  # fmt: skip
    found = calibrate_stylometry(scored)
    assert [entry.thresholds[0].n_human for entry in found.bins] == [0, 75, 0, 0]
    once = np.linspace(0, 1, count)[::2]
    assert found.bins[1].threshold(0.05).probability == math.nextafter(once[math.ceil(76 * 0.95) - 1], 2)
    assert found.bins[1].threshold(0.01).probability == math.inf


def test_evidence_is_of_the_windows_that_a_detector_reads() -> None:
    texts = [{"logits": logits, "sizes": [60, 40, 60], "style": 1.0} for logits in ([9, -9, 3], [9, 0, 3])]
    found = calibrate.read_rows(texts, lambda values: values[:, 0])
    assert found == [{"logits": [-9], "sizes": [40], "style": 1.0}, texts[1]]
    assert calibrate.matrix([]).shape == (0, 3)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped artifact."""
    folder = tmp_path / "machine-text"
    write_artifact(
        folder, {p.name: p.read_bytes() for p in ARTIFACT.iterdir() if p.name != "SHA256SUMS"}, FILES
    )
    return folder


@pytest.fixture
def evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of evidence that passes for the artifact's."""
    monkeypatch.setattr(calibrate, "check_origin", lambda folder, artifact: None)
    folder = tmp_path / "evidence"
    folder.mkdir()
    for name, found in (("calibration", rows("human", 300, -2.0)), ("stacking", rows("ai", 60, 2.0))):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in found))
    return folder


def run(evidence: Path, artifact: Path) -> str:
    done = CliRunner().invoke(calibrate.command, ["--evidence", str(evidence), "--artifact", str(artifact)])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_fresh_encoder_is_a_detector_once_it_is_calibrated(copy: Path, evidence: Path) -> None:
    shipped = load_artifact(copy)
    config = {k: v for k, v in shipped.config.items() if k != "stylometry_sha256"}
    write_artifact(
        copy, {"model.onnx": shipped.contents["model.onnx"], "config.json": as_json(config)}, FILES
    )
    with pytest.raises(ModelError, match="no thresholds yet"):
        StackedModel.load(load_artifact(copy))
    assert "150-300 words, n = 300: 0.5%: 0." in run(evidence, copy)
    model = StackedModel.load(load_artifact(copy))
    assert model.calibration.bins[0].threshold(0.01).probability == math.inf
    assert model.calibration.corpus.startswith("300 human articles")


def test_calibrating_leaves_the_encoder_and_the_card(copy: Path, evidence: Path) -> None:
    before = load_artifact(copy).contents
    run(evidence, copy)
    after = load_artifact(copy).contents
    assert {name for name in before if before[name] != after[name]} == {"stack.json", "calibration.json"}
    assert before.keys() == after.keys()
    assert [path.name for path in copy.parent.iterdir() if path.name != "evidence"] == [copy.name]


def test_an_artifact_is_replaced_whole_or_not_at_all(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = load_artifact(copy)

    def interrupted(folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(artifacts, "write_sums", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_artifact(copy, {"model.onnx": b"new", "config.json": b"{}"}, FILES)
    monkeypatch.undo()
    with pytest.raises(ModelError):
        write_artifact(copy, {"model.onnx": b"new", "config.json": b"{}"}, FILES)
    assert load_artifact(copy) == before
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_a_folder_of_something_else_is_not_replaced(copy: Path) -> None:
    (copy / "model.pt").write_bytes(b"weights")
    with pytest.raises(click.ClickException, match=r"holds model\.pt; name another folder"):
        write_artifact(copy, {"config.json": b"{}"}, FILES)
    assert (copy / "model.onnx").exists()


def test_a_version_is_always_named(tmp_path: Path) -> None:
    done = CliRunner().invoke(export.command, ["--run", str(tmp_path)])
    assert done.exit_code == 2
    assert "Missing option '--version'" in done.output


def test_an_export_leaves_nothing_of_the_encoder_before(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_folder = tmp_path / "run"
    run_folder.mkdir()
    config = {"max_tokens": 192, "base": "toy", "start": "before.pt"}
    (run_folder / "config.json").write_text(json.dumps(config))
    write_windows(run_folder, [Window("The council met on Monday.", 0, 6, "toy", "g")], config)
    models = {"int8": load_artifact(copy).contents["model.onnx"], "fp32": b"", "int8 without smoothing": b""}
    monkeypatch.setattr(export, "load_classifier", lambda run: None)
    monkeypatch.setattr(export, "has_shared_words", lambda classifier: True)
    monkeypatch.setattr(export, "exported", lambda graph, feeds: models)
    monkeypatch.setattr(export, "parity", lambda classifier, models, samples: {})
    done = CliRunner().invoke(
        export.command, ["--run", str(run_folder), "--out", str(copy), "--version", "2.0.0"]
    )
    assert done.exit_code == 0, done.output
    assert "an encoder without thresholds; run `python -m training evidence`" in done.output
    assert sorted(path.name for path in copy.iterdir()) == ["SHA256SUMS", "config.json", "model.onnx"]
    assert load_artifact(copy).info.version == "2.0.0"


def test_sums_cover_every_other_file(copy: Path) -> None:
    (copy / "README.md").write_text("changed")
    with pytest.raises(ModelError, match=r"README\.md was altered"):
        load_artifact(copy)
    write_sums(copy)
    assert load_artifact(copy).contents["README.md"] == b"changed"
