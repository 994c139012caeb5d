"""Fewer neurons in the feed-forward layers of an encoder, the others making up for those that go.

Neuron after neuron, the one goes whose loss changes a layer's output least over some windows, and the
weights of those that stay are moved to the least squares of what is left: Optimal Brain Surgeon (Hassibi and Stork,
1993), whole neurons at a time as in ZipLM (Kurtic et al., 2023). Training then starts from what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import nn

from training.encoders.shapes import states_of

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
def moments_of(
    encoder: Any, texts: Sequence[torch.Tensor], halve_after: Sequence[int] = ()
) -> list[torch.Tensor]:
    """Second moments of each layer's feed-forward neurons, shape (neurons, neurons), over windows of token ids."""
    layers = [layer.output.dense for layer in encoder.encoder.layer]
    found = [torch.zeros(dense.in_features, dense.in_features) for dense in layers]

    def keep(place: int, _: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        values = inputs[0].flatten(0, -2)
        found[place] += values.T @ values

    hooks = [dense.register_forward_pre_hook(partial(keep, place)) for place, dense in enumerate(layers)]
    for ids in texts:
        states_of(encoder, ids[None], torch.ones_like(ids)[None], halve_after)
    for hook in hooks:
        hook.remove()
    return found


def narrowed(
    state: dict[str, torch.Tensor], moments: Sequence[torch.Tensor], keep: int
) -> dict[str, torch.Tensor]:
    """Weights of a module whose `encoder` has feed-forward layers of `keep` neurons each."""
    state = dict(state)
    for place, own in enumerate(moments):
        prefix = f"encoder.encoder.layer.{place}"
        kept, moved = surgeon(state[f"{prefix}.output.dense.weight"].T, own, keep)
        state[f"{prefix}.output.dense.weight"] = moved.T.contiguous()
        for part in ("weight", "bias"):
            name = f"{prefix}.intermediate.dense.{part}"
            state[name] = state[name][kept]
    return state
