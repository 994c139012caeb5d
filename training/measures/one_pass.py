"""`python -m training one-pass`: what it would cost to tell machine writing in the sourcing encoder's own pass.

A head on the mean of its last hidden layer, as it was trained for sourcing, is fitted on windows of
the machine-text training and compared with the encoder that was trained for it: both alone, at
thresholds that 1% of the same human calibration texts reach. What the head loses is what a pass
saved would cost.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from tokenizers import Tokenizer

from detector.models.calibration import conformal_threshold
from training.encoders.shapes import states_of
from training.machine_text.calibrate import Row, Vector
from training.machine_text.evaluate import family, groups
from training.machine_text.evidence import check_origin, evidence_option, read
from training.machine_text.export import ARTIFACT
from training.sourcing.encoder import SourcingEncoder
from training.sourcing.train import config_of, load, tokenizer_of, trained

SEED = 23
RATE = 0.01


@torch.no_grad()
def pooled(model: SourcingEncoder, windows: Sequence[Sequence[int]]) -> Vector:
    """Mean of the last hidden layer of each window, shape (windows, width)."""
    rows = []
    for ids in windows:
        tokens = torch.tensor([list(ids)])
        hidden, _ = states_of(model.encoder, tokens, torch.ones_like(tokens), model.halve_after)[-1]
        rows.append(hidden[0].mean(0).numpy())
    return np.stack(rows).astype(np.float64)


def training_windows(path: Path, tokenizer: Tokenizer, count: int) -> tuple[list[list[int]], Vector]:
    """Token ids and labels of windows that `finetune` kept in its run."""
    import json

    lines = path.read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in random.Random(SEED).sample(lines, min(count, len(lines)))]
    return [tokenizer.encode(row["text"]).ids for row in rows], np.array(
        [float(row["label"]) for row in rows]
    )


def sampled(folder: Path, name: str, most: int) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Prepared rows (tokens) with their evidence (log-odds), at most so many of each family."""
    pairs = list(zip(read(folder / f"{name}.prepared.jsonl"), read(folder / f"{name}.jsonl"), strict=True))
    random.Random(SEED).shuffle(pairs)
    taken: dict[str, int] = {}
    chosen = []
    for prepared, row in pairs:
        key = family(row)
        taken[key] = taken.get(key, 0) + 1
        if taken[key] <= most:
            chosen.append((prepared, row))
    return chosen


def own(row: Row) -> float:
    """Score of the encoder that was trained for machine text: its mean log-odds."""
    return float(np.average(row["logits"], weights=row["sizes"]))


@click.command()
@click.option(
    "--run", type=click.Path(exists=True, path_type=Path), required=True, help="Of `sourcing train`."
)
@click.option("--windows", type=click.Path(exists=True, path_type=Path), required=True, help="Of `finetune`.")
@evidence_option
@click.option("--artifact", type=click.Path(exists=True, path_type=Path), default=ARTIFACT, show_default=True)
@click.option("--count", default=6000, show_default=True, help="Windows to fit the head on.")
@click.option("--most", default=60, show_default=True, help="Texts of each set.")
def command(run: Path, windows: Path, folder: Path, artifact: Path, count: int, most: int) -> None:
    """Print what both ways flag of each evaluation set."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    check_origin(folder, artifact)
    config = config_of(run)
    model = load(config, trained(config, run)).eval()
    ids, labels = training_windows(windows, tokenizer_of(config), count)
    head = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=3000))
    head.fit(pooled(model, ids), labels)

    def shared(prepared: Row) -> float:
        vectors = pooled(model, [window[2] for window in prepared["windows"]])
        return float(head.decision_function(vectors).mean())

    human = sampled(folder, "calibration", 2 * most)
    limits = [
        conformal_threshold([shared(prepared) for prepared, _ in human], RATE),
        conformal_threshold([own(row) for _, row in human], RATE),
    ]
    tested = sampled(folder, "evaluation", most)
    scores = [(shared(prepared), own(row)) for prepared, row in tested]
    rows = [row for _, row in tested]
    click.echo(
        "| flagged at 1% | n | head on the sourcing encoder | encoder of its own |\n| --- | --: | --: | --: |"
    )
    for name in groups(rows, family):
        part = [score for row, score in zip(rows, scores, strict=True) if family(row) == name]
        shares = [np.mean([score[way] >= limits[way] for score in part]) for way in (0, 1)]
        click.echo(f"| {name} | {len(part)} | {shares[0]:.1%} | {shares[1]:.1%} |")
