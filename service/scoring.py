"""What a worker does with a frame: read, score and render articles with detectors that live as long as it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from time import monotonic, perf_counter
from typing import Any

from detector.analyzer import Analyzer, AnalyzerSettings
from detector.credibility import weights
from detector.detectors.base import Detector
from detector.document import Document
from detector.errors import EmptyInputError, TooLargeError, UnreadableError
from detector.reading import Kind, Limits, article_from_bytes, article_from_html, with_charset
from detector.report import Report, dump_json
from detector.types import Article, Detection, Json, ModelInfo

DetectorsOf = Callable[[float, "str | None"], Sequence[Detector]]
WARM_UP = " ".join(["The council said on Monday that the bridge would close for repairs in May."] * 24)
_LEAST_SECONDS = 0.01
"""Budget of an article where nothing is left: its first detector begins, and the others are `incomplete`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Outcome for one article: a body where `kind` is "ok", else a kind of problem with its detail."""

    kind: str
    detail: str = ""
    facts: Mapping[str, Json] | None = None
    body: bytes = b""

    def header(self) -> dict[str, Any]:
        """What goes into the frame's JSON; the body goes beside it."""
        value = asdict(self)
        del value["body"]
        return value


class TimedDetector:
    """A detector that adds up the seconds it takes."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self.seconds = 0.0

    @property
    def name(self) -> str:
        """Name of the detector within."""
        return self._detector.name

    @property
    def version(self) -> str:
        """Version of the detector within."""
        return self._detector.version

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules of the detector within."""
        return self._detector.rules

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """Models of the detector within."""
        return self._detector.models

    def detect(self, documents: Sequence[Document]) -> list[Detection]:
        """Run the detector and add its wall time."""
        begun = perf_counter()
        try:
            return self._detector.detect(documents)
        finally:
            self.seconds += perf_counter() - begun


class Scorer:
    """Holds one set of detectors a false-positive rate, of which there are three."""

    def __init__(
        self,
        detectors_of: DetectorsOf,
        target_fpr: float,
        calibration: str | None = None,
        max_characters: int = 200_000,
    ) -> None:
        self._detectors_of = detectors_of
        self._limits = Limits(characters=max_characters)
        self._target_fpr = target_fpr
        self._calibration = calibration
        self._detectors: dict[float, tuple[TimedDetector, ...]] = {}

    def warm(self) -> dict[str, Json]:
        """Load every model by scoring a text of our own; give the engine object."""
        settings = AnalyzerSettings(self._target_fpr)
        analyzer = Analyzer(settings, detectors=self._detectors_at(self._target_fpr))
        analyzer.analyze(WARM_UP)
        return analyzer.engine.to_dict()

    def score(
        self, items: Sequence[Mapping[str, Any]], options: Mapping[str, Any], seconds: float
    ) -> tuple[list[Answer], dict[str, float]]:
        """Answers in the order of `items`, and the seconds that each detector took for them together.

        Each article may take the part of `seconds` that is left, divided by the articles that are left.
        Shorter ones go first: longer ones have what these leave over, and cannot overrun at their cost.
        """
        end = monotonic() + seconds
        rate = options.get("target_fpr") or self._target_fpr
        settings = AnalyzerSettings(rate, tuple(options.get("select", ())), tuple(options.get("ignore", ())))
        detectors = self._detectors_at(rate)
        answers: dict[int, Answer] = {}
        articles: dict[int, Article] = {}
        for index, item in enumerate(items):
            article = self._read(item)
            if isinstance(article, Article):
                articles[index] = article
            else:
                answers[index] = article
        by_length = sorted(articles, key=lambda index: len(articles[index].text))
        for index, share in zip(by_length, _shares(end, len(articles)), strict=True):
            analyzer = Analyzer(replace(settings, seconds=share), detectors=detectors)
            answers[index] = _scored(analyzer, articles[index], items[index])
        spent = {detector.name: detector.seconds for detector in detectors}
        for detector in detectors:
            detector.seconds = 0.0
        return [answers[index] for index in range(len(items))], spent

    def read_file(self, data: bytes, kind: Kind | None, charset: str = "") -> Answer:
        """Turn a file into its text and what else it tells of the article; HTTP may declare its charset."""
        if kind in ("text", "html", "markdown"):
            data = with_charset(data, charset)
        article = _guard(lambda: article_from_bytes(data, name="the file", kind=kind, limits=self._limits))
        if isinstance(article, Answer):
            return article
        body: Json = {
            "text": article.text,
            "title": article.title,
            "published": article.published.isoformat() if article.published else None,
            "url": article.url,
            "author": article.author,
        }
        return Answer("ok", body=dump_json(body).encode())

    def _read(self, item: Mapping[str, Any]) -> Article | Answer:
        published = date.fromisoformat(item["published"]) if item.get("published") else None
        fields: dict[str, Any] = {
            "id": item.get("id", ""),
            "title": item.get("title"),
            "url": item.get("url"),
            "author": item.get("author"),
            "published": published,
        }
        if "text" in item:
            return Article(item["text"], **fields)
        return _guard(lambda: article_from_html(item["html"], name="html", limits=self._limits, **fields))

    def _detectors_at(self, rate: float) -> tuple[TimedDetector, ...]:
        if rate not in self._detectors:
            found = self._detectors_of(rate, self._calibration)
            self._detectors[rate] = tuple(TimedDetector(detector) for detector in found)
        return self._detectors[rate]


def _shares(end: float, count: int) -> Iterator[float]:
    """Budgets of `count` articles; each is drawn as the article's turn comes, and `end` is on the monotonic clock."""
    for left in range(count, 0, -1):
        yield max(_LEAST_SECONDS, (end - monotonic()) / left)


def _guard(read: Callable[[], Article]) -> Article | Answer:
    """Article, or why there is none, in words that hold nothing of the input."""
    try:
        return read()
    except (EmptyInputError, TooLargeError) as error:
        return Answer("unreadable-input", error.reason)
    except (MemoryError, RecursionError):
        return Answer("unreadable-input", "the content takes more memory or depth than a worker has")
    except UnreadableError as error:
        # What follows a colon, or stands in quotes, may come from the input.
        reason = error.reason.partition(":")[0]
        quoted = "'" in reason or '"' in reason
        return Answer("unreadable-input", "the content is not of its type, or damaged" if quoted else reason)


def _scored(analyzer: Analyzer, article: Article, item: Mapping[str, Any]) -> Answer:
    try:
        report = analyzer.analyze(article)
        return Answer("ok", facts=_facts(report), body=_write(report, item))
    except Exception as error:  # noqa: BLE001 - the other articles of the call must not pay for one
        return Answer("internal-error", type(error).__name__)


def _write(report: Report, item: Mapping[str, Any]) -> bytes:
    if item.get("format") == "html":
        from detector.reports.html import render_page

        return render_page(report).encode("utf-8", "replace")
    return report.to_json(item.get("offsets", "codepoint")).encode()


def _facts(report: Report) -> dict[str, Json]:
    """What the metrics count: numbers and fixed words, nothing of the text."""
    signal = report.signals.get("ai_generated")
    ai = signal if isinstance(signal, dict) else {}
    calibration = ai.get("calibration")
    limits = weights()["abstain"]
    reasons: list[Json] = []
    if report.language not in limits["languages"]:
        reasons.append("language")
    if report.words < limits["min_words"]:
        reasons.append("short_text")
    if report.incomplete:
        reasons.append("incomplete")
    return {
        "abstained": reasons or ["other"] if report.credibility.abstained else [],
        "incomplete": list(report.incomplete),
        "verdict": ai.get("verdict"),
        "probability": ai.get("probability"),
        "length_bin": calibration.get("length_bin") if isinstance(calibration, dict) else None,
    }
