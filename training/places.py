"""Where training keeps its own files, and where it puts what ships."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parent.parent
ANNOTATIONS = ROOT / "training" / "annotations"
CARDS = ROOT / "training" / "cards"
CONFIGS = ROOT / "training" / "configs"
OWN_DATA = ROOT / "training" / "data"
DETECTOR_DATA = ROOT / "detector" / "data"
"""Word lists and rates that ship."""
ARTIFACTS = ROOT / "detector" / "models" / "artifacts"
"""Models that ship."""
