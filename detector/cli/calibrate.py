"""`dateline calibrate`: machine-writing thresholds from one's own human-written articles."""

from __future__ import annotations

import json
import os
import tempfile
import unicodedata
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from detector.batch.inputs import Inputs, find_items
from detector.batch.rows import Failure
from detector.batch.score import read_items
from detector.cli.messages import say
from detector.cli.options import error_console
from detector.credibility import Findings, assess
from detector.detectors.machine_text import MachineTextDetector
from detector.document import build_document
from detector.errors import UsageError
from detector.models.calibration import Calibration, articles_for_bound, articles_needed, fit_calibration
from detector.models.stylometric import ArticleScore
from detector.reading.names import is_left_out
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
    article of the same kind is flagged at the asked rate or less, on average over such sets of articles;
    copies of an article count once. `dateline score --calibration FILE`
    and `AnalyzerSettings(calibration=FILE)` use the result. What is left out is named on stderr: hidden
    files, READMEs and links out of the folder, as by `dateline batch`, and what the model does not cover.
    """
    if out.exists() and not force:
        raise click.UsageError(f"{out} exists; use --force to overwrite it")
    if not os.access(out.parent, os.W_OK):
        raise click.UsageError(f"{out.parent}: no folder to write to")
    partial = out.with_name(out.name + ".partial")
    detector = MachineTextDetector()
    words, probabilities = [], []
    first: dict[bytes, str] = {}
    for article in _articles(human_dir, (str(out), str(partial))):
        original = first.setdefault(_key(article), article.source)
        if original != article.source:
            _leave_out(article.source, f"a copy of {original}")
            continue
        score = _score(detector, article)
        if score is not None:
            words.append(score.words)
            probabilities.append(score.probability)
    if not words:
        raise UsageError(f"{human_dir}: no readable article")
    bins = [(entry.low, entry.high) for entry in detector.calibration.bins]
    calibration = fit_calibration(name or human_dir.resolve().name, words, probabilities, bins)
    partial.write_text(json.dumps(calibration.to_json(), indent=1) + "\n", "utf-8")
    partial.replace(out)
    _show(calibration, len(words))
    click.echo(out)


def _articles(folder: Path, own: tuple[str, ...]) -> Iterator[Article]:
    """Articles under a folder, by the rules of `dateline batch`; the rest is named on stderr."""
    for name in _passed_over(folder):
        _leave_out(name, "hidden, or a README")
    with tempfile.TemporaryDirectory() as spool:
        for found in read_items(find_items(Inputs((str(folder),), spool, own=own))):
            if isinstance(found, Failure):
                _leave_out(found.source, found.reason)
            else:
                yield found


def _passed_over(folder: Path) -> Iterator[str]:
    """Hidden files, hidden folders and READMEs, of which `find_items` says nothing."""
    for root, folders, files in os.walk(folder):
        passed = {name for name in (*folders, *files) if is_left_out(name)}
        yield from sorted(os.path.relpath(Path(root, name), folder) for name in passed)
        folders[:] = sorted(set(folders) - passed)


def _leave_out(name: str, reason: str) -> None:
    say(f"left out: {name}: {reason}")


def _key(article: Article) -> bytes:
    """What copies of an article share: the digest of its letters and digits, without case."""
    letters = "".join(c for c in unicodedata.normalize("NFKC", article.text).casefold() if c.isalnum())
    return blake2b(letters.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _score(detector: MachineTextDetector, article: Article) -> ArticleScore | None:
    """Score an article; None, with the reason on stderr, for one on which the analyzer would abstain."""
    document = build_document(article)
    language = document.language
    judged = assess(Findings(document.words, language.code, {}, (), (), language_known=language.reliable))
    if judged.abstained:
        _leave_out(article.source, " ".join(judged.reasons))
        return None
    score = detector.scorer.score([document])[0]
    if detector.calibration.bin_of(score.words) is None:
        _leave_out(article.source, f"The text has {score.words} words of prose, too few to judge.")
        return None
    return score


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
        f"{articles} articles. A bin without a threshold flags nothing: its articles are unclear. The bound tightens with more: a target of 1% "
        f"shows a true rate below 2% from about {articles_for_bound(0.01, 0.02)} articles a bin on.",
        style="dim",
    )
