"""Which annotated articles train the sourcing encoder, and which it never sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from training.sourcing import train as sourcing_train
from training.sourcing.support import TRAINING_ONLY

CONFIG = {"support": {"held_out": 0.18, "stages": [{"corpora": [TRAINING_ONLY[0], "support_silver"]}]}}


def record(name: str, story: str) -> dict[str, Any]:
    return {"id": name, "keys": [story]}


def test_articles_chosen_for_doubt_train_unless_they_tell_a_held_out_story(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [f"a{i}" for i in range(200)]
    held = [name for name in names if sourcing_train.held_out(name, CONFIG)]
    assert 15 < len(held) < 60, "the share is drawn by the hash of the id"
    sets = {
        "support_silver": [record(name, f"story of {name}") for name in names],
        TRAINING_ONLY[0]: [record(f"retold {name}", f"story of {name}") for name in names]
        + [record(name, f"another story of {name}") for name in (f"b{i}" for i in range(200))],
    }

    def records_of(corpus: str) -> Iterator[dict[str, Any]]:
        return iter(sets[corpus])

    monkeypatch.setattr(sourcing_train, "support_records", records_of)
    chosen = sourcing_train.trained_on(CONFIG)
    assert chosen & set(names) == set(names) - set(held)
    assert {name for name in names if f"retold {name}" in chosen} == set(names) - set(held)
    assert {f"b{i}" for i in range(200)} <= chosen, (
        "the hash of the id holds out none of a set that only trains"
    )
