"""The machine-text detector: verdicts, warnings and flags from a model's scores, and the shipped model's contract."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from detector.detectors.machine_text import MachineTextDetector
from detector.document import Document, build_document
from detector.errors import UsageError
from detector.models.calibration import Calibration
from detector.models.stylometric import ArticleScore, StylometryModel, WindowScore, split_windows
from detector.types import Article, ModelInfo

TEXT = (
    "\ufeffThe harbour board of Kalvik met on 9 May 2018 to settle the ferry dispute. "
    "Its chair, Tore Halden, said the berth would stay open until the autumn. "
    "\u201cNobody wins if we close it,\u201d he told the meeting. "
    "Fishermen had asked for two more years, and the town's mayor backed them. "
)
LONG = TEXT * 16


def thresholds(*pairs: tuple[float, float | None]) -> dict[str, object]:
    entries = [{"target_fpr": r, "probability": p, "n_human": 900, "fpr_upper95": 0.02} for r, p in pairs]
    return {"corpus": "toy", "bins": [{"low": 40, "high": None, "thresholds": entries}]}


@dataclass
class FixedScorer:
    """A model that gives every article one probability, in two windows of its two halves."""

    probability: float
    windows: tuple[float, float] = (0.0, 1.0)
    models: tuple[ModelInfo, ...] = (ModelInfo("toy", "0", ""),)

    @property
    def calibration(self) -> Calibration:
        return Calibration.from_json(thresholds((0.01, 0.8), (0.05, 0.6)))

    def score(self, documents: Sequence[Document]) -> list[ArticleScore]:
        found = []
        for document in documents:
            half = len(document.text) // 2
            spans = [(0, half), (half, len(document.text))]
            windows = tuple(WindowScore(a, b, p) for (a, b), p in zip(spans, self.windows, strict=True))
            probabilities = tuple(self.windows[sentence.start >= half] for sentence in document.sentences)
            read = (True,) * len(probabilities)
            found.append(ArticleScore(document.words, self.probability, windows, probabilities, read))
        return found


@pytest.mark.parametrize(
    ("probability", "verdict", "rules"),
    [
        (0.1, "not_flagged", []),
        (0.59, "not_flagged", []),
        (0.6, "unclear", []),
        (0.8, "likely", ["AI001", "AI002"]),
    ],
)
def test_verdict_by_probability(probability: float, verdict: str, rules: list[str]) -> None:
    detection = MachineTextDetector(scorer=FixedScorer(probability)).detect([build_document(Article(TEXT))])[
        0
    ]
    signal = detection.signals["ai_generated"]
    assert isinstance(signal, dict)
    assert (signal["verdict"], signal["probability"], signal["threshold"]) == (verdict, probability, 0.8)
    assert [flag.rule for flag in detection.flags] == rules


def test_spans_are_raw_offsets() -> None:
    detection = MachineTextDetector(scorer=FixedScorer(0.9)).detect([build_document(Article(TEXT))])[0]
    whole, passage = (flag.span for flag in detection.flags)
    assert TEXT[whole.start : whole.end].startswith("The harbour")
    assert whole.start < passage.start < passage.end <= whole.end <= len(TEXT)


@pytest.mark.parametrize(
    ("text", "warning"),
    [("Talks were held, officials said.", "short_text"), ("", "short_text"), ("O presidente da c\u00e2mara disse ontem que a obra vai continuar. " * 12, "language_not_covered")],
)  # fmt: skip
def test_does_not_judge_what_it_cannot(text: str, warning: str) -> None:
    detection = MachineTextDetector(scorer=FixedScorer(0.99)).detect([build_document(Article(text))])[0]
    signal = detection.signals["ai_generated"]
    assert isinstance(signal, dict)
    assert (signal["probability"], signal["verdict"], detection.warnings) == (None, "unclear", (warning,))
    assert detection.flags == ()
    assert detection.ai_probabilities == ()


def test_unknown_rate_and_broken_calibrations(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no threshold"):
        MachineTextDetector(target_fpr=0.02)
    with pytest.raises(UsageError, match="calibration file"):
        MachineTextDetector(calibration=str(tmp_path / "none.json"))
    (tmp_path / "odd.json").write_text("{}")
    with pytest.raises(UsageError, match=r"odd\.json.*dateline calibrate"):
        MachineTextDetector(calibration=str(tmp_path / "odd.json"))


def test_own_calibration_replaces_the_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps(thresholds((0.01, None), (0.05, 0.5))))
    detection = MachineTextDetector(calibration=str(path), scorer=FixedScorer(0.99)).detect(
        [build_document(Article(TEXT))]
    )[0]
    signal = detection.signals["ai_generated"]
    assert isinstance(signal, dict)
    assert (signal["verdict"], signal["threshold"]) == ("unclear", None)


@pytest.mark.parametrize("probability", [0.01, 0.99])
def test_without_any_threshold_nothing_is_told(probability: float) -> None:
    detector = MachineTextDetector(
        calibration=Calibration.from_json(thresholds((0.01, None), (0.05, None))),
        scorer=FixedScorer(probability),
    )
    detection = detector.detect([build_document(Article(TEXT))])[0]
    signal = detection.signals["ai_generated"]
    assert isinstance(signal, dict)
    assert (signal["verdict"], detection.warnings, detection.flags) == ("unclear", ("no_threshold",), ())


def test_only_what_can_be_judged_is_scored() -> None:
    read: list[Document] = []

    class Watched(FixedScorer):
        def score(self, documents: Sequence[Document]) -> list[ArticleScore]:
            read.extend(documents)
            return super().score(documents)

    foreign = build_document(
        Article("O presidente da c\u00e2mara disse ontem que a obra vai continuar. " * 12)
    )
    own = build_document(Article(TEXT))
    detections = MachineTextDetector(scorer=Watched(0.99)).detect([foreign, own, foreign])
    assert read == [own]
    assert [bool(d.flags) for d in detections] == [False, True, False]


def test_shipped_model_scores_a_batch_as_it_scores_one_by_one() -> None:
    documents = [build_document(Article(text)) for text in (LONG, TEXT, "", LONG[::-1], TEXT * 3)]
    detector = MachineTextDetector()
    singles = [detector.detect([document])[0] for document in documents]
    assert detector.detect(documents) == singles
    assert detector.detect(documents[::-1]) == singles[::-1]


@pytest.mark.parametrize("rate", [0.005, 0.01, 0.05])
def test_shipped_model_has_all_rates_and_falling_thresholds(rate: float) -> None:
    for length_bin in StylometryModel.load().calibration.bins:
        assert 0 < length_bin.threshold(rate).probability < 1
        assert length_bin.threshold(0.05).probability <= length_bin.threshold(rate).probability
        assert length_bin.threshold(rate).fpr_upper95 >= rate * 0.5


def test_windows_cover_a_long_article_in_order() -> None:
    document = build_document(Article(LONG))
    score = StylometryModel.load().score([document])[0]
    assert len(score.windows) > 1
    assert all(a.end <= b.start for a, b in zip(score.windows, score.windows[1:], strict=False))
    assert len(score.sentences) == len(document.sentences)
    assert (
        min(w.probability for w in score.windows)
        <= score.probability
        <= max(w.probability for w in score.windows)
    )


@pytest.mark.parametrize("lengths", [[5], [600], [601], [20] * 100, [1000, 1], [1, 1000, 1]])
def test_windows_partition_the_sentences(lengths: list[int]) -> None:
    runs = split_windows(lengths)
    assert [i for a, b in runs for i in range(a, b)] == list(range(len(lengths)))
    assert len(runs) <= max(1, -(-sum(lengths) // 600))
