"""Encoders smaller than their base: tokens joined in pairs on the way, feed-forward layers of fewer neurons.

And how far the states of such an encoder are from those of its teacher.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn


def states_of(
    encoder: Any, ids: torch.Tensor, mask: torch.Tensor, halve_after: Sequence[int] = ()
) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Hidden states, shape (batch, length, width), each with the mask of those that are not padding.

    The last ones are what the encoder gives; before them stand those that tokens are joined of, in
    pairs, after each of the layers `halve_after` (counted from 1): further layers read half as many.
    """
    if not halve_after:
        return [(encoder(input_ids=ids, attention_mask=mask).last_hidden_state, mask)]
    found, hidden = [], encoder.embeddings(input_ids=ids)
    for number, layer in enumerate(encoder.encoder.layer, 1):
        hidden = layer(hidden, mask.bool()[:, None, None, :])
        if number in halve_after:
            found.append((hidden, mask))
            hidden, mask = halved(hidden, mask)
    return [*found, (hidden, mask)]


def halved(hidden: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Means of neighbouring pairs of hidden states; a last one without a neighbour stays as it is.

    Funnel-Transformer (Dai et al., 2020) joins tokens so, for texts that are judged as a whole.

    >>> states = torch.tensor([[[1.0], [3.0], [5.0], [0.0]]])
    >>> [part.squeeze().tolist() for part in halved(states, torch.tensor([[1, 1, 1, 0]]))]
    [[2.0, 5.0], [1, 1]]
    """
    if hidden.shape[1] % 2:
        hidden, mask = nn.functional.pad(hidden, (0, 0, 0, 1)), nn.functional.pad(mask, (0, 1))
    texts, _, width = hidden.shape
    pairs, counts = hidden.reshape(-1, 2, width), mask.reshape(-1, 2)
    return mean_of(pairs, counts).reshape(texts, -1, width), counts.amax(1).reshape(texts, -1)


def mean_of(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Mean of the hidden states that `mask` leaves, shape (batch, width); zero where it leaves none."""
    weight = mask.unsqueeze(-1).to(hidden.dtype)
    mean: torch.Tensor = (hidden * weight).sum(1) / weight.sum(1).clamp(min=1)
    return mean


def resize(encoder: Any, neurons: int) -> None:
    """Give the feed-forward layers of a BERT another number of neurons, untrained."""
    width = encoder.config.hidden_size
    encoder.config.intermediate_size = neurons
    for layer in encoder.encoder.layer:
        layer.intermediate.dense, layer.output.dense = nn.Linear(width, neurons), nn.Linear(neurons, width)


def distance(hidden: torch.Tensor, taught: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Mean squared distance of hidden states from a teacher's, as a share of the variance of those."""
    own, wanted = hidden[mask.bool()], taught[mask.bool()]
    apart: torch.Tensor = nn.functional.mse_loss(own, wanted) / wanted.var()
    return apart
