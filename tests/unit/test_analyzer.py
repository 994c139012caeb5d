"""The pipeline: order, streaming, failures and budgets."""

from __future__ import annotations

import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

import detector
from detector import Analyzer, AnalyzerSettings, Article, UsageError
from detector.document import build_document
from detector.types import Detection, Flag, Span

LONG = "The council said on Monday that the bridge would open. " * 20


def test_public_names_are_sorted_and_exist():
    assert detector.__all__ == sorted(detector.__all__)
    assert all(hasattr(detector, name) for name in detector.__all__)


def test_flags_come_in_the_order_of_the_text(stub):
    flags = tuple(Flag("AI002", "machine_writing", "info", Span(at, at + 3), "") for at in (30, 10, 20))
    report = Analyzer(detectors=[stub(lambda document: Detection(flags=flags))]).analyze(LONG)
    assert [flag.span.start for flag in report.flags] == [10, 20, 30]


def test_a_failing_detector_leaves_the_others_results(stub):
    good = stub(lambda document: Detection(signals={"boilerplate": {"share": 0.0}}), name="good")
    bad = stub(lambda document: 1 / 0, name="bad")
    report = Analyzer(detectors=[bad, good]).analyze(LONG)
    assert report.incomplete == ("bad: ZeroDivisionError",)
    assert report.signals == {"boilerplate": {"share": 0.0}}
    assert report.credibility.abstained


def test_one_bad_article_does_not_spoil_its_batch(stub):
    def answer(document):
        if "poison" in document.text:
            raise ValueError
        return Detection()

    reports = list(Analyzer(detectors=[stub(answer)]).analyze_many([LONG, LONG + "poison", LONG]))
    assert [bool(report.incomplete) for report in reports] == [False, True, False]


def test_a_spent_budget_is_incomplete(stub):
    slow = stub(lambda document: time.sleep(0.05) or Detection(), name="slow")
    never = stub(lambda document: Detection(), name="never")
    report = Analyzer(AnalyzerSettings(seconds=0.01), detectors=[slow, never]).analyze(LONG)
    assert any(reason.startswith("never:") for reason in report.incomplete)
    assert never.batches == []


def test_the_budget_pays_for_the_document_too(stub, monkeypatch):
    now = [0.0]
    monkeypatch.setattr("detector.analyzer.time", SimpleNamespace(monotonic=lambda: now[0]))

    def slowly(article):
        now[0] += 9.0
        return build_document(article)

    monkeypatch.setattr("detector.document.build_document", slowly)
    never = stub(lambda document: Detection(), name="never")
    report = Analyzer(AnalyzerSettings(seconds=1.0), detectors=[never]).analyze(LONG)
    assert report.incomplete == ("never: the time budget was used up",)
    assert never.batches == []


@pytest.mark.parametrize("batch_size", [1, 2, 3])
def test_a_slow_article_does_not_spend_the_budget_of_its_batch(stub, monkeypatch, batch_size):
    now = [0.0]
    monkeypatch.setattr("detector.analyzer.time", SimpleNamespace(monotonic=lambda: now[0]))

    def answer(document):
        now[0] += 9.0 if "slow" in document.text else 0.0
        return Detection()

    analyzer = Analyzer(AnalyzerSettings(seconds=1.0), detectors=[stub(answer), stub(lambda _: Detection())])
    articles = [LONG, LONG + "It was slow.", LONG]
    reports = [report.to_dict() for report in analyzer.analyze_many(articles, batch_size=batch_size)]
    assert reports == [analyzer.analyze(article).to_dict() for article in articles]
    assert [bool(report["incomplete"]) for report in reports] == [False, True, False]


def test_analyze_many_streams(stub):
    taken = []

    def source():
        for number in range(100):
            taken.append(number)
            yield f"{LONG} {number}"

    reports = Analyzer(detectors=[stub(lambda document: Detection())]).analyze_many(source(), batch_size=4)
    next(reports)
    assert len(taken) == 4


def test_analyze_many_gives_what_analyze_gives():
    analyzer = Analyzer()
    articles = [Article(LONG, id=str(n)) for n in range(5)]
    assert [r.to_dict() for r in analyzer.analyze_many(articles, batch_size=3)] == [
        analyzer.analyze(article).to_dict() for article in articles
    ]


@pytest.mark.parametrize(
    "settings",
    [
        AnalyzerSettings(select=("NOPE",)),
        AnalyzerSettings(ignore=("",)),
        AnalyzerSettings(seconds=0),
        AnalyzerSettings(target_fpr=0.123),
    ],
)
def test_settings_out_of_range_are_usage_errors(settings):
    with pytest.raises(UsageError):
        Analyzer(settings)


def test_import_is_light():
    code = (
        "import sys, time; t = time.process_time(); import detector; t = time.process_time() - t;"
        "heavy = {'torch', 'transformers', 'sklearn', 'onnxruntime', 'trafilatura', 'rich', 'jinja2'} & set(sys.modules);"
        "print(t); assert not heavy, heavy"
    )
    times = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    ]
    assert min(times) < 0.2


def test_a_batch_of_no_articles_is_refused_and_loses_nothing() -> None:
    with pytest.raises(UsageError, match="at least"):
        Analyzer(detectors=[]).analyze_many(["It rained."], batch_size=0)
