"""`dateline batch`: score many articles into one file of results."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import AbstractContextManager, ExitStack
from datetime import date
from pathlib import Path
from typing import BinaryIO

import click

from detector.analyzer import AnalyzerSettings
from detector.batch.engine import Engine
from detector.batch.outputs import FORMATS, Format, check_extra, guess_format
from detector.batch.run import Job, Mode, Summary, run_batch
from detector.batch.score import Task
from detector.batch.storage import StorageError
from detector.cli.inputs import binary_stdin, binary_stdout
from detector.cli.options import (
    Number,
    analyzer_options,
    error_console,
    offsets_option,
    published_option,
    quiet_option,
)
from detector.cli.progress import ProgressBar, print_summary
from detector.errors import UsageError
from detector.report import OffsetUnit


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="DIR|FILE|GLOB|-...")
@click.option("-o", "--out", required=True, help="Where the results go; `-` is stdout (JSONL, CSV).")
@click.option("--format", "output_format", type=click.Choice(FORMATS), help="By default, the suffix of OUT.")
@click.option("--glob", "pattern", default=None, help="Only files of folders that match, such as '*.html'.")
@click.option("--jobs", type=click.IntRange(min=1), default=None, help="Worker processes; a core each.")
@click.option("--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True)
@click.option("--scheduler", default=None, help="Address of a Dask scheduler, such as tls://head:8786.")
@click.option("--resume", is_flag=True, help="Go on with an unfinished run: score only what is missing.")
@click.option("--restart", is_flag=True, help="Discard an unfinished run.")
@click.option("--fail-under", type=Number(), default=None, help="Exit with 1 where a score is below this.")
@published_option
@offsets_option
@quiet_option
@analyzer_options
@click.pass_context
def batch(
    ctx: click.Context,
    inputs: tuple[str, ...],
    out: str,
    output_format: Format | None,
    pattern: str | None,
    jobs: int | None,
    engine: str,
    scheduler: str | None,
    resume: bool,
    restart: bool,
    fail_under: float | None,
    published: date | None,
    offsets: OffsetUnit,
    quiet: bool,
    settings: AnalyzerSettings,
) -> None:
    """Score every article in folders, files (JSONL, Parquet, any readable format) or stdin.

    What cannot be read or scored is an error row with its reason; it never stops the run. Results
    are kept in shards beside OUT until all are there: after a crash, --resume goes on.
    """
    if resume and restart:
        raise click.UsageError("--resume and --restart exclude each other")
    mode: Mode = "resume" if resume else "restart" if restart else "new"
    chosen = output_format or guess_format(out)
    check_extra(chosen)
    with ExitStack() as stack:
        target, stdout = out, None
        if out == "-":
            stdout = binary_stdout()
            if chosen not in ("jsonl", "csv"):
                raise click.UsageError(f"--format {chosen} cannot go to stdout")
            target = str(Path(stack.enter_context(tempfile.TemporaryDirectory()), f"out.{chosen}"))
        job = Job(inputs, target, chosen, settings, mode, pattern, offsets, published)
        summary = _run(job, engine, jobs, scheduler, quiet)
        if stdout is not None:
            _print(target, stdout)
    if summary.tally.errors == summary.tally.rows:
        ctx.exit(2)
    lowest = summary.tally.lowest
    if fail_under is not None and lowest is not None and lowest < fail_under:
        ctx.exit(1)


def _print(path: str, stdout: BinaryIO) -> None:
    """Copy a file to stdout."""
    try:
        with Path(path).open("rb") as stream:
            shutil.copyfileobj(stream, stdout)
            stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StorageError(f"cannot write to stdout: {error.strerror}") from error


def _run(job: Job, engine: str, jobs: int | None, scheduler: str | None, quiet: bool) -> Summary:
    def start(task: Task, shards: int) -> AbstractContextManager[Engine]:
        if engine == "dask":
            from detector.batch.dask import DaskEngine

            return DaskEngine(task, scheduler, jobs)
        if scheduler is not None:
            raise UsageError("--scheduler goes with --engine dask")
        from detector.batch.local import LocalEngine

        return LocalEngine(task, jobs, shards)

    console = error_console()
    with ProgressBar(console, hidden=quiet) as bar:
        stdin = binary_stdin() if "-" in job.inputs else None
        summary = run_batch(job, start, stdin=stdin, watcher=bar)
    if not quiet:
        print_summary(console, summary, bar.seconds, job.out)
    return summary
