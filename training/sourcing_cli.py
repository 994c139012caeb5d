"""`python -m training sourcing COMMAND`: every command of the sourcing detector."""

from __future__ import annotations

import training.sourcing_export
import training.sourcing_fit
import training.sourcing_measures
import training.sourcing_sheets
import training.sourcing_train  # noqa: F401
from training.sourcing import command

__all__ = ["command"]
