"""`python -m training stylometry`: fit the stylometric model, calibrate it, measure it, write its artifact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt

from detector.models.artifact import FORMAT_VERSION
from detector.models.calibration import Calibration, fit_calibration
from detector.models.logistic import Logistic, sigmoid
from detector.stylometry import PROSE_MEASURES, schema_hash
from training.artifacts import as_json, write_artifact
from training.corpora import corpus_digests
from training.places import ARTIFACTS
from training.splits import development_keys, held_out_keys, text_key
from training.stylometry.articles import (
    TRAINING,
    Examples,
    Job,
    held_out_humans,
    held_out_machines,
    measure_jobs,
    training_examples,
)
from training.stylometry.card import card

ARTIFACT = ARTIFACTS / "stylometry"
FILES = frozenset({"model.json", "config.json", "calibration.json", "README.md"})
"""What a folder of this artifact may hold."""
VERSION = "1.1.0"
BINS: tuple[tuple[int, int | None], ...] = ((80, 150), (150, 300), (300, 600), (600, None))
CLIP = 3.0
KNOTS = (0.15, 0.5, 0.85)
"""Quantiles of the standardised measures at which their effect may bend."""
PAGE_MARKS = frozenset({"punctuation.dashes", "punctuation.ellipses", "punctuation.exclamations"})
"""Marks that cleaning and corpora alter: measured, and kept from the model."""
LENGTH_BOUND = frozenset({"lexical.honore_r", "lexical.brunet_w"})
"""Measures that still grow with length: measured, and kept from the model."""
_DEVELOPMENT = (
    "frontier_mirrors", "lastde", "detectrl", "remodetect", "tocsin_gemini", "fastdetectgpt", "outfox_test", "toefl_bias",
)  # fmt: skip
MACHINE_FILES = (
    "own/machine_articles",
    "machine_text/train/hart_dev",
    *(f"machine_text/dev/{name}" for name in _DEVELOPMENT),
)
"""Sets with machine texts that results are reported on; of the first two, the part held out by pair."""
CORPUS = "human news 2010-2022 of outlets apart from training (allsides, newscluster, fnc1, local, opinions)"
METHOD = "split-conformal quantile per length bin; fpr_upper95: one-sided Clopper-Pearson"

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted model, with the area under the ROC curve on a fold that it had not seen."""

    model: Mapping[str, Any]
    auroc: float
    reference_auroc: float


def balance(examples: Examples) -> Vector:
    """Weights under which both classes weigh the same in every length bin, so that length tells nothing."""
    weights = examples.weights.copy()
    edges = [low for low, _ in BINS[1:]]
    bins = np.digitize(examples.words, edges)
    cells = [(bins == b) & (examples.labels == y) for b in np.unique(bins) for y in (0, 1)]
    for cell in cells:
        if cell.any():
            weights[cell] *= len(weights) / (len(cells) * weights[cell].sum())
    return weights


def bend(standard: Vector, knots: Vector) -> Vector:
    """Standardised values and, for each row of knots, max(0, z - knot), side by side."""
    return np.hstack([standard, *(np.maximum(standard - row, 0.0) for row in knots)])


def fit(examples: Examples, strength: float, folds: int = 4) -> Fit:
    """Fit piecewise-linear logistic regression, and Platt's slope and offset on grouped out-of-fold scores.

    Gradient boosting is fitted on the first fold for reference: what a model that is not shipped
    as coefficients would reach there.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold

    names = [name for name in PROSE_MEASURES if name not in PAGE_MARKS | LENGTH_BOUND]
    columns = [list(PROSE_MEASURES).index(name) for name in names]
    values, labels, weights = examples.values[:, columns], examples.labels, balance(examples)
    mean = np.average(values, axis=0, weights=weights)
    scale = np.sqrt(np.average((values - mean) ** 2, axis=0, weights=weights))
    scale[scale == 0] = 1.0
    standard = np.clip((values - mean) / scale, -CLIP, CLIP)
    knots = np.quantile(standard, KNOTS, axis=0)
    terms = bend(standard, knots)
    spread = terms.std(axis=0)
    spread[spread == 0] = 1.0
    # Terms are scaled for the penalty; the scale then goes into the weights.
    scaled = terms / spread

    def logistic() -> Any:
        return LogisticRegression(C=strength, max_iter=2000)

    out = np.zeros(len(values))
    splits = list(GroupKFold(folds).split(values, groups=np.array(examples.groups)))
    for inside, outside in splits:
        fold = logistic().fit(scaled[inside], labels[inside], sample_weight=weights[inside])
        out[outside] = fold.decision_function(scaled[outside])
    platt = LogisticRegression(C=1e6).fit(out[:, None], labels, sample_weight=weights)
    final = logistic().fit(scaled, labels, sample_weight=weights)
    inside, outside = splits[0]
    boosted = HistGradientBoostingClassifier(
        max_iter=120, learning_rate=0.1, max_leaf_nodes=12, random_state=1
    )
    boosted.fit(values[inside], labels[inside], sample_weight=weights[inside])
    reference = boosted.predict_proba(values[outside])[:, 1]
    return Fit(
        {
            "kind": "piecewise-linear logistic",
            "features": names,
            "mean": _rounded(mean),
            "scale": _rounded(scale),
            "knots": [_rounded(row) for row in knots],
            "weights": [_rounded(row) for row in (final.coef_[0] / spread).reshape(len(KNOTS) + 1, -1)],
            "intercept": round(float(final.intercept_[0]), 8),
            "clip": CLIP,
            "slope": round(float(platt.coef_[0, 0]), 8),
            "offset": round(float(platt.intercept_[0]), 8),
        },
        float(roc_auc_score(labels[outside], out[outside], sample_weight=weights[outside])),
        float(roc_auc_score(labels[outside], reference, sample_weight=weights[outside])),
    )


def _rounded(values: Iterable[float]) -> list[float]:
    return [float(f"{value:.8g}") for value in values]


@dataclass(frozen=True, slots=True)
class Scored:
    """Probabilities of held-out crops, one each, with what is known of them."""

    probability: Vector
    words: npt.NDArray[np.int64]
    label: npt.NDArray[np.int64]
    name: npt.NDArray[np.str_]
    fold: npt.NDArray[np.str_]
    style: npt.NDArray[np.str_]
    text: npt.NDArray[np.str_]

    def where(self, mask: npt.NDArray[np.bool_]) -> Scored:
        """Rows of a mask."""
        return Scored(*(getattr(self, name)[mask] for name in self.__slots__))


def score(model: Mapping[str, Any], examples: Examples) -> Scored:
    """Score crops as the detector does: the mean of the windows' log-odds, as a probability."""
    logistic = Logistic.from_json(model)
    place = {name: index for index, name in enumerate(PROSE_MEASURES)}
    columns = [place[name] for name in logistic.features]
    logits = np.array([logistic.logit(row[columns]) for row in examples.values])
    first = np.unique(examples.items, return_index=True)[1]
    means = np.bincount(examples.items, logits) / np.bincount(examples.items)
    return Scored(
        np.array([sigmoid(float(z)) for z in means]),
        examples.words[first],
        examples.labels[first],
        np.array(examples.files)[first],
        np.array(examples.groups)[first],
        np.array(examples.styles)[first],
        np.array(examples.generators)[first],
    )


def held_out_examples() -> Examples:
    """Crops of held-out texts, one or more a length bin; the fold takes the group's place, a key of the text the generator's."""
    jobs = [
        Job(h.text, 0, h.fold, h.name, h.style, text_key(h.text), 1.0, (120, 220, 450, None))
        for h in held_out_humans()
    ]
    jobs += [
        Job(m.text, int(m.label == "ai"), m.fold, m.name, m.style, text_key(m.text), 1.0, (None,))
        for m in held_out_machines(MACHINE_FILES)
    ]
    return measure_jobs(jobs)


def in_bin(scored: Scored, low: int, high: int | None) -> Scored:
    """Crops of a length bin, at most one of each text: so that counts are counts of articles."""
    inside = scored.where((scored.words >= low) & (scored.words < (high or 10**9)))
    once = np.unique(inside.text, return_index=True)[1]
    return inside.where(np.isin(np.arange(len(inside.words)), once))


def calibrate(scored: Scored) -> Calibration:
    """Conformal thresholds per length bin and rate, from the calibration fold of human news."""
    human = scored.where((scored.fold == "calibration") & (scored.label == 0))
    bins = [in_bin(human, low, high) for low, high in BINS]
    words = np.concatenate([part.words for part in bins]).tolist()
    return fit_calibration(CORPUS, words, np.concatenate([part.probability for part in bins]).tolist(), BINS)


def rate_rows(scored: Scored, calibration: Calibration) -> list[dict[str, Any]]:
    """Share flagged at each rate, for every held-out set, label and length bin of the evaluation fold."""
    rows = []
    evaluation = scored.where(scored.fold == "evaluation")
    for entry in calibration.bins:
        inside = in_bin(evaluation, entry.low, entry.high)
        for name in sorted(set(inside.name.tolist())):
            for label in (0, 1):
                part = inside.where((inside.name == name) & (inside.label == label))
                if len(part.words):
                    hits = {
                        t.target_fpr: int((part.probability >= t.probability).sum()) for t in entry.thresholds
                    }
                    rows.append(
                        {
                            "low": entry.low,
                            "high": entry.high,
                            "set": name,
                            "label": label,
                            "n": len(part.words),
                            "hits": hits,
                        }
                    )
    return rows


def style_rows(scored: Scored, calibration: Calibration, name: str) -> list[tuple[str, int, int]]:
    """Flagged and total of each style of one machine set, at the 1% threshold of each text's length."""
    part = scored.where((scored.name == name) & (scored.label == 1))
    bins = [calibration.bin_of(words) or calibration.bins[0] for words in part.words.tolist()]
    flagged = part.probability >= np.array([entry.threshold(0.01).probability for entry in bins])
    return [
        (style, int(flagged[part.style == style].sum()), int((part.style == style).sum()))
        for style in sorted(set(part.style.tolist()))
    ]


def build(
    fitted: Fit, training: Examples, held_out: Examples, strength: float, seed: int
) -> dict[str, bytes]:
    """Calibrate and measure a fit; gives the artifact's files by name."""
    scored = score(fitted.model, held_out)
    calibration = calibrate(scored)
    config = {
        "format_version": FORMAT_VERSION,
        "name": "stylometry",
        "version": VERSION,
        "labels": ["human", "machine"],
        "feature_hash": schema_hash(tuple(PROSE_MEASURES)),
        "used_by_model": fitted.model["features"],
        "seed": seed,
        "inverse_regularisation": strength,
        "corpora": corpus_digests(sorted({source.file for source in TRAINING})),
    }
    rows = rate_rows(scored, calibration)
    styles = style_rows(scored, calibration, "frontier_mirrors")
    written = {"corpus": CORPUS, "method": METHOD, "bins": calibration.to_json()["bins"]}
    text = card(fitted.model, fitted.auroc, fitted.reference_auroc, training, written, rows, styles)
    return {
        "model.json": as_json(fitted.model),
        "config.json": as_json(config),
        "calibration.json": as_json(written),
        "README.md": text.encode(),
    }


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=ARTIFACT, help="Folder of the artifact.")
@click.option("--strength", default=0.01, show_default=True, help="Inverse regularisation (C).")
@click.option("--seed", default=7, show_default=True)
def command(out: Path, strength: float, seed: int) -> None:
    """Fit the stylometric model and write its artifact, with the model card."""
    training = training_examples(development_keys() | held_out_keys(), seed)
    files = build(fit(training, strength), training, held_out_examples(), strength, seed)
    write_artifact(out, files, FILES)
    click.echo(files["README.md"].decode())
