"""Tables of a review: decisions, flag rates, and an article's style beside human news."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from detector.errors import UsageError
from detector.report import Report
from detector.review.decisions import Decision
from detector.review.queue import outlet
from detector.rules import catalogue

if TYPE_CHECKING:
    from detector.types import Json


def decisions_frame(decisions: Iterable[Decision]) -> pd.DataFrame:
    """One row a decision."""
    names = [field.name for field in fields(Decision)]
    return pd.DataFrame([asdict(d) for d in decisions], columns=names)


def sentences_frame(report: Report) -> pd.DataFrame:
    """One row a sentence: claim, source, time, and how machine-like it reads."""
    return report.to_frame("sentences")


def rates_frame(reports: Iterable[Report], by: Literal["rule", "outlet"] = "rule") -> pd.DataFrame:
    """Flags per 1,000 words by rule, with those of human and machine news, or by outlet and category.

    Raises
    ------
    UsageError
        For another grouping.
    """
    reports = list(reports)
    if by == "rule":
        words = sum(report.words for report in reports)
        flags = Counter(flag.rule for report in reports for flag in report.flags)
        rows: list[dict[str, Json]] = [
            {
                "rule": code,
                "name": catalogue()[code].name,
                "category": catalogue()[code].category,
                "flags": count,
                "per_1000_words": 1000 * count / max(1, words),
                "human_news": catalogue()[code].human_rate,
                "machine_news": catalogue()[code].machine_rate,
            }
            for code, count in sorted(flags.items())
        ]
        return pd.DataFrame(
            rows,
            columns=["rule", "name", "category", "flags", "per_1000_words", "human_news", "machine_news"],
        )
    if by != "outlet":
        raise UsageError(f"flags are grouped by rule or by outlet, not by {by!r}")
    groups: dict[str, list[Report]] = {}
    for report in reports:
        groups.setdefault(outlet(report.article), []).append(report)
    return pd.DataFrame(
        [_outlet_row(name, group) for name, group in sorted(groups.items())],
        columns=[
            "outlet",
            "articles",
            "words",
            "unsupported_claim",
            "machine_writing",
            "boilerplate",
            "integrity",
        ],
    )


def _outlet_row(name: str, group: list[Report]) -> dict[str, Json]:
    words = sum(report.words for report in group)
    flags = Counter(flag.category for report in group for flag in report.flags)
    rates: dict[str, Json] = {category: 1000 * n / max(1, words) for category, n in flags.items()}
    none: dict[str, Json] = dict.fromkeys(
        ("unsupported_claim", "machine_writing", "boilerplate", "integrity"), 0.0
    )
    return {"outlet": name, "articles": len(group), "words": words, **none, **rates}


@cache
def human_reference() -> Mapping[str, Any]:
    """Mean, standard deviation and 5th and 95th percentile of each feature on human news."""
    text = (files("detector.review") / "human_reference.json").read_text("utf-8")
    reference: Mapping[str, Any] = json.loads(text)
    return reference


def profile_frame(report: Report) -> pd.DataFrame:
    """Each stylometric feature of an article beside human news, the most unusual first.

    `z` is the distance from the mean of human news in its standard deviations.
    """
    signal = report.signals.get("stylometry")
    values = signal if isinstance(signal, dict) else {}
    rows = []
    for name, (mean, sd, low, high) in human_reference()["features"].items():
        value = values.get(name)
        if isinstance(value, int | float) and sd > 0:
            rows.append(
                {
                    "feature": name,
                    "value": float(value),
                    "human_mean": mean,
                    "human_sd": sd,
                    "human_p5": low,
                    "human_p95": high,
                    "z": (value - mean) / sd,
                }
            )
    frame = pd.DataFrame(
        rows, columns=["feature", "value", "human_mean", "human_sd", "human_p5", "human_p95", "z"]
    )
    return frame.sort_values("z", key=lambda z: -z.abs(), kind="stable").reset_index(drop=True)
