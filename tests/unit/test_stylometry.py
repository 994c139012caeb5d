"""The schema of measures, the values of single measures on texts small enough to count by hand, all values on an example, and totality.

`python tests/unit/test_stylometry.py` renews the values that are pinned.
"""

from __future__ import annotations

import json
import math
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.document import build_document
from detector.stylometry import (
    FEATURES,
    PROSE_MEASURES,
    describe,
    gather,
    measure,
    read_prose,
    read_sentences,
    schema_hash,
)
from detector.stylometry.overused import overused
from detector.stylometry.words import word_classes, word_frequencies
from detector.types import Article

FOX = "The fox saw the dog. The dog saw the fox."
ARTICLE = (
    'Rosa Lindqvist, who runs the ferry office in Marstrand, said on 4 March 2019 that "the last boat leaves at nine". '
    "The council had voted 7-2 for the cut, and fares rose 12%. Passengers weren't asked. "
    "She told reporters she'd fight it, but nobody at the county answered her letters, emails or calls. "
)
TWICE = "We saw a dog. We saw a dog."
PINNED = Path(__file__).with_name("stylometry_pinned.json")
EXAMPLE = Path(__file__).parents[2] / "examples" / "articles" / "ferry-inquiry.txt"
REFIT = (
    "the shipped model was fitted on other measures: refit it by `python -m training stylometry`, "
    "then renew the file by `python tests/unit/test_stylometry.py`"
)


def of(name: str, text: str) -> float:
    return measure(build_document(Article(text)))[name]


def test_schema_has_unique_documented_names_of_known_families() -> None:
    assert len(FEATURES) == len(set(FEATURES)) >= 60
    assert {name.split(".")[0] for name in FEATURES} == {
        "lexical", "rhythm", "punctuation", "syntax", "repetition", "overused", "structure",
    }  # fmt: skip
    undocumented = [name for name in FEATURES if len(describe(name)) < 20 or not describe(name).endswith(".")]
    assert undocumented == []


def test_schema_hash_depends_on_names_and_order() -> None:
    assert len({schema_hash(FEATURES), schema_hash(FEATURES[::-1]), schema_hash(FEATURES[1:])}) == 3


def test_measure_follows_the_schema() -> None:
    assert tuple(measure(build_document(Article(ARTICLE)))) == FEATURES


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("lexical.mattr", FOX, 0.4),
        ("lexical.yule_k", FOX, 1e4 * (4 * 4 + 3 * 2 * 2 - 10 + 0) / 100),
        ("lexical.word_length_mean", FOX, 3.0),
        ("lexical.sichel_s", FOX, 0.75),
        ("lexical.numbers", "It cost 5 or 10 or even 100 in all.", 1000 * 3 / 7),
        ("lexical.acronyms", "NATO met the EU in a big old hall.", 1000 * 2 / 9),
        ("rhythm.sentence_length_mean", FOX, 5.0),
        ("rhythm.sentence_length_cv", FOX, 0.0),
        ("rhythm.sentence_length_sd", "One. One two three.", 1.0),
        ("rhythm.short_sentences", FOX, 1.0),
        ("rhythm.flesch", FOX, 206.835 - 1.015 * 5 - 84.6),
        ("punctuation.commas", "Well, yes, it is so.", 1000 * 2 / 5),
        ("punctuation.serial_commas", "Red, white, and blue and more.", 0.5),
        ("punctuation.triads", "He sold bread, milk, and eggs.", 1000 / 6),
        ("punctuation.triads", "He sold bread, milk and eggs.", 1000 / 6),
        ("punctuation.quoted_words", 'She said "we will go" today.', 3 / 6),
        ("punctuation.contractions", "They don't know it's late.", 1000 * 2 / 5),
        ("punctuation.comma_ing", "He left, highlighting the need.", 1000 / 5),
        ("syntax.passives", "The bill was passed. It was made law.", 1000 * 2 / 8),
        ("syntax.articles", FOX, 400.0),
        ("syntax.past_over_present", "He was there. She is here.", 0.5),
        ("syntax.opener_article", FOX, 1.0),
        ("syntax.that_clauses", "He said that it ended. She said no.", 0.5),
        ("repetition.neighbour_overlap", FOX, 1.0),
        ("repetition.top_content", FOX, 0.6),
        ("lexical.hdd", "The " + "the " * 42 + "dog dog.", (2 - (3 * 2) / (45 * 44)) / 42),
        ("lexical.mtld", FOX, (10 / 1 + 10 / (1 + (1 - 3 / 4) / (1 - 0.72))) / 2),
        ("lexical.maas_a2", FOX, (math.log(10) - math.log(4)) / math.log(10) ** 2),
        ("lexical.hapax_100", "We saw a dog and a fox.", 5 / 7),
        ("lexical.word_length_mean", "Don't ask the U.S. man.", (5 + 3 + 3 + 4 + 3) / 5),
        ("rhythm.the_burstiness", "The dog and the big red dog and the fox.", (1 - 4) / (1 + 4)),
        ("rhythm.successive_difference", "One. One two three.", 2 / 2),
        ("rhythm.clause_length_mean", "Well, yes, it is so.", (1 + 1 + 3) / 3),
        ("rhythm.fog", "The university saw an opera.", 0.4 * (5 + 100 * 1 / 5)),
        ("punctuation.quotations", 'She said "we will go" today.', 1000 / 6),
        ("punctuation.mark_entropy", "Well, yes, it is so.", math.log2(3) - 2 / 3),
        ("punctuation.quote_then_said", '"We will go," she said today.', 1.0),
        ("punctuation.quote_then_said", 'The "said" man said no.', 2.0),
        ("syntax.infinitives", "He wants to go to you to discuss the plan.", 1000 * 2 / 10),
        ("syntax.infinitives", "They gave it to 5 people to press the case.", 1000 * 1 / 9),
        ("syntax.noun_of", "The end of a war.", 1000 / 5),
        ("syntax.not_but", "It was not just a game.", 1000 / 6),
        ("repetition.bigrams", TWICE, 3 / 7),
        ("repetition.far_trigrams", TWICE, 1000 * 2 / 8),
        ("repetition.word_entropy", FOX, -0.4 * math.log2(0.4) - 0.6 * math.log2(0.2)),
        ("repetition.letter_entropy", "It's.", 2.0),
        ("repetition.content_runs", FOX, (2 + 1 + 2 + 1) / 4),
        ("structure.headings", "A Heading\n\nThe talks ended in the evening.", 0.5),
    ],
)  # fmt: skip
def test_values_counted_by_hand(name: str, text: str, expected: float) -> None:
    assert of(name, text) == pytest.approx(expected)


def pinned() -> dict[str, Any]:
    """What must not change under the shipped model: the measures of an example, and every list that they count with."""
    listed = overused()
    lists = {
        "word_classes": {name: sorted(words) for name, words in word_classes().items()},
        "word_frequencies": dict(word_frequencies()),
        "overused": [dict(table) for table in (listed.words, listed.phrases, listed.underused)],
    }
    return {
        "lists": {
            name: sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
            for name, found in lists.items()
        },
        "measures": measure(build_document(Article(EXAMPLE.read_text("utf-8")))),
    }


def test_measures_of_an_example_and_word_lists_stay_as_the_shipped_model_knows_them() -> None:
    expected, found = json.loads(PINNED.read_text("utf-8")), pinned()
    assert tuple(expected["measures"]) == FEATURES, REFIT
    # Builds of zlib differ a little in the size of what they compress.
    near = {"repetition.compressed": 0.02}
    changed = {
        name: (was, found["measures"][name])
        for name, was in expected["measures"].items()
        if found["measures"][name] != pytest.approx(was, rel=near.get(name, 1e-9))
    }
    assert changed == {}, REFIT
    assert found["lists"] == expected["lists"], REFIT


@given(st.text(st.characters(codec=None), max_size=300))
@settings(max_examples=150, deadline=None)
def test_finite_for_any_text(text: str) -> None:
    values = measure(build_document(Article(text)))
    assert [name for name, value in values.items() if not math.isfinite(value)] == []


@pytest.mark.parametrize(
    "text", ["", " ", "a", "!!!", '"', "5", "a. b. c.", "the " * 500, "\u6f22\u5b57 " * 50]
)
def test_finite_for_corner_cases(text: str) -> None:
    assert all(math.isfinite(value) for value in measure(build_document(Article(text))).values())


def test_page_dressing_does_not_reach_the_prose_measures() -> None:
    plain = measure(build_document(Article(ARTICLE * 3)))
    dressed = (
        ARTICLE.replace('"', "\u201c", 1)
        .replace('"', "\u201d", 1)
        .replace("weren't", "weren\u2019t")
        .replace(" ", "\u00a0", 3)
    )
    dressed = "## What Happened Next\n\n" + "\n\n".join([dressed] * 3)
    other = measure(build_document(Article(dressed)))
    changed = [name for name in PROSE_MEASURES if other[name] != pytest.approx(plain[name])]
    assert changed == []


def test_long_texts_barely_move_the_length_robust_measures() -> None:
    words = [word for word, _ in zip(word_frequencies(), range(400), strict=False)]
    sentences = [" ".join(words[(7 * i) % 380 : (7 * i) % 380 + 20]).capitalize() + "." for i in range(200)]
    short, long = (gather(read_sentences(sentences[:n])) for n in (60, 200))
    for name in ("lexical.mattr", "lexical.mtld", "repetition.bigrams", "repetition.compressed"):
        assert PROSE_MEASURES[name](long) == pytest.approx(PROSE_MEASURES[name](short), rel=0.1), name


def test_word_lists_are_lower_case_and_rates_agree_with_their_side() -> None:
    listed = overused()
    assert all(
        phrase == phrase.lower()
        for table in (listed.words, listed.phrases, listed.underused)
        for phrase in table
    )
    assert all(
        weight > 0 for table in (listed.words, listed.phrases, listed.underused) for weight in table.values()
    )
    assert not listed.words.keys() & listed.underused.keys()
    assert all(word == word.lower() for words in word_classes().values() for word in words)


@pytest.mark.slow
def test_time_grows_with_length_alone() -> None:
    def seconds(text: str) -> float:
        document = build_document(Article(text))
        best = math.inf
        for _ in range(5):
            begun = time.process_time()
            measure(document)
            best = min(best, time.process_time() - begun)
        return best

    for unit in ('"', "a.a.", "1,", "x' ", ", and ", "a "):
        # Four times the text: about 4 times the time where it is linear, 16 times where it is quadratic.
        turns = ((seconds(unit * 4000), seconds(unit * 16_000)) for _ in range(3))
        assert any(large <= 8 * small + 0.02 for small, large in turns), unit


def test_read_prose_leaves_headings_and_tables_out() -> None:
    document = build_document(
        Article("Key Points\n\n| a | b |\n| c | d |\n\n- First point stands here.\n\nThe end came soon.")
    )
    assert [sentence.words for sentence in read_prose(document).sentences] == [
        ("first", "point", "stands", "here"),
        ("the", "end", "came", "soon"),
    ]


if __name__ == "__main__":
    PINNED.write_text(json.dumps(pinned(), indent=1) + "\n", "utf-8")
