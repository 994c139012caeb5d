"""`dateline demo`: score a folder of articles, print the reports, and write their pages."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from detector.analyzer import Analyzer
from detector.cli.inputs import Articles
from detector.cli.options import show_corroboration
from detector.errors import UsageError
from detector.reading.names import is_left_out
from detector.report import Report
from detector.reports.html import render_page
from detector.reports.plain import one_line
from detector.reports.text import BAND_COLOURS, render_text
from detector.reports.wording import BAND_NAMES


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-reports"),
    show_default=True,
)
def demo(folder: Path, out: Path) -> None:
    """Score the articles of FOLDER, show their reports, and write a page for each.

    What can't be read is named on stderr; where nothing can be, the exit code is 2.
    """
    if out.resolve() == folder.resolve():
        raise UsageError(f"{out}: the pages would lie among the articles; name another folder by --out")
    console = Console(highlight=False)
    out.mkdir(parents=True, exist_ok=True)
    analyzer = Analyzer()
    pages: dict[str, Report] = {}
    for path in _files(folder):
        for number, report in enumerate(analyzer.analyze_many(Articles([str(path)]))):
            console.print(render_text(report, console, rest="see its page"))
            page = _page_name(path, number, {name.casefold() for name in pages})
            _refuse_another(out / page)
            (out / page).write_text(render_page(report), "utf-8", errors="backslashreplace")
            pages[page] = report
    if not pages:
        raise UsageError(f"{folder}: no readable article")
    _show_scores(pages, console)
    show_corroboration([*pages.values()], console)
    console.print(f"\nA page for each article: {out}/", markup=False)


def _refuse_another(page: Path) -> None:
    """Refuse to write over a page that no run of this wrote."""
    if page.exists() and b"Dateline report</title>" not in page.read_bytes()[:4096]:
        raise UsageError(f"{page} is there and no report of ours; name another folder by --out")


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_file() and not is_left_out(p.name))


def _page_name(path: Path, number: int, taken: set[str]) -> str:
    """Name of the page of record `number` of a file, with the file's suffix where another has the same stem.

    >>> _page_name(Path("s.md"), 0, set()), _page_name(Path("s.txt"), 0, {"s.html"})
    ('s.html', 's.txt.html')
    """
    tail = f"-{number}" if number else ""
    name = f"{path.stem}{tail}.html"
    while name.casefold() in taken:
        name = f"{path.name}{tail}.html"
        tail += "-"
    return name


def _show_scores(pages: dict[str, Report], console: Console) -> None:
    """List the pages, the lowest score first and those without one at the head."""
    console.rule("[bold]Scores", style="dim")
    for name, report in sorted(pages.items(), key=_score):
        band = report.credibility.band
        score = "  no score" if band is None else f"{report.credibility.score:5g}  {BAND_NAMES[band]}"
        console.print(
            f"  {score:<18}{one_line(name)}", style=BAND_COLOURS[band] if band else "dim", markup=False
        )


def _score(row: tuple[str, Report]) -> float:
    score = row[1].credibility.score
    return -1 if score is None else score
