"""Document structure: paragraphs, headings, lists and tables.

These are shown in the report and kept out of the machine-text model: many corpora have lost their
line breaks on one side, and a model would learn that loss.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from detector.document import Document


def _paragraph_sentences(document: Document) -> npt.NDArray[np.float64]:
    counts = Counter(s.block for s in document.sentences if document.block_of(s).kind == "paragraph")
    return np.array(list(counts.values()), dtype=np.float64)


def _paragraph_words(document: Document) -> npt.NDArray[np.float64]:
    lengths = [
        len(document.text[b.content : b.end].split()) for b in document.blocks if b.kind == "paragraph"
    ]
    return np.array(lengths, dtype=np.float64)


def _block_share(kind: str) -> Callable[[Document], float]:
    def share(document: Document) -> float:
        total = len(document.blocks)
        return sum(b.kind == kind for b in document.blocks) / total if total else 0.0

    share.__doc__ = f"Share of the blocks of kind {kind} (Stamatatos 2009, structural features)."
    return share


def words(document: Document) -> float:
    """Number of words, those of headings and tables among them."""
    return float(document.words)


def paragraphs(document: Document) -> float:
    """Number of paragraphs (Stamatatos 2009, structural features)."""
    return float(sum(block.kind == "paragraph" for block in document.blocks))


def sentences_per_paragraph(document: Document) -> float:
    """Mean sentences per paragraph (Desaire et al. 2023)."""
    counts = _paragraph_sentences(document)
    return float(counts.mean()) if len(counts) else 0.0


def single_sentence_paragraphs(document: Document) -> float:
    """Share of paragraphs of one sentence, the wire's habit (Desaire et al. 2023)."""
    counts = _paragraph_sentences(document)
    return float((counts == 1).mean()) if len(counts) else 0.0


def paragraph_words_mean(document: Document) -> float:
    """Mean words per paragraph (Desaire et al. 2023)."""
    lengths = _paragraph_words(document)
    return float(lengths.mean()) if len(lengths) else 0.0


def paragraph_words_cv(document: Document) -> float:
    """Standard deviation over mean of words per paragraph (Desaire et al. 2023)."""
    lengths = _paragraph_words(document)
    return float(lengths.std() / lengths.mean()) if len(lengths) > 1 and lengths.mean() > 0 else 0.0


MEASURES: Mapping[str, Callable[[Document], float]] = {
    "structure.words": words,
    "structure.paragraphs": paragraphs,
    "structure.sentences_per_paragraph": sentences_per_paragraph,
    "structure.single_sentence_paragraphs": single_sentence_paragraphs,
    "structure.paragraph_words_mean": paragraph_words_mean,
    "structure.paragraph_words_cv": paragraph_words_cv,
    "structure.headings": _block_share("heading"),
    "structure.list_items": _block_share("list_item"),
    "structure.table_rows": _block_share("table_row"),
}
