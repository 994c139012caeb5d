"""The `dateline` command: one module a command, in one table."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

import click
from click.exceptions import Exit

from detector.cli.messages import say
from detector.errors import DatelineError

COMMANDS = {
    "score": "detector.cli.score:score",
    "batch": "detector.cli.batch:batch",
    "serve": "detector.cli.serve:serve",
    "rules": "detector.cli.rules:rules",
    "explain": "detector.cli.rules:explain",
    "calibrate": "detector.cli.calibrate:calibrate",
    "model": "detector.cli.model:model",
    "demo": "detector.cli.demo:demo",
}


@contextmanager
def _pipe_watched() -> Iterator[None]:
    """End well where nobody reads on: click, and rich by a SystemExit, would exit with 1 on a closed pipe."""
    try:
        yield
    except BrokenPipeError as error:
        raise Exit(0) from error
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):
            raise Exit(0) from stop
        raise


class _CommandTable(click.Group):
    """Imports a command's module only when it is asked for, so that `--help` is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _pipe_watched():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _pipe_watched():
            return super().invoke(ctx)


@click.command(cls=_CommandTable, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dateline", prog_name="dateline")
def dateline() -> None:
    """Score news articles for boilerplate, machine writing and claims that nobody stands behind.

    Nothing leaves this machine: Dateline makes no network connection, unless you name a remote file or a cluster.
    """


def main() -> None:
    """Run the command line; exit codes: 0 done, 1 below --fail-under, 2 an error, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A file gets UTF-8, as JSON and our pages say of themselves; a terminal what it can show.
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")
    try:
        code = _run()
    except OSError as error:
        code = 2
        with suppress(OSError):
            say(_reason(error))
    except Exception:  # noqa: BLE001 - a bug shows its traceback, but Python's exit code 1 has a meaning here
        code = 2
        traceback.print_exc()
    _drop_unwritten()
    sys.exit(code)


def _run() -> int:
    try:
        code = dateline.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:
        click.echo("interrupted", err=True)
        return 130
    except DatelineError as error:
        say(str(error))
        return 2
    return code if isinstance(code, int) else 0


def _reason(error: OSError) -> str:
    reason = error.strerror or str(error)
    return reason if error.filename is None else f"{os.fsdecode(error.filename)}: {reason}"


def _drop_unwritten() -> None:
    """Spare the interpreter its flush at exit of a stream that takes no more: it would change the exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
