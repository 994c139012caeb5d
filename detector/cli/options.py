"""Options that several commands share."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import click
from rich.console import Console

from detector.analyzer import AnalyzerSettings
from detector.errors import DatelineError
from detector.reading import calendar_date
from detector.report import Report

Command = Callable[..., Any]


class CodeList(click.ParamType[tuple[str, ...]]):
    """Rule codes or prefixes, separated by commas."""

    name = "codes"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Split at commas and drop blanks."""
        if isinstance(value, tuple):
            return value
        return tuple(part.strip() for part in str(value).split(",") if part.strip())


class Number(click.ParamType[float]):
    """A number that others can be compared with: no NaN, no infinity."""

    name = "float"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Parse; fails as click's own types do."""
        number = float(click.FLOAT.convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value!r} is no number to compare with", param, ctx)
        return number


def analyzer_options(command: Command) -> Command:
    """Add the options of an `Analyzer`; the command receives them as one `settings`."""

    @click.option(
        "--target-fpr",
        type=Number(),
        default=0.01,
        show_default=True,
        help="False-positive rate that the machine-writing threshold promises.",
    )
    @click.option("--select", type=CodeList(), default="", help="Only these rule codes or prefixes.")
    @click.option("--ignore", type=CodeList(), default="", help="All but these rule codes or prefixes.")
    @click.option(
        "--seconds",
        type=Number(),
        default=None,
        help="Time budget of one article; a detector that has begun ends its work.",
    )
    @click.option(
        "--calibration",
        type=click.Path(exists=True, dir_okay=False),
        default=None,
        help="Calibration from `dateline calibrate`.",
    )
    @click.option(
        "--recalibration",
        type=click.Path(exists=True, file_okay=False),
        default=None,
        help="Folder that reviewers' decisions made (docs/review.md).",
    )
    @functools.wraps(command)
    def wrapped(
        *args: Any,
        target_fpr: float,
        select: tuple[str, ...],
        ignore: tuple[str, ...],
        seconds: float | None,
        calibration: str | None,
        recalibration: str | None,
        **kwargs: Any,
    ) -> Any:
        settings = AnalyzerSettings(target_fpr, select, ignore, seconds, calibration, recalibration)
        return command(*args, settings=settings, **kwargs)

    return wrapped


class _Day(click.ParamType[date]):
    """A calendar date that records may have too."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Take `YYYY-MM-DD` alone: no time of day and no e-mail date."""
        try:
            return value if isinstance(value, date) else calendar_date(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


published_option = click.option(
    "--published",
    type=_Day(),
    default=None,
    metavar="YYYY-MM-DD",
    help="Publication date, where the input has none.",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
offsets_option = click.option(
    "--offsets",
    type=click.Choice(["codepoint", "utf16"]),
    default="codepoint",
    show_default=True,
    help="Unit of offsets in JSON.",
)


def show_corroboration(reports: Sequence[Report], console: Console) -> None:
    """Print where several articles tell of one event, support or contradict each other; nothing for one article."""
    if len(reports) < 2:
        return
    from detector.corroboration import corroborate
    from detector.reports.corroboration import render_corroboration

    try:
        console.print(render_corroboration(corroborate(reports)))
    except DatelineError as error:
        console.print(f"Not compared with each other: {error}", style="dim", markup=False)


def error_console() -> Console:
    """Console on stderr, where progress, warnings and errors go."""
    return Console(stderr=True, highlight=False)
