"""`python -m training COMMAND`: one table of commands, each imported when it runs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

COMMANDS: dict[str, tuple[str, str]] = {
    "ablation": ("machine_text.ablation:command", "What each part of the machine-text recipe gives."),
    "calibrate": ("machine_text.calibrate:command", "Fit the machine-text stack and set its thresholds."),
    "card": ("machine_text.card:command", "Write the machine-text model's card."),
    "corroboration": (
        "measures.corroboration:command",
        "How often articles on one event contradict each other.",
    ),
    "evaluate": (
        "machine_text.evaluate:command",
        "Print the machine-text results at the shipped thresholds.",
    ),
    "evidence": ("machine_text.evidence:command", "Score the calibration and evaluation sets once."),
    "export": ("machine_text.export:command", "Export a machine-text run as an int8 ONNX artifact."),
    "finetune": ("machine_text.finetune:finetune", "Fine-tune the machine-text encoder by a configuration."),
    "frequencies": ("stylometry.wordlists:frequencies", "Count the commonest words of human news."),
    "known-words": ("stylometry.wordlists:known_words", "Write the words that are no misspellings."),
    "label": (
        "machine_text.label:command",
        "Windows with a teacher's probabilities in place of their labels.",
    ),
    "leak-audit": ("machine_text.leak_audit:command", "How far surface marks alone tell the classes apart."),
    "localise": ("machine_text.localise:command", "Sentence scores on texts of mixed authorship."),
    "mine": ("machine_text.mine:command", "Choose the windows of a further machine-text stage."),
    "narrow": ("machine_text.narrow:command", "Start a stage with fewer neurons in the feed-forward layers."),
    "ngrams": ("machine_text.ngrams:command", "What character n-grams would add to the stack."),
    "one-pass": ("measures.one_pass:command", "What one reading flags, beside two."),
    "overused": ("stylometry.wordlists:make_overused", "Write the words and phrases that machines overuse."),
    "rates": ("measures.rates:main", "How often every rule fires, on human and on machine news."),
    "recalibrate": ("review.recalibrate:command", "Refit rules and thresholds to reviewers' decisions."),
    "reference": ("stylometry.reference:command", "Measure the style of human news, for the review."),
    "restore": ("machine_text.restore:command", "The shipped encoder as torch weights, to go on from."),
    "robustness": ("machine_text.robustness:command", "Recall under attacks."),
    "scores": ("measures.scores:command", "Score samples of the corpora for docs/scores.md."),
    "simulate-review": ("review.simulate:command", "Write a decision file from annotated articles."),
    "sourcing": ("sourcing.commands:command", "Train, fit, export and measure the sourcing detector."),
    "stylometry": ("stylometry.fit:command", "Fit the stylometric model and write its artifact."),
}
"""Command name to `module:attribute` of its click command, within this package, and its line of help."""

OWN = frozenset({"benchmarks", "detector", "service", "training"})


class CommandTable(click.Group):
    """A group that imports a command's module only when that command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, or None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(f"training.{module}"), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, and import none."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a package that it lacks is named in one line."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            package = (error.name or "").partition(".")[0]
            if package in OWN:
                raise
            raise click.ClickException(
                f"the package {package} is missing: pip install 'dateline[train]'"
            ) from error


@click.command(cls=CommandTable, help=__doc__)
def main() -> None:
    """Entry point."""


if __name__ == "__main__":
    main(prog_name="python -m training")
