"""Which texts `python -m training scores` scores, and that docs/scores.md is the page it writes."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from detector.models.artifact import load_artifact, shipped
from training.measures.scores import DISTRIBUTION, MIN_WORDS, PAGE, texts, versions

COPIED = "The council met on Tuesday evening to vote on the bridge. "
OWN = "The ferry left late again, and nobody at the pier could say why. " * 8
HUMAN = "A crowd had gathered by noon. " * 20
HOLES = {"{models}": r"[a-z-]+ [\d.]+(?:, [a-z-]+ [\d.]+)*"}
MACHINE = [sample for sample in DISTRIBUTION if sample.kind == "machine"]


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """Write a corpus file; the set of annotated articles is empty unless written too."""
    monkeypatch.setenv("DATELINE_CORPORA", str(tmp_path))

    def write(name, *rows):
        path = tmp_path / f"{name}.jsonl.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        with gzip.open(path, "wt", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row) + "\n" for row in rows)

    write("sourcing/support_silver")
    return write


def machine(text, **fields):
    return {"text": text, "label": "ai", "domain": "news", **fields}


def drawn(sample):
    return texts(sample.corpus, sample.keep, 10, seed=1)


@pytest.mark.parametrize("sample", MACHINE, ids=lambda sample: sample.name)
def test_machine_texts_are_news_from_where_the_machine_took_over(corpus, sample):
    corpus(
        sample.corpus,
        machine(COPIED + OWN, pair_id="p", human_prefix_chars=30),
        machine(OWN + "A dragon sighed.", domain="story"),
        {"text": HUMAN, "label": "human", "domain": "news", "pair_id": "p"},
    )
    assert drawn(sample) == [OWN]


def test_words_are_counted_behind_what_was_copied(corpus):
    short = "Nobody could say why. " * (MIN_WORDS // 4 - 1)
    corpus(MACHINE[0].corpus, machine(COPIED + short, pair_id="p", human_prefix_chars=30))
    assert drawn(MACHINE[0]) == []


def test_texts_that_trained_the_sourcing_encoder_are_left_out(corpus):
    corpus(MACHINE[0].corpus, machine(OWN), machine(HUMAN))
    corpus("sourcing/support_silver", {"text": OWN.upper()})
    assert drawn(MACHINE[0]) == [HUMAN]


def test_essays_are_essays(corpus):
    sample = next(sample for sample in DISTRIBUTION if sample.name == "toefl_bias essays")
    corpus(
        sample.corpus,
        {"text": HUMAN, "label": "human", "domain": "essay"},
        {"text": OWN, "label": "human", "domain": "abstract"},
    )
    assert drawn(sample) == [HUMAN]


@pytest.mark.parametrize("name", ["machine-text", "stylometry", "sourcing"])
def test_the_models_that_score_are_named(name):
    assert f"{name} {load_artifact(shipped(name)).info.version}" in versions().split(", ")


def pattern(line):
    """Expression that a line of the page matches, its numbers left open."""
    parts = re.split(r"(\{\w+\})", line)
    return "".join(HOLES.get(part, r"\d+") if part.startswith("{") else re.escape(part) for part in parts)


def test_the_shipped_page_has_no_line_that_the_command_does_not_write():
    """But for what a quotation says of tables that are to be made again."""
    patterns = [pattern(line) for line in PAGE.splitlines()]
    page = (Path(__file__).parents[2] / "docs" / "scores.md").read_text("utf-8")
    prose = [line for line in page.splitlines() if not line.startswith(("|", ">", "Spearman's rho over "))]
    assert [line for line in prose if not any(re.fullmatch(known, line) for known in patterns)] == []
