"""Agreement of reviewers beyond chance: Cohen's kappa over the flags that both decided, per rule."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from detector.review.decisions import Decision

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two reviewers on one rule (or "all"): flags that both decided, share agreed, kappa.

    `kappa` is None where it is not defined: no common flag, or both said the same of every one,
    so that chance would agree as often (Cohen, Educational and Psychological Measurement 20, 1960).
    """

    rule: str
    first: str
    second: str
    flags: int
    agreed: float | None
    kappa: float | None


def agreements(decisions: Iterable[Decision]) -> list[Agreement]:
    """Rows for each pair of reviewers: all rules together, then each rule.

    Accepted and rejected flags count; passages that one reviewer added have no counterpart.
    """
    said: dict[str, dict[tuple[str, str, int, int], str]] = defaultdict(dict)
    for d in decisions:
        if d.verdict in ("accept", "reject"):
            said[d.reviewer][d.text_sha256, d.rule, d.start, d.end] = d.verdict
    rows = []
    for first, second in combinations(sorted(said), 2):
        common = sorted(said[first].keys() & said[second].keys())
        for rule in ("all", *sorted({key[1] for key in common})):
            keys = [key for key in common if rule in ("all", key[1])]
            pairs = [(said[first][key], said[second][key]) for key in keys]
            agreed = sum(a == b for a, b in pairs) / len(pairs) if pairs else None
            rows.append(Agreement(rule, first, second, len(pairs), agreed, cohen_kappa(pairs)))
    return rows


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Agreement beyond chance of pairs of labels, in [-1, 1]; None where it is not defined.

    >>> cohen_kappa([("accept", "accept")] * 20 + [("accept", "reject")] * 5
    ...             + [("reject", "accept")] * 10 + [("reject", "reject")] * 15)
    0.4
    >>> cohen_kappa([("accept", "accept")] * 3) is None
    True
    """
    if not pairs:
        return None
    n = len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(first[label] * second[label] for label in first) / (n * n)
    observed = sum(a == b for a, b in pairs) / n
    return None if chance == 1 else round((observed - chance) / (1 - chance), 4)


def agreement_frame(decisions: Iterable[Decision]) -> pd.DataFrame:
    """`agreements` as a table."""
    import pandas as pd

    return pd.DataFrame([asdict(row) for row in agreements(decisions)], columns=list(Agreement.__slots__))
