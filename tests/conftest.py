"""What all tests share: a detector under the test's control, and the corpora where they are at hand."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from detector.document import Document
from detector.types import Detection, ModelInfo


@dataclass
class StubDetector:
    """A detector that gives what the test tells it to."""

    answer: Callable[[Document], Detection]
    name: str = "stub"
    version: str = "0"
    rules: tuple[str, ...] = ()
    models: tuple[ModelInfo, ...] = ()
    batches: list[int] = field(default_factory=list)

    def detect(self, documents: Sequence[Document]) -> list[Detection]:
        self.batches.append(len(documents))
        return [self.answer(document) for document in documents]


@pytest.fixture
def stub() -> type[StubDetector]:
    return StubDetector


@pytest.fixture(scope="session")
def corpora() -> Path:
    """Folder of the corpora; the test is skipped, loudly, where DATELINE_CORPORA is unset."""
    value = os.environ.get("DATELINE_CORPORA", "")
    if not value:
        pytest.skip("DATELINE_CORPORA is not set: the full evaluation did not run")
    return Path(value)


@pytest.fixture(scope="session")
def examples() -> Path:
    return Path(__file__).parents[1] / "examples" / "articles"
