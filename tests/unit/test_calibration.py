"""Thresholds: they keep their rate on exchangeable scores, and bounds agree with the binomial."""

from __future__ import annotations

import math
import random

import pytest

from detector.errors import ModelError, UsageError
from detector.models.calibration import (
    Calibration,
    articles_for_bound,
    conformal_threshold,
    fit_calibration,
    upper_bound,
)


def calibration(*lows: int) -> dict[str, object]:
    highs = [*lows[1:], None]
    thresholds = [{"target_fpr": 0.01, "probability": 0.9, "n_human": 500, "fpr_upper95": 0.02}]
    return {
        "corpus": "toy",
        "bins": [{"low": a, "high": b, "thresholds": thresholds} for a, b in zip(lows, highs, strict=True)],
    }


@pytest.mark.parametrize(
    ("words", "name"), [(79, None), (80, "80-150"), (149, "80-150"), (150, "150+"), (9000, "150+")]
)
def test_bin_of_a_length(words: int, name: str | None) -> None:
    found = Calibration.from_json(calibration(80, 150)).bin_of(words)
    assert (found.name if found else None) == name


def test_no_threshold_for_another_rate() -> None:
    length_bin = Calibration.from_json(calibration(80)).bins[0]
    assert length_bin.threshold(0.01).probability == 0.9
    with pytest.raises(UsageError, match=r"0\.02; there are 0\.01"):
        length_bin.threshold(0.02)


def test_null_threshold_is_out_of_reach() -> None:
    data = calibration(80)
    data["bins"][0]["thresholds"][0]["probability"] = None  # type: ignore[index]
    assert Calibration.from_json(data).bins[0].threshold(0.01).probability == math.inf


@pytest.mark.parametrize(
    "data",
    [{}, {"corpus": "x", "bins": []}, {"corpus": "x", "bins": [{"low": 1}]}, {"corpus": "x", "bins": 3}],
)
def test_refuses_an_incomplete_calibration(data: dict[str, object]) -> None:
    with pytest.raises(ModelError, match="the calibration is in"):
        Calibration.from_json(data)


def test_refuses_a_gap_between_bins() -> None:
    data = calibration(80, 150)
    data["bins"][1]["low"] = 160  # type: ignore[index]
    with pytest.raises(ModelError, match="gap"):
        Calibration.from_json(data)


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.2])
def test_conformal_threshold_keeps_its_rate_on_average(rate: float) -> None:
    rng = random.Random(4)
    exceeded = [
        rng.random() >= conformal_threshold([rng.random() for _ in range(300)], rate) for _ in range(4000)
    ]
    assert sum(exceeded) / 4000 <= rate + 3 * math.sqrt(rate / 4000)


@pytest.mark.parametrize(("rate", "bound"), [(0.01, 0.02), (0.05, 0.1), (0.05, 0.08), (0.1, 0.5)])
def test_articles_for_a_bound_are_those_from_which_a_fit_stays_below_it(rate: float, bound: float) -> None:
    def fitted(n: int) -> float:
        scores = [i / n for i in range(n)]
        return (
            fit_calibration("toy", [100] * n, scores, [(80, None)], [rate]).bins[0].thresholds[0].fpr_upper95
        )

    n = articles_for_bound(rate, bound)
    assert max(fitted(more) for more in range(n, n + 400)) <= bound
    assert n == math.ceil(1 / rate) - 1 or fitted(n - 1) > bound


def test_ties_are_not_flagged() -> None:
    assert conformal_threshold([0.5] * 1000, 0.05) > 0.5


@pytest.mark.parametrize(("hits", "n"), [(0, 50), (1, 200), (7, 700), (30, 1000)])
def test_upper_bound_solves_the_binomial(hits: int, n: int) -> None:
    p = upper_bound(hits, n)
    below = sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(hits + 1))
    assert below == pytest.approx(0.05, abs=1e-6)


def test_upper_bound_of_nothing_known() -> None:
    assert (upper_bound(0, 0), upper_bound(5, 5)) == (1.0, 1.0)


@pytest.mark.parametrize(
    "change",
    [
        {"low": float("inf")},
        {"thresholds": [{"target_fpr": 0.01, "probability": float("nan"), "n_human": 9, "fpr_upper95": 0.1}]},
    ],
)
def test_refuses_a_number_that_is_none(change: dict[str, object]) -> None:
    entry = {"low": 60, "high": None, "thresholds": []} | change
    with pytest.raises(ModelError):
        Calibration.from_json({"corpus": "own", "bins": [entry]})


def test_refuses_a_bin_that_ends_before_it_begins() -> None:
    bins = [{"low": 600, "high": 60, "thresholds": []}, {"low": 60, "high": None, "thresholds": []}]
    with pytest.raises(ModelError):
        Calibration.from_json({"corpus": "own", "bins": bins})
