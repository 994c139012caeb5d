"""`python -m training label`: windows with a teacher's probabilities in place of their labels.

For a teacher with a tokenizer and a width of its own, of which a student can learn the judgement alone; one of the
student's own shape teaches its hidden states as well (`teacher` in a configuration).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import torch
from transformers import AutoTokenizer

from detector.models.logistic import sigmoid
from training.encoders.weights import base_checkpoint
from training.machine_text.finetune import load_classifier, scores
from training.machine_text.ranking import auroc
from training.runs import read_windows, run_file, write_windows
from training.windows import Window


def believed(run: Path, windows: Sequence[Window]) -> list[float]:
    """Probability of machine writing for each window, by the model of a training run."""
    config = json.loads(run_file(run, "config.json").read_text("utf-8"))
    tokenizer = AutoTokenizer.from_pretrained(base_checkpoint(config))
    logits = scores(load_classifier(run), tokenizer, int(config["max_tokens"]), windows)
    return [sigmoid(logit) for logit in logits.tolist()]


@click.command()
@click.option("--run", type=click.Path(exists=True, path_type=Path), required=True, help="The teacher's.")
@click.option(
    "--windows",
    "windows_of",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="Folder whose windows it judges.",
)
@click.option("--first", type=click.IntRange(1), help="As many of them; default: all.")
@click.option(
    "--config",
    "path",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="The student's: its settings of how windows are drawn are kept beside them.",
)
@click.option("--out", type=click.Path(path_type=Path), required=True)
def command(run: Path, windows_of: Path, first: int | None, path: Path, out: Path) -> None:
    """Write windows with the probabilities of a trained model in place of their labels."""
    torch.set_num_threads(2)
    out.mkdir(parents=True, exist_ok=True)
    windows = read_windows(windows_of, "mine")[:first]
    probabilities = believed(run, windows)
    taught = [
        replace(window, label=round(probability, 4))
        for window, probability in zip(windows, probabilities, strict=True)
    ]
    write_windows(out, taught, tomllib.loads(path.read_text("utf-8")))
    truth, found = np.array([w.label for w in windows]) > 0.5, np.array(probabilities)
    click.echo(
        f"{len(windows)} windows; AUROC of the teacher on their labels {auroc(found[~truth], found[truth]):.4f}"
    )
