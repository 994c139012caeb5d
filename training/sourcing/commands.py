"""`python -m training sourcing COMMAND`: every command of the sourcing detector, in one table."""

from __future__ import annotations

import click

from training.sourcing.distil import distil, restore
from training.sourcing.export import export
from training.sourcing.fit import fit
from training.sourcing.measures import flag_rates, tagger, times
from training.sourcing.rank import rank
from training.sourcing.reader import evaluate
from training.sourcing.sheets import collect, draw, draw_again, flag_sheet
from training.sourcing.train import train_command

COMMANDS: dict[str, click.Command] = {
    "collect": collect,
    "distil": distil,
    "draw": draw,
    "draw-again": draw_again,
    "evaluate": evaluate,
    "export": export,
    "fit": fit,
    "flag-rates": flag_rates,
    "flag-sheet": flag_sheet,
    "rank": rank,
    "restore": restore,
    "tagger": tagger,
    "times": times,
    "train": train_command,
}
"""Command name to its click command."""

command = click.Group("sourcing", COMMANDS, help="Train, fit, export and measure the sourcing detector.")
