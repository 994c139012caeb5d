"""A fine-tuned BERT as an ONNX graph of few nodes: int8 products with dynamic activations, one attention a layer.

What an exporter writes node by node is written here as the runtime computes it best: query, key
and value are one product, and attention is one node.

Activations are scaled per product by one number (ONNX Runtime has no other dynamic products), so
channels with large peaks would leave few steps to the rest. As in SmoothQuant (Xiao et al., 2023),
each channel is divided by a power of its peak before the product and the weights make up for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, helper, numpy_helper

Array = npt.NDArray[np.float32]
MICROSOFT = "com.microsoft"
OPSET = 18
END = int(np.iinfo(np.int64).max)
"""Behind every place of an axis."""
SMOOTHING = 0.6
"""Power of a channel's peak that it is divided by: .4 to .7 err alike, a quarter less than without."""
_LEAST_PEAK = 0.02
"""Channels with smaller peaks, as a share of the largest, are treated as if they had this one."""


class GraphWriter:
    """Nodes and constants of a graph under construction.

    Parameters
    ----------
    state
        Weights of a BERT encoder and its heads, by the names that torch gives them.
    peaks
        Largest absolute input of each channel, by product; empty for no smoothing.
    quantised
        False for float32 products: what the int8 ones are compared with.
    """

    def __init__(
        self, state: Mapping[str, Array], peaks: Mapping[str, Array] | None = None, quantised: bool = True
    ) -> None:
        self._state = state
        self._peaks = peaks or {}
        self._quantised = quantised
        self._nodes: list[Any] = []
        self._constants: dict[str, npt.NDArray[Any]] = {}
        self.inputs_of: dict[str, str] = {}
        """Name of the value that each product reads."""

    def node(self, operator: str, inputs: Sequence[str], domain: str = "", **attributes: Any) -> str:
        """Add a node of one output and give its name."""
        output = f"{operator}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        """Keep a constant and give its name."""
        self._constants[name] = np.ascontiguousarray(value)
        return name

    def weight(self, name: str) -> Array:
        """A parameter, as float32."""
        return np.asarray(self._state[name], dtype=np.float32)

    def linear(self, name: str, source: str) -> str:
        """The product of a linear layer in float32, for small heads; `name` is that of its torch module."""
        weight = self.constant(f"{name}.weight", self.weight(f"{name}.weight").T)
        bias = self.constant(f"{name}.bias", self.weight(f"{name}.bias"))
        return self.node("Add", [self.node("MatMul", [source, weight]), bias])

    def product(self, name: str, source: str, weight: Array, bias: Array | None) -> str:
        """Product with a weight of shape (inner, outer), and its bias; int8 where the graph is quantised."""
        self.inputs_of[name] = source
        if not self._quantised:
            result = self.node("MatMul", [source, self.constant(name, weight)])
            return result if bias is None else self.node("Add", [result, self.constant(f"{name}.bias", bias)])
        if name in self._peaks:
            scale = smoothing(self._peaks[name])
            source = self.node("Mul", [source, self.constant(f"{name}.smooth", 1 / scale)])
            weight = weight * scale[:, None]
        whole, scales = quantised(weight, axis=0)
        inputs = [
            source,
            self.constant(name, whole),
            self.constant(f"{name}.scale", scales),
            self.constant(f"{name}.zero", np.zeros(len(scales), np.int8)),
        ]
        if bias is not None:
            inputs.append(self.constant(f"{name}.bias", bias))
        return self.node("DynamicQuantizeMatMul", inputs, MICROSOFT)

    def normalised(self, name: str, source: str) -> str:
        """Layer normalisation by the parameters of the torch module `name`."""
        parameters = [
            self.constant(f"{name}.{part}", self.weight(f"{name}.{part}")) for part in ("weight", "bias")
        ]
        return self.node("LayerNormalization", [source, *parameters], axis=-1, epsilon=1e-12)

    def embeddings(self, prefix: str) -> str:
        """Normalised sum of word, position and type embeddings, shape (batch, length, width).

        Word vectors are the graph's input `words`: their table is every encoder's (`models.vocabulary`).
        """
        places = (
            self.weight(f"{prefix}.position_embeddings.weight")
            + self.weight(f"{prefix}.token_type_embeddings.weight")[0]
        )
        length = self.node("Shape", ["words"], start=1, end=2)
        zero = self.constant("zero", np.array([0], np.int64))
        place = self.node("Slice", [self.constant("places", places), zero, length, zero])
        return self.normalised(f"{prefix}.LayerNorm", self.node("Add", ["words", place]))

    def layer(self, prefix: str, source: str, heads: int) -> str:
        """One transformer layer, post-normalised as BERT's."""
        attention = f"{prefix}.attention"
        parts = [f"{attention}.self.{part}" for part in ("query", "key", "value")]
        joined = self.product(
            f"{attention}.qkv",
            source,
            np.concatenate([self.weight(f"{part}.weight").T for part in parts], axis=1),
            np.concatenate([self.weight(f"{part}.bias") for part in parts]),
        )
        pieces = [f"{part}_{len(self._nodes)}" for part in "qkv"]
        self._nodes.append(helper.make_node("Split", [joined], pieces, axis=-1, num_outputs=3))
        mixed = self.node("MultiHeadAttention", pieces, MICROSOFT, num_heads=heads)
        output = self.dense(f"{attention}.output.dense", mixed)
        source = self.normalised(f"{attention}.output.LayerNorm", self.node("Add", [output, source]))
        inner = self.weight(f"{prefix}.intermediate.dense.weight").T
        wide = self.product(f"{prefix}.intermediate.dense", source, inner, None)
        bias = self.constant(f"{prefix}.intermediate.bias", self.weight(f"{prefix}.intermediate.dense.bias"))
        output = self.dense(f"{prefix}.output.dense", self.node("BiasGelu", [wide, bias], MICROSOFT))
        return self.normalised(f"{prefix}.output.LayerNorm", self.node("Add", [output, source]))

    def dense(self, name: str, source: str) -> str:
        """The product of a linear layer and its bias; `name` is that of its torch module."""
        return self.product(name, source, self.weight(f"{name}.weight").T, self.weight(f"{name}.bias"))

    def halved(self, source: str) -> str:
        """Means of neighbouring pairs of tokens; a last one without a neighbour stays as it is."""
        one, end = self.whole("one", 1), self.whole("end", END)
        last = self.node("Slice", [source, self.whole("last", -1), end, one])
        # With its last token doubled, every token of an even place has a neighbour.
        first, second = self._pairs(source, self.node("Concat", [source, last], axis=1), one)
        half = self.constant("half", np.array(0.5, np.float32))
        return self.node("Mul", [self.node("Add", [first, second]), half])

    def added(self, pools: str) -> str:
        """Sums of neighbouring pairs of the last axis of three; a last one without a neighbour stays as it is."""
        pads = self.constant("one_more", np.array([0, 0, 0, 0, 0, 1], np.int64))
        first, second = self._pairs(pools, self.node("Pad", [pools, pads]), self.whole("two", 2))
        return self.node("Add", [first, second])

    def doubled(self, source: str, like: str, width: int) -> str:
        """Each token of `source`, of that width, twice, as many as `like` has: what `halved` has joined, apart again."""
        one, two = self.whole("one", 1), self.whole("two", 2)
        twice = self.node("Unsqueeze", [source, two])
        twice = self.node("Concat", [twice, twice], axis=2)
        flat = self.constant(f"flat_{width}", np.array([0, -1, width], np.int64))
        length = self.node("Shape", [like], start=1, end=2)
        return self.node("Slice", [self.node("Reshape", [twice, flat]), self.whole("zero", 0), length, one])

    def _pairs(self, source: str, longer: str, axis: str) -> tuple[str, str]:
        """Tokens of `source` of even places along an axis, and those behind them, from one that is longer by one."""
        zero, one, two, end = (
            self.whole(name, value) for name, value in (("zero", 0), ("one", 1), ("two", 2), ("end", END))
        )
        first = self.node("Slice", [source, zero, end, axis, two])
        return first, self.node("Slice", [longer, one, end, axis, two])

    def whole(self, name: str, value: int) -> str:
        """Keep one whole number, as places and axes are given, and give its name."""
        return self.constant(name, np.array([value], np.int64))

    def encoder(self, prefix: str, layers: int, heads: int, halve_after: Sequence[int] = ()) -> list[str]:
        """Hidden states of the encoder, shape (batch, length, width): the last ones, behind those that were joined.

        Tokens are joined in pairs after each of the layers `halve_after`, counted from 1.
        """
        hidden, found = self.embeddings(f"{prefix}.embeddings"), []
        for index in range(layers):
            hidden = self.layer(f"{prefix}.encoder.layer.{index}", hidden, heads)
            if index + 1 in halve_after:
                found.append(hidden)
                hidden = self.halved(hidden)
        return [*found, hidden]

    def model(self, inputs: Mapping[str, Sequence[str | int]], outputs: Mapping[str, str]) -> bytes:
        """The graph as the bytes of a model.

        `inputs` are the shapes of the float32 inputs, `words` among them; `outputs` maps names to values.
        """
        for name, value in outputs.items():
            self._nodes.append(helper.make_node("Identity", [value], [name]))
        declared = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))
            for name, shape in inputs.items()
        ]
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            declared,
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            [numpy_helper.from_array(value, name) for name, value in self._constants.items()],
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        content: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()
        return content


def quantised(table: Array, axis: int) -> tuple[npt.NDArray[np.int8], Array]:
    """Symmetric int8 values of a table and their scales: one a column for axis 0, one a row for axis 1.

    >>> whole, scales = quantised(np.array([[1.0, -4.0], [0.5, 2.0]], np.float32), axis=0)
    >>> whole.tolist()
    [[127, -127], [64, 64]]
    """
    scales = np.abs(table).max(axis) / 127
    scales[scales == 0] = 1.0
    whole = np.rint(table / (scales[None, :] if axis == 0 else scales[:, None]))
    return np.clip(whole, -127, 127).astype(np.int8), scales.astype(np.float32)


def smoothing(peaks: Array) -> Array:
    """What each channel is divided by: a power of its peak, 1 in the geometric mean."""
    power = np.maximum(peaks, _LEAST_PEAK * peaks.max()) ** SMOOTHING
    scale: Array = (power / np.exp(np.log(power).mean())).astype(np.float32)
    return scale


def channel_peaks(
    content: bytes, inputs_of: Mapping[str, str], feeds: Sequence[Mapping[str, Any]]
) -> dict[str, Array]:
    """Largest absolute input of each channel of each product, over `feeds` to the float32 graph `content`."""
    import onnx
    import onnxruntime as ort

    model = onnx.load_from_string(content)
    values = sorted(set(inputs_of.values()))
    model.graph.output.extend(helper.make_empty_tensor_value_info(value) for value in values)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found: dict[str, Array] = {}
    for feed in feeds:
        for value, output in zip(values, session.run(values, dict(feed)), strict=True):
            peak = np.abs(output).reshape(-1, output.shape[-1]).max(0)
            found[value] = np.maximum(found.get(value, peak), peak)
    return {name: found[value] for name, value in inputs_of.items()}
