"""Fit rules and thresholds to reviewers' labels, and judge the fit on articles that it did not see."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from detector.models.calibration import (
    Calibration,
    LengthBin,
    Threshold,
    articles_needed,
    fit_calibration,
)
from detector.rules import catalogue
from training.review.labels import ArticleLabel, FlagLabel, SentenceLabel

PRIOR_FLAGS = 4.0
"""Imagined decisions that pull a rule's precision to that of all rules, where it has few of its own."""

FEWEST_FLAGS = 5
"""Decisions below which a rule stays as it is."""

FEWEST_SENTENCES = 40
"""Labelled claims below which the claim decision's threshold stays."""

_AROUND = 3
"""Hundredths on either side over which F1 is averaged."""

COUNTED_FROM = 0.5
"""Weight from which a rule's flags cost points: more often right than wrong."""


class OfArticle(Protocol):
    """A label that names the article it is of."""

    @property
    def article(self) -> str:
        """Digest of the article's text."""


Label = TypeVar("Label", bound=OfArticle)


@dataclass(frozen=True, slots=True)
class RuleWeight:
    """A rule's expected precision, shrunk, and whether its flags cost points."""

    weight: float
    counted: bool
    accepted: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Hits and errors of a yes-or-no decision."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float | None:
        """Share of those chosen that are right; None where none was chosen."""
        chosen = self.right + self.wrong
        return self.right / chosen if chosen else None

    @property
    def recall(self) -> float | None:
        """Share of those right that were chosen; None where none is right."""
        true = self.right + self.missed
        return self.right / true if true else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None where nothing was chosen or right."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else None


def count(pairs: Iterable[tuple[bool, bool]]) -> Counts:
    """Count pairs of (chosen, true).

    >>> count([(True, True), (True, False), (False, True)]).f1
    0.5
    """
    pairs = list(pairs)
    return Counts(
        sum(chosen and true for chosen, true in pairs),
        sum(chosen and not true for chosen, true in pairs),
        sum(true and not chosen for chosen, true in pairs),
    )


def folds(labels: Sequence[Label], parts: int, seed: int) -> Iterator[tuple[list[Label], list[Label]]]:
    """Yield (rest, part): an article's labels are all in one part. Fewer articles, fewer parts."""
    articles = sorted({label.article for label in labels})
    random.Random(seed).shuffle(articles)
    parts = min(parts, len(articles))
    place = {article: index % parts for index, article in enumerate(articles)}
    for part in range(parts if parts > 1 else 0):
        yield (
            [label for label in labels if place[label.article] != part],
            [label for label in labels if place[label.article] == part],
        )


def fit_rules(labels: Sequence[FlagLabel]) -> dict[str, RuleWeight]:
    """Weight of every rule of the catalogue.

    A weight is the rule's share of accepted flags, pulled towards that of all flags by
    `PRIOR_FLAGS` imagined ones. A rule without `FEWEST_FLAGS` decisions stays counted or not, as
    it is; so does one that is evidence by itself.
    """
    total: dict[str, list[bool]] = defaultdict(list)
    for label in labels:
        total[label.rule].append(label.right)
    pooled = sum(label.right for label in labels) / len(labels) if labels else 1.0
    fitted: dict[str, RuleWeight] = {}
    for code, rule in catalogue().items():
        right, n = sum(total[code]), len(total[code])
        weight = (right + PRIOR_FLAGS * pooled) / (n + PRIOR_FLAGS)
        stays = n < FEWEST_FLAGS or rule.always_counted
        counted = rule.counted if stays else weight >= COUNTED_FROM
        fitted[code] = RuleWeight(round(weight, 4), counted, right, n - right)
    return fitted


def fit_threshold(labels: Sequence[SentenceLabel], shipped: float, *, may_fall: bool) -> float:
    """Threshold of the claim decision with the best F1, in steps of a hundredth; the nearest to `shipped` of equals.

    F1 is averaged over the thresholds around, since the best single one is an accident of a few claims.
    Without articles that were read to the end, nothing is known below the shipped one: it may only rise.
    """
    if len(labels) < FEWEST_SENTENCES or len({label.unsupported for label in labels}) < 2:
        return shipped

    def around(threshold: float) -> float:
        near = [threshold + step / 100 for step in range(-_AROUND, _AROUND + 1)]
        return sum(claim_counts(labels, t).f1 or 0.0 for t in near) / len(near)

    steps = [i / 100 for i in range(5, 96)]
    candidates = [shipped, *(step for step in steps if may_fall or step > shipped)]
    return max(candidates, key=lambda t: (around(t), -abs(t - shipped)))


def claim_counts(labels: Sequence[SentenceLabel], threshold: float) -> Counts:
    """Hits and errors of the claim decision at a threshold."""
    return count((label.probability >= threshold, label.unsupported) for label in labels)


def flag_counts(labels: Sequence[FlagLabel], counted: Mapping[str, bool]) -> Counts:
    """Hits and errors of what costs points, among the flags that were decided."""
    return count((counted.get(label.rule, True), label.right) for label in labels)


def fit_machine_thresholds(labels: Sequence[ArticleLabel], shipped: Calibration) -> tuple[Calibration, int]:
    """Conformal thresholds from articles that reviewers say are human; gives how many were refitted.

    A threshold that has too few of them for its rate stays as it is, unless a looser rate of its bin
    now has a higher one: then it rises to that, which only lowers its false-positive rate.
    """
    human = [label for label in labels if not label.machine]
    own = fit_calibration(
        "reviewed",
        [label.words for label in human],
        [label.probability for label in human],
        [(entry.low, entry.high) for entry in shipped.bins],
        [threshold.target_fpr for threshold in shipped.bins[0].thresholds],
    )
    bins = []
    refitted = 0
    for old, new in zip(shipped.bins, own.bins, strict=True):
        thresholds = []
        for before in old.thresholds:
            after = new.threshold(before.target_fpr)
            enough = after.n_human >= articles_needed(before.target_fpr)
            refitted += enough
            thresholds.append(after if enough else before)
        bins.append(LengthBin(old.low, old.high, in_order(thresholds)))
    name = f"{shipped.corpus}; {refitted} thresholds from reviewed articles" if refitted else shipped.corpus
    return Calibration(name, tuple(bins)), refitted


def in_order(thresholds: Sequence[Threshold]) -> tuple[Threshold, ...]:
    """The thresholds of a bin, raised where a stricter rate has a lower one than a looser rate.

    >>> loose, strict = Threshold(0.05, 0.9, 40, 0.1), Threshold(0.01, 0.8, 500, 0.02)
    >>> [threshold.probability for threshold in in_order([strict, loose])]
    [0.9, 0.9]
    """
    return tuple(
        replace(own, probability=max(t.probability for t in thresholds if t.target_fpr >= own.target_fpr))
        for own in thresholds
    )


def machine_counts(labels: Sequence[ArticleLabel], calibration: Calibration, rate: float) -> Counts:
    """Hits and errors of the machine-writing verdict `likely`; too short an article is never chosen."""

    def likely(label: ArticleLabel) -> bool:
        place = calibration.bin_of(label.words)
        return place is not None and label.probability >= place.threshold(rate).probability

    return count((likely(label), label.machine) for label in labels)


def add(counts: Iterable[Counts]) -> Counts:
    """Sum over folds."""
    counts = list(counts)
    return Counts(sum(c.right for c in counts), sum(c.wrong for c in counts), sum(c.missed for c in counts))


def cross_validate(
    labels: Sequence[Label], parts: int, seed: int, judge: Callable[[list[Label], list[Label]], Counts]
) -> Counts:
    """Sum what `judge(rest, part)` counts on each part when fitted to the rest."""
    return add(judge(rest, part) for rest, part in folds(labels, parts, seed))
