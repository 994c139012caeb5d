"""`python -m training evidence`: score the calibration and evaluation sets with the shipped encoder, once.

Writes one JSON line a text: the encoder's window log-odds, their sizes, the stylometric log-odds
and the words. Stacking, calibration and evaluation read these lines, so each is a matter of seconds.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from detector.document import build_document
from detector.models.artifact import load_artifact
from detector.models.cleaning import pieces
from detector.models.encoder import Encoder
from detector.models.stacked import log_odds
from detector.models.stylometric import StylometryModel
from detector.types import Article
from training.export import ARTIFACT
from training.sets import CALIBRATION, EVALUATION, STACKING, Text, samples

SEED = 17


def gather(texts: Iterable[Text], encoder: Encoder, stylometry: StylometryModel) -> Iterator[dict[str, Any]]:
    """Evidence of each text; texts without prose are left out."""
    for text in texts:
        document = build_document(Article(text.text))
        style = stylometry.score([document])[0]
        windows = encoder.windows(encoder.tokenize(pieces(document)))
        if not windows or not style.words:
            continue
        yield {
            "set": text.set,
            "kind": text.kind,
            "label": text.label,
            "id": text.id,
            "words": style.words,
            "logits": [round(x, 4) for x in encoder.logits(windows)],
            "sizes": [len(w.ids) for w in windows],
            "style": round(log_odds(style.probability), 4),
        }


def read(path: Path) -> list[dict[str, Any]]:
    """Lines of an evidence file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@click.command()
@click.option("--artifact", type=click.Path(exists=True, path_type=Path), default=ARTIFACT, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the evidence files.")
@click.option(
    "--only", type=click.Choice(["calibration", "stacking", "evaluation", "samples"]), multiple=True
)
def command(artifact: Path, out: Path, only: tuple[str, ...]) -> None:
    """Score every set once and keep the evidence."""
    out.mkdir(parents=True, exist_ok=True)
    encoder, stylometry = Encoder(load_artifact(artifact)), StylometryModel.load()
    for name, sets in (
        ("samples", None),
        ("evaluation", EVALUATION),
        ("stacking", STACKING),
        ("calibration", CALIBRATION),
    ):
        if only and name not in only:
            continue
        rng = random.Random(SEED)
        texts = samples() if sets is None else (text for one in sets for text in one.texts(rng))
        with (out / f"{name}.jsonl").open("w", encoding="utf-8") as lines:
            count = 0
            for row in gather(texts, encoder, stylometry):
                lines.write(json.dumps(row) + "\n")
                count += 1
        click.echo(f"{name}: {count} texts")
