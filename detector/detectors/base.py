"""The protocol that every detector follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from detector.document import Document
from detector.types import Detection, ModelInfo


class Detector(Protocol):
    """Documents in, one `Detection` per document out: batch-first, pure, blind to the others.

    `detect` must give for a batch what it gives for its members one by one, keep every span
    within the raw text, and mutate nothing.
    """

    @property
    def name(self) -> str:
        """Short name, as in `incomplete` and in the metrics."""

    @property
    def version(self) -> str:
        """Version of the detector's rules and models together."""

    @property
    def rules(self) -> tuple[str, ...]:
        """Codes of the rules that it can raise."""

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """Artifacts that take part; empty for a detector by rules alone."""

    def detect(self, documents: Sequence[Document]) -> list[Detection]:
        """Give one `Detection` per document, in order."""
