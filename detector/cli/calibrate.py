"""`dateline calibrate`: thresholds from one's own human-written articles."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
