"""What the tests of the review share: the examples as a queue, a session on a fresh file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="the extra `notebook` is not installed: the review was NOT tested")
pytest.importorskip("anywidget", reason="the extra `notebook` is not installed: the review was NOT tested")

from detector.review import DecisionStore, Queue, Review, load_queue


@pytest.fixture(scope="session")
def queue(examples: Path) -> Queue:
    return load_queue(examples)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DecisionStore]:
    with DecisionStore(tmp_path / "decisions.sqlite") as opened:
        yield opened


@pytest.fixture
def session(queue: Queue, store: DecisionStore) -> Review:
    return Review(queue, store, "ann")
