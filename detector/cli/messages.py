"""What the commands say on stderr."""

from __future__ import annotations

import click

from detector.reports.plain import one_line


def say(message: str) -> None:
    """Print a message to stderr, on one line that no file's name can make steer the terminal."""
    click.echo(f"dateline: {one_line(message)}", err=True)
