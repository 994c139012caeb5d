"""How the audit draws its folds and its raw records: an article is on one side, and order tells nothing."""

from __future__ import annotations

import gzip
import json
import random

import numpy as np
import pytest

pytest.importorskip("sklearn")

from click.testing import CliRunner

from training.machine_text.leak_audit import audit, by_article, command, opening_auroc, raw_records
from training.runs import WINDOWS
from training.windows import Window


def openings(articles, windows):
    """Texts that open with the name of their article's town alike: texts, labels, articles."""
    rows = [
        (f"In town{number} it rained on that day.", number % 2, f"a{number}")
        for number in range(articles)
        for _ in range(windows)
    ]
    random.Random(5).shuffle(rows)
    return tuple(zip(*rows, strict=True))


def test_no_article_is_on_both_sides_of_a_fold():
    _, labels, groups = openings(60, 6)
    for train, test in by_article(np.array(labels), groups):
        assert not {groups[i] for i in train} & {groups[i] for i in test}
        assert 0.4 < np.mean([labels[i] for i in test]) < 0.6


def test_openings_that_only_tell_the_article_tell_no_class():
    texts, labels, groups = openings(60, 6)
    target = np.array(labels)
    alone = [str(i) for i in range(len(texts))]
    assert opening_auroc(texts, target, by_article(target, alone)) > 0.95
    assert opening_auroc(texts, target, by_article(target, groups)) < 0.65


def test_the_order_of_the_sources_is_of_no_matter():
    """Two sources mark their classes in opposite ways: a block of one would be tested by what the other says."""
    rows = [
        (f"{source} {i} " + ("-" if (label == 1) == (source == "old") else "x") * 9, label, f"{source}{i}")
        for source in ("new", "old")
        for label in (0, 1)
        for i in range(40)
    ]
    mixed = random.Random(2).sample(rows, len(rows))
    first, second = (audit(*zip(*order, strict=True)) for order in (rows, mixed))
    assert first == pytest.approx(second, abs=0.01)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Folder of a training run of two classes, and the corpus that its windows are of."""
    monkeypatch.setenv("DATELINE_CORPORA", str(tmp_path))
    rows = [
        {"id": f"{label}{i}", "group": f"{label}{i}", "label": label, "text": f"Report {i} " + mark * 5}
        for label, mark in (("human", "\u201d"), ("ai", "*"))
        for i in range(30)
    ]
    with gzip.open(tmp_path / "toy.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    windows = [
        Window(f"Window {i % 7}.", int(row["label"] == "ai"), 4, "toy", row["group"])
        for i, row in enumerate(rows)
        if i % 30 < 20
    ]
    content = "".join(
        json.dumps({name: getattr(window, name) for name in Window.__slots__}) + "\n" for window in windows
    )
    (tmp_path / WINDOWS).write_text(content, "utf-8")
    return tmp_path, windows


def test_raw_records_are_of_the_articles_of_the_windows(run):
    _, windows = run
    found = raw_records(windows, 1000, random.Random(1))
    assert {group for *_, group in found} == {window.group for window in windows}
    assert len(raw_records(windows, 20, random.Random(1))) == 20


def test_the_command_prints_both_columns_and_what_they_are_of(run):
    folder, _ = run
    done = CliRunner().invoke(command, ["--run", str(folder)], catch_exceptions=False)
    line = next(line for line in done.output.splitlines() if line.startswith("| all marks |"))
    raw, cleaned = (float(cell) for cell in line.split("|")[2:4])
    assert raw == 1.0
    assert cleaned < 0.75
    assert "40 records of 40 articles and 40 windows of 40, in 4 folds by article." in done.output
