"""`python -m training sourcing export`: the trained encoder as an int8 ONNX artifact, with a parity check."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from torch import nn

from detector.sourcing.encoder import pools_of
from detector.sourcing.predictions import HEADS as SENTENCE_HEADS
from detector.sourcing.windows import WindowShape
from training.export import quantise, session
from training.finetune import base_checkpoint
from training.sourcing import command
from training.sourcing_encoder import SourcingEncoder, support_samples
from training.sourcing_train import load, read_config, tokenizer_of

ARTIFACT = Path(__file__).parent.parent / "detector" / "models" / "artifacts" / "sourcing"
PARITY_WINDOWS = 40


class _Exported(nn.Module):
    """The encoder with the heads that ship, on one window without padding."""

    def __init__(self, model: SourcingEncoder) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, pools: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        pieces, vectors = self.model(input_ids, torch.ones_like(input_ids), pools)
        logits = torch.cat([self.model.heads[name](vectors) for name, _ in SENTENCE_HEADS], dim=2)
        return torch.sigmoid(pieces), logits


def average(config: dict[str, Any], paths: list[Path]) -> SourcingEncoder:
    """Mean of the weights of several runs from one start (a model soup, Wortsman et al. 2022)."""
    model = load(config, paths[0])
    states = [torch.load(path, weights_only=True) for path in paths]
    model.load_state_dict({k: sum(s[k].float() for s in states) / len(states) for k in states[0]})
    return model.eval()


def export_onnx(model: SourcingEncoder, path: Path) -> None:
    """Write the unquantised graph."""
    model.encoder.set_attn_implementation("eager")
    example = (torch.randint(1000, 2000, (1, 64)), torch.rand(1, 3, 64))
    torch.onnx.export(
        _Exported(model).eval(), example, str(path), input_names=["input_ids", "pools"], output_names=["pieces", "logits"],
        dynamic_axes={"input_ids": {1: "length"}, "pools": {1: "sentences", 2: "length"}, "pieces": {1: "length"}, "logits": {1: "sentences"}},
        opset_version=17, dynamo=False, do_constant_folding=True,
    )  # fmt: skip


@command.command("export")
@click.option("--run", type=click.Path(path_type=Path), required=True)
@click.option(
    "--weights",
    multiple=True,
    default=("fold0", "fold1", "fold2"),
    show_default=True,
    help="Checkpoints to average.",
)
@click.option("--decision", type=click.Path(path_type=Path), required=True, help="Weights by `fit --run`.")
@click.option("--output", type=click.Path(path_type=Path), default=ARTIFACT)
def export(run: Path, weights: tuple[str, ...], decision: Path, output: Path) -> None:
    """Average the checkpoints, export, quantise, check parity and write the artifact."""
    config = read_config()
    torch.set_num_threads(1)
    model = average(config, [run / f"{name}.pt" for name in weights])
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        export_onnx(model, plain)
        quantise(plain, output / "model.onnx")
        _parity(config, model, plain, output / "model.onnx")
    shutil.copyfile(Path(base_checkpoint(config)) / "tokenizer.json", output / "tokenizer.json")
    shutil.copyfile(decision, output / "decision.json")
    settings = {
        "name": "sourcing",
        "version": "1",
        "format_version": 1,
        "window": config["window"],
        "heads": {name: list(labels) for name, labels in SENTENCE_HEADS},
        "base": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)",
        "corpora": [
            "sourcing/polnear train",
            "sourcing/newsdiscourse_sentences",
            *config["support"]["corpora"],
        ],
        "averaged": list(weights),
    }
    (output / "config.json").write_text(json.dumps(settings, indent=1) + "\n", "utf-8")
    write_sums(output)


def write_sums(folder: Path) -> None:
    """Write SHA256SUMS over every other file of an artifact."""
    names = sorted(p.name for p in folder.iterdir() if p.is_file() and p.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(lines), "utf-8")


def _parity(config: dict[str, Any], model: SourcingEncoder, plain: Path, quantised: Path) -> None:
    """Print the largest and mean differences in probability between torch, ONNX and int8."""
    shape = WindowShape(**config["window"])
    windows = [
        s.window for s in support_samples("support_silver", tokenizer_of(config), shape)[:PARITY_WINDOWS]
    ]
    exported = _Exported(model).eval()
    for name, path in (("onnx", plain), ("int8", quantised)):
        runner = session(path)
        differences = []
        for window in windows:
            ids, pools = np.array([window.ids], dtype=np.int64), pools_of(window)
            with torch.no_grad():
                ours = exported(torch.tensor(ids), torch.tensor(pools))
            theirs = runner.run(None, {"input_ids": ids, "pools": pools})
            differences.append(np.abs(ours[0].numpy() - theirs[0]).ravel())
            differences.append(
                np.abs(_sigmoid(ours[1].numpy()[..., -1]) - _sigmoid(theirs[1][..., -1])).ravel()
            )
        every = np.concatenate(differences)
        click.echo(f"{name}: probability differs by {every.mean():.5f} on average, {every.max():.4f} at most")
    click.echo(f"model.onnx: {quantised.stat().st_size / 1e6:.1f} MB")


def _sigmoid(values: np.ndarray) -> np.ndarray:
    result: np.ndarray = 1 / (1 + np.exp(-values))
    return result
