"""`python -m training card`: the machine-text model's card, from its template and the tables that the commands printed.

The template has all that is written by hand. `{{calibration}}` is read from the artifact; any other
`{{NAME}}` is the table NAME.md that a command printed.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click

from detector.models.calibration import Calibration
from training.artifacts import write_sums
from training.machine_text.export import ARTIFACT
from training.places import CARDS
from training.runs import run_file

TEMPLATE = CARDS / "machine_text.md"
MEANING = {
    "encoder.mean": "the mean log-odds of the encoder's windows",
    "encoder.spread": "their standard deviation",
    "stylometry.logit": "the log-odds of stylometry",
}
"""What the stack weighs, in words."""


def fill(template: str, tables: Path, artifact: Path) -> str:
    """The template with a table in every place.

    Raises
    ------
    click.ClickException
        Where a table is missing or empty, naming all that are.
    """
    found = {"calibration": calibration(artifact)}
    for name in set(re.findall(r"\{\{(\w+)\}\}", template)) - set(found):
        path = tables / f"{name}.md"
        found[name] = path.read_text("utf-8").strip() if path.exists() else ""
    missing = sorted(f"{name}.md" for name, table in found.items() if not table)
    if missing:
        raise click.ClickException(
            f"{tables} lacks {', '.join(missing)} (see training/README.md); the card stays as it is"
        )
    return re.sub(r"\{\{(\w+)\}\}", lambda place: found[place.group(1)], template)


def calibration(artifact: Path) -> str:
    """The stack's weights and the thresholds of an artifact, as `calibrate` wrote them."""
    stack = _json(artifact, "stack.json")
    bins = Calibration.from_json(_json(artifact, "calibration.json")).bins
    weights = " and ".join(
        f"{weight / scale:.3f} times {MEANING[name]}"
        for name, weight, scale in zip(stack["features"], stack["weights"][0], stack["scale"], strict=True)
    )
    rates = [f"at {100 * threshold.target_fpr:g}%" for threshold in bins[0].thresholds]
    lines = [
        f"The stack adds {weights}. Thresholds, each with the one-sided upper 95% bound of its false-positive rate:",
        "",
        f"| words | human crops | {' | '.join(rates)} |",
        f"| --- | --: |{' --: |' * len(rates)}",
    ]
    for entry in bins:
        cells = [f"{t.probability:.4f} ({t.fpr_upper95:.2%})" for t in entry.thresholds]
        lines.append(f"| {entry.name} | {entry.thresholds[0].n_human} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _json(artifact: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(run_file(artifact, name, "calibrate").read_text("utf-8"))
    return content


@click.command()
@click.option(
    "--tables",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="Folder of the printed tables.",
)
@click.option("--artifact", type=click.Path(exists=True, path_type=Path), default=ARTIFACT, show_default=True)
def command(tables: Path, artifact: Path) -> None:
    """Write README.md into the artifact, and its sums anew."""
    (artifact / "README.md").write_text(fill(TEMPLATE.read_text("utf-8"), tables, artifact), "utf-8")
    write_sums(artifact)
