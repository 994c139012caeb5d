"""`python -m training COMMAND`: one table of commands, imported when called."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS: dict[str, str] = {
    "ablation": "training.ablation:command",
    "card": "training.card:command",
    "corroboration": "training.corroboration:command",
    "localise": "training.localise:command",
    "restore": "training.restore:command",
    "robustness": "training.robustness:command",
    "mine": "training.mine:command",
    "finetune": "training.finetune:finetune",
    "export": "training.export:command",
    "evidence": "training.evidence:command",
    "calibrate": "training.calibrate:command",
    "evaluate": "training.evaluate:command",
    "leak-audit": "training.leak_audit:command",
    "sourcing": "training.sourcing_cli:command",
    "stylometry": "training.stylometry:command",
    "one-pass": "training.one_pass:command",
    "overused": "training.wordlists:make_overused",
    "frequencies": "training.wordlists:frequencies",
    "known-words": "training.wordlists:known_words",
    "rates": "training.rates:main",
    "scores": "training.scores:command",
    "reference": "training.reference:command",
    "recalibrate": "training.recalibrate:command",
    "simulate-review": "training.simulated_review:command",
}
"""Command name to `module:attribute` of its click command."""


class CommandTable(click.Group):
    """A group that imports a command's module only when that command runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, or None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


@click.command(cls=CommandTable, help=__doc__)
def main() -> None:
    """Entry point."""


if __name__ == "__main__":
    main(prog_name="python -m training")
