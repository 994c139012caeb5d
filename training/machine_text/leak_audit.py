"""`python -m training leak-audit`: can surface marks alone tell machine from human windows? They must not.

A logistic model reads length, line breaks, quotes, dashes, digits, other marks and the first
five words, never the content, from raw records and from cleaned windows of the same records.
An AUROC near 0.5 after cleaning says that the training set gives nothing away by its format.
Folds are drawn by article, so that an outlet's or a model's habits are in all of them, and no
article is on both sides of one.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import click
import numpy as np
import numpy.typing as npt

from training.corpora import records
from training.runs import read_windows
from training.splits import group_keys
from training.windows import Window

FOLDS = 4
SEED = 3

Folds: TypeAlias = Sequence[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]
"""Indices of the texts that train and of those that test, of each fold."""

Example: TypeAlias = tuple[str, float, str]
"""Text, label (1 where a machine wrote it) and group."""

_RATES = {
    "line breaks": r"\n",
    "curly quotes": "[\u201c\u201d\u2018\u2019]",
    "straight quotes": r"\"",
    "apostrophes": "'",
    "long dashes": "[\u2013\u2014]",
    "hyphens": "-",
    "digits": r"\d",
    "double spaces": r"  ",
    "markdown": r"[*#_`|]",
    "brackets": r"[()\[\]]",
    "other marks": r"[^\w\s.,'\"()-]",
}


def counts(text: str) -> dict[str, float]:
    """Marks per 100 characters, and the length."""
    size = max(len(text), 1) / 100
    found = {name: len(re.findall(pattern, text)) / size for name, pattern in _RATES.items()}
    return found | {
        "log length": float(np.log1p(len(text))),
        "ends with a stop": float(text.rstrip()[-1:] in ".!?\"'"),
    }


FAMILIES: dict[str, tuple[str, ...]] = {
    "length": ("log length",),
    "ending": ("ends with a stop",),
    "line breaks and spaces": ("line breaks", "double spaces"),
    "quotes and apostrophes": ("curly quotes", "straight quotes", "apostrophes"),
    "dashes": ("long dashes", "hyphens"),
    "digits": ("digits",),
    "markdown, brackets, other marks": ("markdown", "brackets", "other marks"),
}


def opening(text: str) -> str:
    """The first five words."""
    return " ".join(text.split()[:5]).lower()


def by_article(labels: npt.NDArray[np.int64], groups: Sequence[str]) -> Folds:
    """Folds with the same share of each class, and every group in one of them; the order of the texts is of no matter."""
    from sklearn.model_selection import StratifiedGroupKFold

    split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    return list(split.split(labels, labels, np.array(groups)))


def auroc(matrix: npt.NDArray[np.float64], labels: npt.NDArray[np.int64], folds: Folds) -> float:
    """Cross-validated AUROC of a logistic model."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
    return float(cross_val_score(model, matrix, labels, cv=folds, scoring="roc_auc").mean())


def opening_auroc(texts: Sequence[str], labels: npt.NDArray[np.int64], folds: Folds) -> float:
    """Cross-validated AUROC of hashed first words."""
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_score

    matrix = HashingVectorizer(n_features=2**14, ngram_range=(1, 2)).transform([opening(t) for t in texts])
    model = LogisticRegression(max_iter=300)
    return float(cross_val_score(model, matrix, labels, cv=folds, scoring="roc_auc").mean())


def audit(texts: Sequence[str], labels: Sequence[int], groups: Sequence[str]) -> dict[str, float]:
    """AUROC of each family of marks, of all marks and of the opening; `groups` names the article of each text."""
    target = np.array(labels)
    folds = by_article(target, groups)
    rows = [counts(text) for text in texts]
    found = {
        family: auroc(np.array([[row[name] for name in names] for row in rows]), target, folds)
        for family, names in FAMILIES.items()
    }
    found["all marks"] = auroc(np.array([list(row.values()) for row in rows]), target, folds)
    found["first five words"] = opening_auroc(texts, target, folds)
    return found


def raw_records(windows: Sequence[Window], size: int, rng: random.Random) -> list[Example]:
    """About `size` records of the windows' articles, in the windows' shares of each source and class."""
    found: list[Example] = []
    for source, label in sorted({(w.source, w.label) for w in windows}):
        groups = [w.group for w in windows if (w.source, w.label) == (source, label)]
        articles = frozenset(groups)
        own: list[Example] = []
        for record in records(source):
            group = next(iter(group_keys(record)))
            if record["label"] == ("ai" if label else "human") and group in articles:
                own.append((str(record["text"]), label, group))
        found += rng.sample(own, min(len(own), size * len(groups) // len(windows)))
    return found


@click.command()
@click.option(
    "--run",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="Training run whose windows are audited.",
)
@click.option("--size", default=3000, show_default=True, help="Texts of each class.")
def command(run: Path, size: int) -> None:
    """Audit the raw records and the cleaned windows of a training run."""
    rng = random.Random(SEED)
    windows = read_windows(run)
    raw = raw_records(windows, 2 * size, rng)
    drawn = rng.sample(windows, min(2 * size, len(windows)))
    clean: list[Example] = [(w.text, w.label, w.group) for w in drawn]
    before, after = audit(*zip(*raw, strict=True)), audit(*zip(*clean, strict=True))
    click.echo("| AUROC of surface marks alone | raw records | cleaned windows |\n| --- | --: | --: |")
    for family in before:
        click.echo(f"| {family} | {before[family]:.3f} | {after[family]:.3f} |")
    articles = [len({group for *_, group in side}) for side in (raw, clean)]
    click.echo(
        f"\n{len(raw)} records of {articles[0]} articles and {len(clean)} windows of {articles[1]}, "
        f"in {FOLDS} folds by article."
    )
