"""`python -m training sourcing export`: the trained encoder as an int8 ONNX artifact, with a parity check."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch

from detector.models.artifact import FORMAT_VERSION
from detector.models.session import open_session
from detector.models.vocabulary import shared_vocabulary
from detector.sourcing.encoder import feed_of
from detector.sourcing.predictions import HEADS as SENTENCE_HEADS
from detector.sourcing.windows import Window, WindowShape
from training.artifacts import as_json, write_artifact
from training.encoders.export import begun_graph, exported, words_shape
from training.encoders.graph import MICROSOFT
from training.encoders.weights import base_name
from training.places import ARTIFACTS
from training.sourcing.encoder import VIEW, SourcingEncoder, support_samples
from training.sourcing.train import config_of, corpora_of, load, tokenizer_of, trained

ARTIFACT = ARTIFACTS / "sourcing"
FILES = frozenset({"model.onnx", "config.json", "decision.json", "README.md"})
"""What a folder of this artifact may hold."""
PARITY_WINDOWS = 160


def graph_of(
    model: SourcingEncoder, peaks: dict[str, Any] | None = None, quantised: bool = True
) -> tuple[bytes, dict[str, str]]:
    """The encoder with the heads that ship as an ONNX model, and which value each of its products reads."""
    writer, (*earlier, hidden) = begun_graph(model, peaks, quantised, model.halve_after)
    seen, pools = hidden, "pools"
    if earlier:
        seen = writer.dense(f"views.{len(earlier)}", hidden)
        for place, states in reversed(list(enumerate(earlier))):
            apart = writer.doubled(seen, states, VIEW)
            seen = writer.node("Add", [apart, writer.dense(f"views.{place}", states)])
            pools = writer.added(pools)
        seen = writer.node("Gelu", [seen], MICROSOFT)
    pieces = writer.node("Sigmoid", [writer.linear("piece_head", seen)])
    pooled = writer.node("MatMul", [pools, hidden])
    zero, one, last = writer.whole("zero", 0), writer.whole("one", 1), writer.whole("last", -1)
    first = writer.node("Slice", [hidden, zero, one, one])
    before = writer.node("Concat", [first, writer.node("Slice", [pooled, zero, last, one])], axis=1)
    vectors = writer.node("Concat", [pooled, before], axis=2)
    heads = [writer.linear(f"heads.{name}", vectors) for name, _ in SENTENCE_HEADS]
    logits = writer.node("Concat", heads, axis=2)
    shapes = {"words": words_shape(model), "pools": ("batch", "sentences", "length")}
    content = writer.model(shapes, {"pieces": pieces, "logits": logits})
    return content, writer.inputs_of


@click.command("export")
@click.option("--run", type=click.Path(path_type=Path), required=True)
@click.option("--decision", type=click.Path(path_type=Path), required=True, help="Weights by `fit --run`.")
@click.option("--version", required=True, help="Version that the model calls itself, such as 1.2.0.")
@click.option("--output", type=click.Path(path_type=Path), default=ARTIFACT)
def export(run: Path, decision: Path, version: str, output: Path) -> None:
    """Export, quantise, check parity and write the artifact; the card of the one before stays."""
    config = config_of(run)
    torch.set_num_threads(1)
    model = load(config, trained(config, run)).eval()
    windows = _windows(config)
    # Peaks come from one half of the windows, and the differences from the other.
    vocabulary = shared_vocabulary()
    models = exported(partial(graph_of, model), [feed_of(window, vocabulary) for window in windows[::2]])
    _parity(model, models, windows[1::2])
    settings = {
        "name": "sourcing",
        "version": version,
        "format_version": FORMAT_VERSION,
        "vocabulary_sha256": vocabulary.sha256,
        "window": config["window"],
        "heads": {name: list(labels) for name, labels in SENTENCE_HEADS},
        "base": base_name(config),
        "corpora": [
            "sourcing/polnear train",
            "sourcing/newsdiscourse_sentences",
            *corpora_of(config),
            *config.get("student", {}).get("windows", ()),
        ],
        "training": config,
    }
    files = {
        "model.onnx": models["int8"],
        "config.json": as_json(settings),
        "decision.json": decision.read_bytes(),
    }
    # The card is written by hand, and stays to be brought up to date.
    card = output / "README.md"
    if card.is_file():
        files["README.md"] = card.read_bytes()
    write_artifact(output, files, FILES)


def _windows(config: dict[str, Any]) -> list[Window]:
    samples = support_samples("support_silver", tokenizer_of(config), WindowShape(**config["window"]))
    return [sample.window for sample in samples[:PARITY_WINDOWS]]


@torch.no_grad()
def _parity(model: SourcingEncoder, models: dict[str, bytes], windows: list[Window]) -> None:
    """Print the largest and mean differences in probability between torch and each exported model."""
    for name, content in models.items():
        runner, differences = open_session(content), []
        for window in windows:
            feed = feed_of(window, shared_vocabulary())
            ids = torch.tensor([window.ids])
            tags, vectors = model(ids, torch.ones_like(ids), torch.tensor(feed["pools"]))
            pieces, logits = runner.run(None, feed)
            differences.append(np.abs(torch.sigmoid(tags).numpy() - pieces).ravel())
            flags = model.heads["unsupported"](vectors).numpy()[..., 0]
            differences.append(np.abs(_sigmoid(flags) - _sigmoid(logits[..., -1])).ravel())
        every = np.concatenate(differences)
        click.echo(
            f"{name}: probability differs by {every.mean():.5f} on average, {every.max():.4f} at most; "
            f"{len(content) / 1e6:.1f} MB"
        )


def _sigmoid(values: np.ndarray) -> np.ndarray:
    result: np.ndarray = 1 / (1 + np.exp(-values))
    return result
