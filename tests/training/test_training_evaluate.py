"""The tables of the model card: which rows a number is of, and under which stack."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from detector.models.calibration import Calibration, LengthBin, Threshold
from training.machine_text import evaluate

STACKED = {"own held-out", "detectrl news"}


def row(name: str, label: str, number: int, kind: str = "") -> dict[str, object]:
    return {"set": name, "kind": kind or name, "label": label, "id": f"{number}#0", "words": 200}


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Report on rows with these log-odds under the shipped stack; out of fold all get -9."""

    def make(rows: list[dict[str, object]], logits: list[float]) -> str:
        thresholds = tuple(Threshold(rate, 0.9, 500, 0.02) for rate in (0.005, 0.01, 0.05))
        model = SimpleNamespace(
            calibration=Calibration("toy", (LengthBin(80, None, thresholds),)),
            stack=SimpleNamespace(features=("encoder.mean",)),
        )
        files = {"evaluation": rows, "stacking": [r for r in rows if r["set"] in STACKED], "calibration": []}
        monkeypatch.setattr(evaluate, "read", lambda path: files[path.stem])
        monkeypatch.setattr(evaluate, "load_artifact", lambda folder: None)
        monkeypatch.setattr(evaluate.StackedModel, "load", lambda artifact: model)
        monkeypatch.setattr(evaluate, "score", lambda model, rows: np.array(logits))
        monkeypatch.setattr(evaluate, "out_of_fold", lambda rows, use: np.full(len(rows), -9.0))
        monkeypatch.setattr(evaluate, "ablation", lambda *rows: [])
        monkeypatch.setattr(evaluate, "skimming", lambda model, rows: [])
        return evaluate.report(tmp_path, tmp_path)

    return make


def test_the_auroc_is_against_held_out_outlets_alone(tables) -> None:
    rows = [
        row("news: held-out outlets", "human", 1),
        row("news: seen outlets", "human", 2),
        row("frontier_mirrors", "ai", 3, "frontier: wire"),
    ]
    assert "against held-out outlets: 1.0000." in tables(rows, [0.0, 5.0, 1.0])


def test_texts_that_the_stack_was_fitted_on_are_scored_out_of_fold(tables) -> None:
    rows = [
        row("news: held-out outlets", "human", 1),
        row("frontier_mirrors", "ai", 2, "frontier: wire"),
        row("own held-out", "ai", 3),
        row("detectrl news", "ai", 4),
        row("XSum-style", "ai", 3),
    ]
    text = tables(rows, [0.0, 9.0, 9.0, 9.0, 9.0])
    at_1 = {
        line.split(" | ")[0].strip("| "): line.split(" | ")[3]
        for line in text.splitlines()
        if " | 1 | " in line
    }
    assert at_1 == {
        "news: held-out outlets": "0.0%", "frontier_mirrors: wire, seo, explainer, aggregator, rewrite": "100.0%",
        "own held-out": "0.0%", "detectrl news": "0.0%", "XSum-style": "100.0%", "frontier: wire": "100.0%",
    }  # fmt: skip


def test_the_comparison_of_parts_is_out_of_fold_too(monkeypatch: pytest.MonkeyPatch) -> None:
    human = [
        row("opinion", "human", n) | {"logits": [-3.0 + n / 100], "sizes": [9], "style": -2.0}
        for n in range(300)
    ]
    machine = [
        row("own held-out", "ai", n) | {"logits": [3.0], "sizes": [9], "style": 2.0} for n in range(20)
    ]
    assert (
        evaluate.ablation(human, machine, machine)[-1]
        == "| own held-out | " + " | ".join(["100.0%"] * 5) + " |"
    )
    monkeypatch.setattr(evaluate, "out_of_fold", lambda rows, use: np.full(len(rows), -9.0))
    assert (
        evaluate.ablation(human, machine, machine)[-1]
        == "| own held-out | " + " | ".join(["0.0%"] * 5) + " |"
    )


def windows(label: str, logits: list[float]) -> dict[str, object]:
    return row("toy", label, 1) | {"logits": logits, "sizes": [100] * len(logits), "style": 0.0}


def test_the_table_of_skimming_counts_what_is_read_and_the_verdicts_that_it_changes() -> None:
    thresholds = tuple(Threshold(rate, 0.5, 500, 0.02) for rate in (0.005, 0.01, 0.05))
    model = SimpleNamespace(
        calibration=Calibration("toy", (LengthBin(80, None, thresholds),)), logit=lambda values: values[0]
    )
    rows = [
        windows("human", [-9, -9, -9, -9]),
        windows("human", [9, -9, 9, -9, 9]),
        windows("human", [-9]),
        windows("ai", [9, 9]),
    ]
    assert evaluate.skimming(model, rows)[2:] == [
        "| human | 3 | 66.7% | 63.3% | 1 |",
        "| ai | 1 | 0.0% | 100.0% | 0 |",
    ]
