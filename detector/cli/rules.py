"""`dateline rules` and `dateline explain`: the catalogue of rules."""

from __future__ import annotations

import difflib

import click
from rich.console import Console
from rich.table import Table

from detector.report import dump_json
from detector.reports.text import COLOURS
from detector.reports.wording import CATEGORY_NAMES
from detector.rules import catalogue


@click.command()
@click.option(
    "--format", "output_format", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def rules(output_format: str) -> None:
    """List every rule with its measured rate on human news and on machine-written news."""
    if output_format == "json":
        click.echo(dump_json([rule.to_dict() for rule in catalogue().values()], indent=2))
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("code", no_wrap=True)
    table.add_column("name")
    table.add_column("category")
    table.add_column("human", justify="right")
    table.add_column("machine", justify="right")
    table.add_column("counted")
    for rule in catalogue().values():
        table.add_row(
            f"[{COLOURS[rule.category]}]{rule.code}[/]",
            rule.name,
            CATEGORY_NAMES[rule.category].lower(),
            _rate(rule.human_rate),
            _rate(rule.machine_rate),
            "yes" if rule.counted else "no",
        )
    console = Console(highlight=False)
    console.print(table)
    console.print("\nRates are flags per 1,000 words. `dateline explain CODE` tells more.", style="dim")


@click.command()
@click.argument("code")
def explain(code: str) -> None:
    """Tell what the rule CODE means, why it matters and how often it fires on human news."""
    rule = catalogue().get(code.upper())
    if rule is None:
        near = difflib.get_close_matches(code.upper(), catalogue(), n=3, cutoff=0.5)
        hint = f"; did you mean {', '.join(near)}?" if near else "; `dateline rules` lists them"
        raise click.UsageError(f"there is no rule {code!r}{hint}")
    console = Console(highlight=False)
    console.print(f"[bold {COLOURS[rule.category]}]{rule.code}[/] [bold]{rule.name.replace('-', ' ')}[/]")
    console.print(f"{CATEGORY_NAMES[rule.category]}, {rule.severity}\n", style="dim")
    console.print(rule.meaning, markup=False)
    console.print("\nWhat to do", style="bold")
    console.print(rule.advice, markup=False)
    console.print("\nExample", style="bold")
    console.print(f"  {rule.example}", markup=False)
    console.print("\nMeasured", style="bold")
    console.print(
        f"  {_rate(rule.human_rate)} flags per 1,000 words of human news, "
        f"{_rate(rule.machine_rate)} of machine-written news."
    )
    if not rule.counted:
        console.print("  It fires on human news as often: shown, but it costs no points.")


def _rate(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
