"""`python -m training narrow`: a stage of the machine-text encoder begun with fewer neurons (`encoders.narrowing`)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import click
import torch
from transformers import AutoTokenizer

from training.encoders.narrowing import moments_of, narrowed
from training.encoders.weights import base_checkpoint
from training.machine_text.finetune import classifier_of
from training.runs import read_windows

WINDOWS = 800
"""As many windows tell what the neurons do: some 100,000 tokens, against 1,536 neurons a layer."""


@click.command()
@click.option("--config", "path", type=click.Path(exists=True, path_type=Path), required=True)
@click.option(
    "--weights",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="Those of the stage before (.pt).",
)
@click.option(
    "--run",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="Folder whose windows tell what the neurons do, and of what is written.",
)
def command(path: Path, weights: Path, run: Path) -> None:
    """Write narrow.pt: `weights` with the `neurons` of a configuration in each feed-forward layer."""
    config: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    if "neurons" not in config:
        raise click.UsageError(f"{path} has no `neurons`: how many a feed-forward layer keeps")
    torch.set_num_threads(int(config.get("threads", 2)))
    tokenizer = AutoTokenizer.from_pretrained(base_checkpoint(config))
    windows = read_windows(run)[:WINDOWS]
    texts = [
        torch.tensor(tokenizer(w.text, truncation=True, max_length=int(config["max_tokens"]))["input_ids"])
        for w in windows
    ]
    model = classifier_of({**config, "neurons": None}).eval()
    model.load_state_dict(torch.load(weights, weights_only=True))
    moments = moments_of(model.encoder, texts, model.halve_after)
    state = narrowed(model.state_dict(), moments, int(config["neurons"]))
    torch.save(state, run / "narrow.pt")
    click.echo(f"wrote {run / 'narrow.pt'}: {config['neurons']} neurons in each feed-forward layer")
