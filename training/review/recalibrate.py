"""Refit rules and thresholds to reviewers' decisions, with a table of before and after on unseen articles.

`python -m training recalibrate --decisions decisions.sqlite` writes a new folder and never changes an
old one. `AnalyzerSettings(recalibration=FOLDER)` uses it.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click

from detector.errors import UsageError
from detector.models.artifact import FORMAT_VERSION, load_artifact, shipped
from detector.models.calibration import Calibration, articles_needed
from detector.models.recalibration import NAME
from detector.review import Decision, DecisionStore, load_queue, read_jsonl
from detector.rules import catalogue, rules_version
from detector.types import Article
from training.artifacts import as_json, made_beside
from training.review.fit import (
    FEWEST_FLAGS,
    FEWEST_SENTENCES,
    Counts,
    RuleWeight,
    claim_counts,
    cross_validate,
    fit_machine_thresholds,
    fit_rules,
    fit_threshold,
    flag_counts,
    folds,
    machine_counts,
)
from training.review.labels import Labels, read_labels

TARGET_FPR = 0.01
LEAST_GAIN = 0.01
"""Gain of F1 on unseen articles below which the claim decision's threshold stays."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What was fitted to all labels, and how the same fit does on articles that it did not see."""

    rules: dict[str, RuleWeight]
    threshold: float
    fitted_threshold: float
    """What fits the labels best, whether it was taken over or not."""
    usual_threshold: float
    calibration: Calibration
    refitted: int
    table: tuple[tuple[str, int, Counts, Counts], ...]


def shipped_calibration() -> Calibration:
    """Thresholds of the model that gives articles their probability, read without a session of it."""
    return Calibration.from_json(load_artifact(shipped("machine-text")).json("calibration.json"))


def fit(labels: Labels, parts: int, seed: int) -> Fit:
    """Fit to all labels; judge by cross-validation over articles."""
    usual_calibration = shipped_calibration()
    before = {code: rule.counted for code, rule in catalogue().items()}
    usual = labels.threshold
    may_fall = bool(labels.done)
    table = (
        (
            "flags that cost points",
            len(labels.flags),
            cross_validate(labels.flags, parts, seed, lambda _, part: flag_counts(part, before)),
            cross_validate(
                labels.flags,
                parts,
                seed,
                lambda rest, part: flag_counts(part, {c: w.counted for c, w in fit_rules(rest).items()}),
            ),
        ),
        (
            "unsupported claims",
            len(labels.sentences),
            cross_validate(labels.sentences, parts, seed, lambda _, part: claim_counts(part, usual)),
            cross_validate(
                labels.sentences,
                parts,
                seed,
                lambda rest, part: claim_counts(part, fit_threshold(rest, usual, may_fall=may_fall)),
            ),
        ),
        (
            "machine-written articles",
            len(labels.articles),
            cross_validate(
                labels.articles,
                parts,
                seed,
                lambda _, part: machine_counts(part, usual_calibration, TARGET_FPR),
            ),
            cross_validate(
                labels.articles,
                parts,
                seed,
                lambda rest, part: machine_counts(
                    part, fit_machine_thresholds(rest, usual_calibration)[0], TARGET_FPR
                ),
            ),
        ),
    )
    calibration, refitted = fit_machine_thresholds(labels.articles, usual_calibration)
    rules = fit_rules(labels.flags)
    if not _gains(table[0][2], table[0][3], at_least=0.0):
        rules = {code: replace(weight, counted=before[code]) for code, weight in rules.items()}
    fitted = fit_threshold(labels.sentences, usual, may_fall=may_fall)
    threshold = fitted if _gains(table[1][2], table[1][3], at_least=LEAST_GAIN) else usual
    return Fit(rules, threshold, fitted, usual, calibration, refitted, table)


def _gains(before: Counts, after: Counts, at_least: float) -> bool:
    """Whether F1 on articles that the fit did not see is better by so much; then alone the fit is taken over."""
    return (after.f1 or 0.0) - (before.f1 or 0.0) >= at_least


def rule_precision(labels: Labels, parts: int, seed: int) -> Iterator[tuple[str, int, float, int, int]]:
    """Rows of rule, decisions, precision, and how many of its flags cost points before and after (unseen)."""
    kept: dict[str, int] = {}
    for rest, part in folds(labels.flags, parts, seed):
        weights = fit_rules(rest)
        for label in part:
            kept[label.rule] = kept.get(label.rule, 0) + (
                label.rule in weights and weights[label.rule].counted
            )
    for code in sorted({label.rule for label in labels.flags} & catalogue().keys()):
        right = [label.right for label in labels.flags if label.rule == code]
        before = len(right) if catalogue()[code].counted else 0
        yield code, len(right), sum(right) / len(right), before, kept.get(code, 0)


def report_lines(labels: Labels, found: Fit, parts: int, seed: int) -> Iterator[str]:
    """What the command prints, and the README of the folder says."""
    articles = {label.article for label in labels.flags} | labels.done
    yield (
        f"{len(labels.flags)} flags decided by majority in {len(articles)} articles, {labels.disputed} ties left out; "
        f"{len(labels.done)} articles read to the end; {labels.without_text} articles without their text."
    )
    yield ""
    yield (
        f"Before: as shipped. After: fitted to the other articles (up to {parts} parts by article, seed {seed}), so "
        "no row is judged on what it was fitted to."
    )
    yield ""
    yield "| decision | labels | precision before | after | recall before | after | F1 before | after |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for name, n, before, after in found.table:
        cells = [
            _share(getattr(side, key)) for key in ("precision", "recall", "f1") for side in (before, after)
        ]
        yield f"| {name} | {n} | {' | '.join(cells)} |"
    yield ""
    yield "| rule | decided | precision | costing points before | after | weight | counted |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | --- |"
    for code, n, precision, before_n, after_n in rule_precision(labels, parts, seed):
        weight = found.rules[code]
        changed = "" if weight.counted == catalogue()[code].counted else " (changed)"
        yield (
            f"| {code} | {n} | {precision:.2f} | {before_n} | {after_n} | {weight.weight:.2f} | "
            f"{'yes' if weight.counted else 'no'}{changed} |"
        )
    yield ""
    yield from _notes(labels, found)


def _notes(labels: Labels, found: Fit) -> Iterator[str]:
    usual = found.usual_threshold
    if not _gains(found.table[0][2], found.table[0][3], at_least=0.0):
        yield "- Rules: what was fitted does worse on unseen articles; every rule counts as it did."
    if len(labels.sentences) < FEWEST_SENTENCES:
        yield f"- Claim decision: {len(labels.sentences)} labelled claims, {FEWEST_SENTENCES} needed; the threshold stays {usual:g}."
    elif found.threshold != found.fitted_threshold:
        yield (
            f"- Claim decision: {found.fitted_threshold:g} fits these labels best, but does not gain {LEAST_GAIN:g} of F1 on "
            f"unseen articles; the threshold stays {usual:g}."
        )
    else:
        rise = "" if labels.done else " No article was marked as done, so it could only rise."
        yield f"- Claim decision: threshold {usual:g} before, {found.threshold:g} after.{rise}"
    human = sum(not label.machine for label in labels.articles)
    yield (
        f"- Machine writing: {found.refitted} thresholds refitted. {human} articles are human by review; a length bin "
        f"needs {articles_needed(TARGET_FPR)} for a rate of {TARGET_FPR:.0%}, and keeps the shipped threshold below that."
    )
    few = sum(0 < w.accepted + w.rejected < FEWEST_FLAGS for w in found.rules.values())
    yield f"- Rules with fewer than {FEWEST_FLAGS} decisions, which stay as they are: {few}."


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def write_artifact(folder: Path, found: Fit, decisions: Sequence[Decision], lines: Sequence[str]) -> None:
    """Write a new artifact folder.

    Raises
    ------
    UsageError
        Where the folder exists: an artifact is never overwritten.
    """
    digest = decisions_digest(decisions)
    contents: dict[str, Any] = {
        "config.json": {
            "name": NAME,
            "version": f"1.0.0+{digest[:12]}",
            "format_version": FORMAT_VERSION,
            "rules_version": rules_version(),
            "decisions": len(decisions),
            "decisions_sha256": digest,
        },
        "rules.json": {"rules": {code: asdict(weight) for code, weight in found.rules.items()}},
        "sourcing.json": {"threshold": found.threshold if found.threshold != found.usual_threshold else None},
        "calibration.json": found.calibration.to_json(),
    }
    files = {name: as_json(value) for name, value in contents.items()}
    title = "# Recalibration by reviewers' decisions\n\nWritten by `python -m training recalibrate`; used by "
    files["README.md"] = "\n".join(
        [f"{title}`AnalyzerSettings(recalibration=FOLDER)`.", "", *lines, ""]
    ).encode()
    try:
        if folder.exists():
            raise FileExistsError(errno.EEXIST, "exists")
        with made_beside(folder, files) as new:
            new.rename(folder)
    except OSError as error:
        # A folder that another run has put there in the meantime is not empty.
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
            raise
        raise UsageError(f"{folder} exists, or is being written: an artifact is never overwritten") from None


def decisions_digest(decisions: Sequence[Decision]) -> str:
    """Digest of what was decided, whatever the order."""
    rows = sorted(repr((*d.key, d.verdict)) for d in decisions)
    return hashlib.sha256("\n".join(rows).encode("utf-8", "surrogatepass")).hexdigest()


def load_decisions(path: Path, folders: Sequence[Path]) -> tuple[list[Decision], dict[str, Article]]:
    """Decisions of a SQLite file or of a JSONL export, with the texts that are known."""
    articles: dict[str, Article] = {}
    if path.suffix in (".jsonl", ".ndjson"):
        decisions = [d for d in read_jsonl(path) if d.verdict != "open"]
    else:
        with DecisionStore(path) as store:
            decisions, articles = store.decisions(), store.articles()
    if folders:
        for report in load_queue(list(folders)):
            articles.setdefault(report.text_sha256, report.article)
    if not decisions:
        raise UsageError(f"{path} holds no decision")
    return decisions, articles


@click.command("recalibrate")
@click.option(
    "--decisions", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True
)
@click.option(
    "--articles",
    "folders",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    help="Files or folders with the texts, for decisions that came without them.",
)
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Folder to make; named after the decisions."
)
@click.option("--folds", "parts", type=click.IntRange(min=2), default=5, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True)
def command(path: Path, folders: tuple[Path, ...], out: Path | None, parts: int, seed: int) -> None:
    """Refit rules and thresholds to reviewers' decisions into a new folder."""
    try:
        decisions, articles = load_decisions(path, folders)
        labels = read_labels(decisions, articles)
        found = fit(labels, parts, seed)
        lines = list(report_lines(labels, found, parts, seed))
        folder = out or Path("runs") / f"recalibration-{decisions_digest(decisions)[:12]}"
        write_artifact(folder, found, decisions, lines)
    except UsageError as error:
        raise click.UsageError(str(error)) from error
    click.echo("\n".join(lines))
    click.echo(f"\n{folder}")
