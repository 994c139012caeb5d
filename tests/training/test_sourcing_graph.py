"""The sourcing encoder as a graph: what torch computes, with every token and with tokens joined in pairs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from detector.models.session import open_session  # noqa: E402
from detector.models.vocabulary import shared_vocabulary  # noqa: E402
from detector.sourcing.encoder import feed_of  # noqa: E402
from detector.sourcing.windows import Slot, Window  # noqa: E402
from training.encoders.restored import restored  # noqa: E402
from training.encoders.vocabulary import share_words  # noqa: E402
from training.sourcing.encoder import Sample, SourcingEncoder, collate  # noqa: E402
from training.sourcing.export import graph_of  # noqa: E402
from training.sourcing.train import sentence_logits  # noqa: E402


@pytest.fixture(scope="module", params=[(), (1,), (1, 2)], ids=["every token", "pairs", "pairs of pairs"])
def model(
    small_bert: Callable[..., str], tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> SourcingEncoder:
    model = SourcingEncoder(small_bert(tmp_path_factory.mktemp("base")), request.param, neurons=24).eval()
    share_words(model)
    return model


@pytest.fixture(scope="module")
def windows() -> list[Window]:
    """Windows of odd and even lengths, of one sentence and of several."""
    rng = np.random.default_rng(2)
    found = []
    for ends in ((4,), (6, 11), (8, 9, 24), (17, 38)):
        ids = (101, *(int(i) for i in rng.integers(1000, 20000, ends[-1] - 1)), 102)
        slots = [Slot(n, first, last, True) for n, (first, last) in enumerate(pairwise((1, *ends)))]
        found.append(Window(ids, tuple((i, i + 1) for i in range(len(ids))), tuple(slots)))
    return found


@torch.no_grad()
def by_torch(model: SourcingEncoder, windows: list[Window]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Piece probabilities and sentence logits of windows that share a padded batch."""
    pieces, vectors = model(*collate([Sample(window) for window in windows]))
    logits = {name: scores.numpy() for name, scores in model.judge(vectors).items()}
    return [
        (
            torch.sigmoid(pieces[row, : len(window.ids)]).numpy(),
            sentence_logits({n: s[row, : len(window.slots)] for n, s in logits.items()}),
        )
        for row, window in enumerate(windows)
    ]


def by_graph(content: bytes, windows: list[Window]) -> list[tuple[np.ndarray, np.ndarray]]:
    session = open_session(content)
    found: Any = [session.run(None, feed_of(window, shared_vocabulary())) for window in windows]
    return [(pieces[0], logits[0]) for pieces, logits in found]


def test_the_graph_of_a_window_alone_agrees_with_torch_on_a_padded_batch(
    model: SourcingEncoder, windows: list[Window]
) -> None:
    plain, _ = graph_of(model, quantised=False)
    pairs = zip(by_graph(plain, windows), by_torch(model, windows), strict=True)
    for (pieces, logits), (wanted_pieces, wanted_logits) in pairs:
        assert pieces == pytest.approx(wanted_pieces, abs=1e-4)
        assert logits == pytest.approx(wanted_logits, abs=1e-3)


def test_neighbours_are_told_apart_where_their_tokens_are_joined(
    model: SourcingEncoder, windows: list[Window]
) -> None:
    pieces, _ = by_torch(model, windows)[-1]
    assert len({tuple(row) for row in pieces.round(6).tolist()}) == len(pieces)


def test_the_weights_of_every_head_that_ships_come_back_from_the_graph(
    model: SourcingEncoder, windows: list[Window], tmp_path: Path
) -> None:
    (tmp_path / "model.onnx").write_bytes(graph_of(model)[0])
    again = SourcingEncoder(model.encoder.config.name_or_path, model.halve_after, neurons=24).eval()
    state = restored(tmp_path / "model.onnx", shared_vocabulary().table())
    missing, unknown = again.load_state_dict(state, strict=False)
    assert {name.split(".")[1] for name in missing} == {"discourse", "speech"}
    assert not unknown
    for (pieces, logits), (wanted, wanted_logits) in zip(
        by_torch(again, windows), by_torch(model, windows), strict=True
    ):
        assert pieces == pytest.approx(wanted, abs=0.05)
        assert logits == pytest.approx(wanted_logits, abs=0.2)
