"""`python -m training mine`: the windows of a further stage: replay, and hard human negatives.

The stage before, exported, scores a pool of human training windows; those that it takes for
machine-written most are added once more. They are what the false-positive rate hangs on.
"""

from __future__ import annotations

import random
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from detector.models.artifact import load_artifact
from detector.models.cleaning import Piece
from detector.models.encoder import Encoder
from training.runs import read_windows, write_windows
from training.windows import Window


def hardest(windows: Sequence[Window], encoder: Encoder, share: float) -> list[Window]:
    """The share of the windows with the highest log-odds of machine writing."""
    runs = [encoder.tokenize([Piece(0, 0, 0, w.text)]) for w in windows]
    logits = encoder.logits([encoder.windows(run)[0] for run in runs])
    order = sorted(range(len(windows)), key=lambda i: -logits[i])
    kept = order[: int(share * len(windows))]
    click.echo(
        f"hardest {len(kept)} of {len(windows)}: log-odds from {logits[kept[-1]]:.2f} to {logits[kept[0]]:.2f}"
    )
    for source, count in Counter(windows[i].source for i in kept).most_common():
        click.echo(f"  {source} {count}")
    return [windows[i] for i in kept]


@click.command()
@click.option(
    "--run",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="Folder whose windows it chooses from.",
)
@click.option(
    "--artifact",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="The stage before, exported.",
)
@click.option("--config", "path", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the further stage.")
def command(run: Path, artifact: Path, path: Path, out: Path) -> None:
    """Write the windows of a further stage by its configuration, in place of any that it has."""
    config = tomllib.loads(path.read_text("utf-8"))
    if "replay" not in config:
        raise click.UsageError(f"{path} has no [replay]: `python -m training finetune` draws its windows")
    out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(config["seed"])
    pool = read_windows(run)
    rng.shuffle(pool)
    chosen: list[Window] = []
    for label, sources in ((1, config["replay"]["ai"]), (0, config["replay"]["human"])):
        for source, count in sources.items():
            chosen += [w for w in pool if w.label == label and w.source.endswith(source)][: int(count)]
    human = [w for w in pool if w.label == 0][: int(config["mine"]["pool"])]
    hard = hardest(human, Encoder(load_artifact(artifact)), config["mine"]["share"])
    chosen += hard * int(config["mine"]["copies"])
    rng.shuffle(chosen)
    write_windows(out, chosen, config)
    click.echo(f"{len(chosen)} windows, {sum(w.label for w in chosen)} of them machine-written")
