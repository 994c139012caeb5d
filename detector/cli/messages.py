"""What the commands say on stderr."""

from __future__ import annotations

import click


def say(message: str) -> None:
    """Print a message to stderr, on one line that no file's name can make steer the terminal."""
    from detector.reports.text import one_line  # Here, so that `--help` is instant: it brings rich along.

    click.echo(f"dateline: {one_line(message)}", err=True)
