"""`dateline score`: score articles from files or stdin and print their reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Literal

import click
from rich.console import Console

from detector.analyzer import Analyzer, AnalyzerSettings
from detector.cli.inputs import Articles
from detector.cli.options import (
    Number,
    analyzer_options,
    error_console,
    offsets_option,
    published_option,
    quiet_option,
    show_corroboration,
)
from detector.report import OffsetUnit, Report, dump_json

Format = Literal["text", "json", "jsonl", "html", "sarif", "github"]
Printer = Callable[[Iterator[Report], OffsetUnit, bool], None]


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH|-...")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "jsonl", "html", "sarif", "github"]),
    default="text",
    show_default=True,
)
@click.option("--fail-under", type=Number(), default=None, help="Exit with 1 where a score is below this.")
@click.option("-v", "--verbose", is_flag=True, help="Text output shows every flag, uncounted ones too.")
@published_option
@offsets_option
@quiet_option
@analyzer_options
@click.pass_context
def score(
    ctx: click.Context,
    paths: tuple[str, ...],
    output_format: Format,
    fail_under: float | None,
    verbose: bool,
    published: date | None,
    offsets: OffsetUnit,
    quiet: bool,
    settings: AnalyzerSettings,
) -> None:
    """Score each PATH (text, HTML, Markdown, docx, pdf, JSON, JSONL; `-` is stdin).

    stdout carries the reports alone. A file that can't be read is named on stderr, the others
    are scored all the same, and the exit code is 2. With --format json, one article by itself is
    an object; those of several PATHs, or of one that holds several, are a list.
    """
    analyzer = Analyzer(settings)
    articles = Articles(paths, published)
    reports = analyzer.analyze_many(articles)
    printer = _PRINTERS[output_format]
    if output_format == "json" and len(paths) > 1:
        printer = _print_json_list
    lowest = _print_reports(reports, printer, offsets, verbose)
    if articles.failed:
        ctx.exit(2)
    if fail_under is not None and lowest is not None and lowest < fail_under:
        if not quiet:
            error_console().print(f"score {lowest:g} is below {fail_under:g}")
        ctx.exit(1)


def _print_reports(
    reports: Iterator[Report], printer: Printer, offsets: OffsetUnit, verbose: bool
) -> float | None:
    """Print reports as they come; give the lowest score."""
    scores: list[float] = []

    def watch() -> Iterator[Report]:
        for report in reports:
            if report.credibility.score is not None:
                scores.append(report.credibility.score)
            yield report

    printer(watch(), offsets, verbose)
    return min(scores, default=None)


def _print_text(reports: Iterator[Report], offsets: OffsetUnit, verbose: bool) -> None:
    from detector.reports.text import render_text

    console = Console(highlight=False)
    shown = []
    for report in reports:
        console.print(render_text(report, console, every_flag=verbose))
        shown.append(report)
    show_corroboration(shown, console)


def _print_json(reports: Iterator[Report], offsets: OffsetUnit, verbose: bool) -> None:
    values = [report.to_dict(offsets) for report in reports]
    if values:
        click.echo(dump_json(values[0] if len(values) == 1 else [*values], indent=2))


def _print_json_list(reports: Iterator[Report], offsets: OffsetUnit, verbose: bool) -> None:
    click.echo(dump_json([report.to_dict(offsets) for report in reports], indent=2))


def _print_jsonl(reports: Iterator[Report], offsets: OffsetUnit, verbose: bool) -> None:
    for report in reports:
        click.echo(report.to_json(offsets))


def _print_html(reports: Iterator[Report], offsets: OffsetUnit, verbose: bool) -> None:
    from detector.reports.html import render_page

    pages = list(reports)
    if len(pages) > 1:
        raise click.UsageError("--format html writes one article's page; use `dateline batch` for several")
    for report in pages:
        click.echo(render_page(report))


def _print_sarif(reports: Iterator[Report], offsets: OffsetUnit, verbose: bool) -> None:
    from detector.reports.sarif import render_sarif

    click.echo(dump_json(render_sarif(list(reports)), indent=2))


def _print_github(reports: Iterator[Report], offsets: OffsetUnit, verbose: bool) -> None:
    from detector.reports.sarif import render_github

    for report in reports:
        for line in render_github(report):
            click.echo(line)


_PRINTERS = {
    "text": _print_text,
    "json": _print_json,
    "jsonl": _print_jsonl,
    "html": _print_html,
    "sarif": _print_sarif,
    "github": _print_github,
}
