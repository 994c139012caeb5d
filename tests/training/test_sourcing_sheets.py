"""Sheets for annotators: what is drawn, and which answers come back as labels."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

pytest.importorskip("sklearn")

import training.sourcing.support
from training.sourcing import sheets as sourcing_sheets
from training.sourcing.measures import flag_rates
from training.sourcing.sheets import collect, draw, flag_sheet
from training.sourcing.support import OWN_SETS, SECOND, support_records

TEXT = " ".join(
    f"The harbour board of Port Ellery said on {day} that pier {number} would stay closed for repairs."
    for number, day in enumerate(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] * 2)
)


def record(key: str, text: str) -> dict[str, Any]:
    return {"id": key, "text": text, "label": "ai", "domain": "news", "title": f"Title of {key}"}


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    path = folder / f"{name}.jsonl.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def corpora(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "corpora"
    write(folder, "sourcing/support_silver", [{"id": "old", "text": "Known " + TEXT, "sentences": []}])
    write(folder, "sourcing/support_gold_dev", [])
    articles = [record(f"n{i}", f"Edition {i}. {TEXT}") for i in range(4)]
    write(
        folder,
        "machine_text/train/toy",
        [*articles, record("short", "Too short."), record("old", "Known " + TEXT)],
    )
    monkeypatch.setenv("DATELINE_CORPORA", str(folder))
    annotations = tmp_path / "annotations"
    annotations.mkdir()
    for name in OWN_SETS:
        (annotations / f"{name}.jsonl").touch()
    monkeypatch.setattr(training.sourcing.support, "ANNOTATIONS", annotations)
    return folder


def draw_sheets(out: Path, count: int, seed: int = 1, *more: str) -> dict[str, Any]:
    arguments = [
        *more,
        "--out",
        str(out),
        "--take",
        f"machine_text/train/toy={count}",
        "--sheets",
        "2",
        "--seed",
        str(seed),
    ]
    result = CliRunner().invoke(draw, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    found: dict[str, Any] = json.loads((out / f"index-{seed}.json").read_text("utf-8"))
    return found


def test_no_article_is_drawn_twice_or_from_a_support_corpus(corpora: Path, tmp_path: Path) -> None:
    first = draw_sheets(tmp_path / "sheets", 2)
    second = draw_sheets(tmp_path / "sheets", 9, seed=2)
    drawn = [article["id"] for index in (first, second) for article in index.values()]
    assert sorted(drawn) == ["n0", "n1", "n2", "n3"]


def test_of_many_the_least_certain_are_drawn(
    corpora: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubts = {"n0": 0.02, "n1": 0.2, "n2": 0.1, "n3": 0.25}
    monkeypatch.setattr("training.sourcing.sheets.shipped_doubt", lambda: lambda record: doubts[record["id"]])
    index = draw_sheets(tmp_path / "sheets", 2, 1, "--of", "2")
    assert {article["id"] for article in index.values()} == {"n1", "n3"}


def test_whole_answers_are_kept_and_the_rest_is_named(corpora: Path, tmp_path: Path) -> None:
    index = draw_sheets(tmp_path / "sheets", 3)
    whole, gap, odd = sorted(index)
    lines = [f"{whole}\t{i}\tC\tV\tN\t1" for i in range(1, len(index[whole]["spans"]) + 1)]
    lines += [f"{gap}\t1\tC\tN\tR\t0", f"{odd}\t1\tZ\tN\tR\t0", f"{odd}\t99\tC\tN\tR\t0", "not a line", ""]
    answers = tmp_path / "answers.tsv"
    answers.write_text("\n".join(lines), "utf-8")
    kept = tmp_path / "kept.jsonl"
    result = CliRunner().invoke(
        collect, [str(tmp_path / "sheets" / "index-1.json"), str(answers), "--output", str(kept)]
    )
    assert result.exit_code == 0, result.output
    (row,) = [json.loads(line) for line in kept.read_text("utf-8").splitlines()]
    assert row["id"] == index[whole]["id"]
    assert [s[2:] for s in row["sentences"]] == [["claim", "vague", "missing", 1]] * len(
        index[whole]["spans"]
    )
    assert "text" not in row
    assert "1 articles kept, 1 incomplete" in result.output
    assert result.output.count("left out") == 3


def test_where_two_annotators_differ_there_is_no_label(corpora: Path, tmp_path: Path) -> None:
    index = draw_sheets(tmp_path / "sheets", 1)
    ((key, article),) = index.items()
    for name, source in (("support_extra", "N"), (SECOND, "V")):
        lines = [
            f"{key}\t{i}\tC\t{source if i == 1 else 'R'}\tA\t{int(source == 'V' and i == 1)}"
            for i in range(1, len(article["spans"]) + 1)
        ]
        answers = tmp_path / f"{name}.tsv"
        answers.write_text("\n".join(lines), "utf-8")
        target = training.sourcing.support.ANNOTATIONS / f"{name}.jsonl"
        arguments = [str(tmp_path / "sheets" / "index-1.json"), str(answers), "--output", str(target)]
        assert CliRunner().invoke(collect, arguments, catch_exceptions=False).exit_code == 0
    (record,) = support_records("support_extra")
    first, *others = record["sentences"]
    assert (first["role"], first["source"], first["time"], first["unsupported"]) == (
        "claim", None, "absolute", None,
    )  # fmt: skip
    assert {(s["source"], s["unsupported"]) for s in others} == {("role", 0)}


VAGUE = " ".join(f"Officials said that pier {number} had been closed." for number in range(20))


@pytest.fixture
def development(corpora: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two development articles, one of which silver has annotated."""
    texts = {name: f"Gulls circled over {name}. {VAGUE}" for name in ("Annotated", "Fresh")}
    name = "machine_text/dev/frontier_mirrors"
    write(corpora, name, [record(key, text) | {"attack": "wire"} for key, text in texts.items()])
    write(
        corpora,
        "sourcing/support_silver",
        [{"id": "Annotated", "origin": "mirror", "text": texts["Annotated"], "sentences": []}],
    )
    monkeypatch.setattr(sourcing_sheets, "FLAG_CORPORA", (name,))
    monkeypatch.delenv("SAMPLES", raising=False)
    return corpora


def test_flags_to_judge_are_of_articles_that_nothing_learnt_from(development: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "flags.txt"
    result = CliRunner().invoke(flag_sheet, ["--out", str(sheet)], catch_exceptions=False)
    assert result.exit_code == 0
    text = sheet.read_text("utf-8")
    assert "over Fresh" in text
    assert "over Annotated" not in text


def test_flag_rates_are_of_articles_that_nothing_learnt_from(development: Path) -> None:
    result = CliRunner().invoke(flag_rates, ["--rules-only"], catch_exceptions=False)
    assert result.output.startswith("frontier_mirrors wire")
    assert "   1 articles" in result.output
