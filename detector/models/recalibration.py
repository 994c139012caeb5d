"""What reviewers' decisions taught: an artifact that changes rules and thresholds, and no model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from detector.errors import ModelError, UsageError
from detector.models.artifact import load_artifact
from detector.models.calibration import Calibration
from detector.types import ModelInfo

NAME = "recalibration"


@dataclass(frozen=True, slots=True)
class Recalibration:
    """`counted` says by rule whether its flags cost points; the two others are thresholds.

    `unsupported_threshold` is the probability from which a claim counts as unsupported, None
    where the shipped one stays; `calibration` holds the machine-writing thresholds.
    """

    info: ModelInfo
    counted: Mapping[str, bool]
    unsupported_threshold: float | None
    calibration: Calibration


def load_recalibration(folder: str | Path) -> Recalibration:
    """Read and verify a folder that `python -m training recalibrate` wrote.

    Raises
    ------
    UsageError
        Where there is no such folder.
    ModelError
        Where a file is missing or altered, or the folder holds another artifact.
    """
    path = Path(folder)
    if not path.is_dir():
        raise UsageError(f"recalibration {path}: no such folder")
    artifact = load_artifact(path)
    if artifact.info.name != NAME:
        raise ModelError(f"artifact {path} is {artifact.info.name}, not a recalibration")
    try:
        rules = artifact.json("rules.json")["rules"]
        counted = {str(code): bool(entry["counted"]) for code, entry in rules.items()}
        given = artifact.json("sourcing.json")["threshold"]
        threshold = None if given is None else float(given)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"artifact {path}: rules.json or sourcing.json is incomplete") from error
    return Recalibration(
        artifact.info, counted, threshold, Calibration.from_json(artifact.json("calibration.json"))
    )
