"""`python -m training ablation`: short runs from one start, each with one change, and what each gives.

All read the same texts of unseen outlets and generators; the encoder speaks alone, under thresholds that
keep 1% of human crops in each length bin. Numbers compare with each other only: the shipped model trained
longer and has stylometry beside it. A run's `change` is one of its settings, its `data` one of its windows.
"""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch

from detector.models.calibration import Calibration
from training.attacks import AUGMENTATIONS
from training.encoders.vocabulary import share_words
from training.encoders.weights import mixed
from training.machine_text.calibrate import Row, Vector, thresholds
from training.machine_text.evaluate import family, flagged
from training.machine_text.evidence import check_origin, evidence_option, read
from training.machine_text.export import ARTIFACT
from training.machine_text.finetune import WindowClassifier, classifier_of, train
from training.machine_text.ranking import auroc
from training.places import CONFIGS
from training.runs import read_windows, write_windows
from training.windows import Window

CONFIG = CONFIGS / "ablation.toml"
RATE = 0.01
BATCH_TOKENS = 4096
COLUMNS: dict[str, Callable[[Row], bool]] = {
    "FP: news, local, opinion": lambda r: r["label"] == "human" and r["set"].startswith(("news", "local", "opinion")),
    "FP: non-native": lambda r: r["set"] == "non-native essays",
    "frontier: five styles": lambda r: family(r).endswith("wire, seo, explainer, aggregator, rewrite"),
    "frontier: others": lambda r: r["set"] == "frontier_mirrors" and r["label"] == "ai" and "wire, seo" not in family(r),
    "HART humanised": lambda r: r["set"] == "hart held-out" and "humanise" in r["kind"],
    "XSum-style": lambda r: r["set"] == "XSum-style",
    "DetectRL": lambda r: r["set"] == "detectrl news",
    "own held-out": lambda r: r["set"] == "own held-out",
}  # fmt: skip


@torch.no_grad()
def mean_logits(model: WindowClassifier, rows: Sequence[Row]) -> Vector:
    """Mean log-odds of each row's windows, weighed by their tokens."""
    model.eval()
    windows = sorted(
        ((row, ids) for row, r in enumerate(rows) for _, _, ids in r["windows"]), key=lambda w: len(w[1])
    )
    total, size = np.zeros(len(rows)), np.zeros(len(rows))
    while windows:
        longest = len(windows[-1][1])
        cut = max(0, len(windows) - max(1, BATCH_TOKENS // longest))
        part, windows = windows[cut:], windows[:cut]
        ids = torch.zeros(len(part), longest, dtype=torch.long)
        mask = torch.zeros(len(part), longest, dtype=torch.long)
        for place, (_, tokens) in enumerate(part):
            ids[place, : len(tokens)] = torch.tensor(tokens)
            mask[place, : len(tokens)] = 1
        for (row, tokens), logit in zip(part, model(ids, mask).tolist(), strict=True):
            total[row] += logit * len(tokens)
            size[row] += len(tokens)
    return total / size


def line(rows: Sequence[Row], logits: Vector, calibration: Calibration) -> dict[str, float]:
    """Share flagged in each of `COLUMNS`, and the AUROC of machine news against human news."""
    found = {}
    for name, belongs in COLUMNS.items():
        chosen = [i for i, row in enumerate(rows) if belongs(row)]
        hits = flagged([rows[i] for i in chosen], logits[chosen], calibration, RATE)
        found[name] = float(np.mean([hit for hit in hits if hit is not None]))
    human = np.array(list(map(COLUMNS["FP: news, local, opinion"], rows)))
    machine = np.array([row["label"] == "ai" for row in rows])
    return {**found, "AUROC": auroc(logits[human], logits[machine])}


def changed(windows: Sequence[Window], data: Mapping[str, Any], seed: int) -> list[Window]:
    """Windows under one change, as many human and as many machine-written as there were.

    Parameters
    ----------
    data
        `first`: as many of them alone; `distinct`: none twice (without the hard negatives that were mined); `without`: human windows of corpora
        whose names end so make way for others; `attacked`: the share that word attacks change, once more;
        `longest`: the first so many tokens alone, about, to a sentence's end.
    """
    rng, windows = random.Random(seed), windows[: data.get("first")]
    kept = list(dict.fromkeys(windows)) if data.get("distinct") else list(windows)
    if ends := tuple(data.get("without", ())):
        kept = [w for w in kept if w.label or not w.source.endswith(ends)]
    if share := data.get("attacked"):
        kept = [
            replace(w, text=rng.choice(AUGMENTATIONS)(w.text, rng)) if rng.random() < share else w
            for w in kept
        ]
    if longest := data.get("longest"):
        kept = [_opening(w, int(longest)) for w in kept]
    for label in (0, 1):
        own = [w for w in kept if w.label == label]
        kept += rng.choices(own, k=sum(w.label == label for w in windows) - len(own))
    return kept


def _opening(window: Window, longest: int) -> Window:
    """The first sentences of a window, as long as they have not `longest` tokens (words stand for them)."""
    words = window.text.split(" ")
    most = max(1, round(len(words) * longest / window.tokens))
    if most >= len(words):
        return window
    ends = [i + 1 for i, word in enumerate(words) if word.rstrip("\"')").endswith((".", "!", "?"))]
    stop = next((end for end in ends if end >= most), len(words))
    return replace(window, text=" ".join(words[:stop]), tokens=round(window.tokens * stop / len(words)))


def weights_of(
    run: dict[str, Any], recipe: dict[str, Any], out: Path, windows: Sequence[Window]
) -> dict[str, Any]:
    """Weights of a run; trains where it has none yet."""
    folder = out / _slug(run.get("of", run["name"]))
    if not (folder / "model.pt").exists():
        if "of" in run:
            raise click.ClickException(f"{run['name']}: run {run['of']!r} comes first")
        folder.mkdir(parents=True, exist_ok=True)
        write_windows(folder, changed(windows, run.get("data", {}), recipe["seed"]), recipe)
        train({**recipe, **run.get("change", {})}, folder)
    state: dict[str, Any] = torch.load(folder / run.get("file", "model.pt"), weights_only=True)
    return mixed(state, Path(recipe["start"]), float(run["keep"])) if run.get("keep") else state


def _slug(name: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def _texts(evidence: Path, config: dict[str, Any]) -> tuple[Sequence[Row], Sequence[Row]]:
    """Human crops for thresholds, and texts to judge: all machine-written ones, a share of the human ones."""
    rng = random.Random(1)
    crops = read(evidence / "calibration.prepared.jsonl")
    rng.shuffle(crops)
    judged = [
        row
        for row in read(evidence / "evaluation.prepared.jsonl")
        if row["label"] == "ai" or (row["label"] == "human" and rng.random() < config["humans"])
    ]
    chosen = crops[: int(config["calibration"])]
    for row in (*chosen, *judged):
        row["windows"] = row["windows"][: int(config["windows"])]
    return chosen, judged


@click.command()
@click.option(
    "--start", type=click.Path(exists=True, path_type=Path), help="Weights (.pt); default: those of the base."
)
@click.option(
    "--run",
    "windows_of",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="Folder of stage 4, whose windows all runs read.",
)
@evidence_option
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the runs.")
@click.option(
    "--labelled",
    type=click.Path(exists=True, path_type=Path),
    help="Folder of `training label`: windows that a larger teacher judged, for the runs that learn from it.",
)
@click.option("--only", multiple=True, help="Names of runs; default: all.")
def command(
    start: Path | None,
    windows_of: Path,
    folder: Path,
    out: Path,
    labelled: Path | None,
    only: tuple[str, ...],
) -> None:
    """Train what has not been trained yet, score it, and print the table of all that is scored."""
    check_origin(folder, ARTIFACT, prepared=True)
    config = tomllib.loads(CONFIG.read_text("utf-8"))
    recipe = tomllib.loads((CONFIG.parent / config["recipe"]).read_text("utf-8"))
    recipe |= {**config["settings"], "start": str(start) if start else "", "keep": 0.0}
    torch.set_num_threads(int(recipe.get("threads", 2)))
    out.mkdir(parents=True, exist_ok=True)
    crops, judged = _texts(folder, config)
    windows = read_windows(windows_of, "mine")
    taught = read_windows(labelled, "label") if labelled else None
    model = classifier_of(recipe)
    share_words(model)
    for run in config["run"]:
        path = out / f"{_slug(run['name'])}.json"
        own = taught if run.get("taught") else windows
        if own is None or path.exists() or (only and run["name"] not in only):
            continue
        model.load_state_dict(weights_of(run, recipe, out, own))
        calibration = thresholds(crops, mean_logits(model, crops))
        path.write_text(json.dumps(line(judged, mean_logits(model, judged), calibration)) + "\n")
    click.echo("\n".join(_table(config["run"], out)))


def _table(runs: Sequence[dict[str, Any]], out: Path) -> list[str]:
    columns = [*COLUMNS, "AUROC"]
    lines = [f"| run | {' | '.join(columns)} |", f"| --- |{' --: |' * len(columns)}"]
    for run in runs:
        path = out / f"{_slug(run['name'])}.json"
        if path.exists():
            found = json.loads(path.read_text("utf-8"))
            cells = [f"{found[c]:.4f}" if c == "AUROC" else f"{found[c]:.1%}" for c in columns]
            lines.append(f"| {run['name']} | {' | '.join(cells)} |")
    return lines
