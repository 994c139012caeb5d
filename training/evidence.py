"""`python -m training evidence`: score the calibration and evaluation sets with the shipped encoder, once.

Writes one JSON line a text: the encoder's window log-odds, their sizes, the stylometric log-odds
and the words. Stacking, calibration and evaluation read these lines, so each is a matter of seconds.
"""

from __future__ import annotations

import hashlib
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


READS = (
    "detector/models/cleaning.py",
    "detector/data/cleaning.toml",
    "training/sets.py",
    "training/splits.py",
)
"""What prepared rows depend on beside the models."""


def origin(artifact: Path, stylometry: StylometryModel) -> dict[str, str]:
    """Digests of all that evidence depends on: another one makes it stale."""
    root = Path(__file__).parent.parent
    loaded = load_artifact(artifact)
    read_by = b"".join((root / name).read_bytes() for name in READS)
    return {
        "stylometry": stylometry.models[0].sha256,
        "vocabulary": str(loaded.config["vocabulary_sha256"]),
        "code": hashlib.sha256(read_by).hexdigest(),
        "encoder": hashlib.sha256(loaded.contents["model.onnx"]).hexdigest(),
    }


def check_origin(folder: Path, artifact: Path) -> None:
    """Refuse evidence that was not made with this artifact and what is installed.

    Raises
    ------
    click.ClickException
        Naming what differs.
    """
    path = folder / "origin.json"
    made = json.loads(path.read_text("utf-8")) if path.exists() else {}
    now = origin(artifact, StylometryModel.load())
    stale = [name for name, digest in now.items() if made.get(name) != digest]
    if stale:
        raise click.ClickException(
            f"{folder}: made with another {', '.join(stale)}; run `python -m training evidence` again"
        )


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
    _drop_stale(out, origin(artifact, stylometry))
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


def _drop_stale(out: Path, now: dict[str, str]) -> None:
    """Note what this run depends on, and drop the prepared rows of a run that depended on something else."""
    path = out / "origin.json"
    before = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if any(before.get(name) != now[name] for name in ("stylometry", "vocabulary", "code")):
        for name in SETS:
            (out / f"{name}.prepared.jsonl").unlink(missing_ok=True)
    path.write_text(json.dumps(now, indent=1) + "\n", "utf-8")


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
