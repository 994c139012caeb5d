"""`python -m training calibrate`: fit the stack out of fold and set the thresholds of each length bin.

Thresholds come from human articles of outlets that no model has seen, scored out of fold: the
conformal quantile of each length bin. Local news and opinion are a third of them, far more
than of what newsrooms write, so that the common kinds cannot pay for the harder ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt

from detector.models.artifact import load_artifact
from detector.models.calibration import Calibration, fit_calibration
from detector.models.logistic import sigmoid
from detector.models.stacked import FEATURES, WHOLE_FROM, evidence, skimmed
from detector.models.stylometric import StylometryModel
from training.artifacts import as_json, write_artifact
from training.machine_text.evidence import check_origin, evidence_option, read
from training.machine_text.export import ARTIFACT, FILES
from training.machine_text.sets import BINS
from training.splits import share

CLIP = 8.0
FOLDS = 5
COLUMNS = (*FEATURES, "ngrams.logit")
"""What a stack can weigh: the features of the shipped model, and one that `ngrams` measures."""
CORPUS = "{n:,} human articles from outlets apart from training (AllSides, FNC-1, NewsCluster, local papers, opinion)"

Vector = npt.NDArray[np.float64]
Row = Mapping[str, Any]


def matrix(rows: Sequence[Row]) -> Vector:
    """Evidence of rows, a row each, in the order of `COLUMNS`; without the last of them where rows lack it."""
    if not rows:
        return np.empty((0, len(FEATURES)))
    found = np.array([evidence(row["logits"], row["sizes"], row["style"]) for row in rows])
    return np.column_stack([found, [row["ngrams"] for row in rows]]) if "ngrams" in rows[0] else found


def skimmed_rows(rows: Sequence[Row]) -> list[Row]:
    """Rows of the windows alone that skimming reads."""
    return [
        {**row, **{name: [row[name][i] for i in skimmed(len(row[name]))] for name in ("logits", "sizes")}}
        for row in rows
    ]


def read_rows(rows: Sequence[Row], logits: Callable[[Vector], Vector]) -> list[Row]:
    """Rows of the windows that a detector reads whose stack gives these log-odds."""
    first = skimmed_rows(rows)
    enough = logits(matrix(first)) < math.log(WHOLE_FROM / (1.0 - WHOLE_FROM))
    return [part if stop else row for part, row, stop in zip(first, rows, enough, strict=True)]


def read_logits(rows: Sequence[Row], logits: Callable[[Vector], Vector]) -> Vector:
    """Log-odds of rows by the windows that a detector reads of them whose stack gives these log-odds."""
    return logits(matrix(read_rows(rows, logits)))


def fit_stack(values: Vector, labels: Vector, use: Sequence[str]) -> dict[str, Any]:
    """Logistic regression over some features, both classes weighing the same, as `stack.json` holds it."""
    from sklearn.linear_model import LogisticRegression

    columns = [COLUMNS.index(name) for name in use]
    chosen = values[:, columns]
    mean, scale = chosen.mean(0), chosen.std(0) + 1e-9
    standard = np.clip((chosen - mean) / scale, -CLIP, CLIP)
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=500).fit(standard, labels)
    return {
        "features": list(use),
        "mean": mean.tolist(),
        "scale": scale.tolist(),
        "knots": [],
        "weights": [model.coef_[0].tolist()],
        "intercept": float(model.intercept_[0]),
        "clip": CLIP,
        "slope": 1.0,
        "offset": 0.0,
    }


def apply_stack(stack: Mapping[str, Any], values: Vector) -> Vector:
    """Log-odds of evidence under a stack."""
    columns = [COLUMNS.index(name) for name in stack["features"]]
    standard = np.clip((values[:, columns] - stack["mean"]) / stack["scale"], -CLIP, CLIP)
    logits: Vector = standard @ np.array(stack["weights"][0]) + stack["intercept"]
    return logits


def fold_of(row: Row) -> int:
    """Fold of a row by its article, so that two crops of one article share it."""
    return int(share(str(row["id"]).split("#")[0], "stack") * FOLDS)


def out_of_fold(rows: Sequence[Row], use: Sequence[str]) -> Vector:
    """Log-odds of each row, as it is read, under the stack that was fitted without its fold."""
    values, labels = matrix(rows), np.array([float(row["label"] == "ai") for row in rows])
    folds = np.array([fold_of(row) for row in rows])
    logits = np.empty(len(rows))
    for fold in range(FOLDS):
        held = folds == fold
        stack = fit_stack(values[~held], labels[~held], use)
        own = [row for row, out in zip(rows, held, strict=True) if out]
        logits[held] = read_logits(own, partial(apply_stack, stack))
    return logits


def thresholds(rows: Sequence[Row], logits: Vector, corpus: str = "") -> Calibration:
    """Thresholds of every length bin from human rows and their log-odds.

    They are set on probabilities, which is what a detector compares with them: of two log-odds that
    give the same probability, none is above the other.
    """
    words = [int(row["words"]) for row in rows]
    return fit_calibration(corpus, words, [sigmoid(float(logit)) for logit in logits], BINS)


@click.command()
@evidence_option
@click.option("--artifact", type=click.Path(exists=True, path_type=Path), default=ARTIFACT, show_default=True)
@click.option(
    "--use", default="encoder.mean,stylometry.logit", show_default=True, help="Features of the stack."
)
def command(folder: Path, artifact: Path, use: str) -> None:
    """Fit the stack, set the thresholds, and write both into the artifact."""
    check_origin(folder, artifact)
    human, machine = read(folder / "calibration.jsonl"), read(folder / "stacking.jsonl")
    rows = [*human, *machine]
    names = tuple(use.split(","))
    logits = out_of_fold(rows, names)
    labels = np.array([float(row["label"] == "ai") for row in rows])
    stack = fit_stack(matrix(rows), labels, names)
    articles = {str(row["id"]).split("#")[0] for row in human}
    calibration = thresholds(human, logits[: len(human)], CORPUS.format(n=len(articles)))
    loaded = load_artifact(artifact)
    written = {
        "stack.json": stack | {"encoder_sha256": loaded.digest("model.onnx")},
        "calibration.json": calibration.to_json(),
        "config.json": {**loaded.config, "stylometry_sha256": StylometryModel.load().models[0].sha256},
    }
    write_artifact(
        artifact, {**loaded.contents, **{name: as_json(content) for name, content in written.items()}}, FILES
    )
    for name, weight, scale in zip(names, stack["weights"][0], stack["scale"], strict=True):
        click.echo(f"{name}: weight {weight / scale:.3f} per unit of log-odds")
    for entry in calibration.bins:
        shown = ", ".join(
            f"{t.target_fpr:.1%}: {t.probability:.4f} (<= {t.fpr_upper95:.2%})" for t in entry.thresholds
        )
        click.echo(f"{entry.name} words, n = {entry.thresholds[0].n_human}: {shown}")
