"""The pipeline: articles to reports, through every detector."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from detector.credibility import Findings, assess
from detector.errors import UsageError
from detector.report import Engine, Report, SentenceFinding
from detector.rules import catalogue, rules_version, select_rules
from detector.types import Article, Detection, Flag, Json, ModelInfo, SentenceSourcing

if TYPE_CHECKING:
    from detector.detectors.base import Detector
    from detector.document import Document
    from detector.models.calibration import Calibration


@dataclass(frozen=True, slots=True)
class AnalyzerSettings:
    """Options of an `Analyzer`.

    Parameters
    ----------
    target_fpr
        False-positive rate that the machine-writing threshold promises: 0.005, 0.01 or 0.05.
    select, ignore
        Rule codes or their prefixes to keep on, or to switch off.
    seconds
        Time budget of one article; detectors that it doesn't reach are named in `incomplete`
        and the score abstains. None for no budget.
    calibration
        Path of a calibration made by `dateline calibrate` from one's own human articles.
    recalibration
        Folder made by `python -m training recalibrate` from reviewers' decisions. It says which
        rules cost points, and holds a calibration, which one named above goes before.
    """

    target_fpr: float = 0.01
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    seconds: float | None = None
    calibration: str | None = None
    recalibration: str | None = None


class Analyzer:
    """Scores articles; loads its models once, holds no state of an article, safe to share by threads.

    Examples
    --------
    >>> report = Analyzer().analyze("Officials said talks were held.")
    >>> report.credibility.abstained
    True
    """

    def __init__(
        self, settings: AnalyzerSettings | None = None, *, detectors: Sequence[Detector] | None = None
    ) -> None:
        self.settings = settings or AnalyzerSettings()
        # Imported here, so that `import detector` stays light: the detectors bring numpy along.
        from importlib.metadata import version

        from detector.document.language import preload

        preload()
        from detector.detectors import default_detectors

        if self.settings.seconds is not None and not self.settings.seconds > 0:
            raise UsageError("the time budget `seconds` must be positive")
        self._enabled = select_rules(self.settings.select, self.settings.ignore)
        self._rules_off = _rules_off(self._enabled)
        calibration: Calibration | str | None = self.settings.calibration
        models: tuple[ModelInfo, ...] = ()
        self._counted: Mapping[str, bool] = {}
        threshold: float | None = None
        if self.settings.recalibration is not None:
            from detector.models.recalibration import load_recalibration

            learned = load_recalibration(self.settings.recalibration)
            calibration = calibration or learned.calibration
            models, self._counted = (learned.info,), learned.counted
            threshold = learned.unsupported_threshold
        self._detectors = tuple(
            default_detectors(self.settings.target_fpr, calibration, threshold)
            if detectors is None
            else detectors
        )
        models = (*(model for detector in self._detectors for model in detector.models), *models)
        self.engine = Engine(version("dateline"), models, rules_version())

    def analyze(self, article: Article | str) -> Report:
        """Score one article or one plain text."""
        return self._analyze_batch([_as_article(article)])[0]

    def analyze_many(self, articles: Iterable[Article | str], *, batch_size: int = 16) -> Iterator[Report]:
        """Score a stream of articles in order, holding no more than `batch_size` of them at once.

        With a time budget they are scored one by one: what one takes is never at another's cost.

        Raises
        ------
        UsageError
            Where `batch_size` is less than 1.
        """
        if batch_size < 1:
            raise UsageError(f"a batch holds 1 article at least, not {batch_size}")
        return self._analyze_stream(iter(articles), batch_size if self.settings.seconds is None else 1)

    def _analyze_stream(self, stream: Iterator[Article | str], batch_size: int) -> Iterator[Report]:
        while batch := [_as_article(article) for article in islice(stream, batch_size)]:
            yield from self._analyze_batch(batch)

    def _analyze_batch(self, articles: Sequence[Article]) -> list[Report]:
        from detector.document import build_document

        budget = self.settings.seconds
        # With a budget, batches are of one: results would depend on the batch, if articles shared a deadline.
        deadline = None if budget is None else time.monotonic() + budget
        documents = [build_document(article) for article in articles]
        by_detector = [self._detect(detector, documents, deadline) for detector in self._detectors]
        return [
            self._report(document, detections)
            for document, *detections in zip(documents, *by_detector, strict=True)
        ]

    def _detect(
        self, detector: Detector, documents: Sequence[Document], deadline: float | None
    ) -> list[Detection]:
        """Detections of one detector; what fails in a batch is tried again one by one."""
        if deadline is not None and time.monotonic() > deadline:
            return [_failure(detector, "the time budget was used up")] * len(documents)
        try:
            detections = detector.detect(documents)
            if len(detections) != len(documents):
                raise RuntimeError(f"{len(detections)} detections for {len(documents)} documents")
        except Exception as error:  # noqa: BLE001 - a detector's bug must not lose the others' results
            if len(documents) > 1:
                return [self._detect(detector, [document], deadline)[0] for document in documents]
            return [_failure(detector, type(error).__name__)]
        return detections

    def _report(self, document: Document, detections: Sequence[Detection]) -> Report:
        signals: dict[str, Json] = {}
        for detection in detections:
            signals.update(detection.signals)
        flags = sorted(
            (self._weigh(flag) for d in detections for flag in d.flags if flag.rule in self._enabled),
            key=_text_order,
        )
        sourcing = next((d.sourcing for d in detections if d.sourcing), ())
        sentences = _sentences(
            document, sourcing, next((d.ai_probabilities for d in detections if d.ai_probabilities), ())
        )
        incomplete = tuple(reason for d in detections for reason in d.incomplete)
        hits = {rule: count for d in detections for rule, count in d.hits.items()}
        language = document.language
        findings = Findings(
            document.words, language.code, signals, flags, sentences, incomplete, hits, language.reliable
        )
        return Report(
            article=document.article,
            language=language.code,
            words=document.words,
            engine=self.engine,
            credibility=assess(findings),
            signals=signals,
            sentences=sentences,
            flags=tuple(flags),
            warnings=tuple(dict.fromkeys([*(w for d in detections for w in d.warnings), *self._rules_off])),
            incomplete=incomplete,
        )

    def _weigh(self, flag: Flag) -> Flag:
        """The flag with what reviewers' decisions say of its rule, where they say anything.

        Of a rule that counts, a flag that does not is of a pattern that is never counted, and stays so.
        """
        if flag.rule not in self._counted or (catalogue()[flag.rule].counted and not flag.counted):
            return flag
        return replace(flag, counted=self._counted[flag.rule])


def _as_article(article: Article | str) -> Article:
    return Article(article) if isinstance(article, str) else article


_NAMED_RULES = 6


def _rules_off(enabled: Collection[str]) -> list[str]:
    """The warning that names the rules which take no part, or how many they are."""
    off = sorted(set(catalogue()) - set(enabled))
    named = ", ".join(off) if len(off) <= _NAMED_RULES else f"{len(off)} of {len(catalogue())} rules"
    return [f"rules_off: {named}"] if off else []


def _failure(detector: Detector, reason: str) -> Detection:
    return Detection(incomplete=(f"{detector.name}: {reason}",))


def _text_order(flag: Flag) -> tuple[int, int, str]:
    return flag.span.start, -flag.span.end, flag.rule


def _sentences(
    document: Document, sourcing: Sequence[SentenceSourcing], probabilities: Sequence[float]
) -> tuple[SentenceFinding, ...]:
    """What is known of each sentence; nothing where the sourcing detector did not read them."""
    return tuple(
        SentenceFinding(
            document.raw_span(sentence.start, sentence.end),
            own,
            probabilities[index] if probabilities else None,
        )
        for index, (sentence, own) in enumerate(zip(document.sentences, sourcing, strict=False))
    )
