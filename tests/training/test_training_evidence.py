"""Evidence of another encoder, another cleaning or another corpus is never taken for this one's."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("transformers")

from training.machine_text import ablation, calibrate, evaluate, evidence
from training.machine_text.export import ARTIFACT
from training.machine_text.sets import Text
from training.measures import one_pass

ROOT = Path(__file__).parents[2]
NOW = {
    "stylometry": "s", "vocabulary": "v", "window length": "w", "code": "c", "encoder": "e", "corpora": "t",
}  # fmt: skip
SENTENCE = "The council said on Monday that the bridge would stay open. "


class ToySet:
    """A set of one text."""

    file = "toy/texts"

    def texts(self, rng: object) -> Iterator[Text]:
        yield Text("toy", "toy", "human", "1#0", SENTENCE * 9)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Evidence of `NOW`, a line a file."""
    (tmp_path / "origin.json").write_text(json.dumps(NOW))
    for name in evidence.SETS:
        for kind in ("prepared.jsonl", "jsonl"):
            (tmp_path / f"{name}.{kind}").write_text("{}\n")
    return tmp_path


def kept(folder: Path) -> tuple[int, int]:
    """How many sets still have prepared rows, and how many have evidence."""
    prepared = len(list(folder.glob("*.prepared.jsonl")))
    return prepared, len(list(folder.glob("*.jsonl"))) - prepared


@pytest.mark.parametrize("changed", [*NOW, None])
def test_what_another_origin_made_is_dropped(folder: Path, changed: str | None) -> None:
    now = NOW if changed is None else NOW | {changed: "another"}
    evidence.drop_stale(folder, now)
    every = len(evidence.SETS)
    assert kept(folder) == ((every, every) if changed is None else (every if changed == "encoder" else 0, 0))
    assert json.loads((folder / "origin.json").read_text()) == now


def test_evidence_that_does_not_say_what_it_is_of_is_dropped(folder: Path) -> None:
    (folder / "origin.json").unlink()
    evidence.drop_stale(folder, NOW)
    assert kept(folder) == (0, 0)


@pytest.mark.parametrize("option", ["--prepare-only", "--only=stacking"])
def test_a_run_that_scores_little_leaves_no_old_scores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.setattr(evidence, "SETS", {"stacking": [ToySet()], "calibration": [ToySet()]})
    monkeypatch.setattr(evidence, "corpora_origin", lambda: {"corpora": "toy"})
    real, encoder = evidence.origin, {"encoder": "another"}
    monkeypatch.setattr(evidence, "origin", lambda artifact: real(artifact) | encoder)
    first = CliRunner().invoke(evidence.command, ["--out", str(tmp_path)])
    assert first.output == "stacking: 1 texts\ncalibration: 1 texts\n"
    encoder.clear()
    assert CliRunner().invoke(evidence.command, ["--out", str(tmp_path), option]).exit_code == 0
    evidence.check_origin(tmp_path, ARTIFACT)
    with pytest.raises(click.ClickException, match=r"calibration\.jsonl is missing; run `python -m training"):
        evidence.read(tmp_path / "calibration.jsonl")


@pytest.mark.parametrize(
    ("changed", "prepared"), [("encoder", False), ("code", True), ("window length", True)]
)
def test_a_reader_is_told_what_differs_and_what_to_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, changed: str, prepared: bool
) -> None:
    monkeypatch.setattr(evidence, "origin", lambda artifact: NOW | {changed: "another"})
    with pytest.raises(click.ClickException) as refused:
        evidence.check_origin(folder, ARTIFACT, prepared=prepared)
    message = refused.value.message
    assert message.startswith(f"{folder}: made with another {changed}; ")
    assert f"run `python -m training evidence --artifact {ARTIFACT} --out {folder}`" in message


def test_prepared_rows_are_of_no_encoder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "origin", lambda artifact: NOW | {"encoder": "another"})
    evidence.check_origin(folder, ARTIFACT, prepared=True)


@pytest.mark.parametrize(
    ("command", "more"),
    [
        (calibrate.command, ()),
        (evaluate.command, ()),
        (ablation.command, ("--start", "--run", "--out")),
        (one_pass.command, ("--run", "--windows")),
    ],
    ids=["calibrate", "evaluate", "ablation", "one-pass"],
)
def test_every_reader_checks(folder: Path, command: click.Command, more: tuple[str, ...]) -> None:
    given = [word for option in more for word in (option, str(folder))]
    done = CliRunner().invoke(command, ["--evidence", str(folder), *given])
    assert done.exit_code == 1
    assert f"Error: {folder}: made with another stylometry, vocabulary, window length, code" in done.output


def listed() -> set[Path]:
    return {path for name in evidence.READS for path in ROOT.glob(name)}


def imported(path: Path) -> Iterator[Path]:
    """Modules of this repository that a module imports, but for reports, which show articles and read none."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        package = node.module or ""
        if package.split(".")[0] in ("detector", "training") and not package.startswith("detector.reports"):
            base = ROOT.joinpath(*package.split("."))
            names = [base / "__init__", base, *(base / name.name for name in node.names)]
            yield from (module for name in names if (module := name.with_suffix(".py")).is_file())


def test_every_pattern_of_the_list_names_a_file() -> None:
    assert [name for name in evidence.READS if not list(ROOT.glob(name))] == []


def test_the_list_has_all_code_that_evidence_depends_on() -> None:
    models = ("artifact", "cleaning", "encoder", "logistic", "stacked", "stylometric")
    ahead = [
        ROOT / "training" / "machine_text" / "sets.py",
        *(ROOT / "detector" / "models" / f"{name}.py" for name in models),
    ]
    seen: set[Path] = set()
    while ahead:
        path = ahead.pop()
        if path not in seen:
            seen.add(path)
            ahead += imported(path)
    assert seen - listed() == set()
    assert ROOT / "detector" / "stylometry" / "rhythm.py" in seen


PREPARED = """
import sys
from pathlib import Path
from types import SimpleNamespace
sys.modules["training.machine_text.export"] = SimpleNamespace(ARTIFACT=Path(sys.argv[3]))  # without torch
opened = set()
sys.addaudithook(lambda event, args: opened.add(str(args[0])) if event == "open" else None)
from detector.models.artifact import load_artifact
from detector.models.encoder import Encoder
from detector.models.stylometric import StylometryModel
from training.machine_text.evidence import ARTIFACT, prepare
from training.machine_text.sets import Text
text = Text("toy", "toy", "human", "1", sys.argv[1])
assert list(prepare([text], Encoder(load_artifact(ARTIFACT)), StylometryModel.load()))
print(*sorted(path for path in opened if Path(path).parent == Path(sys.argv[2])), sep="\\n")
"""


def test_the_list_has_all_data_that_is_read() -> None:
    odd = (
        SENTENCE.replace("bridge", "br\u0456dge") + "The govermnent\u200b \u2013 \u00a7 5 \u2013 delves.\n\n"
    )
    data = ROOT / "detector" / "data"
    done = subprocess.run(
        [sys.executable, "-c", PREPARED, (odd + SENTENCE * 9), str(data), str(ARTIFACT)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = {Path(line) for line in done.stdout.split() if not line.endswith(".py")}
    assert data / "characters.toml" in found
    assert found - listed() == set()


def test_another_byte_of_the_list_or_another_window_length_is_another_origin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copy_artifact: Callable[..., Path]
) -> None:
    before = evidence.origin(ARTIFACT)
    other = evidence.origin(copy_artifact(tmp_path / "other", window_tokens=99))
    assert [name for name in before if before[name] != other[name]] == ["window length"]
    monkeypatch.setattr(evidence, "READS", evidence.READS[1:])
    assert evidence.origin(ARTIFACT)["code"] != before["code"]


def test_another_corpus_is_another_origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "SETS", {"samples": None, "toy": [ToySet()]})
    monkeypatch.setenv("DATELINE_CORPORA", str(tmp_path))
    path = tmp_path / "toy" / "texts.jsonl.gz"
    path.parent.mkdir()
    path.write_bytes(b"one")
    before = evidence.corpora_origin()
    assert before == evidence.corpora_origin()
    path.write_bytes(b"two")
    assert evidence.corpora_origin() != before


@pytest.fixture
def copy_artifact() -> Callable[..., Path]:
    """Copies the shipped artifact to a folder, with changes of its configuration."""
    from training.artifacts import as_json, write_artifact
    from training.machine_text.export import FILES

    def copy(folder: Path, **config: object) -> Path:
        files = {path.name: path.read_bytes() for path in ARTIFACT.iterdir() if path.name != "SHA256SUMS"}
        changed = json.loads(files["config.json"]) | config
        write_artifact(folder, files | {"config.json": as_json(changed)}, FILES)
        return folder

    return copy
