"""Torch encoder -> ONNX: the graph begun, for a model's own heads, and the models to compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import nn

from training.encoders.graph import GraphWriter, channel_peaks


def words_shape(module: nn.Module) -> tuple[str | int, ...]:
    """Shape of the graph's input `words`."""
    encoder: Any = module.encoder
    return ("batch", "length", int(encoder.config.hidden_size))


def begun_graph(
    module: nn.Module, peaks: dict[str, Any] | None, quantised: bool, halve_after: Sequence[int] = ()
) -> tuple[GraphWriter, list[str]]:
    """A graph with the `encoder` of a torch module, for heads to be added, and the names of its hidden states.

    The last ones stand behind those that tokens are joined of, in pairs, after each of the layers `halve_after`
    (counted from 1).
    """
    weights = {name: tensor.detach().float().numpy() for name, tensor in module.state_dict().items()}
    writer = GraphWriter(weights, peaks, quantised)
    encoder: Any = module.encoder
    shape = encoder.config
    return writer, writer.encoder("encoder", shape.num_hidden_layers, shape.num_attention_heads, halve_after)


def exported(
    graph: Callable[..., tuple[bytes, dict[str, str]]], feeds: Sequence[dict[str, Any]]
) -> dict[str, bytes]:
    """The models of `graph`, a `graph_of` with its module: unquantised, as it ships, and without smoothing.

    Peaks are those of `feeds`.
    """
    plain, inputs_of = graph(quantised=False)
    whole, _ = graph(channel_peaks(plain, inputs_of, feeds))
    rough, _ = graph()
    return {"fp32": plain, "int8": whole, "int8 without smoothing": rough}
