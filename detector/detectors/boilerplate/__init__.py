"""Boilerplate: web leftovers, template prose, factless lists, AI disclosures and assistant leftovers."""

from detector.detectors.boilerplate.detector import BoilerplateDetector

__all__ = ["BoilerplateDetector"]
