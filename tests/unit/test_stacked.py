"""The stack loads with the encoder and the stylometry that it was fitted on, and with no others."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from detector.errors import ModelError
from detector.models.artifact import Artifact, load_artifact, shipped
from detector.models.encoder import Encoder
from detector.models.stacked import StackedModel

SHIPPED = load_artifact(shipped("machine-text"))


def with_contents(**contents: bytes | None) -> Artifact:
    """The shipped artifact with some files replaced (None: left out), by their names without dots."""
    changed = {name.replace("_", "."): content for name, content in contents.items()}
    rest = {name: content for name, content in SHIPPED.contents.items() if name not in changed}
    return replace(SHIPPED, contents=rest | {name: c for name, c in changed.items() if c is not None})


def test_the_shipped_stack_names_the_encoder_that_it_was_fitted_on() -> None:
    assert SHIPPED.json("stack.json")["encoder_sha256"] == SHIPPED.digest("model.onnx")
    StackedModel.load(SHIPPED)


@pytest.mark.parametrize("name", ["stack_json", "calibration_json"])
def test_an_encoder_without_thresholds_says_how_to_get_them(name: str) -> None:
    with pytest.raises(ModelError, match=r"no thresholds yet; run `python -m training evidence`.*calibrate"):
        StackedModel.load(with_contents(**{name: None}))


def test_an_encoder_without_thresholds_reads_windows() -> None:
    encoder = Encoder(with_contents(stack_json=None, calibration_json=None))
    assert len(encoder.logits(encoder.windows([(2023, 2003)]))) == 1


def test_refuses_thresholds_of_another_encoder() -> None:
    with pytest.raises(ModelError, match="another encoder; run `python -m training evidence`"):
        StackedModel.load(with_contents(model_onnx=SHIPPED.contents["model.onnx"] + b"\0"))


def test_refuses_a_stack_that_names_no_encoder() -> None:
    stack = {k: v for k, v in SHIPPED.json("stack.json").items() if k != "encoder_sha256"}
    with pytest.raises(ModelError, match="another encoder"):
        StackedModel.load(with_contents(stack_json=json.dumps(stack).encode()))


@pytest.mark.parametrize("digest", [None, "0" * 64])
def test_refuses_a_stack_of_another_stylometry_or_of_none(digest: str | None) -> None:
    config = {**SHIPPED.config, "stylometry_sha256": digest}
    with pytest.raises(ModelError, match="another stylometry model"):
        StackedModel.load(replace(SHIPPED, config=config))


def test_an_artifact_without_its_model_is_no_artifact_of_an_encoder() -> None:
    with pytest.raises(ModelError, match=r"model\.onnx is missing"):
        StackedModel.load(with_contents(model_onnx=None))
