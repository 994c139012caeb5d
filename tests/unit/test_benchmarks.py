"""The list of benchmark commands."""

from __future__ import annotations

import gzip
import time

import pytest

from benchmarks import batch
from benchmarks.__main__ import commands, main
from benchmarks.corpora import first
from detector.types import Article, Detection


def test_the_list_names_every_command_and_what_it_is(capsys):
    found = dict(commands())
    assert {"batch", "service", "sourcing"} <= set(found)
    assert "floor" not in found, "a module that is no command"
    assert all(found.values())
    main()
    assert "python -m benchmarks.batch\n" in capsys.readouterr().out


def test_a_corpus_that_is_missing_ends_a_command_with_its_name(tmp_path, monkeypatch):
    monkeypatch.setenv("DATELINE_CORPORA", str(tmp_path))
    with pytest.raises(
        SystemExit, match=r"human_news/dev/local\.jsonl\.gz is missing: its public home is https"
    ):
        first("human_news/dev/local", 3)
    monkeypatch.delenv("DATELINE_CORPORA")
    with pytest.raises(SystemExit, match="set DATELINE_CORPORA"):
        first("human_news/dev/local", 3)


def test_the_first_records_of_a_corpus(tmp_path, monkeypatch):
    monkeypatch.setenv("DATELINE_CORPORA", str(tmp_path))
    with gzip.open(tmp_path / "toy.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(f'{{"text": "Article {i}."}}\n' for i in range(4))
    assert [record["text"] for record in first("toy", 2)] == ["Article 0.", "Article 1."]
    assert len(first("toy")) == 4


def burn(seconds):
    begun = time.process_time()
    while time.process_time() < begun + seconds:
        pass


def test_stages_are_on_the_clock(monkeypatch, stub):
    monkeypatch.setattr(batch.ort, "InferenceSession", batch.ort.InferenceSession)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    busy = stub(lambda document: burn(0.02) or Detection(), name="busy")
    idle = stub(lambda document: Detection(), name="idle")
    monkeypatch.setattr(batch, "default_detectors", lambda: [busy, idle])
    stages = batch.measure_stages([Article("The council met on Monday. It agreed on the bridge.")] * 3)
    assert list(stages) == ["busy", "idle", "document", "score and report", "JSON"]
    assert stages["busy"] >= 0.06 > stages["idle"]


def test_articles_of_one_length_leave_the_shorter_ones_out(tmp_path, monkeypatch):
    monkeypatch.setenv("DATELINE_CORPORA", str(tmp_path))
    for name in batch.SETS:
        path = tmp_path / f"{name}.jsonl.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        with gzip.open(path, "wt", encoding="utf-8") as lines:
            lines.write('{"text": "Too short."}\n{"text": "One two\\nthree four."}\n')
    assert [article.text for article in batch.read_corpora(3, 3)] == ["One two\nthree"] * 3
    assert [article.text for article in batch.read_corpora(3)] == ["Too short."] * 3
