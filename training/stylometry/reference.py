"""Measure the style of human news: what the review's profile of one article is drawn against.

`python -m training reference` writes `detector/review/human_reference.json`. Only training splits are read.
"""

from __future__ import annotations

import json
import random
from importlib.resources import files
from pathlib import Path

import click
import numpy as np

from detector.document import build_document
from detector.stylometry import measure
from detector.types import Article
from training.corpora import corpus_digests, records

CORPORA = ("allsides", "bbc_2004_2005", "local", "opinions", "reuters21578")
FOLDER = "human_news/train"
MIN_WORDS = 150


@click.command("reference")
@click.option(
    "--size", type=click.IntRange(min=20), default=200, show_default=True, help="Articles a corpus."
)
@click.option("--seed", type=int, default=7, show_default=True)
def command(size: int, seed: int) -> None:
    """Write mean, standard deviation and 5th and 95th percentile of each feature."""
    rows: list[dict[str, float]] = []
    for corpus in CORPORA:
        texts = [r["text"] for r in records(f"{FOLDER}/{corpus}") if len(r["text"].split()) >= MIN_WORDS]
        random.Random(seed).shuffle(texts)
        rows += [measure(build_document(Article(text))) for text in texts[:size]]
        click.echo(f"{corpus}: {min(size, len(texts))} articles")
    features: dict[str, list[float]] = {}
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        # One article of a thousand capitals would widen the scale of all: the tails are cut.
        inner = np.clip(values, *np.percentile(values, [0.5, 99.5]))
        low, high = np.percentile(values, [5, 95])
        features[name] = [float(f"{v:.5g}") for v in (inner.mean(), inner.std(), low, high)]
    out = {
        "source": f"Written by `python -m training reference --size {size} --seed {seed}`: human news of at least "
        f"{MIN_WORDS} words from training splits; mean, standard deviation, 5th and 95th percentile.",
        "articles": len(rows),
        "corpora": {
            name.removeprefix(f"{FOLDER}/"): digest
            for name, digest in corpus_digests([f"{FOLDER}/{name}" for name in CORPORA]).items()
        },
        "features": features,
    }
    path = Path(str(files("detector.review") / "human_reference.json"))
    path.write_text(json.dumps(out, indent=1) + "\n", "utf-8")
    click.echo(f"{path}: {len(features)} features of {len(rows)} articles")
