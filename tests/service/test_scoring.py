"""What a worker does with one call: its articles share the time."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from service_process import WORDS, Running

from detector.document import Document
from detector.types import Detection, ModelInfo
from service.scoring import Scorer


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Slow:
    """Takes the seconds that the title says."""

    clock: Clock
    name: str = "slow"
    version: str = "0"
    rules: tuple[str, ...] = ()
    models: tuple[ModelInfo, ...] = ()

    def detect(self, documents: Sequence[Document]) -> list[Detection]:
        self.clock.now += sum(float(document.article.title or 0) for document in documents)
        return [Detection() for _ in documents]


@dataclass
class Last(Slow):
    """Takes no time, but has no turn where the budget is used up."""

    name: str = "last"

    def detect(self, documents: Sequence[Document]) -> list[Detection]:
        return [Detection() for _ in documents]


@pytest.fixture
def scorer(monkeypatch: pytest.MonkeyPatch) -> Scorer:
    clock = Clock()
    monkeypatch.setattr("detector.analyzer.time", SimpleNamespace(monotonic=clock))
    monkeypatch.setattr("service.scoring.monotonic", clock)
    return Scorer(lambda rate, calibration: (Slow(clock), Last(clock)), 0.01)


def article(seconds: int) -> dict[str, Any]:
    """An article that takes so long, and is as long."""
    return {"id": f"takes {seconds}", "title": str(seconds), "text": WORDS * seconds}


@pytest.mark.parametrize(
    ("seconds", "complete"),
    [
        pytest.param([2, 2, 2, 2], [True] * 4, id="an equal share each"),
        pytest.param([1, 1, 1, 5], [True] * 4, id="the long one has what the others left"),
        pytest.param([5, 1, 1, 1], [True] * 4, id="wherever it stands"),
        pytest.param([3, 1, 3, 1], [True] * 4, id="two long ones share what is left"),
        pytest.param([1, 6, 1, 1], [True, False, True, True], id="more than what is left"),
        pytest.param([9, 1, 9, 2], [False, True, False, True], id="what overruns costs no shorter one"),
        pytest.param([9], [False], id="alone"),
        pytest.param([8], [True], id="alone, in time"),
    ],
)
def test_articles_share_the_seconds_of_their_call(
    scorer: Scorer, seconds: list[int], complete: list[bool]
) -> None:
    answers, spent = scorer.score([article(number) for number in seconds], {}, 8.0)
    reports = [json.loads(answer.body) for answer in answers]
    assert [report["article"]["id"] for report in reports] == [f"takes {number}" for number in seconds]
    assert [not report["incomplete"] for report in reports] == complete
    assert set(spent) == {"slow", "last"}


def test_what_cannot_be_read_takes_no_share(scorer: Scorer) -> None:
    answers, _ = scorer.score([{"html": ""}, article(7), {"html": ""}], {}, 8.0)
    assert [answer.kind for answer in answers] == ["unreadable-input", "ok", "unreadable-input"]
    assert json.loads(answers[1].body)["incomplete"] == []


def test_a_call_of_nothing_readable_is_answered(scorer: Scorer) -> None:
    answers, _ = scorer.score([{"html": ""}], {}, 8.0)
    assert [answer.kind for answer in answers] == ["unreadable-input"]


@pytest.mark.slow
def test_a_long_article_of_a_batch_has_what_the_others_leave(start_service: Callable[..., Running]) -> None:
    service = start_service(detectors="service_stubs:obedient_twice", slots=1, batch_deadline_seconds=5)
    texts = ["sleep 1.2 " + 2 * WORDS, WORDS, WORDS, WORDS]
    batch = {"articles": [{"text": text} for text in texts]}
    reports = service.client.post("/v1/score/batch", json=batch).json()["reports"]
    assert [report["incomplete"] for report in reports] == [[], [], [], []]
