"""`dateline demo`: score a folder of articles, print the reports, and write their pages."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from detector.analyzer import Analyzer
from detector.cli.options import show_corroboration
from detector.errors import InputError
from detector.reading import read_articles
from detector.report import Report
from detector.reports.html import render_page
from detector.reports.segments import BAND_NAMES
from detector.reports.text import BAND_COLOURS, render_text


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
    """Score the articles of FOLDER, show their reports, and write a page for each."""
    console = Console(highlight=False)
    analyzer = Analyzer()
    out.mkdir(parents=True, exist_ok=True)
    summary: list[tuple[str, Report]] = []
    for path in sorted(
        p for p in folder.iterdir() if p.is_file() and not p.name.lower().startswith("readme")
    ):
        try:
            articles = [item for item in read_articles(str(path)) if not isinstance(item, InputError)]
        except InputError as error:
            console.print(f"{error}", style="yellow", markup=False)
            continue
        for number, report in enumerate(analyzer.analyze_many(articles)):
            console.print(render_text(report, console))
            page = out / f"{path.stem}{f'-{number}' if number else ''}.html"
            page.write_text(render_page(report), "utf-8", errors="backslashreplace")
            summary.append((page.name, report))
    console.rule("[bold]Scores", style="dim")
    for name, report in sorted(summary, key=lambda row: -1 if (s := row[1].credibility.score) is None else s):
        band = report.credibility.band
        score = "  no score" if band is None else f"{report.credibility.score:5g}  {BAND_NAMES[band]}"
        console.print(f"  {score:<18}{name}", style=BAND_COLOURS[band] if band else "dim", markup=False)
    show_corroboration([report for _, report in summary], console)
    console.print(f"\nA page for each article: {out}/", markup=False)
