"""How well encoders rank by themselves, on toy articles."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("torch")

from training.sourcing import fit
from training.sourcing import rank as ranks
from training.sourcing.reader import Labelled

TRUTH = (True, False, True, None)


def read(*scores: float) -> list[SimpleNamespace]:
    """Predictions of an article's sentences."""
    return [SimpleNamespace(marks={ranks.MARK: score}) for score in scores]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Predictions by run, which a test may change; each of two runs misranks another sentence."""
    found: dict[str, Any] = {
        "one": {"a": read(2.0, 1.0, 0.5, 9.0), "seen by two": read(0.0)},
        "two": {"a": read(0.5, 1.0, 2.0, 9.0)},
    }
    labelled = [Labelled("a", i, None, None, None, truth, True) for i, truth in enumerate(TRUTH)]
    other = [Labelled("seen by two", 0, None, None, None, True, True)]
    monkeypatch.setattr(fit, "CORPORA", ["toy"])
    monkeypatch.setattr(
        fit,
        "articles",
        lambda corpus, once: iter([("a", None, labelled), ("seen by two", None, other)]),
    )
    monkeypatch.setattr(ranks, "held_out_predictions", lambda run: found[run.name])
    for name in found:
        (tmp_path / name).mkdir()
    return found


def invoke(folder: Path, *names: str) -> Result:
    options = [part for name in names for part in ("--run", str(folder / name))]
    return CliRunner().invoke(ranks.rank, options)


def test_each_run_is_ranked_and_so_is_their_mean(tmp_path: Path, runs: dict[str, Any]) -> None:
    result = invoke(tmp_path, "one", "two")
    assert result.exit_code == 0
    first, *lines = result.output.splitlines()
    assert first == "3 sentences, 2 unsupported"
    # Hits at the first and the third of three places; together both are above the other.
    assert [line.rsplit(" ", 1)[1] for line in lines] == ["0.8333", "0.8333", "1.0000"]
    assert lines[-1].startswith("their mean")


def test_one_run_has_no_mean_and_reads_all_that_it_has_not_seen(tmp_path: Path, runs: dict[str, Any]) -> None:
    result = invoke(tmp_path, "one")
    assert result.output.startswith("4 sentences, 3 unsupported")
    assert "their mean" not in result.output


def test_runs_without_an_unseen_article_in_common_say_so(tmp_path: Path, runs: dict[str, Any]) -> None:
    runs["two"].clear()
    result = invoke(tmp_path, "one", "two")
    assert result.exit_code == 1
    assert "no annotated article is unseen by all of these runs" in result.output
