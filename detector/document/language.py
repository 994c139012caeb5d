"""Which language a text is in.

py3langid (BSD-3-Clause, kept up, 4.5 MB, numpy alone) reads byte n-grams; `python
benchmarks/language.py` prints its accuracy and speed here. The model loads on first use.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
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


@lru_cache(maxsize=1)
def _identifier() -> Any:
    """Load the model once; it is never altered, so threads and analyzers may share it."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


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
    code, confidence = _identifier().classify(sample)
    return Language(str(code), min(1.0, max(0.0, float(confidence))))


def _sample(text: str) -> str:
    if len(text) <= 3 * WINDOW:
        return text
    middle = (len(text) - WINDOW) // 2
    return "\n".join((text[:WINDOW], text[middle : middle + WINDOW], text[-WINDOW:]))
