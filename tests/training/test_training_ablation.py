"""Parts of the ablation that need no training run: objectives, batches, thresholds, the table."""

from __future__ import annotations

import random

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from training.machine_text.ablation import COLUMNS, changed, line, mean_logits  # noqa: E402
from training.machine_text.calibrate import thresholds  # noqa: E402
from training.machine_text.finetune import batches, contrast  # noqa: E402
from training.windows import Window  # noqa: E402


class Counting(torch.nn.Module):  # type: ignore[misc, name-defined]
    """Gives each window the number of its tokens as its log-odds."""

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        assert ids.shape == mask.shape
        return mask.sum(1).float()


def row(name: str, label: str, words: int, **more: object) -> dict[str, object]:
    return {"set": name, "kind": name, "label": label, "words": words, **more}


def test_vectors_of_one_label_side_by_side_cost_least() -> None:
    vectors = torch.tensor([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [0.1, 1.0]], requires_grad=True)
    near = contrast(vectors, torch.tensor([0.0, 0.0, 1.0, 1.0]))
    far = contrast(vectors, torch.tensor([0.0, 1.0, 0.0, 1.0]))
    assert 0 <= near.item() < 0.01 < far.item()
    near.backward()
    assert torch.isfinite(vectors.grad).all()


def test_a_window_alone_in_its_class_costs_nothing() -> None:
    vectors = torch.eye(2, requires_grad=True)
    loss = contrast(vectors, torch.tensor([0.0, 1.0]))
    loss.backward()
    assert loss.item() == 0.0
    assert torch.isfinite(vectors.grad).all()


def test_windows_of_one_source_share_a_batch_when_asked_to() -> None:
    windows = [
        Window(text=f"{group} {label}", label=label, tokens=62, source="toy", group=f"g{group}")
        for group in range(64)
        for label in (0, 1)
    ]

    def split_groups(together: bool) -> int:
        found = list(batches(windows, 512, random.Random(3), together))
        assert sorted(w.text for batch in found for w in batch) == sorted(w.text for w in windows)
        return sum(
            len({w.label for w in batch if w.group == g}) == 1
            for batch in found
            for g in {w.group for w in batch}
        )

    assert split_groups(together=True) == 0
    assert split_groups(together=False) > 64


def test_windows_are_weighed_by_their_tokens_and_read_as_if_alone() -> None:
    rows = [{"windows": [[0, 1, [5] * 10], [1, 2, [5] * 30]]}, {"windows": [[0, 1, [5] * 7]]}]
    assert mean_logits(Counting(), rows).tolist() == [(10 * 10 + 30 * 30) / 40, 7.0]


def test_a_threshold_a_length_bin_and_the_shares_that_pass_it() -> None:
    crops = [row("opinion", "human", words) for words in (100, 200) for _ in range(100)]
    logits = np.array([*np.linspace(-5, 0, 100), *np.linspace(0, 5, 100)])
    calibration = thresholds(crops, logits)
    judged = [row(name, "human", 100) for name in ("opinion", "opinion", "non-native essays")]
    judged += [
        row("frontier_mirrors", "ai", 200, kind="frontier: wire"),
        row("frontier_mirrors", "ai", 200, kind="frontier: local"),
    ]
    judged += [row("hart held-out", "ai", 200, kind="hart news: humanise_tool")]
    judged += [row(name, "ai", 200) for name in ("XSum-style", "detectrl news", "own held-out")]
    judged += [row("XSum-style", "ai", 3)]
    found = line(judged, np.array([0.1, 0.0, -5, 6, 4.9, 6, 6, 5, 6, -9]), calibration)
    assert found["frontier: five styles"] == 1.0
    assert found["frontier: others"] == 0.0
    assert found["FP: news, local, opinion"] == 0.5, "the crop at the quantile itself does not pass"
    assert found["FP: non-native"] == 0.0
    assert found["DetectRL"] == 0.0
    assert found["XSum-style"] == 1.0, "a text too short to be judged counts for nothing"
    assert 0.5 < found["AUROC"] < 1.0
    assert set(found) == {*COLUMNS, "AUROC"}


def drawn() -> list[Window]:
    sentence = "The mayor of the town said that the ferry stays. "
    own = [
        Window((sentence * 12).strip() + f" {i} {label}.", label, 122, f"news/{source}", f"g{i}")
        for i, source in enumerate(["wire", "wire", "local", "opinions"] * 6)
        for label in (0, 1)
    ]
    return own + [w for w in own if not w.label][:5]


def test_without_hard_negatives_none_stands_twice_but_to_fill_up() -> None:
    windows = drawn()
    found = changed(windows, {"distinct": True}, seed=1)
    assert len(found) == len(windows)
    assert len(set(found)) == 48
    assert changed(windows, {}, seed=1) == windows


def test_left_out_corpora_make_way_for_the_others_of_their_class() -> None:
    windows = drawn()
    found = changed(windows, {"without": ["local", "opinions"]}, seed=1)
    assert {w.source for w in found if not w.label} == {"news/wire"}
    assert {w.source for w in found if w.label} == {"news/wire", "news/local", "news/opinions"}
    assert [sum(w.label == label for w in found) for label in (0, 1)] == [29, 24]


def test_attacks_change_about_their_share_of_the_texts() -> None:
    windows = drawn()
    found = changed(windows, {"attacked": 0.5}, seed=1)
    other = sum(a.text != b.text for a, b in zip(windows, found, strict=True))
    assert 0.3 * len(windows) < other < 0.6 * len(windows)
    assert [w.label for w in found] == [w.label for w in windows]
    assert changed(windows, {"attacked": 0.5}, seed=1) == found


def test_shorter_windows_end_where_a_sentence_ends() -> None:
    for before, after in zip(drawn(), changed(drawn(), {"longest": 40}, seed=1), strict=True):
        assert before.text.startswith(after.text)
        assert after.text.endswith("stays.")
        assert 35 <= after.tokens <= 55
    short = [Window("One. Two.", label, 4, "news/wire", "g") for label in (0, 1)]
    assert changed(short, {"longest": 40}, seed=1) == short
