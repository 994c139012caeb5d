"""Articles of one event, written for these tests: what agrees, what conflicts, what is a copy."""

from __future__ import annotations

import json
import sys
import time
from datetime import date, timedelta
from io import StringIO

import pytest
from rich.console import Console

from detector import Analyzer, Article, DatelineError
from detector.corroboration import corroborate
from detector.reports.corroboration import render_corroboration

PLANT = "The Harlow bearing plant in Westmere, owned by Tolland Castings, employs 410 workers."
COURT = "The appeals court in Larchmont heard the Pellworm pipeline permit case brought by Orsay Energy."
QUAKE = "The earthquake near the Calder valley town of Ostrava Minor shook Fennick province."
TRADE = "The fisheries quota dispute between Norway and Iceland's neighbours in the Skarvik basin went on."

CONFLICTS = {
    "plant closing": (
        f"{PLANT} Tolland Castings will close the Harlow bearing plant in Westmere, the company said.",
        f"{PLANT} The Harlow bearing plant in Westmere will stay open, Tolland Castings said.",
        {"outcome"},
    ),
    "court ruling": (
        f"{COURT} The court upheld the Pellworm pipeline permit of Orsay Energy.",
        f"{COURT} The court struck down the Pellworm pipeline permit of Orsay Energy.",
        {"outcome"},
    ),
    "earthquake toll": (
        f"{QUAKE} The Ostrava Minor earthquake in Fennick left 14 people dead, the mayor said.",
        f"{QUAKE} The Ostrava Minor earthquake in Fennick left 62 people dead, the mayor said.",
        {"number"},
    ),
    "trade deal": (
        f"{TRADE} Negotiators said a deal was reached between Norway and Canada on Skarvik cod quotas.",
        f"{TRADE} Norway is still hoping for a deal with Canada on the Skarvik cod quotas.",
        {"agreement"},
    ),
    "who met": (
        f"{TRADE} Ministers from Norway and Canada met in Switzerland over Skarvik cod quotas.",
        f"{TRADE} Ministers from Norway, Canada and Japan met in Switzerland over Skarvik cod quotas.",
        {"participants"},
    ),
    "where they met": (
        f"{TRADE} Norway and Canada met in Geneva over Skarvik cod quotas.",
        f"{TRADE} Norway and Canada met in Vienna over Skarvik cod quotas.",
        {"place"},
    ),
    "whether they met": (
        f"{TRADE} Norway and Canada met over Skarvik cod quotas.",
        f"{TRADE} Norway-Canada talks over Skarvik cod quotas are possible next week.",
        {"status"},
    ),
}
AGREEING = {
    "same outcome in other words": (
        f"{COURT} The court upheld the Pellworm pipeline permit of Orsay Energy.",
        f"{COURT} Judges affirmed the Pellworm pipeline permit of Orsay Energy.",
    ),
    "a bound is not a count": (
        f"{QUAKE} The Ostrava Minor earthquake in Fennick left at least 14 people dead.",
        f"{QUAKE} The Ostrava Minor earthquake in Fennick left 62 people dead.",
    ),
    "a capital stands for its country": (
        f"{TRADE} Oslo and Ottawa met in Geneva over Skarvik cod quotas.",
        f"{TRADE} Norway and Canada met in Switzerland over Skarvik cod quotas.",
    ),
    "both places in one article": (
        f"{TRADE} Norway and Canada met in Geneva over Skarvik cod quotas.",
        f"{TRADE} Norway and Canada met in Vienna over Skarvik cod quotas. An earlier round was in Geneva.",
    ),
    "not yet decided": (
        f"{COURT} It is unclear whether the court upheld the Pellworm pipeline permit of Orsay Energy.",
        f"{COURT} The court struck down the Pellworm pipeline permit of Orsay Energy.",
    ),
}


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer()


def compare(analyzer, *texts, published=None):
    articles = [Article(text=t, id=f"a{i}", published=published) for i, t in enumerate(texts)]
    return corroborate(list(analyzer.analyze_many(articles)))


@pytest.mark.parametrize("name", CONFLICTS)
def test_conflict_is_found_and_no_other(analyzer, name):
    left, right, kinds = CONFLICTS[name]
    result = compare(analyzer, left, right)
    assert [event.articles for event in result.events] == [(0, 1)]
    assert {c.kind for c in result.contradictions} == kinds
    for contradiction in result.contradictions:
        for quote in (contradiction.left, contradiction.right):
            assert (left, right)[quote.article][quote.span.start : quote.span.end] == quote.text


@pytest.mark.parametrize("name", AGREEING)
def test_articles_that_agree_have_no_conflict(analyzer, name):
    result = compare(analyzer, *AGREEING[name])
    assert result.contradictions == ()


@pytest.mark.parametrize(("name", "order"), [("earthquake toll", 1), ("whether they met", -1)])
def test_news_of_another_day_does_not_conflict(analyzer, name, order):
    left, right = CONFLICTS[name][:2][::order]
    articles = [
        Article(text=text, id=str(i), published=date(2024, 3, 4) + timedelta(days=i))
        for i, text in enumerate((left, right))
    ]
    result = corroborate(list(analyzer.analyze_many(articles)))
    assert len(result.events) == 1
    assert result.contradictions == ()


def test_other_topics_and_other_months_stay_apart(analyzer):
    assert compare(analyzer, PLANT, COURT, QUAKE, TRADE).events == ()
    articles = [
        Article(text=PLANT, id=str(i), published=date(2024, month, 1)) for i, month in enumerate((1, 6))
    ]
    assert corroborate(list(analyzer.analyze_many(articles))).events == ()


def test_copies_are_told_from_templates(analyzer):
    body = " ".join(
        CONFLICTS[name][0] for name in ("plant closing", "court ruling", "earthquake toll", "trade deal")
    )
    shorter = body + " " + " ".join(f"Witness number{i} told of window{i} and door{i}." for i in range(9))
    result = compare(analyzer, body, body + " Reporting by the desk.", QUAKE, shorter)
    kinds = {(group.kind, group.articles) for group in result.copies}
    assert ("near_duplicate", (0, 1)) in kinds
    assert ("templated", (0, 1, 3)) in kinds
    assert all(2 not in group.articles for group in result.copies)


def test_result_is_deterministic_and_serialisable(analyzer):
    texts = [text for left, right, _ in CONFLICTS.values() for text in (left, right)]
    first, second = (compare(analyzer, *texts).to_dict() for _ in range(2))
    assert first == second
    assert json.loads(json.dumps(first)) == first


def test_rendering_says_what_conflicts_and_drops_control_characters(analyzer):
    left, right, _ = CONFLICTS["court ruling"]
    result = compare(analyzer, left, right.replace("permit of", "permit\x1b[31m of"))
    console = Console(width=100, no_color=True, record=True, file=StringIO())
    console.print(render_corroboration(result))
    text = console.export_text()

    assert "how it ended" in text
    assert "\x1b" not in text


def test_missing_library_names_the_extra(analyzer, monkeypatch):
    monkeypatch.setitem(sys.modules, "datasketch", None)
    with pytest.raises(DatelineError, match=r"dateline\[batch\]"):
        compare(analyzer, PLANT, COURT)


@pytest.mark.parametrize("size", [0, 1])
def test_nothing_to_compare(analyzer, size):
    result = compare(analyzer, *[PLANT] * size)
    assert (result.events, result.copies) == ((), ())


@pytest.mark.slow
def test_time_grows_about_linearly(analyzer):
    reports = list(
        analyzer.analyze_many([text for left, right, _ in CONFLICTS.values() for text in (left, right)])
    )

    def seconds(times):
        start = time.thread_time()
        corroborate(reports * times)
        return time.thread_time() - start

    seconds(2)
    assert seconds(40) < 3.5 * max(seconds(20), 0.2)
