"""The hand-written graph computes what torch computes, and gives its weights back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from benchmarks.quantisation import rates, static  # noqa: E402
from detector.models.session import open_session  # noqa: E402
from training.encoders.graph import channel_peaks, quantised, smoothing  # noqa: E402
from training.encoders.restored import restored  # noqa: E402
from training.machine_text.export import graph_of  # noqa: E402
from training.machine_text.finetune import WindowClassifier  # noqa: E402

LENGTHS = (3, 17, 64)


@pytest.fixture(scope="module", params=[(), (1,), (1, 2)], ids=["every token", "pairs", "pairs of pairs"])
def classifier(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> WindowClassifier:
    """A BERT of two narrow layers with weights drawn at random."""
    from transformers import BertConfig, BertModel

    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=200, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=64, max_position_embeddings=80, initializer_range=0.2,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("base")
    BertModel(config).save_pretrained(folder)
    return WindowClassifier(str(folder), request.param).eval()


@pytest.fixture(scope="module")
def rows() -> list[torch.Tensor]:
    random = np.random.default_rng(5)
    return [torch.tensor(random.integers(0, 200, (1, length))) for length in LENGTHS]


@pytest.fixture(scope="module")
def feeds(classifier: WindowClassifier, rows: list[torch.Tensor]) -> list[dict[str, np.ndarray]]:
    return [{"words": words_of(classifier)[ids.numpy()]} for ids in rows]


def words_of(classifier: WindowClassifier) -> np.ndarray:
    return classifier.encoder.embeddings.word_embeddings.weight.detach().numpy()


def by_torch(classifier: WindowClassifier, rows: list[torch.Tensor]) -> np.ndarray:
    with torch.no_grad():
        return np.array([classifier(ids, torch.ones_like(ids)).item() for ids in rows])


def by_graph(content: bytes, feeds: list[dict[str, np.ndarray]]) -> np.ndarray:
    session = open_session(content)
    return np.array([session.run(None, feed)[0].item() for feed in feeds])


def test_unquantised_graph_agrees_with_torch(
    classifier: WindowClassifier, rows: list[torch.Tensor], feeds: list[dict[str, np.ndarray]]
) -> None:
    plain, _ = graph_of(classifier, quantised=False)
    assert by_graph(plain, feeds) == pytest.approx(by_torch(classifier, rows), abs=1e-4)


def test_padding_changes_nothing(classifier: WindowClassifier, rows: list[torch.Tensor]) -> None:
    longest = max(ids.shape[1] for ids in rows)
    padded = torch.cat([torch.nn.functional.pad(ids, (0, longest - ids.shape[1]), value=7) for ids in rows])
    mask = torch.stack([(torch.arange(longest) < ids.shape[1]).long() for ids in rows])
    with torch.no_grad():
        together = classifier(padded, mask).numpy()
    assert together == pytest.approx(by_torch(classifier, rows), abs=1e-4)


def test_quantised_graph_stays_near_with_and_without_smoothing(
    classifier: WindowClassifier, rows: list[torch.Tensor], feeds: list[dict[str, np.ndarray]]
) -> None:
    plain, inputs_of = graph_of(classifier, quantised=False)
    truth = by_torch(classifier, rows)
    for peaks in (None, channel_peaks(plain, inputs_of, feeds)):
        whole, _ = graph_of(classifier, peaks)
        assert by_graph(whole, feeds) == pytest.approx(truth, abs=0.2)


def test_static_activations_of_the_benchmark_stay_near_and_are_on_the_clock(
    classifier: WindowClassifier, rows: list[torch.Tensor], feeds: list[dict[str, np.ndarray]]
) -> None:
    plain, _ = graph_of(classifier, quantised=False)
    whole = static(plain, feeds)
    assert b"QuantizeLinear" in whole
    assert by_graph(whole, feeds) == pytest.approx(by_torch(classifier, rows), abs=0.3)
    speed = rates({"float": plain, "static": whole}, feeds)
    assert set(speed) == {"float", "static"}
    assert min(speed.values()) > 0


def test_weights_come_back_from_the_graph(
    classifier: WindowClassifier,
    rows: list[torch.Tensor],
    feeds: list[dict[str, np.ndarray]],
    tmp_path: Path,
) -> None:
    plain, inputs_of = graph_of(classifier, quantised=False)
    whole, _ = graph_of(classifier, channel_peaks(plain, inputs_of, feeds))
    (tmp_path / "model.onnx").write_bytes(whole)
    again = WindowClassifier(classifier.encoder.config.name_or_path, classifier.halve_after).eval()
    again.load_state_dict(restored(tmp_path / "model.onnx", words_of(classifier)))
    assert by_torch(again, rows) == pytest.approx(by_torch(classifier, rows), abs=0.05)
    expected = dict(classifier.state_dict())
    for name, found in again.state_dict().items():
        if "position_embeddings" not in name and "token_type" not in name:
            assert torch.allclose(found, expected[name], atol=0.02), name


def test_smoothing_narrows_the_spread_of_channels() -> None:
    peaks = np.array([0.001, 1.0, 2.0, 40.0], np.float32)
    left = peaks / smoothing(peaks)
    assert left[1:].max() / left[1:].min() < 40 / 1.0 / 4


def test_quantised_rows_are_exact_at_their_peak() -> None:
    table = np.array([[3.0, -1.5], [0.0, 0.0]], np.float32)
    whole, scales = quantised(table, axis=1)
    assert (whole * scales[:, None])[0, 0] == pytest.approx(3.0)
    assert not whole[1].any()
