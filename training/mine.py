"""`python -m training mine`: the windows of a second stage: replay, fresh draws and hard human negatives.

The first stage's exported encoder scores a pool of its own human training windows; those that
it takes for machine-written most are repeated. They are what the false-positive rate hangs on.
"""

from __future__ import annotations

import json
import random
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import click
from transformers import AutoTokenizer

from detector.models.artifact import load_artifact
from detector.models.cleaning import Piece
from detector.models.encoder import Encoder
from training.finetune import base_checkpoint, prepare


def hardest(windows: list[dict[str, Any]], encoder: Encoder, share: float) -> list[dict[str, Any]]:
    """The share of the windows with the highest log-odds of machine writing."""
    runs = [encoder.tokenize([Piece(0, 0, 0, str(w["text"]))]) for w in windows]
    logits = encoder.logits([encoder.windows(run)[0] for run in runs])
    order = sorted(range(len(windows)), key=lambda i: -logits[i])
    kept = order[: int(share * len(windows))]
    click.echo(
        f"hardest {len(kept)} of {len(windows)}: log-odds from {logits[kept[-1]]:.2f} to {logits[kept[0]]:.2f}"
    )
    for source, count in Counter(str(windows[i]["source"]) for i in kept).most_common():
        click.echo(f"  {source} {count}")
    return [windows[i] for i in kept]


@click.command()
@click.option(
    "--run", type=click.Path(exists=True, path_type=Path), required=True, help="Folder of the first stage."
)
@click.option(
    "--artifact",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="The first stage, exported.",
)
@click.option("--config", "path", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the second stage.")
def command(run: Path, artifact: Path, path: Path, out: Path) -> None:
    """Write the windows of a second stage by its configuration."""
    config = tomllib.loads(path.read_text("utf-8"))
    out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(config["seed"])
    first = [json.loads(line) for line in (run / "windows.jsonl").read_text("utf-8").splitlines()]
    rng.shuffle(first)
    chosen: list[dict[str, Any]] = []
    for label, sources in ((1, config["replay"]["ai"]), (0, config["replay"]["human"])):
        for source, count in sources.items():
            chosen += [w for w in first if w["label"] == label and w["source"].endswith(source)][: int(count)]
    human = [w for w in first if w["label"] == 0][: int(config["mine"]["pool"])]
    hard = hardest(human, Encoder(load_artifact(artifact)), config["mine"]["share"])
    chosen += hard * int(config["mine"]["copies"])
    if config.get("window"):
        fresh = prepare(config, AutoTokenizer.from_pretrained(base_checkpoint(config)), out)
        chosen += [
            {"text": w.text, "label": w.label, "tokens": w.tokens, "source": w.source, "group": w.group}
            for w in fresh
        ]
    rng.shuffle(chosen)
    (out / "windows.jsonl").write_text("".join(json.dumps(w) + "\n" for w in chosen), "utf-8")
    click.echo(f"{len(chosen)} windows, {sum(w['label'] for w in chosen)} of them machine-written")
