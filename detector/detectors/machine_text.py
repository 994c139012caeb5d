"""Machine writing: a model's probability for the article, against a threshold that keeps its false-positive rate."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

from detector.document import Document
from detector.errors import ModelError, UsageError
from detector.models.calibration import Calibration, LengthBin, Threshold
from detector.models.stacked import StackedModel
from detector.models.stylometric import ArticleScore, Scorer
from detector.rules import catalogue
from detector.stylometry import measure
from detector.types import Detection, Flag, Json, ModelInfo, Span, Verdict

_LANGUAGES = frozenset({"en"})
_UNCLEAR_FPR = 0.05
"""Between the threshold of this rate and the chosen one the verdict is `unclear`."""


class MachineTextDetector:
    """Gives the signals `ai_generated` and `stylometry`, and the flags AI001 and AI002.

    Parameters
    ----------
    target_fpr
        False-positive rate on human news that the verdict `likely` may have.
    calibration
        A calibration in place of the shipped one, or the path of one in the form of
        `calibration.json`, such as `dateline calibrate` makes from one's own human articles.
    scorer
        The model; the shipped one by default.

    Raises
    ------
    UsageError
        Where the calibration has no threshold for `target_fpr`, or its file cannot be read.
    ModelError
        Where the artifact is missing or altered.
    """

    name = "machine_text"
    rules: tuple[str, ...] = ("AI001", "AI002")

    def __init__(
        self,
        target_fpr: float = 0.01,
        calibration: Calibration | str | None = None,
        *,
        scorer: Scorer | None = None,
    ) -> None:
        self.scorer = StackedModel.load() if scorer is None else scorer
        if calibration is None:
            calibration = self.scorer.calibration
        self.calibration = read_calibration(calibration) if isinstance(calibration, str) else calibration
        self._target_fpr = target_fpr
        for length_bin in self.calibration.bins:
            length_bin.threshold(target_fpr)

    @property
    def version(self) -> str:
        """Version of the model and of the way it is reported."""
        return "1+" + ".".join(model.version for model in self.scorer.models)

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """Artifacts that take part."""
        return self.scorer.models

    def detect(self, documents: Sequence[Document]) -> list[Detection]:
        """Give one `Detection` per document, in order; in a language that is not covered, none is scored."""
        scores = iter(self.scorer.score([d for d in documents if d.language.code in _LANGUAGES]))
        return [
            self._report(document, next(scores))
            if document.language.code in _LANGUAGES
            else self._unjudged(document, self._why_uncovered(document))
            for document in documents
        ]

    def _why_uncovered(self, document: Document) -> str:
        return "short_text" if self.calibration.bin_of(document.words) is None else "language_not_covered"

    def _unjudged(self, document: Document, warning: str) -> Detection:
        signal = self._signal(None, "unclear", None, None, [])
        return Detection({"ai_generated": signal, "stylometry": _stylometry(document)}, warnings=(warning,))

    def _report(self, document: Document, score: ArticleScore) -> Detection:
        length_bin = self.calibration.bin_of(score.words)
        if length_bin is None:
            return self._unjudged(document, "short_text")
        threshold = length_bin.threshold(self._target_fpr)
        unclear = unclear_from(length_bin, threshold)
        # Where no threshold could be set, nothing tells a low probability from a high one.
        verdict: Verdict = (
            judge(score.probability, threshold.probability, unclear) if math.isfinite(unclear) else "unclear"
        )
        windows: list[Json] = []
        for window in score.windows:
            span = document.raw_span(window.start, window.end)
            windows.append(
                {"start": span.start, "end": span.end, "probability": round(window.probability, 4)}
            )
        signal = self._signal(score.probability, verdict, threshold, length_bin, windows)
        flags = self._flags(document, score, threshold) if verdict == "likely" else ()
        return Detection(
            signals={"ai_generated": signal, "stylometry": _stylometry(document)},
            flags=flags,
            warnings=() if math.isfinite(unclear) else ("no_threshold",),
            ai_probabilities=tuple(round(p, 4) for p in score.sentences),
        )

    def _signal(
        self,
        probability: float | None,
        verdict: Verdict,
        threshold: Threshold | None,
        length_bin: LengthBin | None,
        windows: list[Json],
    ) -> Json:
        """Shape of `signals.ai_generated`; numbers are null for an article that is not judged."""
        return {
            "probability": None if probability is None else round(probability, 6),
            "verdict": verdict,
            "threshold": None if threshold is None else _finite(threshold.probability),
            "target_fpr": self._target_fpr,
            "calibration": {
                "corpus": self.calibration.corpus,
                "n_human": 0 if threshold is None else threshold.n_human,
                "fpr_upper95": None if threshold is None else round(threshold.fpr_upper95, 4),
                "length_bin": None if length_bin is None else length_bin.name,
            },
            "windows": windows,
        }

    def _flags(self, document: Document, score: ArticleScore, threshold: Threshold) -> tuple[Flag, ...]:
        whole = document.raw_span(score.windows[0].start, score.windows[-1].end)
        message = (
            f"Reads as machine-written: {score.probability:.2f}, at or above the threshold of "
            f"{threshold.probability:.2f} that about {threshold.target_fpr:.1%} of human articles reach "
            f"(with 95% confidence at most {threshold.fpr_upper95:.1%}, from {threshold.n_human:,} articles)."
        )
        flags = [_flag("AI001", whole, message, score.probability)]
        read = [p if known else None for p, known in zip(score.sentences, score.read, strict=True)]
        for first, last in passages(read, threshold.probability):
            own = score.sentences[first : last + 1]
            mean = sum(own) / len(own)
            start, end = document.sentences[first].start, document.sentences[last].end
            text = f"These {len(own)} sentences score {mean:.2f} by themselves; others in the article do not pass."
            flags.append(_flag("AI002", document.raw_span(start, end), text, mean))
        return tuple(flags)


def _stylometry(document: Document) -> Json:
    return {name: round(value, 4) for name, value in measure(document).items()}


def passages(sentences: Sequence[float | None], threshold: float) -> list[tuple[int, int]]:
    """Runs of two sentences or more that pass a threshold, as (first, last); none where all pass.

    A sentence that the model did not read is None: it passes nothing and ends a run.

    >>> passages([0.9, 0.9, 0.2, 0.9, 0.1, 0.8, 0.9, 0.9], 0.8)
    [(0, 1), (5, 7)]
    >>> passages([0.9, 0.9, 0.9], 0.8)
    []
    """
    passing = [probability is not None and probability >= threshold for probability in sentences]
    if all(hit for hit, probability in zip(passing, sentences, strict=True) if probability is not None):
        return []
    runs: list[tuple[int, int]] = []
    for index, hit in enumerate(passing):
        if not hit:
            continue
        if runs and runs[-1][1] == index - 1:
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return [(first, last) for first, last in runs if last > first]


def unclear_from(length_bin: LengthBin, threshold: Threshold) -> float:
    """Probability from which the verdict is no longer `not_flagged`: the 5% threshold, where there is one."""
    looser = [t.probability for t in length_bin.thresholds if t.target_fpr <= _UNCLEAR_FPR]
    return min([threshold.probability, *looser])


def judge(probability: float, threshold: float, unclear: float) -> Verdict:
    """Verdict of a probability, given the threshold and where the zone of doubt begins.

    >>> [judge(p, 0.8, 0.6) for p in (0.5, 0.6, 0.8)]
    ['not_flagged', 'unclear', 'likely']
    """
    if probability >= threshold:
        return "likely"
    return "unclear" if probability >= unclear else "not_flagged"


def read_calibration(path: str) -> Calibration:
    """Read a calibration file.

    Raises
    ------
    UsageError
        Where it cannot be read, is not JSON or is JSON of another shape.
    """
    try:
        data = json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"calibration file {path}: {error}") from error
    try:
        return Calibration.from_json(data)
    except ModelError as error:
        raise UsageError(f"calibration file {path}: {error}; make one by `dateline calibrate`") from error


def _finite(probability: float) -> float | None:
    """Give None for a threshold that no article reaches, which JSON cannot hold."""
    return round(probability, 6) if math.isfinite(probability) else None


def _flag(code: str, span: Span, message: str, probability: float) -> Flag:
    rule = catalogue()[code]
    return Flag(
        code, rule.category, rule.severity, span, message, min(1.0, max(0.0, probability)), rule.counted
    )
