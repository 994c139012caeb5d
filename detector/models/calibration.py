"""Thresholds that keep a false-positive rate, per length bin, with what they rest on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from detector.errors import ModelError, UsageError

TARGET_RATES = (0.005, 0.01, 0.05)
"""False-positive rates that thresholds are made for."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A probability from which on an article is flagged at `target_fpr`.

    It is infinite (null in JSON) where there were too few human articles for so low a rate.

    `fpr_upper95` bounds the false-positive rate on articles like the calibration corpus with
    95% confidence (Clopper & Pearson 1934, one-sided), from `n_human` articles.
    """

    target_fpr: float
    probability: float
    n_human: int
    fpr_upper95: float


@dataclass(frozen=True, slots=True)
class LengthBin:
    """Articles of `low` words or more and fewer than `high` (None: no upper end)."""

    low: int
    high: int | None
    thresholds: tuple[Threshold, ...]

    @property
    def name(self) -> str:
        """Such as `150-300` or `600+`."""
        return f"{self.low}+" if self.high is None else f"{self.low}-{self.high}"

    def threshold(self, target_fpr: float) -> Threshold:
        """Threshold of a target rate.

        Raises
        ------
        UsageError
            Where the calibration has none for that rate.
        """
        for threshold in self.thresholds:
            if math.isclose(threshold.target_fpr, target_fpr, rel_tol=1e-9):
                return threshold
        rates = ", ".join(f"{t.target_fpr:g}" for t in self.thresholds)
        raise UsageError(f"no threshold for a false-positive rate of {target_fpr:g}; there are {rates}")


@dataclass(frozen=True, slots=True)
class Calibration:
    """Bins in order of length, and the human corpus that they rest on."""

    corpus: str
    bins: tuple[LengthBin, ...]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Calibration:
        """Build from `calibration.json`.

        Raises
        ------
        ModelError
            Where a part is missing or the bins are out of order.
        """
        if not isinstance(data, Mapping):
            raise ModelError("a calibration is a JSON object with `corpus` and `bins`")
        try:
            bins = tuple(
                LengthBin(
                    int(entry["low"]),
                    None if entry["high"] is None else int(entry["high"]),
                    tuple(
                        Threshold(
                            float(t["target_fpr"]),
                            math.inf if t["probability"] is None else float(t["probability"]),
                            int(t["n_human"]),
                            float(t["fpr_upper95"]),
                        )
                        for t in entry["thresholds"]
                    ),
                )
                for entry in data["bins"]
            )
            calibration = cls(str(data["corpus"]), bins)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ModelError(f"the calibration is incomplete: {error}") from error
        numbers = [n for b in bins for t in b.thresholds for n in (t.probability, t.fpr_upper95)]
        if any(map(math.isnan, numbers)) or any(b.high is not None and b.high <= b.low for b in bins):
            raise ModelError(
                "the calibration is inconsistent: a threshold is no number, "
                "or a length bin ends before it begins"
            )
        if not bins or any(a.high != b.low for a, b in pairwise(bins)) or bins[-1].high is not None:
            raise ModelError(
                "the calibration is inconsistent: the length bins leave a gap or have no last one"
            )
        return calibration

    def to_json(self) -> dict[str, Any]:
        """Give the object of `calibration.json`; an unreachable threshold is null."""
        return {
            "corpus": self.corpus,
            "bins": [
                {
                    "low": length_bin.low,
                    "high": length_bin.high,
                    "thresholds": [
                        {
                            "target_fpr": t.target_fpr,
                            "probability": t.probability if math.isfinite(t.probability) else None,
                            "n_human": t.n_human,
                            "fpr_upper95": round(t.fpr_upper95, 5),
                        }
                        for t in length_bin.thresholds
                    ],
                }
                for length_bin in self.bins
            ],
        }

    def bin_of(self, words: int) -> LengthBin | None:
        """Bin of a length; None for an article too short to be judged."""
        for length_bin in reversed(self.bins):
            if words >= length_bin.low:
                return length_bin
        return None


def fit_calibration(
    corpus: str,
    words: Sequence[int],
    probabilities: Sequence[float],
    bins: Sequence[tuple[int, int | None]],
    rates: Sequence[float] = TARGET_RATES,
) -> Calibration:
    """Thresholds per length bin from human articles alone: one length and one probability each."""
    fitted = []
    for low, high in bins:
        here = [
            p for n, p in zip(words, probabilities, strict=True) if n >= low and (high is None or n < high)
        ]
        thresholds = []
        for rate in rates:
            threshold = conformal_threshold(here, rate)
            hits = sum(p >= threshold for p in here)
            thresholds.append(Threshold(rate, threshold, len(here), upper_bound(hits, len(here))))
        fitted.append(LengthBin(low, high, tuple(thresholds)))
    return Calibration(corpus, tuple(fitted))


def articles_needed(target_fpr: float) -> int:
    """Least number of human articles a length bin needs before it has a threshold for this rate.

    >>> [articles_needed(rate) for rate in (0.05, 0.01, 0.005)]
    [19, 99, 199]
    """
    return math.ceil(1 / target_fpr - 1e-9) - 1


def articles_for_bound(target_fpr: float, bound: float) -> int:
    """Human articles from which on a conformal threshold shows a rate of at most `bound` with 95% confidence.

    The bound falls with each article, but rises where one more of them lies above the threshold:
    what is given is the number from which it stays below. `bound` is more than `target_fpr`.

    >>> articles_for_bound(0.01, 0.02)
    313
    """

    def least(hits: int) -> int:
        """Fewest articles of which so many lie above their threshold: n - ceil((n + 1)(1 - rate))."""
        return math.ceil((hits + 1) / target_fpr - 1e-9) - 1

    hits = 0
    while upper_bound(hits + 1, least(hits + 1)) > bound:
        hits += 1
    n, last = least(hits), least(hits + 1)
    while n < last and upper_bound(hits, n) > bound:
        n += 1
    return n


def conformal_threshold(scores: Sequence[float], target_fpr: float) -> float:
    """Least threshold that a new human article reaches with probability at most `target_fpr`.

    Split-conformal: just above the ceil((n + 1)(1 - rate))-th smallest of n human scores
    (Vovk et al. 2005); infinity where n is too small for the rate.

    >>> conformal_threshold([i / 100 for i in range(100)], 0.05) > 0.95
    True
    >>> conformal_threshold([0.1] * 50, 0.01)
    inf
    """
    rank = math.ceil((len(scores) + 1) * (1 - target_fpr) - 1e-9)
    if rank > len(scores):
        return math.inf
    return math.nextafter(sorted(scores)[rank - 1], math.inf)


def upper_bound(hits: int, n: int, confidence: float = 0.95) -> float:
    """One-sided Clopper-Pearson upper bound of a rate, from `hits` among `n` (1.0 for n = 0).

    >>> round(upper_bound(0, 100), 4), round(upper_bound(10, 1000), 4)
    (0.0295, 0.0169)
    """
    if n == 0 or hits >= n:
        return 1.0
    low, high = hits / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _binomial_cdf(hits, n, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _binomial_cdf(k: int, n: int, p: float) -> float:
    if p <= 0.0 or p >= 1.0:
        return 1.0 if p <= 0.0 else 0.0
    log_p, log_q = math.log(p), math.log1p(-p)
    total = 0.0
    for i in range(k + 1):
        log_choose = math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1)
        total += math.exp(log_choose + i * log_p + (n - i) * log_q)
    return min(total, 1.0)
