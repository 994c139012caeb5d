"""`python -m training export --run DIR`: torch weights -> int8 ONNX in an artifact folder, with a parity check.

The graph (`training.graph`) takes the vectors of `words` alone, one unpadded sequence a call (see
`detector.models.encoder`), so there is no attention mask in it. Weights are quantised per channel,
activations dynamically. What is written is the encoder alone: `evidence` and `calibrate` give it
its stack and its thresholds, and until then it does not load as a detector.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import numpy as np
import torch
from torch import nn

from detector.models.artifact import FORMAT_VERSION, SUMS, listing, load_artifact
from detector.models.session import open_session
from detector.models.stacked import CALIBRATE
from detector.models.vocabulary import shared_vocabulary
from training.finetune import WindowClassifier, base_checkpoint
from training.graph import GraphWriter, channel_peaks
from training.vocabulary import has_shared_words

ARTIFACT = Path(__file__).parent.parent / "detector" / "models" / "artifacts" / "machine-text"
FILES = frozenset({"model.onnx", "config.json", "stack.json", "calibration.json", "README.md", SUMS})
"""What a folder of this artifact may hold."""


def load_classifier(run: Path, weights: str = "model.pt") -> WindowClassifier:
    """Classifier of a training run, in evaluation mode."""
    config = json.loads((run / "config.json").read_text("utf-8"))
    classifier = WindowClassifier(base_checkpoint(config))
    classifier.load_state_dict(torch.load(run / weights, weights_only=True))
    return classifier.eval()


def graph_of(
    classifier: WindowClassifier, peaks: dict[str, Any] | None = None, quantised: bool = True
) -> tuple[bytes, dict[str, str]]:
    """The classifier as an ONNX model, and which value each of its products reads."""
    writer, hidden = begun_graph(classifier, peaks, quantised)
    axis = writer.constant("tokens", np.array([1], np.int64))
    pooled = writer.node("ReduceMean", [hidden, axis], keepdims=0)
    inputs = {"words": words_shape(classifier)}
    return writer.model(inputs, {"logit": writer.linear("head", pooled)}), writer.inputs_of


def words_shape(module: nn.Module) -> tuple[str | int, ...]:
    """Shape of the graph's input `words`."""
    encoder: Any = module.encoder
    return ("batch", "length", int(encoder.config.hidden_size))


def begun_graph(module: nn.Module, peaks: dict[str, Any] | None, quantised: bool) -> tuple[GraphWriter, str]:
    """A graph with the `encoder` of a torch module, for heads to be added, and the name of its last hidden states."""
    weights = {name: tensor.detach().float().numpy() for name, tensor in module.state_dict().items()}
    writer = GraphWriter(weights, peaks, quantised)
    encoder: Any = module.encoder
    shape = encoder.config
    return writer, writer.encoder("encoder", shape.num_hidden_layers, shape.num_attention_heads)


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


def parity(
    classifier: WindowClassifier, models: dict[str, bytes], samples: list[list[int]]
) -> dict[str, float]:
    """Largest and mean difference in probability from torch, over the samples, per model."""
    vocabulary = shared_vocabulary()
    with torch.no_grad():
        rows = [torch.tensor([ids]) for ids in samples]
        truth = np.array([torch.sigmoid(classifier(ids, torch.ones_like(ids))).item() for ids in rows])
    found = {}
    for name, content in models.items():
        run = open_session(content)
        logits = np.array(
            [run.run(None, {"words": vocabulary.vectors(ids)})[0].reshape(-1)[0] for ids in samples]
        )
        differences = np.abs(1 / (1 + np.exp(-logits)) - truth)
        found[name], found[f"{name} mean"] = float(differences.max()), float(differences.mean())
    return found


def write_sums(folder: Path) -> None:
    """Write SHA256SUMS over every other file of the folder."""
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != SUMS}
    (folder / SUMS).write_text(listing(files), "utf-8")


def as_json(content: Mapping[str, Any]) -> bytes:
    """Content of a JSON file of an artifact."""
    return f"{json.dumps(content, indent=1)}\n".encode()


def write_artifact(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put an artifact of these files in the place of `folder`, whole or not at all; nothing of the one before stays.

    Raises
    ------
    click.ClickException
        Where the folder holds anything but such an artifact.
    """
    folder = folder.resolve()
    others = [path.name for path in sorted(folder.glob("*")) if path.name not in FILES]
    if others:
        raise click.ClickException(f"{folder}: would be replaced, but holds {others[0]}; name another folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f"{folder.name}.", dir=folder.parent) as beside:
        new, before = Path(beside) / "new", Path(beside) / "before"
        new.mkdir()
        for name, content in files.items():
            (new / name).write_bytes(content)
        write_sums(new)
        load_artifact(new)
        if folder.exists():
            folder.rename(before)
        new.rename(folder)


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
    config = json.loads((run / "config.json").read_text("utf-8"))
    if not has_shared_words(classifier):
        raise click.ClickException(f"{run}: trained with word vectors of its own; train it again")
    vocabulary = shared_vocabulary()
    lines = (run / "windows.jsonl").read_text("utf-8").splitlines()[::43][:200]
    texts = [json.loads(line)["text"] for line in lines]
    samples = [vocabulary.tokenizer.encode(text).ids[: int(config["max_tokens"])] for text in texts]
    feeds = [{"words": vocabulary.vectors(ids)} for ids in samples]
    # Peaks come from one half of the windows, and the differences from the other.
    models = exported(partial(graph_of, classifier), feeds[::2])
    for name, value in parity(classifier, models, samples[1::2]).items():
        click.echo(
            f"largest difference in probability from torch, {name}: {value:.5f} ({len(samples[1::2])} windows)"
        )
    click.echo(f"model.onnx {len(models['int8']) / 1e6:.1f} MB")
    if keep_unquantised:
        (run / "model-fp32.onnx").write_bytes(models["fp32"])
    described = {
        "name": "machine-text",
        "version": version,
        "format_version": FORMAT_VERSION,
        "vocabulary_sha256": vocabulary.sha256,
        "labels": ["human", "machine"],
        "base": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)",
        "max_tokens": int(config["max_tokens"]),
        "window_tokens": int(config.get("window_tokens", 150)),
        "training": {k: v for k, v in config.items() if k not in ("window", "start")},
    }
    write_artifact(out, {"model.onnx": models["int8"], "config.json": as_json(described)})
    click.echo(f"{out}: an encoder without thresholds; {CALIBRATE}")
