"""Misspelt words and the words they are corrected to."""

from __future__ import annotations

import random

import pytest

from detector.models.spelling import Corrector
from training.attacks import misspelling

PROSE = (
    "The council voted on Tuesday to close the northern bridge after engineers reported that several of its "
    "bearings had moved during the winter. Residents will be able to use the southern crossing instead, although "
    "traffic there is expected to become slower. The mayor said the repairs could take until September."
)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("govermnent", "government"),
        ("anounced", "announced"),
        ("definately", "definitely"),
        ("recieved", "received"),
        ("Minsiter", "Minister"),
        ("beleive", "believe"),
    ],
)
def test_a_slip_becomes_the_likely_word(wrong: str, right: str) -> None:
    assert Corrector()(wrong) == right


@pytest.mark.parametrize(
    "word",
    [
        "Lindqvist",
        "Zelenskyy",
        "USTR",
        "iReporter",
        "sept",
        "harbour",
        "colour",
        "bridgeheads",
        "x",
        "",
        "naïve",
        "co2",
    ],
)
def test_names_acronyms_endings_and_other_spellings_stay(word: str) -> None:
    assert Corrector()(word) == word


def test_sound_prose_stays_and_attacked_prose_is_mended() -> None:
    assert Corrector()(PROSE) == PROSE
    attacked = misspelling(PROSE, random.Random(3))
    before = sum(a != b for a, b in zip(PROSE.split(), attacked.split(), strict=True))
    after = sum(a != b for a, b in zip(PROSE.split(), Corrector()(attacked).split(), strict=True))
    assert before >= 5
    assert after <= before / 2


def test_all_else_in_a_text_stays() -> None:
    text = 'He said:\n\n  "the  govermnent\'s plan" (2024) <b>woudl</b> fail…'
    assert Corrector()(text) == 'He said:\n\n  "the  government\'s plan" (2024) <b>would</b> fail…'


def test_a_text_of_unknown_words_alone_costs_no_more_than_a_text_with_some():
    corrector = Corrector()
    words = [f"govermnent{a}{b}" for a in "abcdefghijklmnopqrstuvwxyz" for b in "qxzvwkjyuio"]
    corrector(" ".join(words * 3) + " ")
    corrector(" ".join(word[::-1] for word in words))
    assert corrector("anounced") == "anounced"  # The budget is spent.
    assert Corrector()("anounced") == "announced"
