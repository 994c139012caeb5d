"""An int8 export as torch weights again, for training that goes on from it.

Int8 weights times their scales, divided by what smoothed their inputs, give float32 weights again:
what a further stage starts from differs from what was trained by the rounding of the export alone.
Reads the graphs that `training.encoders.graph` writes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from detector.models.vocabulary import Vectors

_PARTS = ("query", "key", "value")


def restored(path: Path, words: Vectors) -> dict[str, torch.Tensor]:
    """State of the torch module whose export `path` is, by the names of its parameters, with these word vectors."""
    import onnx
    from onnx import numpy_helper

    values = {w.name: numpy_helper.to_array(w) for w in onnx.load(path).graph.initializer}
    state = {name: value for name, value in values.items() if name.endswith((".weight", ".bias"))}
    for name in [n for n in state if ".LayerNorm." not in n and n.endswith(".weight")]:
        state[name] = state[name].T
    for name in [n.removesuffix(".zero") for n in values if n.endswith(".zero")]:
        weight = values[name].astype(np.float32) * values[f"{name}.scale"]
        if f"{name}.smooth" in values:
            weight *= values[f"{name}.smooth"][:, None]
        _put(state, name, weight)
    for name in [n for n in state if n.endswith(".intermediate.bias")]:
        state[name.replace(".intermediate.bias", ".intermediate.dense.bias")] = state.pop(name)
    embeddings = "encoder.embeddings"
    state[f"{embeddings}.word_embeddings.weight"] = words
    # Both were added up in the export: all of it is given back as the place.
    state[f"{embeddings}.position_embeddings.weight"] = values["places"]
    state[f"{embeddings}.token_type_embeddings.weight"] = np.zeros((2, values["places"].shape[1]), np.float32)
    return {name: torch.tensor(np.ascontiguousarray(v, dtype=np.float32)) for name, v in state.items()}


def _put(state: dict[str, npt.NDArray[np.float32]], name: str, weight: npt.NDArray[np.float32]) -> None:
    if not name.endswith(".qkv"):
        state[f"{name}.weight"] = weight.T
        return
    base = name.removesuffix(".qkv")
    biases = np.split(state.pop(f"{name}.bias"), 3)
    for part, own, bias in zip(_PARTS, np.split(weight, 3, axis=1), biases, strict=True):
        state[f"{base}.self.{part}.weight"] = own.T
        state[f"{base}.self.{part}.bias"] = bias
