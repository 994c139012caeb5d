"""The detectors, in one explicit tuple: to add one, write its module and name it here."""

from __future__ import annotations

from collections.abc import Callable

from detector.detectors.base import Detector
from detector.detectors.boilerplate import BoilerplateDetector
from detector.detectors.integrity import IntegrityDetector
from detector.detectors.machine_text import MachineTextDetector
from detector.detectors.sourcing import SourcingDetector

DetectorFactory = Callable[[float, "str | None"], Detector]
"""Makes a detector from the target false-positive rate and the path of a user's calibration."""

DETECTORS: tuple[DetectorFactory, ...] = (
    lambda target_fpr, calibration: BoilerplateDetector(),
    MachineTextDetector,
    lambda target_fpr, calibration: SourcingDetector(),
    lambda target_fpr, calibration: IntegrityDetector(),
)


def default_detectors(target_fpr: float = 0.01, calibration: str | None = None) -> tuple[Detector, ...]:
    """One of each detector, ready to use; models load on first use."""
    return tuple(make(target_fpr, calibration) for make in DETECTORS)
