"""Misspelt words and the words they are corrected to."""

from __future__ import annotations

import random

import pytest

from detector.document.words import known_words
from detector.models.spelling import Corrector
from training.attacks import misspelling
from training.stylometry.wordlists import commonwealth

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


@pytest.mark.parametrize(
    "words",
    [
        "tyre analyse analysed paralyse traveller spelt foetus paediatric moult rouble decarbonisation enrol skilful",
        "criminalisation honourably savoury manoeuvrable epicentre travelogue defenceless channelling gaol kerb",
        "crore lakh lakhs burqa niqab panchayat tehsil dharna masjid gurdwara hryvnia",
        "qubit qubits ebike reshoring stablecoin deepfake",
    ],
)
def test_british_indian_and_new_words_stay_and_nothing_is_corrected_to_them(words: str) -> None:
    assert Corrector()(words) == words
    every, likely = known_words()
    assert every.issuperset(words.split())
    assert not any(word in likely for word in ("tyre", "lakh", "qubit", "traveller"))


def test_british_spellings_are_made_from_the_american_ones_that_are_known() -> None:
    known = frozenset(
        ["realize", "paralyzed", "size", "downsize", "travel", "traveler", "reveal", "revealed", "honored"]
    )
    made = set(commonwealth(known))
    assert made >= {"realise", "paralysed", "traveller", "honoured", "lakh"}
    assert made.isdisjoint({"sise", "downsise", "revealled", "traveler", "neighboured"})


def test_the_list_holds_what_its_maker_would_add() -> None:
    every, likely = known_words()
    added = commonwealth(frozenset(every))
    assert added == []
    assert "#" not in "".join(every)
    assert len(likely) > 10_000
