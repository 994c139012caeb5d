"""`python -m training sourcing rank`: how well encoders rank unsupported claims by themselves.

On the articles that none of the runs has seen, before any readable model; of several runs their mean
too, which tells whether together they would teach more than each alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from sklearn.metrics import average_precision_score

from detector.sourcing.predictions import Prediction
from training.sourcing.fit import annotated
from training.sourcing.train import held_out_predictions

MARK = "model.unsupported"


def ranking(predicted: Sequence[dict[str, list[Prediction]]]) -> tuple[np.ndarray, np.ndarray]:
    """Scaled logits (-1 to 1) by run, shape (runs, sentences), and labels, shape (sentences,), of the articles that every run has read."""
    rows: list[list[float]] = []
    truth: list[bool] = []
    for article, _, labelled in annotated(*predicted):
        for label in labelled:
            if label.unsupported is not None:
                rows.append([found[article][label.index].marks[MARK] for found in predicted])
                truth.append(label.unsupported)
    return np.array(rows).reshape(-1, len(predicted)).T, np.array(truth, bool)


@click.command()
@click.option(
    "--run",
    "runs",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    required=True,
    help="Folder of a run; several times for several.",
)
def rank(runs: tuple[Path, ...]) -> None:
    """Print the average precision of `unsupported` by each run's encoder, and by the mean of all, on unseen articles."""
    logits, truth = ranking([held_out_predictions(run) for run in runs])
    if not truth.any():
        raise click.ClickException("no annotated article is unseen by all of these runs")
    click.echo(f"{len(truth):,} sentences, {truth.sum():,} unsupported")
    named = [(str(run), row) for run, row in zip(runs, logits, strict=True)]
    if len(runs) > 1:
        named.append(("their mean", logits.mean(0)))
    for name, scores in named:
        click.echo(f"{name}: average precision {average_precision_score(truth, scores):.4f}")
