"""What may meet what in training: prefixes, crops, outlets, glue, attacks."""

import random

import pytest

pytest.importorskip("torch")

from detector.document import normalise
from training.attacks import ATTACKS
from training.splits import group_keys, human_fold, outlet, share
from training.windows import Glue, crop, prefixes, without_prefix

TEXT = (
    "The mayor's office said Tuesday that 14 of the city's 31 bridges need repair. Officials blamed the center's labor "
    "shortage. The audit, which took 26 months, cost 1,875,000 dollars. A second one starts in the spring of 2031. "
    "The council favors a toll. The vote is on the agenda."
)


def test_both_sides_of_a_pair_lose_the_copied_prefix():
    human = {"pair_id": "p", "text": "It rained all day. Streets flooded. Schools closed."}
    machine = {
        "pair_id": "p",
        "text": "It rained all day. Rivers rose. People fled.",
        "human_prefix_chars": 10,
    }
    cut = prefixes([human, machine])
    assert without_prefix(human, cut) == "Streets flooded. Schools closed."
    assert without_prefix(machine, cut) == "Rivers rose. People fled."


@pytest.mark.parametrize("seed", range(8))
def test_crops_are_consecutive_sentences_within_the_target(seed):
    sentences = [f"Sentence {i}." for i in range(30)]
    lengths = [4] * 30
    text, size = crop(sentences, lengths, 40, random.Random(seed))
    numbers = [int(word.rstrip(".")) for word in text.split() if word[0].isdigit()]
    assert size == 40
    assert numbers == list(range(numbers[0], numbers[0] + 10))


def test_crops_are_as_long_as_their_targets_on_average():
    rng = random.Random(3)
    lengths = [rng.randint(8, 60) for _ in range(40)]
    targets = [rng.randint(60, 180) for _ in range(600)]
    sizes = [crop(["x"] * 40, lengths, target, rng)[1] for target in targets]
    assert abs(sum(sizes) - sum(targets)) / sum(targets) < 0.04


def test_one_outlet_is_never_in_two_folds():
    pages = ["http://edition.cnn.com/a", "https://www.cnn.com/b", "http://money.cnn.com/c"]
    assert {outlet({"url": page}) for page in pages} == {"cnn.com"}
    folds = {
        human_fold({"url": page, "text": page}, f"human_news/{part}/allsides")
        for page in pages
        for part in ("train", "dev")
    }
    assert len(folds) == 1


def test_share_is_uniform_and_stable():
    draws = [share(str(i), "salt") for i in range(4000)]
    assert 0.48 < sum(draws) / len(draws) < 0.52
    assert share("a", "b") == share("a", "b") != share("a", "c")


def test_group_keys_join_the_dressed_and_the_plain_text():
    plain, dressed = {"text": TEXT, "id": "x"}, {"text": TEXT.replace("'", "\u2019").upper(), "id": "y"}
    assert set(group_keys(plain)) & set(group_keys(dressed))


def test_glue_parts_what_a_scraper_joined():
    glue = Glue(["the protests of monday in many towns"] * 8)
    assert glue.part("Theprotests of mondayin many towns") == "The protests of monday in many towns"


@pytest.mark.parametrize("name", ["homoglyph", "zero_width", "white_space", "paragraphs"])
def test_surface_attacks_end_in_the_normalised_view(name):
    attacked = ATTACKS[name](TEXT, random.Random(6))
    assert attacked != TEXT
    assert normalise(attacked).text.split() == TEXT.split()


@pytest.mark.parametrize("name", ["case", "lower", "misspelling", "number", "spelling", "article_deletion"])
def test_word_attacks_change_the_text_and_keep_most_of_it(name):
    attacked = ATTACKS[name](TEXT, random.Random(6))
    assert attacked != TEXT
    assert abs(len(attacked) - len(TEXT)) < 0.15 * len(TEXT)
    assert ATTACKS[name](TEXT, random.Random(6)) == attacked
