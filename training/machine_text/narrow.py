"""`python -m training narrow`: fewer neurons in the feed-forward layers, the others making up for those that go.

Neuron after neuron, the one goes whose loss changes a layer's output least over the windows of a run, and the
weights of those that stay are moved to the least squares of what is left: Optimal Brain Surgeon (Hassibi and Stork,
1993), whole neurons at a time as in ZipLM (Kurtic et al., 2023). What is written is where a further stage starts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click
import torch
from torch import nn
from transformers import AutoTokenizer

from training.encoders.weights import base_checkpoint
from training.machine_text.finetune import WindowClassifier, classifier_of
from training.runs import read_windows

WINDOWS = 800
"""As many windows tell what the neurons do: some 100,000 tokens, against 1,536 neurons a layer."""
_DAMPING = 1e-3


def surgeon(weights: torch.Tensor, moments: torch.Tensor, keep: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Choose `keep` neurons and give what replaces their outgoing weights.

    Parameters
    ----------
    weights
        Outgoing weights of the neurons, shape (neurons, width).
    moments
        Second moments of the neurons' values, shape (neurons, neurons).

    Returns
    -------
    kept, weights
        Which neurons stay, shape (neurons,), and their weights, shape (keep, width).

    A neuron that says what another says goes, and the other takes its weights over:

    >>> kept, moved = surgeon(torch.tensor([[1.0], [2.0], [5.0]]), torch.tensor([[1.0, 1, 0], [1, 1, 0], [0, 0, 1]]), 2)
    >>> kept.tolist(), moved.round(decimals=2).flatten().tolist()
    ([False, True, True], [3.0, 5.0])
    """
    count = len(moments)
    moments = moments.double()
    inverse = torch.linalg.inv(moments + _DAMPING * moments.diag().mean() * torch.eye(count))
    moved, kept = weights.double().clone(), torch.ones(count, dtype=torch.bool)
    for _ in range(count - keep):
        cost = (moved**2).sum(1) / inverse.diag()
        cost[~kept] = torch.inf
        gone = int(cost.argmin())
        share = inverse[:, gone] / inverse[gone, gone]
        moved -= share[:, None] * moved[gone]
        inverse = inverse - share[:, None] * inverse[gone]
        inverse[gone], inverse[:, gone], inverse[gone, gone] = 0.0, 0.0, 1.0
        kept[gone] = False
    return kept, moved[kept].to(weights.dtype)


@torch.no_grad()
def moments_of(model: WindowClassifier, texts: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Second moments of each layer's feed-forward neurons, shape (neurons, neurons), over windows of token ids."""
    layers = [layer.output.dense for layer in model.encoder.encoder.layer]
    found = [torch.zeros(dense.in_features, dense.in_features) for dense in layers]

    def keep(place: int, _: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        values = inputs[0].flatten(0, -2)
        found[place] += values.T @ values

    hooks = [dense.register_forward_pre_hook(partial(keep, place)) for place, dense in enumerate(layers)]
    for ids in texts:
        model(ids[None], torch.ones_like(ids)[None])
    for hook in hooks:
        hook.remove()
    return found


def narrowed(
    state: dict[str, torch.Tensor], moments: Sequence[torch.Tensor], keep: int
) -> dict[str, torch.Tensor]:
    """Weights of a classifier whose feed-forward layers have `keep` neurons each."""
    state = dict(state)
    for place, own in enumerate(moments):
        prefix = f"encoder.encoder.layer.{place}"
        kept, moved = surgeon(state[f"{prefix}.output.dense.weight"].T, own, keep)
        state[f"{prefix}.output.dense.weight"] = moved.T.contiguous()
        for part in ("weight", "bias"):
            name = f"{prefix}.intermediate.dense.{part}"
            state[name] = state[name][kept]
    return state


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
    state = narrowed(model.state_dict(), moments_of(model, texts), int(config["neurons"]))
    torch.save(state, run / "narrow.pt")
    click.echo(f"wrote {run / 'narrow.pt'}: {config['neurons']} neurons in each feed-forward layer")
