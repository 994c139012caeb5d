"""Windows over pieces, and the encoder's promise: a window's number depends on that window alone."""

import random

import pytest

from detector.models.encoder import balanced_runs
from detector.models.stacked import evidence, log_odds


@pytest.mark.parametrize("shift", [0.0, 0.5])
@pytest.mark.parametrize("seed", range(12))
def test_runs_cover_every_piece_once_and_in_order(seed, shift):
    rng = random.Random(seed)
    lengths = [rng.randint(1, 70) for _ in range(rng.randint(1, 80))]
    runs = balanced_runs(lengths, 150, shift)
    assert [i for first, stop in runs for i in range(first, stop)] == list(range(len(lengths)))
    assert max(sum(lengths[first:stop]) for first, stop in runs) <= 150 + 70


def test_no_pieces_no_runs():
    assert balanced_runs([], 150) == []


def test_shifted_runs_cut_elsewhere():
    plain, shifted = (balanced_runs([20] * 40, 150, shift) for shift in (0.0, 0.5))
    assert not {stop for _, stop in plain[:-1]} & {stop for _, stop in shifted[:-1]}


def test_evidence_weighs_windows_by_size():
    assert evidence([1.0, 4.0], [200, 100], -2.0).tolist() == pytest.approx([2.0, 2**0.5, -2.0])


def test_log_odds_are_bounded():
    assert [log_odds(p) for p in (0.0, 1.0)] == pytest.approx([-12.0, 12.0])
