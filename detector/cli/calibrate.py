"""`dateline calibrate`: thresholds from one's own human-written articles."""

from __future__ import annotations
