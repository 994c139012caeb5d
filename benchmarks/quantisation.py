"""Dynamic or static int8: how far each is from torch, and how fast.

python -m benchmarks.quantisation --run RUN

The machine-text encoder ships with dynamic activations: each product measures what it reads. Static
ones, by ONNX Runtime's own quantiser, have scales from a hundred windows, set once for all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from benchmarks.machine_text import rate
from detector.models.session import open_session
from training.encoders.export import exported
from training.machine_text.export import feeds_of, graph_of, halves, parity
from training.machine_text.finetune import load_classifier
from training.runs import run_file

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
            best[name] = max(best[name], rate(partial(_read, session, feeds), len(feeds), repeats=1))
    return best


def _read(session: Any, feeds: Sequence[Feed]) -> None:
    for feed in feeds:
        session.run(None, feed)


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
    classifier = load_classifier(run)
    config = json.loads(run_file(run, "config.json").read_text("utf-8"))
    first, second = halves(windows_of or run, int(config["max_tokens"]))
    models = exported(partial(graph_of, classifier), feeds_of(first))
    models = {
        "float": models["fp32"],
        "int8, dynamic and smoothed (ships)": models["int8"],
        "int8, dynamic": models["int8 without smoothing"],
        "int8, static": static(models["fp32"], feeds_of(first)),
    }
    apart = parity(classifier, models, second)
    speed = rates(models, feeds_of(second))
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
