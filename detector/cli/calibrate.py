"""`dateline calibrate`: machine-writing thresholds from one's own human-written articles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from detector.cli.options import error_console
from detector.detectors.machine_text import MachineTextDetector
from detector.document import build_document
from detector.errors import InputError, UsageError
from detector.models.calibration import Calibration, articles_for_bound, articles_needed, fit_calibration
from detector.reading import read_articles
from detector.types import Article


@click.command()
@click.argument("human_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("calibration.json"),
    show_default=True,
)
@click.option("--name", default=None, help="Name of the corpus in reports; the folder's name by default.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def calibrate(human_dir: Path, out: Path, name: str | None, force: bool) -> None:
    """Set thresholds from the human-written articles in HUMAN_DIR.

    Every article there must be known to be written by people. The thresholds are conformal: a new
    article of the same kind is flagged at most at the asked rate. `dateline score --calibration FILE`
    and `AnalyzerSettings(calibration=FILE)` use the result.
    """
    if out.exists() and not force:
        raise click.UsageError(f"{out} exists; use --force to overwrite it")
    detector = MachineTextDetector()
    words, probabilities = [], []
    for article in _articles(human_dir):
        score = detector.scorer.score([build_document(article)])[0]
        words.append(score.words)
        probabilities.append(score.probability)
    if not words:
        raise UsageError(f"{human_dir}: no readable article")
    bins = [(entry.low, entry.high) for entry in detector.calibration.bins]
    calibration = fit_calibration(name or human_dir.resolve().name, words, probabilities, bins)
    partial = out.with_name(out.name + ".partial")
    partial.write_text(json.dumps(calibration.to_json(), indent=1) + "\n", "utf-8")
    partial.replace(out)
    _show(calibration, len(words))
    click.echo(out)


def _articles(folder: Path) -> Iterator[Article]:
    """Readable articles under a folder; the others are named on stderr and left out."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        try:
            for item in read_articles(path):
                if isinstance(item, InputError):
                    click.echo(f"dateline: left out: {item}", err=True)
                else:
                    yield item
        except InputError as error:
            click.echo(f"dateline: left out: {error}", err=True)


def _show(calibration: Calibration, articles: int) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("words", "articles", "target", "threshold", "true rate is below (95%)", "articles needed"):
        table.add_column(column, justify="right")
    for length_bin in calibration.bins:
        for t in length_bin.thresholds:
            reachable = t.n_human >= articles_needed(t.target_fpr)
            table.add_row(
                length_bin.name,
                str(t.n_human),
                f"{t.target_fpr:.1%}",
                f"{t.probability:.4f}" if reachable else "none: too few",
                f"{t.fpr_upper95:.1%}" if reachable else "-",
                str(articles_needed(t.target_fpr)),
            )
    console: Console = error_console()
    console.print(table)
    console.print(
        f"{articles} articles. A bin without a threshold flags nothing. The bound tightens with more: a target of 1% "
        f"shows a true rate below 2% from about {articles_for_bound(0.01, 0.02)} articles a bin on.",
        style="dim",
    )
