"""The stack: what it loads with, and how much of an article it reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

import pytest

from detector.document import build_document
from detector.errors import ModelError
from detector.models.artifact import Artifact, load_artifact, shipped
from detector.models.cleaning import pieces
from detector.models.encoder import Encoder, Window
from detector.models.stacked import WHOLE_FROM, StackedModel
from detector.models.stylometric import ArticleScore
from detector.types import Article

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


class Reader:
    """The shipped encoder's windows, with log-odds that a test sets, and a note of what was read."""

    def __init__(self, logit: float) -> None:
        shipped_encoder = Encoder(SHIPPED)
        self.tokenize, self.windows = shipped_encoder.tokenize, shipped_encoder.windows
        self.logit, self.read = logit, list[Window]()

    def logits(self, windows: Sequence[Window]) -> list[float]:
        self.read += windows
        return [self.logit] * len(windows)

    def begin(self, windows: Sequence[Window]) -> Callable[[], list[float]]:
        found = self.logits(windows)
        return lambda: found


ARTICLE = " ".join(
    f"The keeper of lock {number} on the Averne canal told us that {60 + number} barges had passed by noon, "
    f"fewer than in any May since {1950 + number}, and that nobody could say why."
    for number in range(26)
)


def read_by(logit: float) -> tuple[Reader, ArticleScore, list[Window]]:
    reader, model = Reader(logit), StackedModel.load()
    document = build_document(Article(ARTICLE))
    (score,) = replace(model, encoder=cast("Encoder", reader)).score([document])
    return reader, score, reader.windows(reader.tokenize(pieces(document)))


def test_an_article_far_under_every_threshold_is_skimmed() -> None:
    reader, score, windows = read_by(-6.0)
    assert len(windows) > 4
    assert score.probability < WHOLE_FROM
    assert reader.read == windows[1::2]
    assert len(score.windows) == len(windows) // 2
    assert {p for p, read in zip(score.sentences, score.read, strict=True) if not read} == {score.probability}
    assert 0.3 < sum(score.read) / len(score.read) < 0.7


def test_an_article_that_may_be_machine_written_is_read_whole_and_in_order() -> None:
    reader, score, windows = read_by(-1.0)
    assert WHOLE_FROM <= score.probability < 0.5
    assert reader.read == windows[1::2] + windows[::2]
    assert [w.start for w in score.windows] == sorted(w.start for w in score.windows)
    assert len(score.windows) == len(windows)
    assert all(score.read)


def test_a_likely_article_is_read_again_in_shifted_windows() -> None:
    reader, score, windows = read_by(4.0)
    assert score.probability > 0.5
    assert len(score.windows) == len(windows)
    assert len(reader.read) == len(windows) + len(windows) + 1


def test_no_shipped_threshold_is_near_where_reading_stops() -> None:
    for length_bin in StackedModel.load().calibration.bins:
        assert all(threshold.probability > 2 * WHOLE_FROM for threshold in length_bin.thresholds)
