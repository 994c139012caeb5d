"""`python -m training card`: the machine-text model's card, from its template and the tables that the commands printed."""

from __future__ import annotations

import re
from pathlib import Path

import click

from training.export import ARTIFACT, write_sums

TEMPLATE = Path(__file__).parent / "cards" / "machine_text.md"


def fill(template: str, tables: Path) -> str:
    """Put the content of `NAME.md` in place of every `{{NAME}}`; a table that was not made says so."""

    def table(match: re.Match[str]) -> str:
        path = tables / f"{match.group(1)}.md"
        return path.read_text("utf-8").strip() if path.exists() else "*(not measured for this version)*"

    return re.sub(r"\{\{(\w+)\}\}", table, template)


@click.command()
@click.option(
    "--tables",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="Folder of the printed tables.",
)
@click.option("--artifact", type=click.Path(exists=True, path_type=Path), default=ARTIFACT, show_default=True)
def command(tables: Path, artifact: Path) -> None:
    """Write README.md into the artifact, and its sums anew."""
    (artifact / "README.md").write_text(fill(TEMPLATE.read_text("utf-8"), tables), "utf-8")
    write_sums(artifact)
