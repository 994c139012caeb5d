"""Word vectors that every encoder shares (`detector.models.vocabulary`): put into a module, and kept fixed."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from detector.models.vocabulary import shared_vocabulary


def share_words(module: nn.Module) -> None:
    """Give the `encoder` of a module the shared word vectors, which training does not move."""
    words = _words(module)
    with torch.no_grad():
        words.copy_(torch.from_numpy(shared_vocabulary().table()))
    words.requires_grad_(False)


def has_shared_words(module: nn.Module) -> bool:
    """True where the `encoder` of a module reads the shared word vectors, so that it can ship without its own."""
    return torch.equal(_words(module).detach(), torch.from_numpy(shared_vocabulary().table()))


def _words(module: nn.Module) -> nn.Parameter:
    encoder: Any = module.encoder
    weight: nn.Parameter = encoder.embeddings.word_embeddings.weight
    return weight
