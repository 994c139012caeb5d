"""Many articles as one self-contained HTML page: distribution, table, worst flags, groups, errors.

The page holds one script of ours, named by its digest in the content-security policy; without
it the table is whole, but is not sorted or filtered.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from detector.reports.html import environment, fill
from detector.reports.wording import BAND_NAMES
from detector.types import Band, Credibility, Json

BINS = 20
"""Bars of the distribution, each of 100 / BINS points."""

GROUP_NAMES = {
    "near_duplicate": "Nearly the same text",
    "templated": "Much the same wording",
    "contradiction": "Statements that contradict each other",
}
MOST_UNITS = 12
"""Up to so many articles in the highest bar, each is drawn as a block of its own."""


@dataclass(frozen=True, slots=True)
class Example:
    """A flag worth reading: `anchor` is its identifier in the page of its article."""

    before: str
    quote: str
    after: str
    title: str
    page: str | None
    anchor: str


@dataclass(frozen=True, slots=True)
class RuleUse:
    """How often a rule fired, in how many articles, with its worst examples."""

    code: str
    flags: int
    articles: int
    examples: Sequence[Example]


@dataclass(frozen=True, slots=True)
class GroupMember:
    """An article in a group; `quote` is the passage that makes it a member."""

    title: str
    page: str | None
    quote: str = ""


@dataclass(frozen=True, slots=True)
class ArticleGroup:
    """Articles that are nearly the same, share a template, or contradict each other."""

    kind: Literal["near_duplicate", "templated", "contradiction"]
    why: str
    members: Sequence[GroupMember]


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page shows; `rows` are those of `detector.reports.table`, worst first.

    `scores` counts articles by score (as text), over all articles: `rows` may be cut to the
    worst, where `articles` is more than their number.
    """

    title: str
    articles: int
    words: int
    abstained: int
    median: float | None
    scores: Mapping[str, int]
    bands: Mapping[str, int]
    rows: Sequence[Mapping[str, Json]]
    rules: Sequence[RuleUse]
    errors: Sequence[tuple[str, str]] = ()
    error_count: int = 0
    groups: Sequence[ArticleGroup] | None = None
    """None where articles were not compared; `groups_note` says why."""
    groups_note: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the distribution; `height` is in percent of the highest."""

    start: float
    end: float
    band: Band | None
    count: int
    height: float


@dataclass(frozen=True, slots=True)
class Distribution:
    """Bars from 0 to 100; `blocks` where each article is drawn by itself."""

    bars: Sequence[Bar] = field(default_factory=tuple)
    highest: int = 0

    @property
    def blocks(self) -> bool:
        """Whether articles are few enough to be drawn one by one."""
        return self.highest <= MOST_UNITS


def render_overview(overview: Overview) -> str:
    """Give the page."""
    env = environment()
    loader = env.loader
    assert loader is not None
    script = loader.get_source(env, "overview.js")[0]
    return fill(
        "overview.html",
        o=overview,
        chart=distribution(overview.scores),
        band_order=list(BAND_NAMES),
        kinds=GROUP_NAMES,
        script_digest=b64encode(sha256(script.encode()).digest()).decode(),
    )


def distribution(scores: Mapping[str, int]) -> Distribution:
    """Count scores by bar; the last bar takes 100, too.

    >>> [(bar.start, bar.band, bar.count) for bar in distribution({"31.5": 2, "100": 1}).bars if bar.count]
    [(30.0, 'low', 2), (95.0, 'high', 1)]
    """
    width = 100 / BINS
    counts = [0] * BINS
    for score, count in scores.items():
        counts[min(BINS - 1, int(float(score) / width))] += count
    highest = max(counts)
    bars = [
        Bar(i * width, (i + 1) * width, Credibility(i * width).band, count, 100 * count / max(1, highest))
        for i, count in enumerate(counts)
    ]
    return Distribution(bars, highest)
