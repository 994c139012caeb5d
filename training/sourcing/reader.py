"""The annotated articles as the sourcing detector reads them, and `sourcing evaluate`, which measures it on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import click
import numpy as np

from detector.document import Document
from detector.sourcing.predictions import HEADS
from training.sourcing.support import match, read_document, support_records

ROLES = dict(HEADS)["role"]
SOURCES = ("named", "role", "vague", "none")
TIMES = ("absolute", "resolvable", "unresolvable", "none")
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
    human: bool
    """Whether a person wrote the article."""


def articles(name: str, once: bool = False) -> Iterator[tuple[str, Document, list[Labelled]]]:
    """Articles of a support corpus as the detector reads them, with its labels matched by overlap.

    The article's whole text is read as a user would give it, and every annotated sentence is given
    once, so segmentation errors count; with `once`, no sentence of the detector is given twice either
    (`training.sourcing.support.match`).
    """
    for record in support_records(name):
        document = read_document(record)
        labelled = [
            Labelled(
                record["id"],
                index,
                sentence["role"],
                _SOURCE_OF.get(sentence["source"], sentence["source"]),
                _TIME_OF.get(sentence["time"], sentence["time"]),
                sentence["unsupported"],
                record.get("label") == "human",
            )
            for index, sentence in match(document, record["sentences"], once)
        ]
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


@click.command()
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
