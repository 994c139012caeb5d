"""The score: exact sums, monotone, with reasons; an ignored rule costs nothing."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.credibility import Findings, assess, weights
from detector.report import SentenceFinding
from detector.types import Flag, SentenceSourcing, Span


def findings(
    unsupported=0,
    supported=10,
    boilerplate=0,
    verdict="not_flagged",
    hidden=0,
    words=400,
    disclosed=False,
    sure=1.0,
    **extra,
):
    sentences, flags = [], []
    for index in range(unsupported + supported):
        bad = index < unsupported
        span = Span(index * 10, index * 10 + 9)
        sentences.append(SentenceFinding(span, SentenceSourcing("claim", 0.9, unsupported=bad)))
        if bad:
            flags.append(Flag("SRC001", "unsupported_claim", "warning", span, "", sure))
    flags += [Flag("BP005", "boilerplate", "info", Span(0, 1), "")] * boilerplate
    if disclosed:
        flags.append(Flag("BP010", "boilerplate", "info", Span(0, 1), ""))
    if verdict == "likely":
        flags.append(Flag("AI001", "machine_writing", "warning", Span(0, 1), ""))
    if hidden:
        flags.append(Flag("INT001", "integrity", "warning", Span(0, 1), ""))
    signals = {
        "ai_generated": {"verdict": verdict, "target_fpr": 0.01},
        "integrity": {"hidden_characters": hidden, "homoglyphs": 0},
    }
    hits = {"INT001": hidden}
    options = {
        "hits": hits,
        "words": words,
        "language": "en",
        "signals": signals,
        "flags": flags,
        "sentences": sentences,
    }
    return Findings(**(options | extra))


counts = st.integers(0, 60)


@given(counts, counts, counts, st.sampled_from(["likely", "unclear", "not_flagged"]), counts, st.booleans())
def test_contributions_add_up_exactly(unsupported, supported, boilerplate, verdict, hidden, disclosed):
    result = assess(findings(unsupported, supported, boilerplate, verdict, hidden, disclosed=disclosed))
    assert result.score is not None
    assert 0 <= result.score <= 100
    assert sum(Fraction(c.points) for c in result.contributions) == Fraction(result.score)
    assert sum(c.points for c in result.contributions) == result.score


@given(st.integers(0, 30), st.integers(1, 30))
def test_more_unsupported_claims_never_raise_the_score(unsupported, total):
    unsupported = min(unsupported, total - 1)
    before = assess(findings(unsupported, total - unsupported)).score
    after = assess(findings(unsupported + 1, total - unsupported - 1)).score
    assert before is not None
    assert after is not None
    assert after <= before


@pytest.mark.parametrize(
    ("case", "score", "band"),
    [
        (findings(), 100.0, "high"),
        (findings(verdict="likely"), 100 - weights()["machine_writing"]["likely_points"], "high"),
        (findings(verdict="unclear"), 100.0, "high"),
        (findings(unsupported=40, supported=0, verdict="likely", boilerplate=12), 5.0, "very_low"),
    ],
)
def test_bands(case, score, band):
    result = assess(case)
    assert (result.score, result.band) == (score, band)


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (findings(words=12), "12 words"),
        (findings(language="pt"), "pt"),
        (findings(language="la", language_known=False), "could not be told"),
        (findings(incomplete=("sourcing: boom",)), "sourcing: boom"),
    ],
)
def test_abstention_has_a_reason_and_no_points(case, reason):
    result = assess(case)
    assert result.abstained
    assert result.contributions == ()
    assert any(reason in text for text in result.reasons)


def test_an_ignored_rule_costs_nothing():
    case = findings(unsupported=10, supported=0, verdict="likely", boilerplate=9, hidden=9)
    assert assess(replace(case, flags=())).score == 100.0


@pytest.mark.parametrize(
    ("signal", "case"),
    [
        ("unsupported_claims", findings(unsupported=10, supported=0)),
        ("machine_writing", findings(verdict="likely")),
        ("boilerplate", findings(boilerplate=9)),
        ("disclosure", findings(disclosed=True)),
        ("integrity", findings(hidden=9)),
    ],
)
def test_an_uncounted_flag_costs_nothing(signal, case):
    assert [c.signal for c in assess(case).contributions] == ["base", signal]
    silent = replace(case, flags=[replace(flag, counted=False) for flag in case.flags])
    assert [c.signal for c in assess(silent).contributions] == ["base"]


@pytest.mark.parametrize(
    ("signal", "case", "points"),
    [
        # 5 of 10 claims, shrunk to 5 of 13: (0.385 - 0.1) of the 0.35 up to the full 50 points.
        ("unsupported_claims", findings(unsupported=5, supported=5), -40.5),
        # Each weighs as much as the flag is sure: 2.5 of 13.
        ("unsupported_claims", findings(unsupported=5, supported=5, sure=0.5), -13.0),
        # 2 phrases in 400 words are 5 per 1,000; in 100 words they count as in 250: 8 per 1,000.
        ("boilerplate", findings(boilerplate=2), -3.5),
        ("boilerplate", findings(boilerplate=2, words=100), -6.5),
        # 5 characters, of which 2 are free.
        ("integrity", findings(hidden=5), -4.5),
    ],
)
def test_points(signal, case, points):
    result = assess(case)
    assert [(c.signal, c.points) for c in result.contributions[1:]] == [(signal, points)]
    assert result.score == 100 + points


def test_reasons_begin_with_what_costs_most():
    result = assess(findings(unsupported=5, supported=5, verdict="likely", boilerplate=2, hidden=9))
    taken_off = {c.why: (c.signal, c.points) for c in result.contributions[1:]}
    assert [taken_off[why] for why in result.reasons] == [
        ("unsupported_claims", -40.5),
        ("machine_writing", -25.0),
        ("integrity", -10.5),
        ("boilerplate", -3.5),
    ]


def test_what_is_shown_at_no_cost_adds_nothing_to_what_counts():
    flags = [
        Flag("INT002", "integrity", "info", Span(0, 1), "", counted=False),
        Flag("INT004", "integrity", "error", Span(2, 3), ""),
    ]
    found = findings(flags=flags, hits={"INT002": 12, "INT004": 1})
    assert assess(found).score == 100.0


def test_machine_writing_costs_by_its_rule_alone():
    passage = Flag("AI002", "machine_writing", "info", Span(0, 1), "")
    whole = Flag("AI001", "machine_writing", "warning", Span(0, 1), "")
    silent = Flag("AI001", "machine_writing", "warning", Span(0, 1), "", counted=False)
    assert assess(findings(verdict="likely", flags=[passage])).score == 100.0
    assert assess(findings(verdict="likely", flags=[silent])).score == 100.0
    assert assess(findings(verdict="likely", flags=[whole])).score == 75.0


def test_a_sentence_with_two_flags_weighs_as_much_as_the_surer_one():
    one = findings(unsupported=1, supported=2, sure=0.5)
    flag = one.flags[0]
    both = replace(one, flags=[flag, replace(flag, rule="EVT001", score=0.9)])
    surer = replace(one, flags=[replace(flag, score=0.9)])
    assert assess(both).contributions == assess(surer).contributions
    assert "they weigh 0.9." in assess(both).reasons[0]


def test_the_page_on_points_holds_the_weights():
    page = (Path(__file__).parents[2] / "docs" / "points.md").read_text("utf-8")
    rows = {
        row.split("|")[1].strip(): [cell.strip().rstrip("%") for cell in row.split("|")[3:6]]
        for row in page.splitlines()
        if row.startswith("| ") and "---" not in row
    }
    w = weights()
    claims, prose, hidden = w["unsupported_claims"], w["boilerplate"], w["integrity"]
    assert rows["unsupported claims"] == [
        f"{100 * claims['free_share']:.0f}",
        f"{claims['max_points']:.0f}",
        f"{100 * claims['full_share']:.0f}",
    ]
    assert rows["machine writing"] == ["", f"{w['machine_writing']['likely_points']:.0f}", ""]
    assert rows["boilerplate"] == [
        f"{prose[key]:.0f}" for key in ("free_per_1000_words", "max_points", "full_per_1000_words")
    ]
    assert rows["disclosure"] == ["", f"{w['disclosure']['points']:.0f}", ""]
    reach = hidden["free_characters"] + hidden["max_points"] / hidden["points_per_character"]
    assert rows["integrity"] == [
        f"{hidden['free_characters']}",
        f"{hidden['max_points']:.0f}",
        f"{reach:.0f}",
    ]
    assert w["unsupported_claims"]["prior_claims"] == 3


@pytest.mark.parametrize(("sure", "points"), [(6.5 / 8, -50.0), (3.25 / 8, -21.5)])
def test_the_examples_of_the_page_on_points(sure, points):
    found = assess(findings(unsupported=8, supported=2, sure=sure))
    assert {c.signal: c.points for c in found.contributions}["unsupported_claims"] == points
