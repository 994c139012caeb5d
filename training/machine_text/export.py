"""`python -m training export --run DIR`: torch weights -> int8 ONNX in an artifact folder, with a parity check.

The graph (`training.encoders.graph`) takes the vectors of `words` alone, one unpadded sequence a call (see
`detector.models.encoder`), so there is no attention mask in it. Weights are quantised per channel,
activations dynamically. What is written is the encoder alone: `evidence` and `calibrate` give it
its stack and its thresholds, and until then it does not load as a detector.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch

from detector.models.artifact import FORMAT_VERSION
from detector.models.session import open_session
from detector.models.stacked import CALIBRATE
from detector.models.vocabulary import shared_vocabulary
from training.artifacts import as_json, write_artifact
from training.encoders.export import begun_graph, exported, words_shape
from training.encoders.vocabulary import has_shared_words
from training.encoders.weights import base_name
from training.machine_text.finetune import WindowClassifier, load_classifier
from training.places import ARTIFACTS
from training.runs import read_windows, run_file

ARTIFACT = ARTIFACTS / "machine-text"
FILES = frozenset({"model.onnx", "config.json", "stack.json", "calibration.json", "README.md"})
"""What a folder of this artifact may hold."""


def graph_of(
    classifier: WindowClassifier, peaks: dict[str, Any] | None = None, quantised: bool = True
) -> tuple[bytes, dict[str, str]]:
    """The classifier as an ONNX model, and which value each of its products reads."""
    writer, (*_, hidden) = begun_graph(classifier, peaks, quantised, classifier.halve_after)
    axis = writer.constant("tokens", np.array([1], np.int64))
    pooled = writer.node("ReduceMean", [hidden, axis], keepdims=0)
    inputs = {"words": words_shape(classifier)}
    return writer.model(inputs, {"logit": writer.linear("head", pooled)}), writer.inputs_of


def halves(run: Path, most: int) -> tuple[list[list[int]], list[list[int]]]:
    """Token ids, at most so many, of some windows of a run: one half to measure peaks on, the other differences."""
    tokenizer = shared_vocabulary().tokenizer
    samples = [tokenizer.encode(window.text).ids[:most] for window in read_windows(run)[::43][:200]]
    return samples[::2], samples[1::2]


def feeds_of(samples: Sequence[Sequence[int]]) -> list[dict[str, Any]]:
    """Inputs of the graph for each sequence of token ids."""
    return [{"words": shared_vocabulary().vectors(ids)} for ids in samples]


def parity(
    classifier: WindowClassifier, models: dict[str, bytes], samples: list[list[int]]
) -> dict[str, float]:
    """Largest and mean difference in probability from torch, over the samples, per model."""
    with torch.no_grad():
        rows = [torch.tensor([ids]) for ids in samples]
        truth = np.array([torch.sigmoid(classifier(ids, torch.ones_like(ids))).item() for ids in rows])
    found = {}
    for name, content in models.items():
        run = open_session(content)
        logits = np.array([run.run(None, feed)[0].reshape(-1)[0] for feed in feeds_of(samples)])
        differences = np.abs(1 / (1 + np.exp(-logits)) - truth)
        found[name], found[f"{name} mean"] = float(differences.max()), float(differences.mean())
    return found


@click.command()
@click.option(
    "--run", type=click.Path(exists=True, path_type=Path), required=True, help="Folder of the training run."
)
@click.option("--out", type=click.Path(path_type=Path), default=ARTIFACT, show_default=True)
@click.option("--version", required=True, help="Version of the artifact, such as 1.2.0.")
@click.option("--keep-unquantised", is_flag=True, help="Leave model-fp32.onnx in the run's folder.")
def command(run: Path, out: Path, version: str, keep_unquantised: bool) -> None:
    """Export a run as an int8 ONNX artifact, in place of what the folder held, and print its parity with torch."""
    classifier = load_classifier(run)
    config = json.loads(run_file(run, "config.json").read_text("utf-8"))
    if not has_shared_words(classifier):
        raise click.ClickException(f"{run}: trained with word vectors of its own; train it again")
    first, second = halves(run, int(config["max_tokens"]))
    models = exported(partial(graph_of, classifier), feeds_of(first))
    for name, value in parity(classifier, models, second).items():
        click.echo(
            f"largest difference in probability from torch, {name}: {value:.5f} ({len(second)} windows)"
        )
    click.echo(f"model.onnx {len(models['int8']) / 1e6:.1f} MB")
    if keep_unquantised:
        (run / "model-fp32.onnx").write_bytes(models["fp32"])
    described = {
        "name": "machine-text",
        "version": version,
        "format_version": FORMAT_VERSION,
        "vocabulary_sha256": shared_vocabulary().sha256,
        "labels": ["human", "machine"],
        "base": base_name(config),
        "max_tokens": int(config["max_tokens"]),
        "window_tokens": int(config.get("window_tokens", 150)),
        "training": {k: v for k, v in config.items() if k not in ("window", "start", "teacher")},
    }
    write_artifact(out, {"model.onnx": models["int8"], "config.json": as_json(described)}, FILES)
    click.echo(f"{out}: an encoder without thresholds; {CALIBRATE}")
