"""Annotated articles: whose story they tell, which may teach, and which sentence has which label."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sklearn")

import training.sourcing.support
from detector.document import Document, build_document
from detector.types import Article
from training.sourcing.reader import articles
from training.sourcing.support import OWN_SETS, annotated_digests, digest, match, story_keys, support_records

TEXT = "The dam at Lowfield held. Crews left on Friday after the river had fallen. Nobody was hurt."


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    path = folder / f"{name}.jsonl.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)


def annotated(start: int, end: int, unsupported: bool | None = False) -> dict[str, Any]:
    fields = {"role": "claim", "source": "none", "time": "missing", "trigger": None}
    return {"start": start, "end": end, **fields, "unsupported": unsupported}


@pytest.fixture
def corpora(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Silver of two mirrors of one story, one a development article, and of an article with a cut sentence."""
    monkeypatch.setenv("DATELINE_CORPORA", str(tmp_path))
    monkeypatch.setattr(training.sourcing.support, "ANNOTATIONS", tmp_path)
    silver = [
        {"id": f"frontier_mirrors/{i}", "origin": "mirror", "text": f"Mirror {i}. {TEXT}", "sentences": []}
        for i in (1, 2)
    ]
    middle = TEXT.index("Crews")
    pieces = [
        annotated(0, middle - 1),
        annotated(middle, middle + 20, True),
        annotated(middle + 21, middle + 48, None),
        annotated(middle + 49, len(TEXT)),
    ]
    silver.append({"id": "bbc/1", "origin": "bbc", "text": TEXT, "sentences": pieces})
    write(tmp_path, "sourcing/support_silver", silver)
    for part, record in (("train", silver[0]), ("dev", silver[1])):
        mirror = {"id": record["id"], "text": record["text"], "pair_id": "story-of-the-dam"}
        write(tmp_path, f"machine_text/{part}/frontier_mirrors", [mirror])
    write(tmp_path, "human_news/train/bbc_2004_2005", [{"id": "bbc/1", "text": TEXT}])
    return tmp_path


def test_silver_has_the_keys_of_its_originals_and_no_development_articles(corpora: Path) -> None:
    found = {record["id"]: story_keys(record) for record in support_records("support_silver")}
    assert found.keys() == {"frontier_mirrors/1", "bbc/1"}
    assert "story-of-the-dam" in found["frontier_mirrors/1"]
    assert "bbc/1" in found["bbc/1"]


def test_annotated_digests_have_development_articles_and_own_sets(corpora: Path) -> None:
    line = {"id": "n1", "corpus": "toy", "text_sha256": digest("Some other text."), "sentences": []}
    (corpora / f"{OWN_SETS[0]}.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    texts = [f"Mirror 1. {TEXT}", f"Mirror 2. {TEXT}", TEXT, "Some other text."]
    assert annotated_digests() == set(map(digest, texts))


def document() -> Document:
    return build_document(Article(TEXT))


def test_every_annotated_sentence_is_matched_and_at_will_no_sentence_twice() -> None:
    middle, last = TEXT.index("Crews"), TEXT.index("Nobody")
    whole = {"start": 0, "end": middle + 9, "name": "runs over"}
    short = {"start": middle + 10, "end": middle + 17, "name": "short"}
    long = {"start": middle + 18, "end": last - 1, "name": "long"}
    beyond = {"start": len(TEXT) + 5, "end": len(TEXT) + 9, "name": "beyond"}
    both = [(index, a["name"]) for index, a in match(document(), [whole, short, long, beyond])]
    assert both == [(0, "runs over"), (1, "short"), (1, "long")]
    once = [(index, a["name"]) for index, a in match(document(), [short, long, whole], once=True)]
    assert once == [(0, "runs over"), (1, "long")]


def test_what_is_fitted_and_what_is_evaluated_are_the_same_matches(corpora: Path) -> None:
    evaluated = {article: labelled for article, _, labelled in articles("support_silver")}["bbc/1"]
    fitted = {article: labelled for article, _, labelled in articles("support_silver", once=True)}["bbc/1"]
    assert len(evaluated) == 4, "every annotated sentence is judged"
    assert [label.index for label in fitted] == [0, 1, 2]
    assert set(fitted) <= set(evaluated)


def test_training_gives_a_sentence_the_label_that_fitting_gives_it(corpora: Path) -> None:
    pytest.importorskip("torch")
    from training.sourcing.encoder import IGNORED, sentence_labels

    last = TEXT.index("Nobody")
    whole = [annotated(0, last - 1, True), annotated(last, len(TEXT))]
    assert [index for index, _ in match(document(), whole, once=True)] == [1, 2]
    assert sentence_labels(document(), whole)["unsupported"] == [IGNORED, 1, 0]
    longest_first = [annotated(last - 50, last - 12, True), annotated(last - 11, last - 1)]
    assert sentence_labels(document(), longest_first)["unsupported"] == [IGNORED, 1, IGNORED]
