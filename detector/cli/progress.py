"""Progress and summary of a batch, on stderr."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from detector.batch.run import Summary, Watcher
from detector.batch.score import ShardResult
from detector.reports.text import BAND_COLOURS
from detector.reports.wording import BAND_NAMES
from detector.rules import catalogue

TOP_RULES = 5


class ProgressBar(Watcher):
    """A bar with rate and time left; nothing is drawn where stderr is no terminal."""

    def __init__(self, console: Console, *, hidden: bool = False) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
            TextColumn("[yellow]{task.fields[errors]}"),
            console=console,
            disable=hidden or not console.is_terminal,
            transient=True,
        )
        self._task = self._progress.add_task("reading the inputs", total=None, errors="")
        self._begun = time.monotonic()
        self._errors = 0

    @property
    def seconds(self) -> float:
        """Time since the start."""
        return time.monotonic() - self._begun

    def __enter__(self) -> ProgressBar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def planned(self, items: int, done: int) -> None:
        """Begin to count."""
        self._progress.reset(self._task, description="scoring", total=items - done, errors="")

    def advanced(self, result: ShardResult) -> None:
        """Count a shard."""
        self._errors += result.tally.errors
        errors = f"{self._errors:,} error{'s' * (self._errors > 1)}" if self._errors else ""
        self._progress.update(self._task, advance=result.items, errors=errors)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.1f}/s" if task.speed else "", style="dim")


def print_summary(console: Console, summary: Summary, seconds: float, out: str) -> None:
    """Print what came out, as a small table."""
    tally = summary.tally
    if summary.complete_before:
        console.print(f"{out} is complete; nothing to do", markup=False)
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    table.add_column(style="dim")
    fresh = tally.rows - summary.resumed
    table.add_row("articles", f"{tally.rows - tally.errors:,}", f"{tally.words:,} words")
    if summary.resumed:
        table.add_row("  done before", f"{summary.resumed:,}", "")
    if tally.errors:
        table.add_row("errors", f"[yellow]{tally.errors:,}[/]", "rows with a reason, no score")
    for band, name in BAND_NAMES.items():
        table.add_row(f"  {name}", f"[{BAND_COLOURS[band]}]{tally.bands[band]:,}[/]", "")
    if tally.abstained:
        table.add_row("  no score", f"{tally.abstained:,}", "too short, or not covered")
    if tally.median is not None:
        table.add_row("median score", f"{tally.median:g}", "")
    for rule, count in tally.rules.most_common(TOP_RULES):
        table.add_row(f"  {rule}", f"{count:,}", catalogue()[rule].name.replace("-", " "))
    table.add_row("seconds", f"{seconds:,.1f}", f"{fresh / seconds:,.1f} articles a second" if fresh else "")
    console.print(table)
