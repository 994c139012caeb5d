"""Honest news that looks like boilerplate is left alone, and the boilerplate that it looks like is still found."""

from __future__ import annotations

import pytest

from detector.detectors.boilerplate import BoilerplateDetector
from detector.document import build_document
from detector.types import Article

DETECTOR = BoilerplateDetector()


def rules(text: str) -> set[str]:
    return {flag.rule for flag in DETECTOR.detect([build_document(Article(text))])[0].flags}


@pytest.mark.parametrize(
    "text",
    [
        "The clinic reopened, but wait times at the emergency room grew to 9 hours.",
        "He is slow to act, but wait-and-see is not his style.",
        "Passengers could do nothing but wait, the pilot said.",
        "The key question before the court at 10:30 a.m. was whether the permit was lawful.",
        "One key detail was missing from the report: the name of the driver.",
        "The board will weigh the following points: first, the cost; second, the date.",
        "Possible risks to drivers on the pass include: ice at Drumochter and snow at Dalwhinnie.",
        "Police urged drivers to avoid Route 9 until Friday.",
        "Governor Ann Lee urged residents to evacuate Hale County.",
        "Koch advised residents to leave Yosemite before dark.",
        "Forecasters in Des Moines advised motorists to stay off I-35 north of Ames.",
        "The mayor asked them to take precautions to protect pipes as Ames falls to -9C.",
        "Police asked residents to stay alert and call 555-0134 with information.",
        "The decisive moment came in the 88th minute, when Novak scored.",
        "More updates are expected at 8 p.m., the airport said.",
        "Further details will be provided on 4 June, the judge said.",
    ],
)
def test_a_report_with_facts_is_no_boilerplate(text: str) -> None:
    assert rules(text) == set()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("But wait! The story goes on.", "BP012"),
        ("But wait \u2014 he was not alone.", "BP012"),
        ("But wait. He was not alone.", "BP012"),
        ("Here are the key takeaways from the speech:\n1. Taxes fall.", "BP003"),
        ("Consider taking the following steps:\n\n1. Stay calm.", "BP003"),
        ("Possible outcomes include: 1. A short delay", "BP003"),
        ("Health officials urged the public to keep calm.", "BP008"),
        ("Experts urged residents to leave Hale County.", "BP008"),
        ("The mayor urged people to be kind.", "BP008"),
        ("The CDC is urging people to take precautions to protect themselves from COVID-19.", "BP008"),
        ("It was a decisive moment for the whole region.", "BP006"),
        ("More details are expected to emerge in the coming days.", "BP005"),
    ],
)
def test_the_boilerplate_beside_it_is_still_found(text: str, rule: str) -> None:
    assert rule in rules(text)


@pytest.mark.parametrize(
    "text",
    [
        "| Office | Minister |\n| Treasury | Rachel Reeves |\n| Home Office | Yvette Cooper |\n| Defence | John Healey |",
        "| Award | Winner |\n|---|---|\n| Best picture | Anora |\n| Best actor | Adrien Brody |\n| Best director | Sean Baker |",
        "Match\tReferee\nLeeds v Hull\tAnn Lee\nDerby v Stoke\tTom Hill",
        "- Emma Stone as Bella Baxter\n- Mark Ruffalo as Duncan Wedderburn\n- Willem Dafoe as Godwin Baxter",
        "- 'We saw nothing of it,' a nurse said\n- 'The doors were shut,' a porter said\n- it was late in the day",
    ],
)
def test_new_names_and_speech_in_a_list_are_facts(text: str) -> None:
    assert rules(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "| Implication | Outcome |\n| Sanctions Policy | Gradual Easing |\n| Humanitarian Corridor | Conditional Ceasefire |",
        "| Topic | Status |\n| Military De-Escalation | Under Discussion |\n| Geopolitical Rivalry | Regional Alliances |",
        "Measure\tEffect\nWindow Film\tHigh Moderate\nMotion Lighting\tLargely Unregulated",
    ],
)
def test_words_in_title_case_are_no_names(text: str) -> None:
    assert rules(text) == {"BP009"}


def test_the_topic_of_the_article_is_no_new_name() -> None:
    table = "\n| Topic | Status |\n| Rachel Reeves | Under Discussion |\n| Budget Plans | In Progress |"
    assert "BP009" not in rules("The Treasury met." + table)
    assert "BP009" in rules("So Reeves spoke. Then Reeves left. Then Reeves slept." + table)
