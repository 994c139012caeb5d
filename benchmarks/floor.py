"""The floor of an encoder's time: its matrix products alone, at the int8 rate of this machine."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnxruntime import InferenceSession, SessionOptions


@dataclass(frozen=True, slots=True)
class Product:
    """A weight of shape (inner, outer) that tokens are multiplied with, and how many of them share a row."""

    inner: int
    outer: int
    joined: int

    def rows(self, tokens: int) -> int:
        """Rows of the product for a sequence of so many tokens."""
        return -(-tokens // self.joined)


def products_of(model: bytes) -> list[Product]:
    """Products of an encoder with its tokens, in order, from its graph."""
    import onnx

    graph = onnx.load_from_string(model).graph
    weights = {w.name: tuple(w.dims) for w in graph.initializer}
    found, joined = [], 1
    for node in graph.node:
        if node.op_type == "Concat":
            # A last token is doubled: what follows reads tokens in pairs (`training.encoders.graph`).
            joined *= 2
        if node.op_type in (
            "MatMulInteger",
            "MatMul",
            "Gemm",
            "DynamicQuantizeMatMul",
            "MatMulIntegerToFloat",
        ):
            shapes = [weights[name] for name in node.input if len(weights.get(name, ())) == 2]
            # The classification head sees one vector an article, not its tokens.
            found += [Product(int(k), int(n), joined) for k, n in shapes if min(k, n) >= 128]
    return found


def int8_rate(products: Sequence[Product], tokens: int) -> float:
    """Multiply-adds a second on one core, for int8 products of these shapes with sequences of `tokens`."""
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.default_rng(0)
    nodes, inputs, outputs, weights, feeds = [], [], [], [], {}
    for index, product in enumerate(products):
        k, n, rows = product.inner, product.outer, product.rows(tokens)
        matrix = random.integers(-127, 127, (k, n), dtype=np.int8)
        weights.append(numpy_helper.from_array(matrix, f"w{index}"))
        inputs.append(helper.make_tensor_value_info(f"x{index}", TensorProto.UINT8, [rows, k]))
        outputs.append(helper.make_tensor_value_info(f"y{index}", TensorProto.INT32, [rows, n]))
        nodes.append(helper.make_node("MatMulInteger", [f"x{index}", f"w{index}"], [f"y{index}"]))
        feeds[f"x{index}"] = random.integers(0, 255, (rows, k), dtype=np.uint8)
    graph = helper.make_graph(nodes, "products", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    # The best of many: what else the machine does must not look like a slow processor.
    best = min(_cpu_seconds(lambda: session.run(None, feeds)) for _ in range(60))
    return sum(p.rows(tokens) * p.inner * p.outer for p in products) / best


def multiply_adds(products: Sequence[Product], lengths: Sequence[int]) -> int:
    """Multiply-adds of an encoder over sequences of these lengths, those of attention among them."""
    hidden = min(min(p.inner, p.outer) for p in products)
    total = 0
    for product in products:
        for rows in map(product.rows, lengths):
            total += rows * product.inner * product.outer
            # A layer narrows once: one attention, of queries with keys and of shares with values.
            if product.inner > product.outer:
                total += 2 * rows * rows * hidden
    return total


def _cpu_seconds(step: Any) -> float:
    begun = time.process_time()
    step()
    return time.process_time() - begun
