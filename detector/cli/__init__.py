"""The `dateline` command: one module a command, in one table."""

from __future__ import annotations

import sys
from importlib import import_module

import click

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


@click.command(cls=_CommandTable, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dateline", prog_name="dateline")
def dateline() -> None:
    """Score news articles for boilerplate, machine writing and claims that nobody stands behind.

    Nothing leaves this machine: Dateline makes no network connection.
    """


def main() -> None:
    """Run the command line; exit codes: 0 done, 1 below --fail-under, 2 an input or usage error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = dateline.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        click.echo("interrupted", err=True)
        sys.exit(130)
    except DatelineError as error:
        click.echo(f"dateline: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        # The reader of our output has gone; keep the interpreter from complaining about it at exit.
        sys.stdout = open("/dev/null", "w")  # noqa: SIM115, PTH123
        sys.exit(0)
