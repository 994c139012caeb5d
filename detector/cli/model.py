"""`dateline model`: the artifacts that take part, with their digests and calibration."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table

from detector.analyzer import Analyzer
from detector.report import dump_json


@click.command()
@click.option(
    "--format", "output_format", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def model(output_format: str) -> None:
    """Show version and digest of every model that takes part, verified against its SHA256SUMS."""
    engine = Analyzer().engine
    if output_format == "json":
        click.echo(dump_json(engine.to_dict(), indent=2))
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("model", "version", "sha256"):
        table.add_column(column, overflow="fold")
    for info in engine.models:
        table.add_row(info.name, info.version, info.sha256)
    console = Console(highlight=False)
    console.print(f"dateline {engine.version}, rules {engine.rules_version}\n")
    console.print(table)
