"""Corpora from a folder and from an address, and what is said where there are none."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import click
import pytest

from training.corpora import corpora_root, corpus_digests, records

RECORDS: list[dict[str, Any]] = [
    {"id": "a", "text": "The ferry stays.", "label": "human", "date": "2018-05-09", "sentences": [{"start": 0}]},
    {"id": "b", "text": "Talks\u2028began.\r\nThey\x85end.", "label": "ai", "generator": "toy", "sentences": [{"start": 0, "role": "claim"}]},
    {"id": "c", "text": "It is over.", "label": "ai", "sentences": []},
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "corpora" / "human_news" / "dev" / "allsides.jsonl.gz"
    path.parent.mkdir(parents=True)
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS)
    return tmp_path / "corpora"


def test_a_folder_is_read_as_it_is_stored(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_CORPORA", str(folder))
    assert list(records("human_news/dev/allsides")) == RECORDS
    assert list(corpus_digests(["human_news/dev/allsides", "human_news/dev/none"])) == [
        "human_news/dev/allsides"
    ]


def test_an_address_gives_the_same_records(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setenv("DATELINE_CORPORA", f"file://{folder}/")
    assert list(records("human_news/dev/allsides")) == RECORDS
    digests = corpus_digests(["human_news/dev/allsides"])
    assert digests == corpus_digests(["human_news/dev/allsides"])
    with pytest.raises(click.UsageError, match=r"opinions\.jsonl\.gz is missing: its public home is https"):
        list(records("human_news/dev/opinions"))
    with pytest.raises(click.UsageError, match="needs a folder"):
        corpora_root()
    assert next(records("own/machine_articles"))["label"] == "ai"


def test_what_is_missing_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_CORPORA", str(folder))
    with pytest.raises(click.UsageError, match=r"opinions\.jsonl\.gz is missing: its public home is https"):
        list(records("human_news/dev/opinions"))
    monkeypatch.delenv("DATELINE_CORPORA")
    with pytest.raises(click.UsageError, match="set DATELINE_CORPORA"):
        list(records("human_news/dev/allsides"))
