"""`python -m training evidence`: score the calibration and evaluation sets with the shipped encoder, once.

Writes one JSON line a text: the encoder's window log-odds, their sizes, the stylometric log-odds
and the words. Stacking, calibration and evaluation read these lines, so each is a matter of seconds.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Mapping
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
from training.corpora import corpus_digests
from training.machine_text.export import ARTIFACT
from training.machine_text.sets import CALIBRATION, EVALUATION, STACKING, Text, samples
from training.places import ROOT
from training.splits import RETOLD

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
    """Lines of an evidence file.

    Raises
    ------
    click.ClickException
        Where there is no such file, naming the command that writes it.
    """
    if not path.is_file():
        raise click.ClickException(
            f"{path} is missing; run `python -m training evidence --out {path.parent}`"
        )
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


READS = (
    "detector/data/__init__.py",
    "detector/data/abbreviations.toml",
    "detector/data/characters.toml",
    "detector/data/cleaning.toml",
    "detector/data/known_words.txt",
    "detector/data/overused.toml",
    "detector/data/word_classes.toml",
    "detector/data/word_frequencies.tsv",
    "detector/document/*.py",
    "detector/errors.py",
    *(
        f"detector/models/{name}.py"
        for name in (
            "__init__", "artifact", "calibration", "cleaning", "encoder", "logistic", "session", "spelling",
            "stacked", "stylometric", "threads", "vocabulary",
        )
    ),
    "detector/stylometry/*.py",
    "detector/types.py",
    "training/attacks.py",
    "training/corpora.py",
    "training/data/machine_articles.jsonl.gz",
    "training/machine_text/evidence.py",
    "training/machine_text/sets.py",
    "training/places.py",
    "training/splits.py",
    "training/windows.py",
)  # fmt: skip
"""What evidence depends on beside the models and the corpora: code, and the data that it reads."""


def origin(artifact: Path) -> dict[str, str]:
    """Digests of all that evidence depends on, but for the corpora: another one makes it stale."""
    loaded = load_artifact(artifact)
    code = hashlib.sha256()
    for path in (path for name in READS for path in sorted(ROOT.glob(name))):
        code.update(hashlib.sha256(path.read_bytes()).digest())
    return {
        "stylometry": StylometryModel.load().models[0].sha256,
        "vocabulary": str(loaded.config["vocabulary_sha256"]),
        "window length": f"{loaded.config['window_tokens']} of at most {loaded.config['max_tokens']} tokens",
        "code": code.hexdigest(),
        "encoder": loaded.digest("model.onnx"),
    }


def corpora_origin() -> dict[str, str]:
    """Digest of the corpora that the sets are drawn from: a further part of an origin."""
    names = {one.file for sets in SETS.values() for one in sets or ()} | {RETOLD}
    found = "".join(f"{name} {digest}\n" for name, digest in corpus_digests(sorted(names)).items())
    return {"corpora": hashlib.sha256(found.encode()).hexdigest()}


def differing(folder: Path, now: Mapping[str, str]) -> list[str]:
    """Parts of an origin that are not those of the evidence in a folder; all of them where it has none."""
    path = folder / "origin.json"
    made = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return [name for name, digest in now.items() if made.get(name) != digest]


def check_origin(folder: Path, artifact: Path, *, prepared: bool = False) -> None:
    """Refuse evidence that was not made with this artifact and what is installed.

    `prepared` asks for the prepared rows alone, which any encoder may score. The corpora are not
    looked at: a reader need not have them.

    Raises
    ------
    click.ClickException
        Naming the folder, what differs, and the command to run.
    """
    stale = [name for name in differing(folder, origin(artifact)) if not (prepared and name == "encoder")]
    if stale:
        raise click.ClickException(
            f"{folder}: made with another {', '.join(stale)}; "
            f"run `python -m training evidence --artifact {artifact} --out {folder}` again"
        )


evidence_option = click.option(
    "--evidence",
    "folder",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="Folder of `training evidence`.",
)
"""The option of commands that read evidence, as their parameter `folder`."""

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
    drop_stale(out, origin(artifact) | corpora_origin())
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


def drop_stale(out: Path, now: Mapping[str, str]) -> None:
    """Remove what depends on another origin than this run's, of every set, and then note this one."""
    stale = differing(out, now)
    for name in SETS if stale else ():
        (out / f"{name}.jsonl").unlink(missing_ok=True)
        if stale != ["encoder"]:
            (out / f"{name}.prepared.jsonl").unlink(missing_ok=True)
    (out / "origin.json").write_text(json.dumps(now, indent=1) + "\n", "utf-8")


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
