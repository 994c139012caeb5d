"""Renderers: what a reader sees, everything escaped, readable without colour and at 80 columns."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from detector.report import Engine, Report
from detector.reports.html import render_fragment, render_page
from detector.reports.markdown import render_markdown
from detector.reports.sarif import render_github, render_sarif
from detector.reports.segments import cut
from detector.reports.text import render_text
from detector.rules import catalogue
from detector.types import Article, Category, Contribution, Credibility, Flag, Span

ENGINE = Engine("1.0", (), "abc")
CODES = list(catalogue())


def flag(start: int, end: int, rule: str = "AI002", message: str = "why", counted: bool = True) -> Flag:
    return Flag(rule, catalogue()[rule].category, "warning", Span(start, end), message, counted=counted)


def make_report(text: str, flags: tuple[Flag, ...] = (), **article: str) -> Report:
    ledger = (Contribution("base", 100.0, "start"), Contribution("boilerplate", -12.5, "filler"))
    return Report(Article(text, **article), "en", 99, ENGINE, Credibility(87.5, ledger), flags=flags)


def terminal(report: Report, colour: bool = False) -> str:
    out = io.StringIO()
    console = Console(
        file=out,
        width=80,
        highlight=False,
        force_terminal=colour,
        color_system="standard" if colour else None,
    )
    console.print(render_text(report, console))
    return out.getvalue()


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.marked = ""
        self._in_article = False

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self._in_article |= tag == "article"

    def handle_endtag(self, tag):
        self._in_article &= tag != "article"

    def handle_data(self, data):
        if self._in_article:
            self.marked += data


def parse(page: str) -> _Tags:
    tags = _Tags()
    tags.feed(page)
    return tags


spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted), max_size=12)


@given(spans)
def test_segments_cover_the_text_once_with_the_right_flags(pairs):
    flags = [flag(start, end) for start, end in pairs]
    segments = list(cut(40, flags))
    assert [s.start for s in segments] == [0, *(s.end for s in segments[:-1])]
    assert segments[-1].end == 40
    for segment in segments:
        expected = {i for i, f in enumerate(flags) if f.span.start <= segment.start < f.span.end}
        assert set(segment.flags) == expected


HOSTILE = '<script>alert(1)</script> <img src=x onerror=alert(1)> "quoted" & \' </article> {{ 7*7 }}'


@pytest.mark.parametrize("render", [render_page, render_fragment])
def test_hostile_text_stays_text(render):
    report = make_report(
        HOSTILE,
        (flag(0, 12, message=HOSTILE),),
        title=HOSTILE,
        id=HOSTILE,
        author=HOSTILE,
        url="javascript:alert(1)",
    )
    parsed = parse(render(report))
    assert not {"script", "img", "iframe", "link"} & set(parsed.tags)
    assert not [name for name, _ in parsed.attributes if name.startswith("on")]
    assert parsed.marked == HOSTILE


def test_the_page_reaches_for_nothing_outside():
    page = render_page(make_report("Text with a link http://x.example", (flag(0, 4),)))
    assert not re.search(r"""(src|href)=["'](?!#)""", page)
    assert "url(" not in page
    assert "@import" not in page


def test_overlapping_flags_are_drawn_and_listed():
    page = render_page(make_report("one two three", (flag(0, 7), flag(4, 13))))
    assert parse(page).marked == "one two three"
    assert page.count('<a id="f') == 2
    assert page.count('href="#f') == 2


def test_the_terminal_is_readable_without_colour():
    report = make_report(
        "Before the flagged phrase after. " + "More text. " * 30, (flag(11, 25),), title="A title"
    )
    shown = terminal(report)
    assert "\x1b" not in shown
    assert "Before the [flagged phrase] after." in shown
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert "-12.5" in shown
    assert "87.5" in shown


def test_the_terminal_underlines_with_colour():
    assert "\x1b[4" in terminal(
        make_report("Before the flagged phrase after. " * 9, (flag(11, 25),)), colour=True
    )


def test_control_characters_do_not_reach_the_terminal():
    text = "Evil \x1b]0;title\x07 \u202e text " * 20
    shown = terminal(make_report(text, (flag(2, 20),), title="t\x1b[2Jt"))
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)


def test_markdown_is_inert():
    shown = render_markdown(make_report(HOSTILE, (flag(0, 12, message="[x](http://y)"),), title="# <b>"))
    assert not re.search(r"(?<!\\)[<\[\]]", shown)


def test_a_flag_at_no_cost_says_so_and_the_verdict_is_told_in_every_format():
    report = replace(
        make_report("Click here.", (flag(0, 5, "BP002", counted=False),)),
        signals={"ai_generated": {"probability": None, "verdict": "unclear"}},
        warnings=("short_text", "rules_off: SRC001"),
    )
    markdown = render_markdown(report)
    assert "costs no points" in markdown
    for shown in (markdown, terminal(report), render_page(report)):
        assert "not judged" in shown
        assert "too few words of prose" in " ".join(shown.split())
        assert "SRC001" in shown


def test_without_a_threshold_no_rate_is_promised():
    signal = {
        "probability": 0.97,
        "verdict": "not_flagged",
        "threshold": None,
        "calibration": {"corpus": "mine", "n_human": 3, "fpr_upper95": 0.632, "length_bin": "80-150"},
    }
    report = replace(make_report("Rain."), signals={"ai_generated": signal})
    for shown in (render_markdown(report), terminal(report), render_page(report)):
        assert "nothing is flagged" in " ".join(shown.split())
        assert "63.2" not in shown


def test_two_fragments_on_one_page_share_no_identifier():
    report = make_report("One two three.", (flag(0, 3), flag(4, 7)))
    both = parse(render_fragment(report) + render_fragment(report))
    identifiers = [value for name, value in both.attributes if name == "id"]
    assert len(identifiers) == len(set(identifiers)) == 4
    links = {value for name, value in both.attributes if name == "href"}
    assert {f"#{identifier}" for identifier in identifiers} == links


def test_sarif_places_flags_by_line_and_utf16_column():
    report = make_report("first\n😀 second", (flag(8, 14),), source="a b.txt")
    sarif = render_sarif([report])
    result = sarif["runs"][0]["results"][0]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"], region["endColumn"]) == (2, 4, 10)
    assert (region["charOffset"], region["charLength"]) == (9, 6)
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b.txt"
    assert {rule["id"] for rule in sarif["runs"][0]["tool"]["driver"]["rules"]} == set(CODES)


def test_github_annotations_escape_their_separators():
    report = make_report(
        "x" * 50, (flag(0, 5, message="100%\nsure"), flag(6, 9, counted=False)), source="a,b:c.txt"
    )
    lines = list(render_github(report))
    assert len(lines) == 1
    assert lines[0].startswith("::warning file=a%2Cb%3Ac.txt,line=1,")
    assert lines[0].endswith("::100%25%0Asure")


def test_every_category_has_a_heading():
    from typing import get_args

    from detector.reports.segments import CATEGORY_NAMES

    assert set(CATEGORY_NAMES) == set(get_args(Category))


@pytest.mark.parametrize(
    ("source", "uri", "region"),
    [
        ("a.html", "a.html", None),
        ("m.md", "m.md", None),
        ("b.jsonl:2", "b.jsonl", {"startLine": 2}),
        ("c.json:3", "c.json", None),
    ],
)
def test_a_text_that_was_taken_out_of_a_file_has_no_place_in_it(source, uri, region):
    report = make_report("It rained.\nOfficials said so.", (flag(11, 20),), source=source)
    run = render_sarif([report])["runs"][0]
    location = run["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": uri}
    assert location.get("region") == region
    assert "Officials" in run["results"][0]["message"]["text"]
    (line,) = render_github(report)
    assert f"file={uri}," in line
    assert ("line=" in line) == (region is not None)
