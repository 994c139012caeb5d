"""`python -m training restore --out FILE`: the shipped encoder as torch weights, for a stage that goes on from it."""

from __future__ import annotations

import json
from pathlib import Path

import click
import torch

from detector.models.vocabulary import shared_vocabulary
from training.encoders.restored import restored
from training.machine_text.export import ARTIFACT


@click.command()
@click.option("--artifact", type=click.Path(exists=True, path_type=Path), default=ARTIFACT, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
def command(artifact: Path, out: Path) -> None:
    """Write the weights of the shipped encoder, to name as `start` or `teacher`, and its settings beside them."""
    out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(restored(artifact / "model.onnx", shared_vocabulary().table()), out)
    settings = json.loads((artifact / "config.json").read_text("utf-8"))["training"]
    (out.parent / "config.json").write_text(json.dumps(settings, indent=1), "utf-8")
    click.echo(f"wrote {out}")
