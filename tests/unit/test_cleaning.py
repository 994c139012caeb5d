"""What the encoder reads is prose, the same whatever page or prompt it came from."""

import time

import pytest

from detector.document import build_document
from detector.models.cleaning import pieces, strip_opening, tidy, without_house_style
from detector.types import Article

PROSE = (
    "The council met on Monday. It voted 5-2 to close the bridge, which opened in 1931. Work starts in May."
)


def read(text):
    return " ".join(piece.text for piece in pieces(build_document(Article(text))))


@pytest.mark.parametrize(
    "dressed",
    [
        PROSE,
        PROSE.replace(". ", ".\n\n"),
        "- " + PROSE.replace(". ", ".\n- "),
        "**" + PROSE + "**",
        "Council closes bridge\n\n" + PROSE,
        "## What happened\n" + PROSE,
        "RIVERTON, Ohio (AP) \u2014 " + PROSE,
        "GENEVA, May 3 (Reuters) - " + PROSE,
        "Sure! Here is a rewritten version of the article:\n\n" + PROSE,
        "WASHINGTON—" + PROSE,
        "Title: " + PROSE,
        PROSE + "\n\nRead more: Ten bridges you must see.",
        PROSE + " Copyright 2020 The Riverton Post. All rights reserved.",
        PROSE + " The bridge, which has carried",
        PROSE.replace("It", "I\u200bt"),
        PROSE.replace(".", ".[1]"),
        PROSE.replace(".", ".[2](#note-2)[13]"),
        PROSE.replace(".", ".\u2020"),
        PROSE + "\n\n0 Comments\nPost a Comment",
        "Sign up for our newsletter.\n" + PROSE,
    ],
)
def test_dress_does_not_matter(dressed):
    assert read(dressed) == PROSE


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("He said -- and meant -- it...", "He said - and meant - it."),
        ("See [the report](https://example.org/a?b=c).", "See the report."),
        ("Write to desk@example.org or https://example.org now!!", "Write to or now!"),
        ("``Fine,'' she said.", '"Fine," she said.'),
        ("He said[4] it rained.[5][16]", "He said it rained."),
        ("He saw [20] people, [the] best.", "He saw [20] people, [the] best."),
    ],
)
def test_tidy(raw, expected):
    assert tidy(raw) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Moscow-based firms gained.",
        "NATO leaders met.",
        "US-Russia talks began.",
        "NATO-led forces left.",
        "Here is the catch.",
        "Here are the three things that the mayor wants: time, money and a vote.",
        "NATO - the alliance - met.",
        "Posted May 3, 2024 in Markets.",
        "The Associated Press (AP) said so.",
        "The World Trade Organization (WTO) said so.",
    ],
)
def test_openings_of_ordinary_sentences_stay(text):
    assert strip_opening(text) == text


@pytest.mark.parametrize(
    "sentence",
    [
        "By late afternoon, police had left.",
        "By Monday Night, it was over.",
        "He took out an advertisement in two papers.",
        "I can't provide for them.",
        "It broke the site's terms of service.",
        "People must sign up for cover by May.",
        "She posted on Facebook that it was over.",
        "She wrote a letter to the editor.",
        "The post drew 3,000 comments.",
        "The study, published on Monday, found none.",
        "Young readers read more and watch more television.",
    ],
)
def test_ordinary_sentences_stay(sentence):
    assert read(f"{PROSE} {sentence}") == f"{PROSE} {sentence}"


@pytest.mark.parametrize(
    "leftover",
    [
        "By Ann Smith, Riverton Post.",
        "By ANN SMITH",
        "Advertisement",
        "12 Comments",
        "Photo by Ann Smith.",
        "Published on May 3, 2020.",
        "Read more.",
        "Email letters to the editor to the desk.",
    ],
)
def test_leftovers_of_a_page_go(leftover):
    assert read(f"{PROSE}\n\n{leftover}") == PROSE


def test_a_quotation_within_a_quotation_ends_a_sentence():
    quoted = "He added, \"They said, 'We are done here.' \""
    assert read(f"{PROSE} {quoted}\n\n{PROSE}") == f"{PROSE} {quoted} {PROSE}"


@pytest.mark.parametrize("dash", [" - ", " -- ", " \u2014 ", " \u2013 ", "\u2014"])
def test_dashes_between_words_do_not_tell_the_house(dash):
    text = f"The bridge{dash}built in 1931{dash}is closed."
    seen = without_house_style(read(text))
    assert seen == "The bridge, built in 1931, is closed."


def test_offsets_cover_the_text_they_came_from():
    document = build_document(Article("KYIV (AP) - " + PROSE))
    for piece in pieces(document):
        assert piece.text.rstrip(".")[-12:] in document.text[piece.start : piece.end]


def test_text_without_case_is_cut_into_parts():
    found = pieces(build_document(Article(PROSE.lower() + " " + "and so on they went " * 60)))
    assert len(found) > 3
    assert max(piece.text.count(" ") for piece in found) < 61


@pytest.mark.parametrize("text", ["", "   \n ", "1234 5678", "*** --- ***"])
def test_no_prose_gives_no_pieces(text):
    assert pieces(build_document(Article(text))) == ()


@pytest.mark.parametrize(
    "unit",
    [
        "[a](",
        "- ",
        "updated jan 1, 2020 ",
        "A, ",
        "(AP) ",
        "cookie ",
        "here is a ",
        "``",
        "...",
        "title: ",
        "by a ",
        "By A",
        "a - ",
        "[{",
    ],
)
def test_time_is_linear_on_hostile_text(unit):
    def seconds(times):
        text = unit * times
        began = time.thread_time()
        tidy(text), strip_opening(text), read(text)
        return time.thread_time() - began

    seconds(100)
    # Taken in turns, so that a processor that slows down for a while slows both: four times the text
    # takes four times as long where time is linear, and sixteen where it is quadratic.
    small, large = (
        min(times) for times in zip(*((seconds(1000), seconds(4000)) for _ in range(6)), strict=True)
    )
    assert large < max(8 * small, 0.05)
