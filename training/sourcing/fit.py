"""Fit the logistic models of the sourcing detector, by cross-validation over articles.

`python -m training sourcing fit` fits those of the rules alone; with `--run DIR` those of rules and
encoder together, on what the encoder says of the articles that it has not seen.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from detector.document import Document
from detector.sourcing.decision import class_probabilities, decision_marks, unsupported_probability
from detector.sourcing.marks import Marks
from detector.sourcing.predictions import Prediction
from detector.sourcing.reading import NEVER_CLAIMS, read_rules
from training.places import DETECTOR_DATA
from training.sourcing.reader import ROLES, SOURCES, Labelled, articles, macro_f1, prf
from training.sourcing.support import SAMPLED_SETS

CORPORA = ("support_silver", *SAMPLED_SETS)
HAND_SET = {"claim.unnamed_parties": 1.5}
"""Weights of the decision that the annotated articles are too poor to fit: they hold hardly any talks."""
LEAST_PRECISION = 0.8
"""Of the thresholds with this precision, the one with the best F1 is taken: a wrong flag costs trust."""
SURE_PRECISION = 0.85
"""A flag is sure from the probability that reaches this on articles by people alone, where there is less to find."""
RARITY = 0.35
"""Exponent of a class's rarity in its weight: 0 for none, 1 for classes of equal weight; by cross-validation."""
_RELATIVE = {"resolvable": "relative", "unresolvable": "relative"}


@dataclass(slots=True)
class Table:
    """Marks and labels of every sentence that is annotated, each once."""

    marks: list[Marks]
    labels: list[Labelled]

    def column(self, field: str) -> list[str]:
        """Labels of one field; both relative times are one, since the document's date tells them apart."""
        values = [str(getattr(label, field)) for label in self.labels]
        return [_RELATIVE.get(v, v) for v in values] if field == "time" else values

    def known(self, field: str, rows: Sequence[int] | None = None) -> list[int]:
        """Those of the rows (of all, by default) whose annotators agree on a field."""
        chosen = range(len(self.labels)) if rows is None else rows
        return [i for i in chosen if getattr(self.labels[i], field) is not None]


def _rounded(names: Sequence[str], row: Sequence[float], bias: float) -> dict[str, float]:
    kept = {str(n): round(float(w), 3) for n, w in zip(names, row, strict=True) if abs(w) > 0.02}
    return {"bias": round(float(bias), 3), **kept}


def _readable(marks: Marks, field: str) -> Marks:
    """Marks that a field's model may read: carried times say nothing of roles and sources."""
    if field == "time":
        return marks
    return {k: v for k, v in marks.items() if not k.startswith("carried.") and k != "page.relative_times"}


def fit_classes(
    table: Table, rows: Sequence[int], field: str, strength: float
) -> dict[str, dict[str, float]]:
    """Weights of a multinomial model of one field."""
    rows = table.known(field, rows)
    vectorizer = DictVectorizer()
    x = vectorizer.fit_transform([_readable(table.marks[i], field) for i in rows])
    column = table.column(field)
    chosen = [column[i] for i in rows]
    counts = Counter(chosen)
    share = np.array([(len(chosen) / counts[c]) ** RARITY for c in chosen])
    model = LogisticRegression(C=strength, max_iter=4000).fit(x, chosen, sample_weight=share / share.mean())
    names = vectorizer.get_feature_names_out()
    return {
        str(c): _rounded(names, row, b)
        for c, b, row in zip(model.classes_, model.intercept_, model.coef_, strict=True)
    }


def fit_decision(marks: Sequence[Marks], truth: Sequence[bool], strength: float) -> dict[str, float]:
    """Weights of the decision."""
    vectorizer = DictVectorizer()
    x = vectorizer.fit_transform(list(marks))
    model = LogisticRegression(C=strength, max_iter=4000).fit(x, list(truth))
    return {**_rounded(vectorizer.get_feature_names_out(), model.coef_[0], model.intercept_[0]), **HAND_SET}


def read_table(run: Path | None) -> Table:
    """Marks of the annotated sentences: of the rules; with `run`, of the encoder too, where it has not seen them."""
    table = Table([], [])
    predicted: list[dict[str, list[Prediction]]] = []
    if run is not None:
        from training.sourcing.train import held_out_predictions

        predicted = [held_out_predictions(run)]
    for article, document, labelled in annotated(*predicted):
        marks = read_rules(document).marks
        for found in predicted:
            marks = [{**m, **p.marks} for m, p in zip(marks, found[article], strict=True)]
        table.marks.extend(marks[x.index] for x in labelled)
        table.labels.extend(labelled)
    return table


def annotated(*predicted: Container[str]) -> Iterator[tuple[str, Document, list[Labelled]]]:
    """Articles of `CORPORA` that are in all of these predictions; every article, of none."""
    for corpus in CORPORA:
        for entry in articles(corpus, once=True):
            if all(entry[0] in found for found in predicted):
                yield entry


@click.command()
@click.option("--run", type=click.Path(path_type=Path), help="Folder of a training run.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Where to write; default: the shipped weights."
)
def fit(run: Path | None, output: Path | None) -> None:
    """Fit role, source, time and decision; print cross-validated scores; write the weights."""
    table = read_table(run)
    folds = list(GroupKFold(8).split(table.marks, groups=[x.article for x in table.labels]))
    classes: dict[str, dict[str, dict[str, float]]] = {}
    held_out: dict[str, list[dict[str, float]]] = {}
    for field, labels in (("role", ROLES), ("source", SOURCES), ("time", ("absolute", "relative", "none"))):
        best: tuple[float, float, list[dict[str, float]]] = (-1.0, 0.0, [])
        for strength in (0.1, 0.3, 1.0):
            guess: list[dict[str, float]] = [{} for _ in table.marks]
            for train, test in folds:
                weights = fit_classes(table, train, field, strength)
                for i in test:
                    guess[i] = class_probabilities(table.marks[i], weights)
            column, known = table.column(field), table.known(field)
            score = macro_f1(
                [column[i] for i in known], [max(guess[i], key=lambda k: guess[i][k]) for i in known], labels
            )
            best = max(best, (score, strength, guess), key=lambda b: b[0])
        classes[field] = fit_classes(table, range(len(table.marks)), field, best[1])
        held_out[field] = best[2]
        click.echo(f"{field}: cross-validated macro-F1 {best[0]:.3f} at C={best[1]}")
    decided = table.known("unsupported")
    roles, sources = held_out["role"], held_out["source"]
    marks = [decision_marks(table.marks[i], roles[i], sources[i]) for i in decided]
    truth = [bool(table.labels[i].unsupported) for i in decided]
    is_claim = [max(roles[i], key=lambda k: roles[i][k]) not in NEVER_CLAIMS for i in decided]
    folds = list(GroupKFold(8).split(marks, groups=[table.labels[i].article for i in decided]))
    human = [table.labels[i].human for i in decided]
    strength, threshold, sure_from = _choose_decision(marks, truth, is_claim, human, folds)
    shipped: dict[str, Any] = {
        "source": f"Fitted by `python -m training sourcing fit` on {', '.join(CORPORA)}; threshold by cross-validation over articles.",
        "threshold": threshold,
        "sure_from": sure_from,
        "unsupported": fit_decision(marks, truth, strength),
        "roles": classes["role"],
        "sources": classes["source"],
        "times": classes["time"],
    }
    path = output or DETECTOR_DATA / "sourcing" / "weights.json"
    path.write_text(json.dumps(shipped, indent=1) + "\n", encoding="utf-8")
    click.echo(f"wrote {path.name}")


def _choose_decision(
    marks: Sequence[Marks],
    truth: Sequence[bool],
    is_claim: Sequence[bool],
    human: Sequence[bool],
    folds: Sequence[Any],
) -> tuple[float, float, float]:
    """Strength, threshold and `sure_from` of the best cross-validated F1 that is precise enough.

    Prints the calibration too.

    Where none is precise enough, those of the best precision, and the output says so.
    """
    best = ((False, -1.0, -1.0), 0.1, 0.5, np.zeros(0))
    for strength in (0.03, 0.1, 0.3, 1.0):
        probabilities = np.zeros(len(marks))
        for train, test in folds:
            weights = fit_decision([marks[i] for i in train], [truth[i] for i in train], strength)
            for i in test:
                probabilities[i] = unsupported_probability(marks[i], weights)
        for threshold in np.arange(0.15, 0.71, 0.025):
            precision, _, score = prf(
                truth, [bool(p >= threshold) and c for p, c in zip(probabilities, is_claim, strict=True)]
            )
            precise = precision >= LEAST_PRECISION
            rank = (precise, score if precise else precision, score)
            if rank > best[0]:
                best = (rank, strength, round(float(threshold), 3), probabilities)
    (precise, *_), strength, threshold, probabilities = best
    if not precise:
        click.echo(f"no threshold has a precision of {LEAST_PRECISION}: taking the most precise")
    p, r, f = prf(truth, [bool(q >= threshold) and c for q, c in zip(probabilities, is_claim, strict=True)])
    click.echo(f"unsupported: cross-validated P {p:.3f} R {r:.3f} F1 {f:.3f} at {threshold}, C={strength}")
    click.echo(f"{'probability':>12} {'sentences':>10} {'mean':>6} {'unsupported':>12}")
    for low in (0.0, 0.1, 0.2, 0.4, 0.6, 0.8):
        high = {0.0: 0.1, 0.1: 0.2}.get(low, low + 0.2)
        chosen = [
            (q, t) for q, t in zip(probabilities, truth, strict=True) if low <= q < high or q >= 1.0 == high
        ]
        if chosen:
            means = [float(np.mean([c[k] for c in chosen])) for k in (0, 1)]
            click.echo(f"{low:>6.1f}-{high:.1f}  {len(chosen):>10} {means[0]:>6.2f} {means[1]:>12.2f}")
    claimed = probabilities * np.array(is_claim)
    own = np.array(human)
    truths = np.array(truth)
    click.echo(f"{'threshold':>10}   {'all':<26}   by people")
    for tried in (0.25, 0.35, 0.5, 0.65):
        scores = [
            "P {:.3f} R {:.3f} F1 {:.3f}".format(*prf(list(truths[rows]), list(claimed[rows] >= tried)))
            for rows in (np.ones_like(own), own)
        ]
        click.echo(f"{tried:>10}   {scores[0]}   {scores[1]}")
    sure_from = _precise_from(list(truths[own]), list(claimed[own]))
    return strength, threshold, max(threshold, sure_from)


def _precise_from(truth: Sequence[bool], probabilities: Sequence[float]) -> float:
    """The lowest threshold from which the flags reach `SURE_PRECISION`; the highest tried, where none does."""
    for threshold in np.arange(0.3, 0.901, 0.025):
        precision, recall, _ = prf(truth, [p >= threshold for p in probabilities])
        if precision >= SURE_PRECISION:
            break
    click.echo(f"on articles by people: P {precision:.3f} R {recall:.3f} from {threshold:.3f} on")
    return round(float(threshold), 3)
