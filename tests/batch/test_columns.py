"""Scores as columns of pandas and of `datasets`, and the examples of the documentation."""

import re
from pathlib import Path

import pytest

from detector import Analyzer
from detector.batch.columns import ScoreColumns
from detector.errors import UsageError

DOCS = Path(__file__).parents[2] / "docs" / "batch.md"
STORY = "Officials said on Monday that the bridge at Otto's Ferry would be closed for repairs until May. " * 8


def test_columns_are_those_of_the_analyzer_row_by_row():
    texts = [STORY, "Too short.", STORY * 2]
    scores = [report.credibility.score for report in Analyzer().analyze_many(texts)]
    assert ScoreColumns()({"text": texts})["dateline_score"] == scores
    assert scores[1] is None


def test_an_unknown_column_is_refused():
    with pytest.raises(UsageError, match="scoer"):
        ScoreColumns(columns=("scoer",))


def test_a_data_frame_gets_columns():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {"text": [STORY, None], "published": pandas.to_datetime(["2026-01-23", None]), "other": [1, 2]},
        index=[7, 9],
    )
    scored = frame.assign(**ScoreColumns(columns=("score", "published", "error"), prefix="d_")(frame))
    assert list(scored.columns) == ["text", "published", "other", "d_score", "d_published", "d_error"]
    assert scored.d_published[7] == "2026-01-23"
    assert "needs either a field" in scored.d_error[9]


def test_nullable_columns_of_pandas_hold_missing_values_and_whole_numbers():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {
            "text": pandas.array(["It rained.", None, "It rained.", "It rained."], dtype="string"),
            "id": pandas.array([7, 8, None, 9], dtype="Int64"),
            "title": pandas.array(["Rain", None, None, float("nan")], dtype=object),
        }
    )
    scored = ScoreColumns(columns=("id", "words", "error"), prefix="")(frame)
    assert scored["words"] == [2, None, 2, 2]
    assert [error is None for error in scored["error"]] == [True, False, True, True]
    assert [scored["id"][0], scored["id"][3]] == ["7", "9"]
    assert ScoreColumns(columns=("id",), prefix="")(frame.dropna(subset="id"))["id"] == ["7", None, "9"]


@pytest.mark.parametrize(
    ("table", "has"),
    [({"body": ["It rained."], 3: [1]}, "body, 3"), ({"title": ["Rain"]}, "title"), ({}, "none")],
)
def test_a_table_without_texts_is_refused_with_the_columns_it_has(table, has):
    with pytest.raises(UsageError, match=f"no column `text` or `html`; its columns: {has}$"):
        ScoreColumns()(table)


@pytest.mark.filterwarnings("ignore")
def test_a_dataset_is_mapped_in_batches(tmp_path):
    datasets = pytest.importorskip("datasets")
    dataset = datasets.Dataset.from_dict({"text": [STORY, "Too short.", STORY], "label": [0, 1, 0]})
    mapped = dataset.map(
        ScoreColumns(), batched=True, batch_size=2, cache_file_name=str(tmp_path / "c.arrow")
    )
    assert mapped["label"] == [0, 1, 0]
    first, none, third = mapped["dateline_score"]
    assert none is None
    assert first == third == Analyzer().analyze(STORY).credibility.score


def test_the_examples_of_the_documentation_run(tmp_path, monkeypatch):
    for name in ("pandas", "datasets"):
        pytest.importorskip(name)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert len(blocks) >= 3
    names = {"texts": [STORY, "Too short."], "__name__": "example"}
    for block in blocks:
        exec(compile(block, str(DOCS), "exec"), names)
