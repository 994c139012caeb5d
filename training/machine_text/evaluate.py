"""`python -m training evaluate`: tables of false positives and recall at the shipped thresholds, and the ablation.

The machine texts that the stack was fitted on are scored under stacks that were fitted without them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

import click
import numpy as np

from detector.models.artifact import load_artifact
from detector.models.calibration import TARGET_RATES, Calibration, upper_bound
from detector.models.logistic import sigmoid
from detector.models.stacked import FEATURES, StackedModel
from training.machine_text.calibrate import (
    Row,
    Vector,
    apply_stack,
    fit_stack,
    matrix,
    out_of_fold,
    read_logits,
    read_rows,
    thresholds,
)
from training.machine_text.evidence import check_origin, evidence_option, read
from training.machine_text.export import ARTIFACT
from training.machine_text.ranking import auroc

HELD_OUT = "news: held-out outlets"
"""The set of human news that training never saw the outlets of."""

ABLATION: dict[str, tuple[str, ...]] = {
    "stylometry alone": ("stylometry.logit",),
    "encoder alone": ("encoder.mean",),
    "encoder + spread": ("encoder.mean", "encoder.spread"),
    "encoder + stylometry": ("encoder.mean", "stylometry.logit"),
    "all three": FEATURES,
}

STYLES = {
    "wire, seo, explainer, aggregator, rewrite": (
        "wire",
        "wire-long",
        "seo",
        "seo-short",
        "explainer",
        "aggregator",
        "rewrite",
    ),
    "humanised, opinion": ("humanised", "opinion", "opinion-humanised"),
    "from a headline alone": ("headline",),
    "local, conversational": ("local", "conversational"),
}
"""Families of the styles of frontier_mirrors."""


def flagged(rows: Sequence[Row], logits: Vector, calibration: Calibration, rate: float) -> list[bool | None]:
    """Whether each row passes its bin's threshold; None where it is too short to be judged."""
    found: list[bool | None] = []
    for row, logit in zip(rows, logits, strict=True):
        length_bin = calibration.bin_of(int(row["words"]))
        found.append(
            None if length_bin is None else sigmoid(float(logit)) >= length_bin.threshold(rate).probability
        )
    return found


def family(row: Row) -> str:
    """Row of the summary table that a text belongs to."""
    kind = str(row["kind"])
    if kind.startswith("frontier: "):
        style = kind.removeprefix("frontier: ")
        if row["label"] != "ai":
            return kind if row["label"] == "mixed" else "frontier_mirrors: their human originals"
        name = next(
            name for name, styles in STYLES.items() if style in styles or style.split("-")[0] in styles
        )
        return f"frontier_mirrors: {name}"
    return kind


def table(
    rows: Sequence[Row],
    logits: Vector,
    calibration: Calibration,
    name: Callable[[Row], str],
    order: Iterable[str],
) -> list[str]:
    """Markdown rows: share flagged at 0.5%, 1% and 5%, with the upper bound at 1%."""
    lines = [
        "| set | n | flagged at 0.5% | at 1% | upper 95% bound | at 5% | too short |",
        "| --- | --: | --: | --: | --: | --: | --: |",
    ]
    for group in order:
        chosen = [i for i, row in enumerate(rows) if name(row) == group]
        if not chosen:
            continue
        part = [rows[i] for i in chosen]
        at = {
            rate: [x for x in flagged(part, logits[chosen], calibration, rate) if x is not None]
            for rate in TARGET_RATES
        }
        n = len(at[0.01])
        if not n:
            continue
        hits = sum(at[0.01])
        bound = f"{upper_bound(hits, n):.1%}" if part[0]["label"] == "human" else ""
        lines.append(
            f"| {group} | {n} | {np.mean(at[0.005]):.1%} | {hits / n:.1%} | {bound} | {np.mean(at[0.05]):.1%} | {len(part) - n} |"
        )
    return lines


def groups(rows: Sequence[Row], name: Callable[[Row], str]) -> list[str]:
    """Names of the groups, humans first, in order of appearance."""
    ordered = sorted(rows, key=lambda row: {"human": 0, "mixed": 1, "ai": 2}[row["label"]])
    return list(dict.fromkeys(name(row) for row in ordered))


def ablation(
    human: Sequence[Row],
    stacking: Sequence[Row],
    rows: Sequence[Row],
    uses: Mapping[str, Sequence[str]] = ABLATION,
) -> list[str]:
    """Markdown: share of each set flagged by each choice of features, at the 1% thresholds that it would get itself.

    `human` sets the thresholds, and with `stacking` fits the stacks; `rows` are judged.
    """
    names = [g for g in groups(rows, family) if not g.startswith("frontier: ")]
    fitted = [*human, *stacking]
    labels = np.array([float(row["label"] == "ai") for row in fitted])
    columns = []
    for use in uses.values():
        held = out_of_fold(fitted, use)
        calibration = thresholds(human, held[: len(human)])
        scores = read_logits(rows, partial(apply_stack, fit_stack(matrix(fitted), labels, use)))
        scores = unseen(rows, scores, stacking, held[len(human) :])
        column = {}
        for group in names:
            chosen = [i for i, row in enumerate(rows) if family(row) == group]
            hits = [
                x
                for x in flagged([rows[i] for i in chosen], scores[chosen], calibration, 0.01)
                if x is not None
            ]
            column[group] = float(np.mean(hits)) if hits else float("nan")
        columns.append(column)
    lines = ["| flagged at 1% | " + " | ".join(uses) + " |", "| --- |" + " --: |" * len(uses)]
    return lines + [
        f"| {group} | " + " | ".join(f"{c[group]:.1%}" for c in columns) + " |" for group in names
    ]


def unseen(rows: Sequence[Row], logits: Vector, stacking: Sequence[Row], held: Vector) -> Vector:
    """Log-odds of rows; of those that the stack was fitted on, the ones out of fold, `held`."""
    apart = {(row["set"], row["id"]): logit for row, logit in zip(stacking, held, strict=True)}
    pairs = zip(rows, logits, strict=True)
    return np.array([apart.get((row["set"], row["id"]), logit) for row, logit in pairs])


def stacked(model: StackedModel, values: Vector) -> Vector:
    """Log-odds of evidence under a model's stack."""
    return np.array([model.logit(row) for row in values])


def score(model: StackedModel, rows: Sequence[Row]) -> Vector:
    """Log-odds of rows under a model's stack, by the windows that it reads of them."""
    return read_logits(rows, partial(stacked, model))


def skimming(model: StackedModel, rows: Sequence[Row]) -> list[str]:
    """Markdown: how much of each kind of text is read, and on how many another verdict would be given if all were."""
    logits = partial(stacked, model)
    read = read_rows(rows, logits)
    share = [sum(part["sizes"]) / sum(row["sizes"]) for part, row in zip(read, rows, strict=True)]
    verdicts = [
        [flagged(rows, logits(matrix(windows)), model.calibration, rate) for rate in TARGET_RATES]
        for windows in (read, rows)
    ]
    other = [len(set(both)) > 1 for both in zip(*(zip(*one, strict=True) for one in verdicts), strict=True)]
    lines = [
        "| texts | n | not read whole | tokens read | other verdicts than if read whole |",
        "| --- | --: | --: | --: | --: |",
    ]
    for label in ("human", "mixed", "ai"):
        own = [i for i, row in enumerate(rows) if row["label"] == label]
        if own:
            lines.append(
                f"| {label} | {len(own)} | {np.mean([share[i] < 1.0 for i in own]):.1%} "
                f"| {np.mean([share[i] for i in own]):.1%} | {sum(other[i] for i in own)} |"
            )
    return lines


def report(folder: Path, artifact: Path) -> str:
    """Every table, as Markdown."""
    rows = read(folder / "evaluation.jsonl")
    model = StackedModel.load(load_artifact(artifact))
    calibration = model.calibration
    human_rows, stacking = read(folder / "calibration.jsonl"), read(folder / "stacking.jsonl")
    held = out_of_fold([*human_rows, *stacking], model.stack.features)
    logits = unseen(rows, score(model, rows), stacking, held[len(human_rows) :])
    human = logits[[row["label"] == "human" and row["set"] == HELD_OUT for row in rows]]
    lines = ["### By set", "", *table(rows, logits, calibration, family, groups(rows, family)), ""]
    frontier = [row["kind"].startswith("frontier") and row["label"] == "ai" for row in rows]
    lines += ["### frontier_mirrors (unseen pairs) by style", ""]
    chosen = [i for i, hit in enumerate(frontier) if hit]
    part = [rows[i] for i in chosen]
    lines += [
        *table(
            part, logits[chosen], calibration, lambda r: r["kind"], sorted(groups(part, lambda r: r["kind"]))
        ),
        "",
    ]
    lines += [f"AUROC of frontier_mirrors against held-out outlets: {auroc(human, logits[chosen]):.4f}.", ""]
    lines += ["### Skimming", "", *skimming(model, [*rows, *human_rows]), ""]
    lines += ["### What each part is worth", "", *ablation(human_rows, stacking, rows), ""]
    if (folder / "samples.jsonl").exists():
        own = read(folder / "samples.jsonl")
        if own:
            scores = score(model, own)
            verdicts = flagged(own, scores, calibration, 0.01)
            lines += ["### The four samples", ""]
            lines += [
                f"- {row['id']}: {sigmoid(float(x)):.4f}, {'likely' if hit else 'not likely'}"
                for row, x, hit in zip(own, scores, verdicts, strict=True)
            ]
    return "\n".join(lines) + "\n"


def portable(rows: Sequence[Row], artifact: Path) -> str:
    """Evidence of what is read as numbers alone, a line a text, and the digests of the models that it is of.

    What the quality gate checks where the corpora are not at hand: a stack or thresholds that do
    worse are noticed, and another encoder or stylometry needs new evidence.
    """
    loaded = load_artifact(artifact)
    lines = [
        "# Evidence of the evaluation sets, without their texts: `python -m training evaluate --portable FILE`.",
        f"# encoder {loaded.digest('model.onnx')}",
        f"# vocabulary {loaded.config['vocabulary_sha256']}",
        f"# stylometry {loaded.config['stylometry_sha256']}",
        "set\tlabel\twords\t" + "\t".join(FEATURES),
    ]
    model = StackedModel.load(loaded)
    read = read_rows(rows, partial(stacked, model))
    for row, values in zip(rows, matrix(read), strict=True):
        numbers = "\t".join(f"{value:.4f}" for value in values)
        lines.append(f"{family(row)}\t{row['label']}\t{row['words']}\t{numbers}")
    return "\n".join(lines) + "\n"


@click.command()
@evidence_option
@click.option("--artifact", type=click.Path(exists=True, path_type=Path), default=ARTIFACT, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Also write the tables to this file.")
@click.option(
    "--portable", "numbers", type=click.Path(path_type=Path), help="Write the evidence for the quality gate."
)
def command(folder: Path, artifact: Path, out: Path | None, numbers: Path | None) -> None:
    """Print the tables of the model card."""
    check_origin(folder, artifact)
    text = report(folder, artifact)
    if numbers:
        numbers.write_text(portable(read(folder / "evaluation.jsonl"), artifact), "utf-8")
    click.echo(text)
    if out:
        out.write_text(text, "utf-8")
