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
from detector.corroboration.near_duplicates import find_copies
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


ISTANBUL = "Envoys of Russia and Ukraine spoke of prisoners and grain in the Bosphorus palace of Dolmabahce."
OTHER_TALKS = {
    "a month is no verb": (
        ("Russia and Ukraine held talks in Istanbul on 16 May.", date(2025, 5, 17)),
        ("Russia and Ukraine held talks in Istanbul on Friday.", date(2025, 5, 17)),
    ),
    "what they said that they would do": (
        ("Russia and Ukraine held talks in Istanbul and said they would swap prisoners.", date(2025, 5, 17)),
        ("Russia and Ukraine held talks in Istanbul.", date(2025, 5, 17)),
    ),
    "the next round": (
        ("Russia and Ukraine held talks in Istanbul on Monday.", date(2025, 6, 2)),
        ("Russia and Ukraine are expected to meet again next week.", date(2025, 6, 4)),
    ),
    "another place weeks later": (
        ("Russia and Ukraine held talks in Istanbul.", date(2025, 5, 1)),
        ("Russia and Ukraine held talks in Geneva.", date(2025, 5, 25)),
    ),
    "another round with more parties": (
        ("Russia and Ukraine held talks in Riyadh on 18 February.", date(2025, 2, 18)),
        ("Russia, the United States and Ukraine held talks in Riyadh on 10 March.", date(2025, 3, 10)),
    ),
    "jobs cut and staff employed": (
        ("Acme Steel will cut 500 jobs at its Dolmabahce plant.", None),
        ("Acme Steel, which has 5,000 employees at the Dolmabahce plant, is in talks.", None),
    ),
    "tolls of stated days": (
        ("The Dolmabahce fire left ten people dead on 4 May 2025.", None),
        ("The Dolmabahce fire left twelve people dead on 9 May 2025.", None),
    ),
    "a range": (
        ("The Dolmabahce fire left 10\u201312 people dead.", None),
        ("The Dolmabahce fire left 10 people dead.", None),
    ),
    "nobody was convicted": (
        ("No one was convicted of the Dolmabahce bombing of Omagh Street.", None),
        ("Murphy was acquitted of the Dolmabahce bombing of Omagh Street.", None),
    ),
}


@pytest.mark.parametrize("name", OTHER_TALKS)
def test_articles_that_can_both_be_right_have_no_conflict(analyzer, name):
    articles = [
        Article(text=f"{ISTANBUL} {text}", id=str(i), published=published)
        for i, (text, published) in enumerate(OTHER_TALKS[name])
    ]
    assert corroborate(list(analyzer.analyze_many(articles))).contradictions == ()


def test_a_conflict_is_told_once_however_often_it_comes(analyzer):
    texts = [f"{QUAKE} The Ostrava Minor earthquake in Fennick left {n} people dead." for n in (14, 62, 14)]
    assert len(compare(analyzer, *texts).contradictions) == 1


def test_a_number_of_thousands_of_digits_is_no_error(analyzer):
    assert compare(analyzer, f"{QUAKE} It left {'9' * 5000} people dead.", QUAKE).contradictions == ()


def test_a_chain_of_articles_does_not_outgrow_the_days_apart(analyzer):
    articles = [
        Article(text=f"{PLANT} Report {i}.", id=str(i), published=date(2025, 1, 1) + timedelta(days=25 * i))
        for i in range(3)
    ]
    events = corroborate(list(analyzer.analyze_many(articles))).events
    assert all(len(event.articles) < 3 for event in events)


def test_many_copies_are_grouped_in_no_time():
    # Words differ enough that no two texts are identical, and little enough that all are copies.
    base = [f"word{i}" for i in range(300)]
    texts = [" ".join([*base[:place], "other", *base[place + 1 :]]) for place in range(250)]
    begun = time.process_time()
    groups = find_copies(texts, 0.7, 0.4)
    assert [len(group.articles) for group in groups] == [250]
    assert time.process_time() - begun < 20


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
    with pytest.raises(DatelineError, match=r"dateline\[corroborate\]"):
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
    # Up to three times in turns: a processor that slows down for a while is no quadratic comparison.
    assert any(seconds(40) < 3.5 * max(seconds(20), 0.2) for _ in range(3))
