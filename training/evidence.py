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
from detector.models.encoder import Encoder, Window
from detector.models.stacked import log_odds
from detector.models.stylometric import StylometryModel
from detector.types import Article
from training.export import ARTIFACT
from training.sets import CALIBRATION, EVALUATION, STACKING, Text, samples

SEED = 17


def prepare(texts: Iterable[Text], encoder: Encoder, stylometry: StylometryModel) -> Iterator[dict[str, Any]]:
    """All that does not depend on the encoder's weights: words, stylometry and the windows' tokens."""
    for text in texts:
        document = build_document(Article(text.text))
        prose = pieces(document)
        style = stylometry.score_pieces(document, prose)
        windows = encoder.windows(encoder.tokenize(prose))
        if windows and style.words:
            yield {
                "set": text.set, "kind": text.kind, "label": text.label, "id": text.id, "words": style.words,
                "style": round(log_odds(style.probability), 4), "windows": [[w.first, w.stop, w.ids] for w in windows],
            }  # fmt: skip


def complete(row: dict[str, Any], encoder: Encoder) -> dict[str, Any]:
    """Evidence of a prepared row: its windows' log-odds and sizes in place of their tokens."""
    windows = [Window(first, stop, tuple(ids)) for first, stop, ids in row["windows"]]
    rest = {key: value for key, value in row.items() if key != "windows"}
    logits = [round(x, 4) for x in encoder.logits(windows)]
    return rest | {"logits": logits, "sizes": [len(w.ids) for w in windows]}


def read(path: Path) -> list[dict[str, Any]]:
    """Lines of an evidence file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


SETS = {"samples": None, "evaluation": EVALUATION, "stacking": STACKING, "calibration": CALIBRATION}


@click.command()
@click.option("--artifact", type=click.Path(exists=True, path_type=Path), default=ARTIFACT, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the evidence files.")
@click.option("--only", type=click.Choice(list(SETS)), multiple=True)
@click.option(
    "--prepare-only", is_flag=True, help="Stop before the encoder; a later run takes up from there."
)
def command(artifact: Path, out: Path, only: tuple[str, ...], prepare_only: bool) -> None:
    """Score every set once and keep the evidence."""
    out.mkdir(parents=True, exist_ok=True)
    encoder, stylometry = Encoder(load_artifact(artifact)), StylometryModel.load()
    for name, sets in SETS.items():
        if only and name not in only:
            continue
        prepared = out / f"{name}.prepared.jsonl"
        if not prepared.exists():
            rng = random.Random(SEED)
            texts = samples() if sets is None else (text for one in sets for text in one.texts(rng))
            _write(prepared, prepare(texts, encoder, stylometry))
        if not prepare_only:
            count = _write(out / f"{name}.jsonl", (complete(row, encoder) for row in _lines(prepared)))
            click.echo(f"{name}: {count} texts")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Write rows, whole or not at all; gives their number."""
    partial, count = path.with_suffix(".partial"), 0
    with partial.open("w", encoding="utf-8") as lines:
        for row in rows:
            lines.write(json.dumps(row) + "\n")
            count += 1
    partial.replace(path)
    return count
