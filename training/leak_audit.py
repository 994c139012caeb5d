"""`python -m training leak-audit`: can surface marks alone tell machine from human windows? They must not.

A logistic model reads length, line breaks, quotes, dashes, digits, other marks and the first
five words, never the content, from raw records and from cleaned windows of the same records.
An AUROC near 0.5 after cleaning says that the training set gives nothing away by its format.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt

from training.corpora import records

Marks = Callable[[str], dict[str, float]]

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


def auroc(matrix: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]) -> float:
    """Cross-validated AUROC of a logistic model."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
    return float(cross_val_score(model, matrix, labels, cv=4, scoring="roc_auc").mean())


def opening_auroc(texts: Sequence[str], labels: npt.NDArray[np.int64]) -> float:
    """Cross-validated AUROC of hashed first words."""
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_score

    matrix = HashingVectorizer(n_features=2**14, ngram_range=(1, 2)).transform([opening(t) for t in texts])
    return float(
        cross_val_score(LogisticRegression(max_iter=300), matrix, labels, cv=4, scoring="roc_auc").mean()
    )


def audit(texts: Sequence[str], labels: Sequence[int]) -> dict[str, float]:
    """AUROC of each family of marks, of all marks and of the opening."""
    target = np.array(labels)
    rows = [counts(text) for text in texts]
    found = {
        family: auroc(np.array([[row[name] for name in names] for row in rows]), target)
        for family, names in FAMILIES.items()
    }
    found["all marks"] = auroc(np.array([list(row.values()) for row in rows]), target)
    found["first five words"] = opening_auroc(texts, target)
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
    rng = random.Random(3)
    windows = [json.loads(line) for line in (run / "windows.jsonl").read_text("utf-8").splitlines()]
    raw: list[tuple[str, int]] = []
    for source, label in sorted({(w["source"], w["label"]) for w in windows}):
        share = sum(w["source"] == source and w["label"] == label for w in windows) / len(windows)
        own = [str(r["text"]) for r in records(source) if r["label"] == ("ai" if label else "human")]
        raw += [(text, label) for text in rng.sample(own, min(len(own), int(2 * size * share)))]
    clean = [(w["text"], w["label"]) for w in rng.sample(windows, min(2 * size, len(windows)))]
    before, after = audit(*zip(*raw, strict=True)), audit(*zip(*clean, strict=True))
    click.echo("| AUROC of surface marks alone | raw records | cleaned windows |\n| --- | --: | --: |")
    for family in before:
        click.echo(f"| {family} | {before[family]:.3f} | {after[family]:.3f} |")
