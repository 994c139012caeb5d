"""Speed of the machine-text model alone: articles a second, beside the floor of its own matrix products.

    python -m benchmarks.machine_text [--unquantised MODEL.onnx]

The floor is the time of the encoder's int8 matrix products alone, by ONNX Runtime on the same
cores: what no amount of care around them could save.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import numpy as np

from detector.document import Document, build_document
from detector.models.artifact import load_artifact, shipped
from detector.models.cleaning import pieces
from detector.models.encoder import Encoder
from detector.models.stacked import StackedModel
from detector.types import Article

_SENTENCES = (
    "The harbour board of Kalvik met on 9 May 2018 to settle the ferry dispute. ",
    "Its chair, Tore Halden, said that the berth would stay open until the autumn, whatever the owners decide. ",
    '"Nobody wins if we close it," he told the meeting, which ran for nearly four hours. ',
    "Fishermen had asked for two more years, and the town's mayor backed them. ",
    "The company put the cost of repairs at 4.2 million dollars and called the deadline firm. ",
    "A vote is due in June, after an engineer's report on the pier, the second in three years. ",
)


def articles(count: int, words: int) -> list[Document]:
    """Documents of about `words` words, each different."""
    found = []
    for number in range(count):
        text, index = "", number
        while text.count(" ") < words:
            text += _SENTENCES[index % len(_SENTENCES)].replace(
                "2018", str(1900 + (number * 7 + index) % 120)
            )
            index += 1
        found.append(build_document(Article(text)))
    return found


def rate(run: Callable[[], object], count: int, repeats: int = 3) -> float:
    """Articles a second, best of the repeats."""
    best = 0.0
    for _ in range(repeats):
        began = time.perf_counter()
        run()
        best = max(best, count / (time.perf_counter() - began))
    return best


def products(tokens: Sequence[int]) -> Callable[[], object]:
    """The encoder's matrix products alone, in int8, for windows of these token counts (MiniLM-L6: 384, 1536)."""
    import onnx
    import onnxruntime as ort
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(0)
    nodes, weights = [], []
    for name, rows, columns in (("a", 384, 384), ("b", 384, 1536), ("c", 1536, 384)):
        weights.append(numpy_helper.from_array(rng.integers(-90, 90, (rows, columns), dtype=np.int8), name))
        nodes.append(helper.make_node("MatMulInteger", [f"x{rows}", name], [f"y{name}"]))
    graph = helper.make_graph(
        nodes, "products",
        [helper.make_tensor_value_info(f"x{n}", TensorProto.UINT8, ["n", n]) for n in (384, 1536)],
        [helper.make_tensor_value_info(f"y{n}", TensorProto.INT32, None) for n in "abc"], weights,
    )  # fmt: skip
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    session = ort.InferenceSession(model.SerializeToString(), options)

    def window(count: int) -> None:
        feeds = {f"x{n}": rng.integers(0, 255, (count, n), dtype=np.uint8) for n in (384, 1536)}
        for _ in range(6):
            session.run(["yb", "yc"], feeds)
            for _ in range(4):
                session.run(["ya"], feeds)

    def run() -> None:
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            list(pool.map(window, tokens))

    assert onnx.__version__
    return run


@click.command()
@click.option("--count", default=40, show_default=True)
@click.option("--words", default=500, show_default=True)
@click.option(
    "--unquantised", type=click.Path(exists=True, path_type=Path), help="The float model, for comparison."
)
def main(count: int, words: int, unquantised: Path | None) -> None:
    """Print a table of articles a second."""
    documents = articles(count, words)
    began = time.perf_counter()
    model = StackedModel.load()
    model.score(documents[:1])
    click.echo(f"loading and the first article: {time.perf_counter() - began:.2f} s; {os.cpu_count()} cores")
    tokens = [model.encoder.tokenize(pieces(document)) for document in documents]
    windows = [window for own in tokens for window in model.encoder.windows(own)]
    rows = {
        "whole model (cleaning, stylometry, encoder, stack)": lambda: model.score(documents),
        "encoder, int8": lambda: model.encoder.logits(windows),
        "its matrix products alone": products([len(w.ids) for w in windows]),
    }
    if unquantised:
        artifact = load_artifact(shipped("machine-text"))
        plain = Encoder(
            type(artifact)(
                artifact.info, artifact.config, {**artifact.contents, "model.onnx": unquantised.read_bytes()}
            )
        )
        rows["encoder, float"] = lambda: plain.logits(windows)
    click.echo(f"| {count} articles of {words} words | articles a second |\n| --- | --: |")
    for name, run in rows.items():
        click.echo(f"| {name} | {rate(run, count):.1f} |")


if __name__ == "__main__":
    main()
