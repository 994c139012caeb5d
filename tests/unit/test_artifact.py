"""Artifacts: what was altered, is missing or does not fit is refused with a reason."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from detector.errors import ModelError
from detector.models.artifact import load_artifact, shipped
from detector.models.logistic import Logistic
from detector.stylometry import PROSE_MEASURES, schema_hash


def artifact(folder: Path, **config: object) -> Path:
    content = json.dumps({"name": "toy", "version": "1", "format_version": 1, "feature_hash": "h", **config})
    files = {"config.json": content, "model.json": "{}"}
    for name, text in files.items():
        (folder / name).write_text(text)
    sums = [f"{hashlib.sha256(text.encode()).hexdigest()}  {name}" for name, text in files.items()]
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n")
    return folder


def test_loads_what_is_whole(tmp_path: Path) -> None:
    loaded = load_artifact(artifact(tmp_path), "h")
    assert (loaded.info.name, loaded.json("model.json")) == ("toy", {})
    assert loaded.info.sha256 == hashlib.sha256((tmp_path / "SHA256SUMS").read_bytes()).hexdigest()


def test_shipped_artifact_is_whole_and_fits_the_schema() -> None:
    loaded = load_artifact(shipped("stylometry"), schema_hash(tuple(PROSE_MEASURES)))
    assert set(Logistic.from_json(loaded.json("model.json")).features) <= set(PROSE_MEASURES)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("model.json", "{ }", "altered"),
        ("model.json", None, "cannot be read"),
        ("SHA256SUMS", None, "cannot be read"),
        ("SHA256SUMS", "0" * 64 + "  ../secret\n", "names no file"),
        ("SHA256SUMS", "nonsense\n", "names no file"),
        ("SHA256SUMS", "", "config.json"),
    ],
)
def test_refuses_a_damaged_folder(tmp_path: Path, name: str, content: str | None, reason: str) -> None:
    path = artifact(tmp_path) / name
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(ModelError, match=reason):
        load_artifact(tmp_path)


@pytest.mark.parametrize(
    ("config", "reason"), [({"format_version": 99}, "format 99"), ({"feature_hash": "x"}, "schema")]
)
def test_refuses_another_version(tmp_path: Path, config: dict[str, object], reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        load_artifact(artifact(tmp_path, **config), "h")


MODEL = {
    "features": ["a", "b"], "mean": [0, 1], "scale": [1, 2], "knots": [[0, 0]], "weights": [[1, -1], [0, 0.5]],
    "intercept": 0.5, "clip": 3, "slope": 2, "offset": 0.25,
}  # fmt: skip


def test_logistic_standardises_clips_and_calibrates() -> None:
    import numpy as np

    model = Logistic.from_json(MODEL)
    assert model.logit(np.array([1.0, 3.0])) == pytest.approx(2 * (1 - 1 + 0.5 + 0.5) + 0.25)
    assert model.logit(np.array([1e9, 1.0])) == pytest.approx(2 * (3 + 0.5) + 0.25)
    assert model.contributions(np.array([1.0, 7.0]), 1) == [("b", pytest.approx(-3.0))]


@pytest.mark.parametrize(
    "change",
    [
        {"weights": [1]},
        {"weights": [[1, 1]]},
        {"knots": [[0]]},
        {"scale": [1, 0]},
        {"mean": [0, float("nan")]},
        {"clip": None},
        {"features": None},
        {"offset": "x"},
    ],
)
def test_logistic_refuses_broken_coefficients(change: dict[str, object]) -> None:
    with pytest.raises(ModelError, match=r"model\.json"):
        Logistic.from_json({**MODEL, **change})
