"""`python -m training export --run DIR`: torch weights -> int8 ONNX in an artifact folder, with a parity check.

The graph takes `input_ids` alone, one unpadded sequence a call (see `detector.models.encoder`),
so there is no attention mask in it. Weights are quantised per channel, activations dynamically.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from torch import nn

from training.finetune import WindowClassifier, base_checkpoint

ARTIFACT = Path(__file__).parent.parent / "detector" / "models" / "artifacts" / "machine-text"


class _Unpadded(nn.Module):
    """The classifier on sequences without padding."""

    def __init__(self, classifier: WindowClassifier) -> None:
        super().__init__()
        self.classifier = classifier

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        hidden = self.classifier.encoder(
            input_ids=input_ids, attention_mask=torch.ones_like(input_ids)
        ).last_hidden_state
        logits: torch.Tensor = self.classifier.head(hidden.mean(1)).squeeze(-1)
        return logits


def load_classifier(run: Path, weights: str = "model.pt") -> WindowClassifier:
    """Classifier of a training run, in evaluation mode."""
    config = json.loads((run / "config.json").read_text("utf-8"))
    classifier = WindowClassifier(base_checkpoint(config))
    classifier.load_state_dict(torch.load(run / weights, weights_only=True))
    return classifier.eval()


def export_onnx(classifier: WindowClassifier, path: Path) -> None:
    """Write the unquantised graph."""
    classifier.encoder.set_attn_implementation("eager")
    torch.onnx.export(
        _Unpadded(classifier).eval(), (torch.randint(1000, 2000, (1, 64)),), str(path), input_names=["input_ids"],
        output_names=["logit"], dynamic_axes={"input_ids": {0: "batch", 1: "length"}, "logit": {0: "batch"}},
        opset_version=17, dynamo=False, do_constant_folding=True,
    )  # fmt: skip


def quantise(source: Path, target: Path) -> None:
    """Quantise weights to int8 per channel, and the embedding table, with dynamic activations."""
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        quantize_dynamic(
            prepared, target, per_channel=True, reduce_range=False, weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm", "Gather"], extra_options={"MatMulConstBOnly": True},
        )  # fmt: skip


def session(path: Path) -> Any:
    """ONNX Runtime session with one thread."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def parity(
    classifier: WindowClassifier, paths: dict[str, Path], samples: list[list[int]]
) -> dict[str, float]:
    """Largest difference in probability from torch, over the samples, per model file."""
    with torch.no_grad():
        truth = np.array(
            [torch.sigmoid(_Unpadded(classifier)(torch.tensor([ids]))).item() for ids in samples]
        )
    found = {}
    for name, path in paths.items():
        run = session(path)
        logits = np.array(
            [
                run.run(None, {"input_ids": np.array([ids], dtype=np.int64)})[0].reshape(-1)[0]
                for ids in samples
            ]
        )
        found[name] = float(np.abs(1 / (1 + np.exp(-logits)) - truth).max())
        found[f"{name} mean"] = float(np.abs(1 / (1 + np.exp(-logits)) - truth).mean())
    return found


def write_sums(folder: Path) -> None:
    """Write SHA256SUMS over every other file of the folder."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.iterdir())
        if path.name != "SHA256SUMS"
    ]
    (folder / "SHA256SUMS").write_text("".join(lines), "utf-8")


@click.command()
@click.option(
    "--run", type=click.Path(exists=True, path_type=Path), required=True, help="Folder of the training run."
)
@click.option("--out", type=click.Path(path_type=Path), default=ARTIFACT, show_default=True)
@click.option("--version", default="1.0.0", show_default=True)
@click.option("--keep-unquantised", is_flag=True, help="Leave model-fp32.onnx in the run's folder.")
def command(run: Path, out: Path, version: str, keep_unquantised: bool) -> None:
    """Export a run as an int8 ONNX artifact and print its parity with torch."""
    out.mkdir(parents=True, exist_ok=True)
    classifier = load_classifier(run)
    config = json.loads((run / "config.json").read_text("utf-8"))
    plain = run / "model-fp32.onnx"
    export_onnx(classifier, plain)
    quantise(plain, out / "model.onnx")
    shutil.copy(Path(base_checkpoint(config)) / "tokenizer.json", out / "tokenizer.json")
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(int(config["max_tokens"]))
    tokenizer.no_truncation()
    lines = (run / "windows.jsonl").read_text("utf-8").splitlines()[::173][:200]
    samples = [tokenizer.encode(json.loads(line)["text"]).ids[: int(config["max_tokens"])] for line in lines]
    for name, value in parity(classifier, {"fp32": plain, "int8": out / "model.onnx"}, samples).items():
        click.echo(
            f"largest difference in probability from torch, {name}: {value:.5f} ({len(samples)} windows)"
        )
    click.echo(f"model.onnx {(out / 'model.onnx').stat().st_size / 1e6:.1f} MB")
    if not keep_unquantised:
        plain.unlink()
    (out / "config.json").write_text(
        json.dumps(
            {
                "name": "machine-text",
                "version": version,
                "format_version": 1,
                "labels": ["human", "machine"],
                "base": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)",
                "max_tokens": int(config["max_tokens"]),
                "window_tokens": int(config.get("window_tokens", 150)),
                "training": {k: v for k, v in config.items() if k not in ("window", "start")},
            },
            indent=1,
        )
        + "\n",
        "utf-8",
    )
    write_sums(out)
