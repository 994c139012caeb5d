"""Plots of a review, as matplotlib figures that read well on a light and on a dark page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from io import BytesIO
from textwrap import shorten
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from detector.report import Report
from detector.reports.wording import CATEGORY_NAMES
from detector.review.decisions import Decision
from detector.review.frames import profile_frame, rates_frame

PAPER, INK, SOFT = "#fbfaf7", "#1d1f23", "#62666e"
TONES = {
    "unsupported_claim": "#ab4a08",
    "machine_writing": "#6d46b8",
    "boilerplate": "#0f6f9c",
    "integrity": "#c01f2f",
}
BANDS = (
    (0, "#b3202c", "very low"),
    (25, "#ab4a08", "low"),
    (50, "#8a6a00", "moderate"),
    (75, "#1c7a43", "high"),
)
_UNUSUAL = 4.0
"""Distances from human news, in standard deviations, are drawn up to here."""


class Plot(Figure):
    """A figure that shows itself in a notebook, with or without pyplot."""

    def _repr_png_(self) -> tuple[bytes, dict[str, str]]:
        buffer = BytesIO()
        self.savefig(buffer, format="png", metadata={"Software": None})
        return buffer.getvalue(), {"alt": f"Plot: {self.axes[0].get_title(loc='left')}"}


def _canvas(height: float, title: str) -> tuple[Plot, Axes]:
    # No pyplot: a figure of it would stay in memory, and would be drawn twice in a notebook.
    figure = Plot(figsize=(8, height), dpi=110, facecolor=PAPER, layout="constrained")
    axes = figure.subplots()
    axes.set_facecolor(PAPER)
    # A title may hold "$5": that is no formula.
    axes.set_title(title, loc="left", fontsize=11, color=INK, fontweight="bold", parse_math=False)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(SOFT)
    axes.tick_params(colors=INK, labelsize=9)
    return figure, axes


def score_distribution(reports: Iterable[Report]) -> Plot:
    """Histogram of the score in steps of 5 points, coloured by band."""
    scores = [report.credibility.score for report in reports]
    known = [score for score in scores if score is not None]
    figure, axes = _canvas(2.8, "Credibility score")
    for start, colour, name in BANDS:
        inside = [s for s in known if start <= s < start + 25 or (start == 75 and s == 100)]
        axes.hist(inside, bins=range(0, 105, 5), color=colour, label=f"{name} ({len(inside)})", rwidth=0.92)
    missing = len(scores) - len(known)
    axes.set_xlabel(f"score of {len(known)} articles; {missing} without one", color=INK)
    axes.set_ylabel("articles", color=INK)
    axes.set_xlim(0, 100)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.legend(frameon=False, fontsize=8, labelcolor=INK, ncols=4, loc="upper center")
    axes.margins(y=0.25)
    return figure


def flag_rates(reports: Iterable[Report], by: Literal["rule", "outlet"] = "rule") -> Plot:
    """Flags per 1,000 words: by rule beside what human and machine news have, or by outlet and category."""
    frame = rates_frame(reports, by)
    if by == "outlet":
        return _by_outlet(frame)
    frame = frame.sort_values("per_1000_words").reset_index(drop=True)
    figure, axes = _canvas(1.2 + 0.26 * max(3, len(frame)), "Flags per 1,000 words, by rule")
    places = range(len(frame))
    axes.barh(places, frame["per_1000_words"], color=[TONES[c] for c in frame["category"]], height=0.7)
    for column, marker, name in (("human_news", "o", "human news"), ("machine_news", "x", "machine news")):
        axes.scatter(
            frame[column].astype(float), places, marker=marker, s=22, color=INK, label=name, zorder=3
        )
    axes.set_yticks(places, [f"{row.rule}  {row.name}" for row in frame.itertuples()], fontsize=8)
    if len(frame):
        axes.legend(frameon=False, fontsize=8, labelcolor=INK, loc="lower right")
    return figure


def _by_outlet(frame: object) -> Plot:
    import pandas as pd

    assert isinstance(frame, pd.DataFrame)
    figure, axes = _canvas(1.4 + 0.4 * max(2, len(frame)), "Flags per 1,000 words, by outlet")
    left = pd.Series(0.0, index=frame.index)
    for category, name in CATEGORY_NAMES.items():
        axes.barh(frame.index, frame[category], left=left, color=TONES[category], label=name, height=0.6)
        left = left + frame[category]
    outlets = [f"{row.outlet}  ({row.articles})" for row in frame.itertuples()]
    axes.set_yticks(frame.index, outlets, fontsize=9, parse_math=False)
    axes.legend(
        frameon=False, fontsize=8, labelcolor=INK, ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.12)
    )
    return figure


def calibration_curve(decisions: Iterable[Decision], bins: int = 5) -> Plot:
    """Share of flags that reviewers accept, by the rule's confidence, with 95% intervals.

    On the diagonal a confidence means what it says. Flags of several reviewers count once each.
    """
    judged = [
        (d.score, d.verdict == "accept")
        for d in decisions
        if d.score is not None and d.verdict in ("accept", "reject")
    ]
    figure, axes = _canvas(3.6, "Confidence of a flag, and how often reviewers accept it")
    axes.plot([0, 1], [0, 1], linestyle=":", color=SOFT, linewidth=1)
    for mean, share, low, high, n in reliability(judged, bins):
        axes.errorbar(
            mean, share, [[share - low], [high - share]], fmt="o", color=TONES["boilerplate"], capsize=3
        )
        axes.annotate(str(n), (mean, share), xytext=(7, 4), textcoords="offset points", fontsize=8, color=INK)
    axes.set(xlim=(0, 1.03), ylim=(-0.03, 1.05))
    axes.set_xlabel(f"confidence of the flag ({len(judged)} decisions; numbers: flags in the bin)", color=INK)
    axes.set_ylabel("share accepted", color=INK)
    return figure


def reliability(
    judged: Sequence[tuple[float, bool]], bins: int
) -> list[tuple[float, float, float, float, int]]:
    """Rows of mean confidence, share accepted, its Wilson 95% interval and count, for each bin in use.

    >>> reliability([(0.1, False), (0.15, True), (0.9, True)], 2)
    [(0.125, 0.5, 0.095, 0.905, 2), (0.9, 1.0, 0.207, 1.0, 1)]
    """
    rows = []
    for index in range(bins):
        here = [(s, ok) for s, ok in judged if min(bins - 1, int(s * bins)) == index]
        if here:
            n, hits = len(here), sum(ok for _, ok in here)
            low, high = wilson_interval(hits, n)
            rows.append((round(sum(s for s, _ in here) / n, 6), hits / n, low, high, n))
    return rows


def wilson_interval(hits: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Interval of a share (Wilson, JASA 22, 1927), rounded to a thousandth.

    >>> wilson_interval(8, 10)
    (0.49, 0.943)
    """
    share = hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return round(max(0.0, middle - half), 3), round(min(1.0, middle + half), 3)


def stylometric_profile(report: Report, features: int = 14) -> Plot:
    """Features of an article that differ most from human news, in its standard deviations."""
    frame = profile_frame(report).head(features).iloc[::-1].reset_index(drop=True)
    figure, axes = _canvas(
        1.3 + 0.27 * max(3, len(frame)),
        f"Style against human news: {shorten(report.headline, 44, placeholder='…')}",
    )
    axes.axvspan(-1.96, 1.96, color=SOFT, alpha=0.13, linewidth=0)
    axes.axvline(0, color=SOFT, linewidth=0.8)
    shown = frame["z"].clip(-_UNUSUAL, _UNUSUAL)
    axes.barh(
        frame.index,
        shown,
        color=[TONES["machine_writing"] if abs(z) > 1.96 else SOFT for z in shown],
        height=0.6,
    )
    for row in frame.itertuples():
        z = float(row.z)  # type: ignore[arg-type]
        at = max(-_UNUSUAL, min(_UNUSUAL, z))
        axes.annotate(
            f"{row.value:.3g} (human {row.human_mean:.3g})",
            (at, row.Index),
            xytext=(4 if z > 0 else -4, 0),
            textcoords="offset points",
            ha="left" if z > 0 else "right",
            va="center",
            fontsize=7.5,
            color=INK,
        )
    axes.set_yticks(frame.index, frame["feature"], fontsize=8)
    axes.set_xlim(-_UNUSUAL - 1.9, _UNUSUAL + 1.9)
    axes.set_xlabel("standard deviations from the mean of human news; shaded: where 95% would be", color=INK)
    return figure
