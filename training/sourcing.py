"""Fit and measure the sourcing detector: `python -m training sourcing COMMAND`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
import numpy as np

import detector.data
from detector.document import Document, build_document
from detector.sourcing.decision import Weights, decision_marks, role_probabilities
from detector.sourcing.marks import Marks
from detector.sourcing.reading import read_rules
from detector.types import Article
from training.corpora import records

ROLES = ("claim", "opinion", "boilerplate", "question", "heading")
SOURCES = ("named", "role", "vague", "none")
TIMES = ("absolute", "resolvable", "unresolvable", "none")
HAND_SET = {"claim.unnamed_parties": 1.5}
"""Weights of the decision that the training half is too poor to fit: it holds hardly any talks."""
_SOURCE_OF = {"self_evident": "none"}
_TIME_OF = {"missing": "none", "not_applicable": "none"}


@dataclass(frozen=True, slots=True)
class Labelled:
    """One annotated sentence and the sentence of the document that overlaps it most."""

    article: str
    index: int
    role: str | None
    source: str | None
    time: str | None
    unsupported: bool | None


@click.group("sourcing", help=__doc__)
def command() -> None:
    """Entry point."""


def articles(name: str) -> Iterator[tuple[str, Document, list[Labelled]]]:
    """Articles of a support corpus as the detector reads them, with its labels matched by overlap.

    The article's whole text is read as a user would give it; an annotated sentence takes the
    detector's sentence that shares most characters with it, so segmentation errors count.
    """
    for record in records(f"sourcing/{name}"):
        published = date.fromisoformat(record["date"][:10]) if record["date"] else None
        document = build_document(Article(record["text"], title=record["title"], published=published))
        spans = [document.raw_span(s.start, s.end) for s in document.sentences]
        labelled = []
        for sentence in record["sentences"]:
            shared = [min(sentence["end"], s.end) - max(sentence["start"], s.start) for s in spans]
            index = int(np.argmax(shared)) if shared else -1
            if index < 0 or shared[index] <= 0:
                continue
            source, time = sentence["source"], sentence["time"]
            labelled.append(
                Labelled(
                    record["id"],
                    index,
                    sentence["role"],
                    _SOURCE_OF.get(source, source),
                    _TIME_OF.get(time, time),
                    sentence["unsupported"],
                )
            )
        yield record["id"], document, labelled


def prf(truth: Sequence[bool], guess: Sequence[bool]) -> tuple[float, float, float]:
    """Precision, recall and F1 of the positive class."""
    hit = sum(t and g for t, g in zip(truth, guess, strict=True))
    precision, recall = hit / max(1, sum(guess)), hit / max(1, sum(truth))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def macro_f1(truth: Sequence[str], guess: Sequence[str], labels: Sequence[str]) -> float:
    """Mean F1 over the labels that occur in the truth."""
    present = [label for label in labels if label in truth]
    return float(
        np.mean([prf([t == label for t in truth], [g == label for g in guess])[2] for label in present])
    )


@command.command()
@click.option("--corpus", default="support_gold_dev", show_default=True)
@click.option("--rules-only", is_flag=True, help="Leave the trained model out.")
def evaluate(corpus: str, rules_only: bool) -> None:
    """Print precision, recall and F1 of `unsupported`, and macro-F1 of role, source and time."""
    from detector.detectors.sourcing import SourcingDetector

    detector = SourcingDetector(use_model=not rules_only)
    rows: list[tuple[Labelled, Any]] = []
    for _, document, labelled in articles(corpus):
        detection = detector.detect([document])[0]
        rows.extend((label, detection.sourcing[label.index]) for label in labelled)
    decided = [(x.unsupported, g.unsupported) for x, g in rows if x.unsupported is not None]
    p, r, f = prf([bool(t) for t, _ in decided], [g for _, g in decided])
    click.echo(f"corpus {corpus}: {len(rows)} sentences, read whole, matched by overlap")
    click.echo(f"{'field':<14}{'ours':>24}   two annotators (kappa)")
    click.echo(f"{'unsupported':<14}{f'P {p:.3f} R {r:.3f} F1 {f:.3f}':>24}   .95 (F1 .96)")
    for field, labels, kappa in (("role", ROLES, ".91"), ("source", SOURCES, ".91"), ("time", TIMES, ".86")):
        pairs = [(getattr(x, field), g.role if field == "role" else getattr(g, field).kind) for x, g in rows]
        pairs = [(t, g) for t, g in pairs if t is not None]
        score = macro_f1([t for t, _ in pairs], [g for _, g in pairs], labels)
        accuracy = sum(t == g for t, g in pairs) / max(1, len(pairs))
        click.echo(f"{field:<14}{f'macro-F1 {score:.3f} acc {accuracy:.3f}':>24}   {kappa}")
        for label in labels:
            a, b, c = prf([t == label for t, _ in pairs], [g == label for _, g in pairs])
            click.echo(
                f"    {label:<14} P {a:.3f} R {b:.3f} F1 {c:.3f}  n={sum(t == label for t, _ in pairs)}"
            )


@command.command()
@click.option("--seed", default=7, show_default=True)
def fit(seed: int) -> None:
    """Fit the weights of roles and of the decision on support_silver; print cross-validated scores."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    marks: list[Marks] = []
    labels: list[Labelled] = []
    for _, document, labelled in articles("support_silver"):
        read, *_ = read_rules(document)
        marks.extend(read[x.index] for x in labelled)
        labels.extend(labelled)
    groups = [x.article for x in labels]
    folds = list(GroupKFold(8).split(marks, groups=groups))

    def role_weights(rows: Sequence[int]) -> dict[str, dict[str, float]]:
        vectorizer = DictVectorizer()
        x = vectorizer.fit_transform([marks[i] for i in rows])
        model = LogisticRegression(C=1.0, max_iter=3000).fit(x, [labels[i].role for i in rows])
        names = vectorizer.get_feature_names_out()
        return {
            str(c): {
                "bias": round(float(b), 3),
                **{str(n): round(float(w), 3) for n, w in zip(names, row, strict=True) if abs(w) > 0.02},
            }
            for c, b, row in zip(model.classes_, model.intercept_, model.coef_, strict=True)
        }

    def decision_weights(rows: Sequence[int], roles: Sequence[dict[Any, float]]) -> dict[str, float]:
        vectorizer = DictVectorizer()
        x = vectorizer.fit_transform([decision_marks(marks[i], roles[i]) for i in rows])
        model = LogisticRegression(C=0.3, max_iter=3000).fit(x, [bool(labels[i].unsupported) for i in rows])
        names = vectorizer.get_feature_names_out()
        fitted = {
            str(n): round(float(w), 3) for n, w in zip(names, model.coef_[0], strict=True) if abs(w) > 0.02
        }
        return {"bias": round(float(model.intercept_[0]), 3), **fitted, **HAND_SET}

    # Out-of-fold roles feed the decision, so that it learns how far the roles can be trusted.
    roles: list[dict[Any, float]] = [{} for _ in marks]
    for train, test in folds:
        weights = Weights(role_weights(train), {}, 0.5)
        for i in test:
            roles[i] = dict(role_probabilities(marks[i], weights))
    guessed = [max(r, key=lambda k: r[k]) for r in roles]
    click.echo(
        f"role, cross-validated: macro-F1 {macro_f1([str(x.role) for x in labels], guessed, ROLES):.3f}"
    )
    probabilities = np.zeros(len(marks))
    for train, test in folds:
        from detector.sourcing.decision import unsupported_probability

        weights = Weights({}, decision_weights(train, roles), 0.5)
        for i in test:
            probabilities[i] = unsupported_probability(decision_marks(marks[i], roles[i]), weights)
    truth = [bool(x.unsupported) for x in labels]
    best = (0.0, 0.5)
    for threshold in np.arange(0.2, 0.75, 0.025):
        guess = [bool(p >= threshold and g == "claim") for p, g in zip(probabilities, guessed, strict=True)]
        p, r, f = prf(truth, guess)
        click.echo(f"threshold {threshold:.3f}: P {p:.3f} R {r:.3f} F1 {f:.3f}")
        best = max(best, (f, round(float(threshold), 3)))
    everything = range(len(marks))
    shipped = {
        "source": "Fitted on support_silver by `python -m training sourcing fit`; threshold by cross-validation over articles.",
        "threshold": best[1],
        "unsupported": decision_weights(everything, roles),
        "roles": role_weights(everything),
    }
    path = Path(detector.data.__file__).parent / "sourcing" / "weights.json"
    path.write_text(json.dumps(shipped, indent=1) + "\n", encoding="utf-8")
    click.echo(f"wrote {path.name}: threshold {best[1]}, cross-validated F1 {best[0]:.3f}")
