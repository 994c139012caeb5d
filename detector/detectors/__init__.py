"""The detectors, in one explicit tuple: to add one, write its module and name it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from detector.detectors.base import Detector
from detector.detectors.boilerplate import BoilerplateDetector
from detector.detectors.integrity import IntegrityDetector
from detector.detectors.machine_text import MachineTextDetector
from detector.detectors.sourcing import SourcingDetector
from detector.models.calibration import Calibration


@dataclass(frozen=True, slots=True)
class DetectorSettings:
    """What a user or a recalibration may set.

    `calibration` holds machine-writing thresholds, or is the path of a file of them; from
    `unsupported_threshold` on a claim counts as unsupported. None stands for what is shipped.
    """

    target_fpr: float = 0.01
    calibration: Calibration | str | None = None
    unsupported_threshold: float | None = None


DETECTORS: tuple[Callable[[DetectorSettings], Detector], ...] = (
    lambda settings: BoilerplateDetector(),
    lambda settings: MachineTextDetector(settings.target_fpr, settings.calibration),
    lambda settings: SourcingDetector(threshold=settings.unsupported_threshold),
    lambda settings: IntegrityDetector(),
)


def default_detectors(
    target_fpr: float = 0.01,
    calibration: Calibration | str | None = None,
    unsupported_threshold: float | None = None,
) -> tuple[Detector, ...]:
    """One of each detector, its models loaded; raises ModelError where one does not load."""
    settings = DetectorSettings(target_fpr, calibration, unsupported_threshold)
    return tuple(make(settings) for make in DETECTORS)
