"""Rates of rules, counted on toy corpora."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from training.measures import rates


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATELINE_CORPORA", str(tmp_path))
    lines = {
        "people": {"id": "a", "text": "The council met on Monday. It agreed on the bridge."},
        "machine": {"id": "b", "text": "The coun\u200bcil met.", "label": "ai", "domain": "news"},
    }
    for name, record in lines.items():
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
    samples = (rates.Sample("people", "human", 100), rates.Sample("machine", "machine", 100))
    monkeypatch.setattr(rates, "SAMPLES", samples)
    return tmp_path


def test_a_run_over_one_detector_keeps_the_shipped_rates_of_the_others_in_a_new_file(toy: Path) -> None:
    shipped = json.loads(rates.SHIPPED.read_text("utf-8"))
    command = ["--detector", "integrity", "--jobs", "1", "-o", str(toy / "rates.json")]
    assert CliRunner().invoke(rates.main, command).exit_code == 0
    found = json.loads((toy / "rates.json").read_text("utf-8"))
    assert found["patterns"] == shipped["patterns"]
    assert found["rules"]["SRC001"] == shipped["rules"]["SRC001"]
    counted = {code for code, row in found["rules"].items() if row["machine_words"] < 10}
    assert counted
    assert sum(found["rules"][code]["machine_flags"] for code in counted) == 1
    assert not any(found["rules"][code]["human_flags"] for code in counted)


def test_an_unknown_detector_is_named_beside_those_that_there_are(toy: Path) -> None:
    result = CliRunner().invoke(rates.main, ["--detector", "truth", "-o", str(toy / "rates.json")])
    assert result.exit_code == 2
    assert "no detector is named truth" in result.output
    assert "sourcing" in result.output
