"""Which language a text is in.

py3langid (BSD-3-Clause, kept up, 4.5 MB, numpy alone) reads byte n-grams; `python
benchmarks/language.py` prints its accuracy and speed here. The model loads on first use, or in a
thread from `preload` on.
"""

from __future__ import annotations

import io
import lzma
from array import array
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

WINDOW = 700
"""Code points of each of the three samples (start, middle, end) that stand for a long text."""

MIN_LETTERS = 12
"""Texts with fewer letters have no language that could be told."""

RELIABLE = 0.75
"""Confidence from which `Language.reliable` holds; see the table of benchmarks/language.py."""


@dataclass(frozen=True, slots=True)
class Language:
    """ISO 639-1 code (`und` where it cannot be told) with a confidence in [0, 1]."""

    code: str
    confidence: float

    @property
    def reliable(self) -> bool:
        """True where the code is known and its confidence reaches `RELIABLE`."""
        return self.code != "und" and self.confidence >= RELIABLE


def preload() -> None:
    """Begin to load the model, in a thread: its decompression can go beside what else is to be loaded."""
    _loading()


@lru_cache(maxsize=1)
def _loading() -> Future[Any]:
    """Load the model once; it is never altered, so threads and analyzers may share it."""
    executor = ThreadPoolExecutor(1, "language")
    future = executor.submit(_identifier)
    executor.shutdown(wait=False)
    return future


def _identifier() -> Any:
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    try:
        *parts, rows = _read_at_once(Path(MODEL_DIR) / MODEL_FILE)
    except (OSError, KeyError, ValueError, lzma.LZMAError):
        # Another layout than that of version 0.4: its own reader knows it.
        return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return LanguageIdentifier(*parts, norm_probs=True, tk_row=rows)


def _read_at_once(path: Path) -> tuple[Any, ...]:
    """Parts of the library's model: log-probabilities, priors, codes, moves, outputs, rows of moves.

    The library's reader decompresses in a thousand steps, and before each a thread would wait for
    the interpreter; in one step the whole takes place beside the loading of the other models.
    """
    import numpy as np

    with np.load(io.BytesIO(lzma.decompress(path.read_bytes())), allow_pickle=False) as data:
        return (
            data["ptc"],
            data["pc"],
            data["classes"].tolist(),
            array("I", data["nextmove"].astype(np.uint32).tobytes()),
            data["out_feat"].tolist(),
            data["nextmove_row"].tolist(),
        )


def identify(text: str) -> Language:
    """Identify the language of a normalised text; deterministic, and safe in threads.

    >>> identify("The minister said on Monday that the talks would go on.").code
    'en'
    >>> identify("12:30 - 4 ...").code
    'und'
    """
    sample = _sample(text)
    if sum(char.isalpha() for char in sample) < MIN_LETTERS:
        return Language("und", 0.0)
    code, confidence = _loading().result().classify(sample)
    return Language(str(code), min(1.0, max(0.0, float(confidence))))


def _sample(text: str) -> str:
    if len(text) <= 3 * WINDOW:
        return text
    middle = (len(text) - WINDOW) // 2
    return "\n".join((text[:WINDOW], text[middle : middle + WINDOW], text[-WINDOW:]))
