"""Speed of the machine-text model alone: articles a second, whole and by its encoder, quantised or not.

python -m benchmarks.machine_text [--unquantised MODEL.onnx]

How much of an article is read depends on what it looks like: the benchmark's own, which are
machine-written, are made to be read to each depth in turn. Where `DATELINE_CORPORA` is set, news
that people wrote, of outlets that training never saw, is timed as it is read in use.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import click
import numpy as np

from benchmarks.floor import int8_rate, multiply_adds, products_of
from detector.document import Document, build_document
from detector.models import stacked
from detector.models.artifact import load_artifact, shipped
from detector.models.cleaning import pieces
from detector.models.encoder import Encoder
from detector.models.stacked import StackedModel
from detector.models.threads import default_threads
from detector.types import Article
from training.machine_text.sets import human_sets

LIMITS = {"news": 150, "fnc1": 20, "opinion": 20}
"""How many articles of human news are looked at, by set, for those that are long enough."""

_SENTENCES = (
    "The harbour board of Kalvik met on 9 May 2018 to settle the ferry dispute. ",
    "Its chair, Tore Halden, said that the berth would stay open until the autumn, whatever the owners decide. ",
    '"Nobody wins if we close it," he told the meeting, which ran for nearly four hours. ',
    "Fishermen had asked for two more years, and the town's mayor backed them. ",
    "The company put the cost of repairs at 4.2 million dollars and called the deadline firm. ",
    "A vote is due in June, after an engineer's report on the pier, the second in three years. ",
)


def articles(count: int, words: int) -> list[Document]:
    """Documents of about `words` words, each different."""
    found = []
    for number in range(count):
        text, index = "", number
        while text.count(" ") < words:
            text += _SENTENCES[index % len(_SENTENCES)].replace(
                "2018", str(1900 + (number * 7 + index) % 120)
            )
            index += 1
        found.append(build_document(Article(text)))
    return found


def human_news(count: int, words: int) -> list[Document]:
    """Documents of about `words` words from human news of the evaluation fold."""
    rng, found = random.Random(5), []
    for text in (text for one in human_sets("evaluation", LIMITS) for text in one.texts(rng)):
        kept = text.text.split(" ")
        if len(kept) >= words:
            found.append(build_document(Article(" ".join(kept[:words]))))
    rng.shuffle(found)
    return found[:count]


def rate(run: Callable[[], object], count: int, repeats: int = 3) -> float:
    """Articles a second, best of the repeats."""
    best = 0.0
    for _ in range(repeats):
        began = time.perf_counter()
        run()
        best = max(best, count / (time.perf_counter() - began))
    return best


@click.command()
@click.option("--count", default=40, show_default=True)
@click.option("--words", default=500, show_default=True)
@click.option(
    "--unquantised", type=click.Path(exists=True, path_type=Path), help="The float model, for comparison."
)
def main(count: int, words: int, unquantised: Path | None) -> None:
    """Print a table of articles a second."""
    documents = articles(count, words)
    began = time.perf_counter()
    model = StackedModel.load()
    model.score(documents[:1])
    click.echo(f"loading and the first article: {time.perf_counter() - began:.2f} s; {os.cpu_count()} cores")
    tokens = [model.encoder.tokenize(pieces(document)) for document in documents]
    windows = [window for own in tokens for window in model.encoder.windows(own)]

    def read(whole_from: float, twice_from: float) -> Callable[[], None]:
        def run() -> None:
            with (
                patch.object(stacked, "WHOLE_FROM", whole_from),
                patch.object(stacked, "TWICE_FROM", twice_from),
            ):
                model.score(documents)

        return run

    rows: dict[str, Callable[[], object]] = {
        "whole model (cleaning, stylometry, encoder, stack), every article skimmed": read(
            whole_from=2.0, twice_from=2.0
        ),
        "whole model, every article read once": read(whole_from=0.0, twice_from=2.0),
        "whole model, every article read twice": read(whole_from=0.0, twice_from=0.0),
        "encoder once, int8": lambda: model.encoder.logits(windows),
    }
    if os.environ.get("DATELINE_CORPORA"):
        news = human_news(count, words)
        rows[f"whole model on {len(news)} articles of human news, each read as far as it is in use"] = (
            lambda: model.score(news)
        )
    else:
        click.echo("DATELINE_CORPORA is not set: no human news is timed", err=True)
    if unquantised:
        artifact = load_artifact(shipped("machine-text"))
        plain = Encoder(
            type(artifact)(
                artifact.info, artifact.config, {**artifact.contents, "model.onnx": unquantised.read_bytes()}
            )
        )
        rows["encoder once, float"] = lambda: plain.logits(windows)
    products = products_of(load_artifact(shipped("machine-text")).contents["model.onnx"])
    lengths = [len(window.ids) for window in windows]
    floor = multiply_adds(products, lengths) / int8_rate(products, int(np.median(lengths)))
    click.echo(f"\n| {count} articles of {words} words | articles a second |")
    click.echo("| --- | --: |")
    cores = default_threads()
    click.echo(f"| floor: matrix products alone, {cores} cores | {count * cores / floor:.1f} |")
    for name, run in rows.items():
        click.echo(f"| {name} | {rate(run, count):.1f} |")


if __name__ == "__main__":
    main()
