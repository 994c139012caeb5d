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
from detector.reports.article import render_article, render_article_markdown
from detector.reports.html import render_fragment, render_page
from detector.reports.markdown import escape, render_markdown
from detector.reports.overview import Overview, render_overview
from detector.reports.sarif import render_github, render_sarif
from detector.reports.segments import cut
from detector.reports.table import article_row
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


STEERING = {"\x1b", "\x07", "\u202e"}
LINKING = r" $x$ \(y\) \begin{z} @ann a@b.example #12 https://x.example/ www.x.example" + " ".join(STEERING)
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


def test_a_claim_that_the_detector_is_unsure_of_is_drawn_faintly():
    text = "Officials said so. Critics agree."
    claims = [
        Flag("SRC001", "unsupported_claim", s, span, "why", 0.5)
        for s, span in (("info", Span(0, 9)), ("warning", Span(19, 26)))
    ]
    page = render_page(make_report(text, tuple(claims)))
    faint = re.findall(r"<mark[^>]*data-faint[^>]*>(?:<a[^>]*></a>)*([^<]*)<", page)
    assert faint == ["Officials"]
    assert page.count('<li class="dl-faint">') == 1


def test_the_terminal_shows_the_surest_of_many_flags_in_their_order():
    text = "a b c d e f g h i j"
    scores = (0.2, 0.9, 0.3, 0.8, 0.4, 0.7, 0.6)
    flags = tuple(
        replace(flag(2 * i, 2 * i + 1, message=f"why {score}"), score=score) for i, score in enumerate(scores)
    )
    shown = terminal(make_report(text, flags))
    assert re.findall(r"why ([0-9.]+)", shown) == ["0.9", "0.8", "0.7", "0.6"]
    assert "and 3 more" in shown


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
    assert not STEERING & set(shown)


def test_a_reason_for_no_score_does_not_reach_the_terminal_raw():
    credibility = Credibility(None, (), ("The text is in a language (\x1b[2Jxx) that is not covered.",))
    report = replace(make_report("Rain."), credibility=credibility)
    assert not STEERING & set(terminal(report))
    assert not STEERING & set(render_markdown(report))


def test_markdown_is_inert():
    text = HOSTILE + LINKING
    flags = (flag(0, len(HOSTILE), message="[x](http://y)"), flag(len(HOSTILE), len(text), message=LINKING))
    shown = render_markdown(make_report(text + " Rain." * 99, flags, title="# <b>" + LINKING))
    shown += render_article_markdown(Article(text, title=LINKING, author=LINKING, url="http://x.example"))
    assert not re.search(r"(?<!\\)[<\[\]]", shown.replace(r"<span>\$</span>", ""))
    assert not STEERING & set(shown)
    for raw in (r"(?<!\\)\$", "@\\w", r"(?<!&)#\d", "://", r"(?i)www\.", r"\\\\begin", r"\\\\\\\("):
        assert not re.search(raw, shown), raw


@pytest.mark.parametrize(
    ("text", "inert"),
    [
        ("$5, then $6", r"<span>\$</span>5, then <span>\$</span>6"),
        ("@ann a@b.example", "@&#8203;ann a@&#8203;b.example"),
        ("ftp://x WWW.x", "ftp:&#8203;//x WWW&#8203;.x"),
        (r"\(x\) \begin", r"\\&#8203;\(x\\&#8203;\) \\&#8203;begin"),
        ("see #12", r"see \#&#8203;12"),
        ("a\x1b[2J\u202eb \ud800", r"a\<U\+001B\>\[2J\<U\+202E\>b \<U\+D800\>"),
        ("10:30, a/b, no.", "10:30, a/b, no."),
    ],
)
def test_markdown_escapes(text, inert):
    assert escape(text) == inert


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


def judged(probability: float, threshold: float, verdict: str) -> Report:
    signal = {"probability": probability, "verdict": verdict, "threshold": threshold, "calibration": {}}
    return replace(make_report("Rain."), signals={"ai_generated": signal})


@pytest.mark.parametrize(
    ("verdict", "probability", "threshold", "numbers"),
    [
        ("not flagged", 0.9962, 0.99745, "0.996, threshold 0.997"),
        ("likely", 0.9981, 0.99745, "0.998, threshold 0.997"),
        ("unclear", 0.9905, 0.99158, "0.991, threshold 0.992"),
        ("not flagged", 0.991579, 0.99158, "0.991579, threshold 0.991580"),
        ("likely", 0.99158, 0.99158, "0.99, threshold 0.99"),
        ("likely", 0.9996, 0.71, "0.9996, threshold 0.71"),
        ("not flagged", 0.000004, 0.71, "0.00, threshold 0.71"),
        ("likely", 1.0, 0.9999, "1.0000, threshold 0.9999"),
    ],
)
def test_a_verdict_and_its_numbers_agree(verdict, probability, threshold, numbers):
    report = judged(probability, threshold, verdict.replace(" ", "_"))
    assert f"Machine writing: **{verdict}, {numbers}**" in render_markdown(report)
    assert f"Machine writing: {verdict}, {numbers}" in terminal(report)
    assert f"Machine writing: {verdict}</b> ({numbers})" in render_page(report)


def test_what_is_not_flagged_is_not_shown_as_certain():
    row = article_row(judged(0.9962, 0.99745, "not_flagged"))
    overview = Overview("x", 1, 1, 0, 87.5, {"87.5": 1}, {"high": 1}, [row], [])
    assert "not flagged 0.996<" in render_overview(overview)


@pytest.mark.parametrize(
    "render", [render_page, render_fragment, lambda report: render_article(report.article)]
)
def test_what_html_shows_can_be_sent_as_utf_8(render):
    report = make_report("a\ud800b \udfff", (flag(0, 3, message="\ud800"),), title="\ud800", id="\ud800")
    shown = render(report)
    assert "\ufffd" in shown
    assert parse(shown.encode().decode()).marked == "a\ufffdb \ufffd"


def test_markdown_can_be_sent_as_utf_8():
    report = make_report("a\ud800b \udfff", (flag(0, 3, message="\ud800"),), title="\ud800", id="\ud800")
    assert (render_markdown(report) + render_article_markdown(report.article)).encode()


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


@pytest.mark.parametrize(
    ("source", "placed"),
    [("a.txt", True), ("README", False), ("a.php", False), ("a.md", False), ("stdin.html", False)],
)
def test_only_plain_text_has_lines_in_its_file(source, placed):
    location = render_sarif([make_report("first second", (flag(0, 5),), source=source)])["runs"][0][
        "results"
    ][0]
    assert ("region" in location["locations"][0]["physicalLocation"]) == placed


def test_github_annotations_escape_their_separators():
    report = make_report(
        "x" * 50, (flag(0, 5, message="100%\nsure"), flag(6, 9, counted=False)), source="a,b:c\n.txt"
    )
    lines = list(render_github(report))
    assert len(lines) == 1
    assert lines[0].startswith("::warning file=a%2Cb%3Ac%0A.txt,line=1,")
    assert lines[0].endswith("::100%25 sure")


def test_annotations_and_sarif_are_inert():
    text = "Evil \x1b]0;title\x07\u202e\n::error::[x](http://x.example) \ud800"
    for source in ("a\x1b.txt", "a\x1b.html", "a\x1b.jsonl:1"):
        report = make_report(text + " Rain." * 50, (flag(0, len(text), message=text),), source=source)
        (line,) = render_github(report)
        result = render_sarif([report])["runs"][0]["results"][0]
        for shown in (line, result["message"]["text"]):
            assert shown.isprintable() or shown.replace("\u200b", "").isprintable()
            assert "<U+001B>]0;title" in shown
            assert "](" not in shown


def test_every_category_has_a_heading():
    from typing import get_args

    from detector.reports.wording import CATEGORY_NAMES

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
