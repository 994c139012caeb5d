"""Character n-grams beside the stack: learnt from windows, measured on evidence."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("sklearn")

from detector.models.vocabulary import shared_vocabulary
from training.machine_text import ngrams
from training.runs import write_windows
from training.windows import Window

PLAIN = ("The keeper shut the lock at noon.", "Two barges had to wait.", "He shrugged and went home.")
ORNATE = (
    "This underscores a pivotal testament.",
    "It highlights a vibrant tapestry.",
    "It fosters a robust realm.",
)


def text(label: int, rng: random.Random) -> str:
    return " ".join(rng.choices(ORNATE if label else PLAIN, k=4))


@pytest.fixture
def windows() -> list[Window]:
    rng = random.Random(2)
    return [Window(text(i % 2, rng), i % 2, 40, "toy", f"g{i}") for i in range(60)]


def test_the_model_reads_texts_as_the_encoder_does(windows: list[Window]) -> None:
    assert ngrams.as_read(["The lock IS CLOSED."]) == ngrams.as_read(["the lock  is closed."])
    fitted = ngrams.learn(windows)
    prepared = [
        {"windows": [[0, 1, shared_vocabulary().tokenizer.encode(part).ids] for part in parts]}
        for parts in (PLAIN, ORNATE, (*PLAIN, *ORNATE))
    ]
    plain, ornate, both = ngrams.added(fitted, prepared)
    assert plain < -1 < both < 1 < ornate


def test_the_table_has_each_choice_of_features(
    windows: list[Window], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_windows(tmp_path, windows, {"seed": 1})
    rng, encode = random.Random(4), shared_vocabulary().tokenizer.encode

    def rows(name: str, label: str, count: int) -> None:
        found = [
            {"set": name, "kind": name, "label": label, "id": f"{name}{n}#0", "words": 200, "style": rng.gauss(0, 1)}
            for n in range(count)
        ]  # fmt: skip
        texts = [text(label == "ai", rng) for _ in found]
        ids = [encode(part).ids for part in texts]
        for path, more in (
            ("", [{"logits": [rng.gauss(0, 1)], "sizes": [len(own)]} for own in ids]),
            (".prepared", [{"windows": [[0, 1, own]]} for own in ids]),
        ):
            lines = [json.dumps({**row, **extra}) for row, extra in zip(found, more, strict=True)]
            with (tmp_path / f"{files[name]}{path}.jsonl").open("a", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")

    files = {"opinion": "calibration", "detectrl news": "stacking", "XSum-style": "evaluation"}
    rows("opinion", "human", 220)
    rows("detectrl news", "ai", 40)
    rows("XSum-style", "ai", 40)
    monkeypatch.setattr(ngrams, "check_origin", lambda folder, artifact: None)
    result = CliRunner().invoke(ngrams.command, ["--run", str(tmp_path), "--evidence", str(tmp_path)])
    assert result.exit_code == 0, result.output
    heading, _, line = result.output.splitlines()
    assert heading == "| flagged at 1% | " + " | ".join(ngrams.USES) + " |"
    found = dict(zip(ngrams.USES, [float(cell.strip(" %")) for cell in line.split("|")[2:-1]], strict=True))
    # Only their words tell these texts apart: neither the encoder's log-odds nor stylometry's do.
    assert found["encoder + stylometry"] < 30
    assert found["n-grams alone"] == found["these and n-grams"] == 100
