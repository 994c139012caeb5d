"""A run of the sourcing encoder: what it keeps, how it goes on, and what it leaves."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("sklearn")

import torch
import transformers

from detector.sourcing.windows import Slot, Window
from training.sourcing import encoder as sourcing_encoder
from training.sourcing import train as sourcing_train
from training.sourcing.encoder import Sample, SourcingEncoder, loss_of, save, train
from training.sourcing.export import export
from training.sourcing.fit import fit
from training.sourcing.train import train_command

WEIGHTS = {"pieces": 1.0}


def record(name: str, story: str) -> dict[str, Any]:
    return {"id": name, "keys": [story]}


def toy_config(**support: Any) -> dict[str, Any]:
    stage = {"name": "only", "corpora": ["support_silver"]}
    return {
        "base": "toy",
        "seed": 1,
        "window": {},
        "support": {"held_out": 0.18, "stages": [stage], **support},
    }


@pytest.fixture
def silver(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Records of `support_silver`, which tests may change; training itself is left out."""
    records = [record(f"a{i}", f"story {i}") for i in range(40)]
    monkeypatch.setattr(sourcing_train, "support_records", lambda corpus: iter(records))
    monkeypatch.setattr(sourcing_train, "read_config", toy_config)
    monkeypatch.setattr(sourcing_train, "tokenizer_of", lambda config: None)
    for stage in ("_train_attribution", "_train_support"):
        monkeypatch.setattr(sourcing_train, stage, lambda *arguments: None)
    return records


def invoke(command: click.Command, *arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_a_run_keeps_what_it_was_trained_on(silver: list[dict[str, Any]], tmp_path: Path) -> None:
    run = tmp_path / "run"
    for _ in range(2):
        assert invoke(train_command, "--run", run).exit_code == 0
    assert sourcing_train.config_of(run) == toy_config()
    assert sourcing_train.seen_by(run) == sourcing_train.trained_on(toy_config())


def test_the_configuration_that_ships_is_kept_as_it_is(silver: list[dict[str, Any]], tmp_path: Path) -> None:
    config = tomllib.loads(sourcing_train.CONFIG.read_text("utf-8"))
    sourcing_train.begin(tmp_path, config)
    assert sourcing_train.config_of(tmp_path) == config


def test_a_run_goes_on_by_its_own_configuration_and_articles_alone(
    silver: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert invoke(train_command, "--run", tmp_path).exit_code == 0
    monkeypatch.setattr(sourcing_train, "read_config", lambda: toy_config(held_out=0.5))
    result = invoke(train_command, "--run", tmp_path)
    assert result.exit_code == 1
    assert "is of another configuration" in result.output
    monkeypatch.setattr(sourcing_train, "read_config", toy_config)
    silver.extend(record(f"b{i}", f"another story {i}") for i in range(40))
    result = invoke(train_command, "--run", tmp_path)
    assert result.exit_code == 1
    assert "trains on other articles" in result.output


def test_a_run_that_does_not_say_what_it_was_trained_on_is_accepted_by_name(
    silver: list[dict[str, Any]], tmp_path: Path
) -> None:
    (tmp_path / "only.pt").touch()
    result = invoke(train_command, "--run", tmp_path)
    assert result.exit_code == 1
    assert "add --accept" in result.output
    assert invoke(train_command, "--run", tmp_path, "--accept").exit_code == 0
    assert invoke(train_command, "--run", tmp_path).exit_code == 0


def test_what_fits_is_what_the_run_has_not_seen_whatever_is_configured_now(
    silver: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silver.append(record("retold", "story 0"))
    apart = {r["id"] for r in silver if sourcing_train.held_out(r["id"], toy_config())}
    assert "a0" in apart
    assert "retold" not in apart
    sourcing_train.begin(tmp_path, toy_config())
    monkeypatch.setattr(sourcing_train, "read_config", lambda: toy_config(held_out=1.0))
    monkeypatch.setattr(sourcing_train, "trained", lambda config, run: None)
    monkeypatch.setattr(sourcing_train, "load", lambda config, path: None)
    monkeypatch.setattr(sourcing_train, "read_document", lambda record: None)
    monkeypatch.setattr(sourcing_train, "cut_windows", lambda *arguments: [])
    monkeypatch.setattr(sourcing_train, "predict", lambda *arguments: [])
    monkeypatch.setattr(sourcing_train, "predictions_of", lambda *arguments: [])
    assert sourcing_train.held_out_predictions(tmp_path).keys() == apart - {"a0"}


def test_a_run_without_weights_is_named_in_one_line(silver: list[dict[str, Any]], tmp_path: Path) -> None:
    decision = tmp_path / "decision.json"
    exporting = ("--decision", decision, "--version", "1.0.0", "--output", tmp_path / "artifact")
    for command, more in ((fit, ("--output", decision)), (export, exporting)):
        result = invoke(command, "--run", tmp_path / "none", *more)
        assert result.exit_code == 1
        assert "config.json is missing: run `python -m training sourcing train` first" in result.output
    sourcing_train.begin(tmp_path, toy_config())
    result = invoke(export, "--run", tmp_path, *exporting)
    assert result.exit_code == 1
    assert "only.pt is missing: run `python -m training sourcing train` first" in result.output


def test_the_weights_of_a_stage_are_written_mixed_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, checkpoint = tmp_path / "before.pt", tmp_path / "stage.checkpoint"
    save({"head": torch.zeros(2)}, before)
    checkpoint.touch()
    with monkeypatch.context() as patch:
        patch.setattr(sourcing_train, "mixed", lambda *arguments: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sourcing_train.finish({"head": torch.ones(2)}, checkpoint, before, 0.25)
    assert {path.name for path in tmp_path.iterdir()} == {"before.pt", "stage.checkpoint"}
    sourcing_train.finish({"head": torch.ones(2)}, checkpoint, before, 0.25)
    assert torch.load(tmp_path / "stage.pt")["head"].tolist() == [0.75, 0.75]
    assert not checkpoint.exists()


@pytest.fixture
def base(tmp_path: Path) -> str:
    """Folder of a BERT of one small layer."""
    shape = transformers.BertConfig(
        vocab_size=50, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8
    )
    transformers.BertModel(shape, add_pooling_layer=False).save_pretrained(tmp_path / "base")
    return str(tmp_path / "base")


def toy_stream(steps: int) -> list[list[Sample]]:
    rng = random.Random(3)
    samples = []
    for _ in range(2 * steps):
        ids = tuple(rng.randrange(50) for _ in range(6))
        window = Window(ids, tuple((i, i + 1) for i in range(6)), (Slot(0, 0, 6, own=True),))
        samples.append(Sample(window, np.ones((6, 3), dtype=np.int64), {"unsupported": [rng.randrange(2)]}))
    return [samples[i : i + 2] for i in range(0, len(samples), 2)]


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_a_stage_that_was_cut_short_goes_on_as_if_it_had_not_been(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, average: float
) -> None:
    monkeypatch.setattr(sourcing_encoder, "CHECKPOINT_STEPS", 5)
    stream, taken, cut_at = toy_stream(20), 0, 0

    def once(name: str) -> dict[str, Any]:
        torch.manual_seed(1)
        model = SourcingEncoder(base)

        def loss(batch: list[Sample]) -> torch.Tensor:
            nonlocal taken
            taken += 1
            if taken == cut_at:
                raise KeyboardInterrupt
            return loss_of(model, batch, WEIGHTS)

        return train(model, stream, 1e-3, loss, tmp_path / f"{name}.checkpoint", average)

    whole = once("whole")
    taken, cut_at = 0, 13
    with pytest.raises(KeyboardInterrupt):
        once("cut")
    resumed = once("cut")
    assert taken == 13 + 10, "the steps up to the checkpoint are not taken again"
    assert whole.keys() == resumed.keys()
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    stream.pop()
    with pytest.raises(click.ClickException, match="is of 20 steps, not of 19"):
        once("cut")


def test_the_tokenizer_of_a_base_on_the_hub_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants
    from tokenizers import Tokenizer, models

    folder = tmp_path / "models--toy--base" / "snapshots" / "1"
    folder.mkdir(parents=True)
    (tmp_path / "models--toy--base" / "refs").mkdir()
    (tmp_path / "models--toy--base" / "refs" / "main").write_text("1", "utf-8")
    Tokenizer(models.WordLevel({"harbour": 3, "[UNK]": 0}, unk_token="[UNK]")).save(
        str(folder / "tokenizer.json")
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    for name in ("toy/base", str(folder)):
        assert sourcing_train.tokenizer_of({"base": name}).encode("harbour").ids == [3]
