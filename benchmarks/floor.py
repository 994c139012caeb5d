"""The floor of an encoder's time: its matrix products alone, at the int8 rate of this machine."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from onnxruntime import InferenceSession, SessionOptions


def matrix_shapes(model: bytes) -> list[tuple[int, int]]:
    """Shapes (inner, outer) of the weights that tokens are multiplied with, from the graph."""
    import onnx

    graph = onnx.load_from_string(model).graph
    weights = {w.name: tuple(w.dims) for w in graph.initializer}
    shapes = []
    for node in graph.node:
        if node.op_type in (
            "MatMulInteger",
            "MatMul",
            "Gemm",
            "DynamicQuantizeMatMul",
            "MatMulIntegerToFloat",
        ):
            shapes += [weights[name][:2] for name in node.input if len(weights.get(name, ())) == 2]
    # The classification head sees one vector an article, not its tokens.
    return [(int(k), int(n)) for k, n in shapes if min(k, n) >= 128]


def int8_rate(shapes: Sequence[tuple[int, int]], tokens: int) -> float:
    """Multiply-adds a second on one core, for int8 products of these shapes with `tokens` rows."""
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.default_rng(0)
    nodes, inputs, outputs, weights, feeds = [], [], [], [], {}
    for index, (k, n) in enumerate(shapes):
        matrix = random.integers(-127, 127, (k, n), dtype=np.int8)
        weights.append(numpy_helper.from_array(matrix, f"w{index}"))
        inputs.append(helper.make_tensor_value_info(f"x{index}", TensorProto.UINT8, [tokens, k]))
        outputs.append(helper.make_tensor_value_info(f"y{index}", TensorProto.INT32, [tokens, n]))
        nodes.append(helper.make_node("MatMulInteger", [f"x{index}", f"w{index}"], [f"y{index}"]))
        feeds[f"x{index}"] = random.integers(0, 255, (tokens, k), dtype=np.uint8)
    graph = helper.make_graph(nodes, "products", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    # The best of many: what else the machine does must not look like a slow processor.
    best = min(_cpu_seconds(lambda: session.run(None, feeds)) for _ in range(60))
    return tokens * sum(k * n for k, n in shapes) / best


def multiply_adds(shapes: Sequence[tuple[int, int]], lengths: Sequence[int]) -> int:
    """Multiply-adds of an encoder over sequences of these lengths, those of attention among them."""
    hidden = min(min(shape) for shape in shapes)
    layers = sum(k > n for k, n in shapes)
    products = sum(k * n for k, n in shapes)
    return sum(length * products + 2 * layers * length * length * hidden for length in lengths)


def _cpu_seconds(step: Any) -> float:
    begun = time.process_time()
    step()
    return time.process_time() - begun
