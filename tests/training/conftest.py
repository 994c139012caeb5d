"""What the tests of training share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from detector.models.vocabulary import shared_vocabulary


@pytest.fixture(scope="session")
def small_bert() -> Callable[..., str]:
    """Writes a BERT of two layers with the shipped tokenizer, its weights drawn at random; gives its folder."""
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")

    def write(folder: Path, neurons: int = 32, seed: int = 7) -> str:
        torch.manual_seed(seed)
        tokenizer, vectors = shared_vocabulary().tokenizer, shared_vocabulary().table()
        config = transformers.BertConfig(
            vocab_size=len(vectors), hidden_size=vectors.shape[1], num_hidden_layers=2, num_attention_heads=4,
            intermediate_size=neurons, max_position_embeddings=64, initializer_range=0.06,
        )  # fmt: skip
        transformers.BertModel(config).save_pretrained(folder)
        fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]")
        fast.save_pretrained(folder)
        return str(folder)

    return write
