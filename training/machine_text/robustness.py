"""`python -m training robustness`: recall at the shipped 1% threshold under each attack of `training.attacks`."""

from __future__ import annotations

import random
from pathlib import Path

import click
import numpy as np

from detector.document import build_document
from detector.models.artifact import load_artifact
from detector.models.stacked import StackedModel
from detector.types import Article
from training.attacks import ATTACKS
from training.corpora import records
from training.machine_text.export import ARTIFACT
from training.splits import machine_held_out


def texts(limit: int) -> list[str]:
    """Machine-written news that training never saw: frontier_mirrors' development pairs and hart's held-out ones."""
    found = [str(r["text"]) for r in records("machine_text/dev/frontier_mirrors") if r["label"] == "ai"]
    name = "machine_text/train/hart_dev"
    found += [str(r["text"]) for r in records(name) if r["domain"] == "news" and machine_held_out(r, name)]
    random.Random(4).shuffle(found)
    return found[:limit]


def passing(model: StackedModel, found: list[str]) -> list[bool]:
    """Whether each text passes the 1% threshold of its length."""
    documents = [build_document(Article(text)) for text in found]
    verdicts = []
    for score in model.score(documents):
        length_bin = model.calibration.bin_of(score.words)
        verdicts.append(
            length_bin is not None and score.probability >= length_bin.threshold(0.01).probability
        )
    return verdicts


@click.command()
@click.option("--artifact", type=click.Path(exists=True, path_type=Path), default=ARTIFACT, show_default=True)
@click.option("--limit", default=100, show_default=True, help="Texts per attack.")
def command(artifact: Path, limit: int) -> None:
    """Print recall under each attack, beside recall without one."""
    model = StackedModel.load(load_artifact(artifact))
    found = texts(limit)
    clean = float(np.mean(passing(model, found)))
    click.echo(
        f"| attack | recall at 1% (n = {len(found)}) | change |\n| --- | --: | --: |\n| none | {clean:.1%} | |"
    )
    for name, attack in ATTACKS.items():
        recall = float(
            np.mean(passing(model, [attack(text, random.Random(i)) for i, text in enumerate(found)]))
        )
        click.echo(f"| {name} | {recall:.1%} | {100 * (recall - clean):+.1f} |")
