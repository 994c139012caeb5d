"""Dynamic or static int8: how far each is from torch, and how fast.

python -m benchmarks.quantisation --run RUN

The machine-text encoder ships with dynamic activations: each product measures what it reads. Static
ones, by ONNX Runtime's own quantiser, have scales from a hundred windows, set once for all.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from detector.models.session import open_session
from detector.models.vocabulary import shared_vocabulary
from training.encoders.export import exported
from training.machine_text.export import graph_of, parity
from training.machine_text.finetune import load_classifier
from training.runs import read_windows

ROUNDS = 5
Feed = dict[str, Any]


class _Windows:
    """Feeds one after the other, as ONNX Runtime's quantiser asks for them."""

    def __init__(self, feeds: Sequence[Feed]) -> None:
        self._feeds = iter(feeds)

    def get_next(self) -> Feed | None:
        return next(self._feeds, None)


def static(model: bytes, feeds: Sequence[Feed]) -> bytes:
    """A float model with its products in int8: weights a scale per channel, activations one scale a product."""
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    with TemporaryDirectory() as folder:
        plain, whole = Path(folder) / "plain.onnx", Path(folder) / "whole.onnx"
        plain.write_bytes(_with_types(model))
        quantize_static(
            plain,
            whole,
            _Windows(feeds),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True, "OpTypesToExcludeOutputQuantization": ["MatMul"]},
        )
        return whole.read_bytes()


def _with_types(model: bytes) -> bytes:
    """The model with what its products read noted as float: ONNX knows nothing of the runtime's own nodes."""
    import onnx

    found = onnx.load_from_string(model)
    known = {value.name for value in (*found.graph.input, *found.graph.initializer)}
    for name in {node.input[0] for node in found.graph.node if node.op_type == "MatMul"} - known:
        found.graph.value_info.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    return bytes(found.SerializeToString())


def rates(models: dict[str, bytes], feeds: Sequence[Feed]) -> dict[str, float]:
    """Windows a second on one core by each model, the best of rounds that take turns."""
    sessions = {name: open_session(content) for name, content in models.items()}
    best = dict.fromkeys(models, 0.0)
    for _ in range(ROUNDS):
        for name, session in sessions.items():
            began = time.perf_counter()
            for feed in feeds:
                session.run(None, feed)
            best[name] = max(best[name], len(feeds) / (time.perf_counter() - began))
    return best


@click.command()
@click.option(
    "--run",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="A training run, or a restored one.",
)
@click.option(
    "--windows",
    "windows_of",
    type=click.Path(exists=True, path_type=Path),
    help="Folder of the windows; default: the run's.",
)
def main(run: Path, windows_of: Path | None) -> None:
    """Print size, distance from torch and speed of each way."""
    classifier, vocabulary = load_classifier(run), shared_vocabulary()
    windows = read_windows(windows_of or run)[::43][:200]
    samples = [vocabulary.tokenizer.encode(window.text).ids[:192] for window in windows]
    feeds = [{"words": vocabulary.vectors(ids)} for ids in samples]
    models = exported(partial(graph_of, classifier), feeds[::2])
    models = {
        "float": models["fp32"],
        "int8, dynamic and smoothed (ships)": models["int8"],
        "int8, dynamic": models["int8 without smoothing"],
        "int8, static": static(models["fp32"], feeds[::2]),
    }
    apart = parity(classifier, models, samples[1::2])
    speed = rates(models, feeds[1::2])
    click.echo(
        "| activations | MB | difference in probability from torch: mean | largest | windows a second, one core |"
    )
    click.echo("| --- | --: | --: | --: | --: |")
    for name, content in models.items():
        click.echo(
            f"| {name} | {len(content) / 1e6:.1f} | {apart[f'{name} mean']:.4f} | {apart[name]:.3f} | {speed[name]:.1f} |"
        )


if __name__ == "__main__":
    main()
