"""Draw the README's picture of the terminal from the tool's real output: `python -m benchmarks.terminal_picture`.

Rich's own SVG template loads a web font; this one names fonts that are on the reader's machine.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.terminal_theme import TerminalTheme

from detector import Analyzer
from detector.errors import InputError
from detector.reading import read_articles
from detector.reports.text import render_text

ROOT = Path(__file__).parents[1]
PAPER = TerminalTheme(
    (250, 249, 245),
    (29, 31, 35),
    [
        (29, 31, 35),
        (179, 32, 44),
        (28, 122, 67),
        (138, 106, 0),
        (15, 111, 156),
        (109, 70, 184),
        (15, 111, 156),
        (98, 102, 110),
    ],
)


def picture(article: Path) -> str:
    """Give the SVG of `dateline score ARTICLE` at 92 columns."""
    console = Console(
        record=True,
        width=92,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
    )
    items = [item for item in read_articles(article) if not isinstance(item, InputError)]
    report = Analyzer().analyze(replace(items[0], source=article.name))
    console.print(f"[bold]$ dateline score {article.name}[/]")
    console.print(render_text(report, console))
    svg = console.export_svg(title="dateline", theme=PAPER, unique_id="dateline")
    return re.sub(r"@font-face \{[^}]*\}\s*", "", svg).replace(
        "Fira Code", "ui-monospace, Menlo, Consolas, DejaVu Sans Mono"
    )


@click.command()
@click.option(
    "-o", "--out", type=click.Path(dir_okay=False, path_type=Path), default=ROOT / "docs" / "terminal.svg"
)
def main(out: Path) -> None:
    """Write docs/terminal.svg."""
    out.write_text(picture(ROOT / "examples" / "articles" / "summit-talks.txt"), "utf-8")
    click.echo(out)


if __name__ == "__main__":
    main()
