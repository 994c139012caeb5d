"""Tokenizer and word vectors that every encoder shares: one table, shipped and loaded once.

The table is half of a small encoder's weights. It is kept fixed in training, so that the encoders
agree on it, and their graphs read the vectors of a window's tokens in place of the tokens.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.errors import ModelError
from detector.models.artifact import load_artifact, shipped

Vectors = npt.NDArray[np.float32]
PARTS = ("tokenizer.json", "words.npy", "scales.npy")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A tokenizer that neither pads nor truncates, and an int8 row with a scale for each of its tokens.

    `sha256` is the digest of tokenizer and table: what an encoder's `vocabulary_sha256` names.
    """

    tokenizer: Any
    rows: npt.NDArray[np.int8]
    scales: Vectors
    sha256: str

    def vectors(self, ids: Any) -> Vectors:
        """Vectors of one sequence of token ids as a batch of one, shape (1, tokens, width)."""
        chosen = np.asarray(ids, dtype=np.int64)
        result: Vectors = (self.rows[chosen].astype(np.float32) * self.scales[chosen])[None]
        return result

    def table(self) -> Vectors:
        """Vectors of all tokens, shape (tokens, width)."""
        result: Vectors = self.vectors(range(len(self.rows)))[0]
        return result


def load_vocabulary(folder: Traversable) -> Vocabulary:
    """Read and verify a folder of tokenizer and word vectors.

    Raises
    ------
    ModelError
        Where a file is missing, altered or of another shape.
    """
    from tokenizers import Tokenizer

    artifact = load_artifact(folder)
    try:
        tokenizer_json, words, scales = (artifact.contents[name] for name in PARTS)
        tokenizer = Tokenizer.from_buffer(tokenizer_json)
        rows: Any = np.load(BytesIO(words), allow_pickle=False)
        row_scales: Any = np.load(BytesIO(scales), allow_pickle=False)
    except Exception as error:
        raise ModelError(f"artifact {artifact.info.name}: the vocabulary does not load: {error}") from error
    if rows.dtype != np.int8 or row_scales.dtype != np.float32 or row_scales.shape != (len(rows), 1):
        raise ModelError(f"artifact {artifact.info.name}: words.npy and scales.npy do not fit each other")
    if len(rows) < tokenizer.get_vocab_size():
        raise ModelError(f"artifact {artifact.info.name}: words.npy has fewer rows than the tokenizer tokens")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return Vocabulary(tokenizer, rows, row_scales, digest_of(artifact.contents))


@cache
def shared_vocabulary() -> Vocabulary:
    """The vocabulary that comes with the package; raises ModelError as `load_vocabulary` does."""
    return load_vocabulary(shipped("vocabulary"))


def digest_of(contents: Any) -> str:
    """Digest of a vocabulary's tokenizer and table, given the contents of its files by name."""
    digest = hashlib.sha256()
    for name in PARTS:
        digest.update(hashlib.sha256(contents[name]).digest())
    return digest.hexdigest()
