"""The report's JSON shape, its offsets, and its digest."""

from __future__ import annotations

import json
from datetime import date

import pytest

from detector import UsageError
from detector.report import Engine, Report, SentenceFinding, offset_mapper
from detector.types import (
    Article,
    Contribution,
    Credibility,
    Flag,
    SentenceSourcing,
    SourceAnchor,
    Span,
    TimeAnchor,
)

TEXT = "😀 Officials said so this week."
ENGINE = Engine("1.0", (), "abc")


def make_report(text: str = TEXT) -> Report:
    sourcing = SentenceSourcing(
        "claim",
        0.9,
        SourceAnchor("vague", Span(2, 11)),
        TimeAnchor("resolvable", Span(20, 29), "2025-W10"),
        unsupported=True,
    )
    return Report(
        article=Article(text, id="a", published=date(2025, 3, 4)),
        language="en",
        words=5,
        engine=ENGINE,
        credibility=Credibility(80.0, (Contribution("base", 100.0, "start"),)),
        signals={
            "ai_generated": {"probability": 0.5, "windows": [{"start": 0, "end": 30, "probability": 0.5}]}
        },
        sentences=(SentenceFinding(Span(2, 30), sourcing, 0.25),),
        flags=(Flag("SRC001", "unsupported_claim", "warning", Span(2, 11), "vague"),),
    )


@pytest.mark.parametrize(("unit", "start", "end"), [("codepoint", 2, 11), ("utf16", 3, 12)])
def test_offsets_follow_the_unit(unit, start, end):
    report = make_report().to_dict(unit)
    assert report["article"]["offset_unit"] == unit
    flag = report["flags"][0]
    assert (flag["start"], flag["end"], flag["quote"]) == (start, end, "Officials")
    assert report["sentences"][0]["source"]["start"] == start
    assert report["sentences"][0]["time"] == {
        "kind": "resolvable",
        "text": "this week",
        "value": "2025-W10",
        "start": 20 + (unit == "utf16"),
        "end": 29 + (unit == "utf16"),
        "inherited": False,
    }
    assert report["signals"]["ai_generated"]["windows"][0]["end"] == 30 + (unit == "utf16")


def test_the_report_has_the_keys_of_the_contract():
    assert list(make_report().to_dict()) == [
        "schema_version",
        "article",
        "engine",
        "credibility",
        "signals",
        "sentences",
        "flags",
        "warnings",
        "incomplete",
    ]


def test_an_unknown_offset_unit_is_a_usage_error():
    with pytest.raises(UsageError, match="bytes"):
        make_report().to_dict("bytes")


@pytest.mark.parametrize("text", ["", "plain", "a😀b", "😀😀"])
def test_utf16_offsets_agree_with_the_encoder(text):
    to_utf16 = offset_mapper(text, "utf16")
    assert [to_utf16(i) for i in range(len(text) + 1)] == [
        len(text[:i].encode("utf-16-le")) // 2 for i in range(len(text) + 1)
    ]


def test_lone_surrogates_survive_as_json_escapes():
    report = make_report("x \ud800 Officials said so this week.")
    encoded = report.to_json().encode("utf-8")
    assert json.loads(encoded)["sentences"]
    assert len(report.text_sha256) == 64


@pytest.mark.parametrize(
    ("article", "headline"),
    [
        (Article("Body.", title="A title"), "A title"),
        (Article("# First line\n\nBody."), "First line"),
        (Article("\n\n3 min read\nSecond line\nBody."), "Second line"),
        (Article("word " * 60, source="/some/folder/file.txt"), "file.txt"),
        (Article("word " * 60, id="a7", source="/some/folder/file.txt"), "a7"),
        (Article(""), "text"),
    ],
)
def test_headline(article, headline):
    leftover = Flag("BP001", "boilerplate", "info", Span(2, 12), "")
    assert Report(article, "en", 1, ENGINE, Credibility(None), flags=(leftover,)).headline == headline


def test_a_report_shows_as_one_short_line():
    assert (
        repr(make_report()) == "<Report of '😀 Officials said so this week.': 80 of 100; words: 5, flags: 1>"
    )
    untitled = Report(Article("x", title="Talks\n" * 500), "en", 1, ENGINE, Credibility(None))
    assert "no score" in repr(untitled)
    assert len(repr(untitled)) < 250
    assert "\n" not in repr(untitled)
