"""Which words of a claim that nobody stands behind are shown, and what the flag says of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.document import Document, Sentence, build_document
from detector.rules import catalogue
from detector.sourcing.anchors import TimeReading
from detector.sourcing.carry import SourceReading
from detector.sourcing.events import unnamed_parties
from detector.sourcing.figures import figure
from detector.sourcing.flags import raise_flags
from detector.sourcing.reading import read_sentences
from detector.sourcing.triggers import hearsay, opening, speaker, speaks
from detector.types import Article


def shown(find: Callable[[Document, Sentence], tuple[int, int] | None], text: str) -> str | None:
    document = build_document(Article(text))
    span = find(document, document.sentences[0])
    return None if span is None else document.text[slice(*span)]


def meeting(document: Document, sentence: Sentence) -> tuple[int, int] | None:
    """Talks without parties, in a sentence without a source and a time."""
    return unnamed_parties(document, sentence, SourceReading(), TimeReading())


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The bridge is widely believed to be unsafe.", "is widely believed to"),
        ("The bridge, thought to be unsafe, was shut.", "thought to"),
        ("The firm is seen as a leader.", "is seen as"),
        ("He had apparently left.", "apparently"),
        ("Questions had been raised about the plan.", "Questions had been raised"),
        ("She believed the report.", None),
    ],
)
def test_hearsay_is_found_with_its_auxiliary(text: str, quote: str | None) -> None:
    assert shown(hearsay, text) == quote


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The bridge is believed to be unsafe for many drivers.", "is believed to"),
        ("For this and other reasons, much of the country has had enough.", "much of the country"),
        ("Several other northern towns have passed such laws.", "Several other northern towns"),
        ("Still, in several U.S. metro areas with few jobs, wages rise.", "several U.S. metro areas"),
        ("They view some of his backers as ruthless.", "some of his backers"),
        ("Numerous failed rescue attempts, all costly, were made.", "Numerous failed rescue attempts"),
        ("Both sides met.", "Both sides"),
        ("Colleges have lost students while the fees rose.", "Colleges have lost students"),
        ("Their gifts tend to rise as an election nears.", "Their gifts tend to rise"),
        ("In addition to the fines, the harbour board shut two piers.", "the harbour board shut two piers"),
        ("Additionally, the harbour board shut two piers.", "the harbour board shut two piers"),
        ("HARBOUR (AP) - The board shut two piers.", "The board shut two piers"),
        ("He calls it “a wonder” and the board a sham.", 'He calls it "a wonder"'),
        ("It fell.", "It fell"),
    ],
)
def test_the_opening_ends_where_a_phrase_ends(text: str, quote: str) -> None:
    assert shown(opening, text) == quote


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Some 20 million people are covered.", "Some 20 million people"),
        ("The cost is more than $500 billion in cuts.", "more than $500 billion"),
        ("Prices rose 5% in the spring.", "5%"),
        ("They sank at least 12 boats there.", "at least 12 boats"),
        ("Other forecasts: 35 million or more", "35 million"),
        ("Girls of 13-15-year-old classes were asked.", None),
        ("The office at 1 World Trade Center is shut.", None),
        ("A section 106 review is due.", None),
        ("It began in 1999.", None),
        ("Police arrested 3 Americans.", "3 Americans"),
        ("Apollo 11 was launched.", None),
    ],
)
def test_a_figure_is_shown_with_what_it_counts(text: str, quote: str | None) -> None:
    assert shown(figure, text) == quote


@pytest.mark.parametrize(
    ("text", "tagged", "quote"),
    [
        ("She was critical of party leaders who left.", "of party leaders who", "party leaders"),
        ("Many could explain the 200 patients.", "explain the 200 patients", "the 200 patients"),
        ("A man close to the talks said so.", "A man close to the talks", "A man close to the talks"),
        ("It fell, according to several local reports, twice.", "several", "several local reports"),
        (
            "Some students know for years what they want.",
            "Some students know for years what they",
            "Some students",
        ),
        ("Others noted the cost.", "Others noted", "Others"),
        ("Senior army officials said so.", "Senior army officials", "Senior army officials"),
    ],
)
def test_a_speaker_is_shown_without_its_clause(text: str, tagged: str, quote: str) -> None:
    document = build_document(Article(text))
    start = document.text.index(tagged)
    span = speaker(document, document.sentences[0], start, start + len(tagged))
    assert document.text[slice(*span)] == quote


def test_what_is_tagged_for_a_verb_is_no_speaker() -> None:
    assert speaks("two senior officials")
    assert speaks("They")
    assert not speaks("Core X chips")


TEXT = "The group is believed to be divided. Officials said talks were held. Observers remain worried."


def test_below_certainty_a_flag_says_may_and_weighs_least() -> None:
    document = build_document(Article(TEXT))
    readings = read_sentences(document)
    sure, unsure = raise_flags(document, readings), raise_flags(document, readings, 1.1)
    assert [(f.rule, f.span, f.score) for f in sure] == [(f.rule, f.span, f.score) for f in unsure]
    assert sure
    assert {f.severity for f in unsure} == {"info"}
    assert all(f.severity == catalogue()[f.rule].severity for f in sure)
    assert all(
        a.message != b.message and ("may" in b.message or "erhaps" in b.message)
        for a, b in zip(sure, unsure, strict=True)
    )


def test_own_hearsay_is_named_before_a_speaker_of_earlier_sentences() -> None:
    text = "A source said the mayor had left. The mayor is believed to be abroad, hiding from everybody."
    document = build_document(Article(text))
    found = [f for f in raise_flags(document, read_sentences(document)) if f.span.start > text.index("left")]
    assert [(f.rule, text[f.span.start : f.span.end]) for f in found] == [("SRC001", "is believed to")]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Talks were held in Moscow this week.", "Talks"),
        ("Officials met to discuss the truce.", "met"),
        ("The plan was met with anger.", None),
        ("No meetings are scheduled.", None),
        ("They haven't begun negotiations.", None),
        ("Critics of a trade agreement disagree.", None),
        ("Many nations are revising pledges under the Paris Summit.", None),
        ("Talks between Ann Smith and her rivals were held.", None),
    ],
)
def test_talks_without_parties_are_talks_that_were_held(text: str, quote: str | None) -> None:
    assert shown(meeting, text) == quote


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Young children from the coastal towns and beyond are taught to swim.", "are taught to swim"),
        (
            "A blast in the old harbour of the town, by night, appears to be an accident.",
            "appears to be an accident",
        ),
        ("The age of the ferries, and their state, has led to delays.", "has led to delays"),
        ("And earlier this year, the harbour board shut two piers.", "the harbour board shut two piers"),
    ],
)
def test_a_subject_without_its_verb_is_not_what_is_shown(text: str, quote: str) -> None:
    assert shown(opening, text) == quote


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The town was 100 percent safe.", None),
        ("It rode in an iPhone 6 advert.", None),
        ("They buried Ann Smith, 44, and Bob Brown, 31.", None),
        ("They gave away 1,000 free meals to all.", "1,000 free meals"),
        ("It cost $1 trillion compared with last time.", "$1 trillion"),
    ],
)
def test_idioms_models_and_ages_are_no_figures(text: str, quote: str | None) -> None:
    assert shown(figure, text) == quote


WORDS = st.sampled_from(
    [
        "Some",
        "many",
        "U.S.",
        "is",
        "believed",
        "to",
        "have",
        "raised",
        ",",
        ".",
        '"',
        "(",
        "AP",
        "-",
        "5%",
        "$5",
        "1,000",
        "who",
        "the",
        "a majority of",
        "In",
        "officials",
        "—",
        "met",
        "’",
    ]
)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=30).map(" ".join)))
def test_what_is_shown_lies_within_its_sentence(text: str) -> None:
    document = build_document(Article(text))
    for sentence in document.sentences:
        spans = [opening(document, sentence), hearsay(document, sentence), figure(document, sentence)]
        tokens = document.sentence_tokens(sentence)
        if tokens:
            spans.append(speaker(document, sentence, tokens[0].start, tokens[-1].end))
            spans.append(speaker(document, sentence, tokens[-1].start, tokens[-1].end))
        for start, end in (span for span in spans if span is not None):
            assert sentence.start <= start <= end <= sentence.end
            assert start < end or not tokens


@pytest.mark.parametrize(
    "text",
    [
        "What they said to each other was kept secret.",
        "The elites claimed to care about the poor.",
        "He reported to the police.",
        "We expected to win.",
        "I thought to myself.",
    ],
)
def test_who_says_it_actively_is_no_hearsay(text: str) -> None:
    assert shown(hearsay, text) is None


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        (
            "Thousands marched through the streets of the town, where the council is.",
            "Thousands marched through the streets",
        ),
        ("The firm fired ten workers and has cut pay.", "The firm fired ten workers"),
        ("It's not clear when the bill will pass.", "It's not clear"),
        ("The U.S.-led coalition has struck the city.", "The U.S.-led coalition has struck"),
        ("Many, if not most, of the refugees died.", "Many"),
        ("Few critics doubt it.", "Few critics doubt it"),
    ],
)
def test_what_is_shown_is_of_the_main_clause(text: str, quote: str) -> None:
    assert shown(opening, text) == quote


def test_a_stretch_of_time_is_no_crowd() -> None:
    assert shown(opening, "It rained for a majority of the week in town.") != "a majority of the week"


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Every day 300 migrants arrive.", "300 migrants"),
        ("Nearly 700 Rohingya fled.", "Nearly 700 Rohingya"),
        ("It fell 5 per cent in a year.", "5 per cent"),
        ("It rose 9.1 percent last year.", "9.1 percent"),
        ("It cost $1.2bn in cash.", "$1.2bn"),
        ("It cost £3bn.", "£3bn"),
        ("Around 1 in 5 adults smoke.", "Around 1 in 5 adults"),
    ],
)
def test_a_figure_has_its_unit(text: str, quote: str) -> None:
    assert shown(figure, text) == quote


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Both sides held talks but never reached a deal.", "talks"),
        ("Officials met but could not agree.", "met"),
        ('"Talks were held in secret," an official said.', "Talks"),
        ("Talks were not held.", None),
        ("The firm met its targets.", None),
        ("The plan met with anger.", None),
    ],
)
def test_only_talks_that_were_not_held_need_no_parties(text: str, quote: str | None) -> None:
    assert shown(meeting, text) == quote


def test_hearsay_of_an_earlier_sentence_is_no_speaker() -> None:
    text = (
        "The mayor is said to be abroad, hiding. It says the council has sold the harbour to a friend of his."
    )
    document = build_document(Article(text))
    assert all(
        "is said" not in f.message
        for f in raise_flags(document, read_sentences(document))
        if f.span.start > 40
    )


def test_a_sure_flag_never_has_the_severity_of_an_unsure_one() -> None:
    assert all(r.severity != "info" for r in catalogue().values() if r.category == "unsupported_claim")
