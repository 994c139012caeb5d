"""The table of training commands, the reader of corpora and the card: what they say where something is missing."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from detector.models.artifact import shipped
from training import __main__ as table
from training.corpora import HOMES, records

ROOT = Path(__file__).parents[2]


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_help_names_every_command_and_imports_none() -> None:
    done = run(
        "import sys\nfrom training.__main__ import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "print('IMPORTED', *(m for m in sys.modules if m.startswith('training.') or m in ('torch', 'numpy')))"
    )
    assert done.returncode == 0, done.stderr
    shown, _, imported = done.stdout.partition("IMPORTED")
    assert imported.split() == ["training.__main__"]
    assert [name for name in table.COMMANDS if not re.search(rf"^  {name} +\w", shown, re.M)] == []


def test_every_command_is_where_the_table_says() -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    pytest.importorskip("sklearn")
    assert isinstance(table.main, table.CommandTable)
    context = click.Context(table.main)
    for name, (_, line) in table.COMMANDS.items():
        assert isinstance(table.main.get_command(context, name), click.Command), name
        assert line.endswith("."), name
    assert table.main.get_command(context, "unknown") is None


def test_a_package_that_is_missing_is_named_in_one_line() -> None:
    done = run(
        "import sys\nsys.modules['torch'] = None\nfrom training.__main__ import main\nmain(['finetune', '--help'])"
    )
    assert done.returncode == 1
    assert done.stderr == "Error: the package torch is missing: pip install 'dateline[train]'\n"


def test_a_module_of_our_own_that_is_missing_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(table.COMMANDS, "card", ("no_such_module:command", "Nothing."))
    done = CliRunner().invoke(table.main, ["card"])
    assert isinstance(done.exception, ModuleNotFoundError)


def test_records_are_read_one_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with gzip.open(tmp_path / "toy.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.write('{"text": "One."}\n{"text": "Two."}\n')
    monkeypatch.setenv("DATELINE_CORPORA", str(tmp_path))
    assert [r["text"] for r in records("toy")] == ["One.", "Two."]


@pytest.mark.parametrize("name", ["machine_text/dev/lastde", "machine_text/dev/frontier_mirrors"])
def test_a_corpus_that_is_missing_is_named_with_its_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("DATELINE_CORPORA", str(tmp_path))
    with pytest.raises(click.UsageError) as raised:
        list(records(name))
    assert str(tmp_path / f"{name}.jsonl.gz") in raised.value.message
    home = HOMES.get(name.rsplit("/", 1)[-1])
    assert ("its public home is" in raised.value.message) == bool(home)
    assert (home or "") in raised.value.message


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    folder = tmp_path / "artifact"
    folder.mkdir()
    for name in ("stack.json", "calibration.json"):
        (folder / name).write_bytes((shipped("machine-text") / name).read_bytes())
    (folder / "README.md").write_text("The card of before.\n", "utf-8")
    return folder


def places() -> set[str]:
    from training.machine_text.card import TEMPLATE

    return set(re.findall(r"\{\{(\w+)\}\}", TEMPLATE.read_text("utf-8")))


def test_a_card_without_all_its_tables_is_not_written(artifact: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from training.machine_text.card import command

    tables = tmp_path / "tables"
    tables.mkdir()
    for name in places() - {"leaks", "calibration"}:
        (tables / f"{name}.md").write_text(f"The table {name}.\n", "utf-8")
    (tables / "speed.md").write_text("\n", "utf-8")
    options = ["--tables", str(tables), "--artifact", str(artifact)]
    done = CliRunner().invoke(command, options)
    assert done.exit_code == 1
    assert "lacks leaks.md, speed.md" in done.output
    assert (artifact / "README.md").read_text("utf-8") == "The card of before.\n"

    for name in ("leaks", "speed"):
        (tables / f"{name}.md").write_text(f"The table {name}.\n", "utf-8")
    assert CliRunner().invoke(command, options).exit_code == 0
    card = (artifact / "README.md").read_text("utf-8")
    assert "{{" not in card
    assert all(f"The table {name}." in card for name in places() - {"calibration"})
    assert "## Training\n\n| stage |" in card

    shutil.rmtree(tables)
    tables.mkdir()
    (artifact / "stack.json").unlink()
    assert "run `python -m training calibrate` first" in CliRunner().invoke(command, options).output


def test_the_card_gives_the_stack_and_its_thresholds_as_they_are(artifact: Path) -> None:
    pytest.importorskip("torch")
    from training.machine_text.card import calibration

    stack = {"features": ["encoder.mean", "stylometry.logit"], "weights": [[3.0, 1.0]], "scale": [2.0, 4.0]}
    threshold = {"target_fpr": 0.005, "probability": 0.9, "n_human": 400, "fpr_upper95": 0.0123}
    more = {"target_fpr": 0.01, "probability": 0.75, "n_human": 400, "fpr_upper95": 0.02}
    bins = [{"low": 80, "high": 200, "thresholds": [threshold, more]}, {"low": 200, "high": None, "thresholds": [more, more]}]  # fmt: skip
    (artifact / "stack.json").write_text(json.dumps(stack), "utf-8")
    (artifact / "calibration.json").write_text(json.dumps({"corpus": "toy", "bins": bins}), "utf-8")
    lines = calibration(artifact).splitlines()
    assert lines[0].startswith(
        "The stack adds 1.500 times the mean log-odds of the encoder's windows and 0.250 times the log-odds of stylometry."
    )
    assert lines[2] == "| words | human crops | at 0.5% | at 1% |"
    assert lines[4:] == [
        "| 80-200 | 400 | 0.9000 (1.23%) | 0.7500 (2.00%) |",
        "| 200+ | 400 | 0.7500 (2.00%) | 0.7500 (2.00%) |",
    ]


def test_the_documented_commands_fill_every_place_of_the_card() -> None:
    pytest.importorskip("torch")
    written = re.findall(r"runs/tables/(\w+)\.md", (ROOT / "training" / "README.md").read_text("utf-8"))
    assert {*written, "calibration"} == places()
