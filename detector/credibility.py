"""Findings to the additive credibility score: the explanation is the computation."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from detector.data import load_toml
from detector.report import SentenceFinding
from detector.types import Contribution, Credibility, Flag, Json


@dataclass(frozen=True, slots=True)
class Findings:
    """What all detectors together say of one article; `hits` counts by rule, as in `Detection`.

    `language` is `und` where it could not be told; where `language_known` is false it is little more than a guess.
    """

    words: int
    language: str
    signals: Mapping[str, Json]
    flags: Sequence[Flag]
    sentences: Sequence[SentenceFinding]
    incomplete: Sequence[str] = ()
    hits: Mapping[str, int] = field(default_factory=dict)
    language_known: bool = True


@lru_cache(maxsize=1)
def weights() -> Mapping[str, Any]:
    """Weights with their rationale: `detector/data/credibility.toml`."""
    return MappingProxyType(load_toml("credibility.toml"))


def assess(findings: Findings) -> Credibility:
    """Score one article, or abstain with the reasons.

    The score is `base` minus what each signal takes off, in steps of half a point; a closing
    contribution `floor` lifts it to 0 where the deductions exceed the base.
    """
    reasons = tuple(_abstentions(findings))
    if reasons:
        return Credibility(None, (), reasons)
    base = float(weights()["base"])
    contributions = [Contribution("base", base, "Every article starts here.")]
    contributions += [c for c in _deductions(findings) if c.points]
    total = sum(c.points for c in contributions)
    if total < 0:
        contributions.append(Contribution("floor", -total, "The score does not go below 0."))
        total = 0.0
    deducted = sorted((c for c in contributions if c.points < 0), key=lambda c: c.points)
    return Credibility(total, tuple(contributions), tuple(c.why for c in deducted))


def _abstentions(findings: Findings) -> Iterator[str]:
    limits = weights()["abstain"]
    if findings.language not in limits["languages"]:
        known = ", ".join(limits["languages"])
        if findings.language_known:
            yield f"The text is in a language ({findings.language}) that the models do not cover ({known})."
        else:
            yield f"The language of the text could not be told; the models cover {known}."
    if findings.words < limits["min_words"]:
        yield f"The text has {findings.words} words; below {limits['min_words']} a score means nothing."
    for reason in findings.incomplete:
        yield f"A detector could not finish: {reason}."


def _deductions(findings: Findings) -> Iterator[Contribution]:
    yield _unsupported_claims(findings)
    yield _machine_writing(findings)
    yield _boilerplate(findings)
    yield _disclosure(findings)
    yield _integrity(findings)


def _unsupported_claims(findings: Findings) -> Contribution:
    weight = weights()["unsupported_claims"]
    counted = sorted(
        (f.span.start, f.score) for f in findings.flags if f.category == "unsupported_claim" and f.counted
    )
    starts = [start for start, _ in counted]
    claims = sum(s.sourcing.role == "claim" for s in findings.sentences)
    found = [s for s in findings.sentences if s.sourcing.unsupported]
    surest = [max((score for _, score in counted[_within(starts, s)]), default=None) for s in found]
    costing = [score for score in surest if score is not None]
    weighed = sum(costing)
    share = weighed / (claims + weight["prior_claims"]) if claims else 0.0
    points = _ramp(share, weight["free_share"], weight["full_share"], weight["max_points"])
    those = (
        "they weigh" if len(costing) == len(found) else f"the {len(costing)} whose rule costs points weigh"
    )
    why = (
        f"{len(found)} of {claims} claims seem to rest on no identifiable source and can't be checked; "
        f"by how sure the detector is of each, {those} {weighed:.1f}. The first {weight['free_share']:.0%} cost nothing."
    )
    return Contribution("unsupported_claims", points, why)


def _within(starts: Sequence[int], sentence: SentenceFinding) -> slice:
    """Which of the sorted offsets fall in the sentence: none where its rules are ignored or cost nothing."""
    return slice(bisect_left(starts, sentence.span.start), bisect_left(starts, sentence.span.end))


def _machine_writing(findings: Findings) -> Contribution:
    weight = weights()["machine_writing"]
    signal = findings.signals.get("ai_generated")
    verdict = signal.get("verdict") if isinstance(signal, dict) else None
    counted = any(flag.rule == weight["rule"] and flag.counted for flag in findings.flags)
    if verdict == "likely" and counted and isinstance(signal, dict):
        why = (
            "The article reads as machine-written: its score passes the threshold that "
            f"{signal.get('target_fpr', 0):.1%} of human articles pass."
        )
        return Contribution("machine_writing", -_half_steps(weight["likely_points"]), why)
    points = -_half_steps(weight["unclear_points"]) if verdict == "unclear" else 0.0
    return Contribution("machine_writing", points, "The machine-writing detector is unsure.")


def _boilerplate(findings: Findings) -> Contribution:
    weight = weights()["boilerplate"]
    counted = sum(
        flag.category == "boilerplate" and flag.counted and flag.rule not in weights()["disclosure"]["rules"]
        for flag in findings.flags
    )
    per_1000 = counted * 1000 / max(findings.words, 250)
    points = _ramp(
        per_1000, weight["free_per_1000_words"], weight["full_per_1000_words"], weight["max_points"]
    )
    what = "template phrase, empty section or web leftover"
    if counted != 1:
        what = "template phrases, empty sections or web leftovers"
    why = f"{counted} {what} in {findings.words} words."
    return Contribution("boilerplate", points, why)


def _disclosure(findings: Findings) -> Contribution:
    hit = any(flag.rule in weights()["disclosure"]["rules"] and flag.counted for flag in findings.flags)
    points = -_half_steps(weights()["disclosure"]["points"]) if hit else 0.0
    why = "The text says itself that a machine wrote it, or an assistant's reply was left in."
    return Contribution("disclosure", points, why)


def _integrity(findings: Findings) -> Contribution:
    weight = weights()["integrity"]
    rules = {flag.rule for flag in findings.flags if flag.category == "integrity" and flag.counted}
    total = sum(findings.hits.get(rule, 0) for rule in rules)
    over = max(0, total - weight["free_characters"])
    points = -_half_steps(min(weight["max_points"], over * weight["points_per_character"]))
    return Contribution("integrity", points, f"{total} hidden or look-alike characters.")


def _ramp(value: float, free: float, full: float, most: float) -> float:
    """Points taken off: none up to `free`, `most` from `full` on, linear between."""
    part = (value - free) / (full - free)
    return -_half_steps(most * min(1.0, max(0.0, part)))


def _half_steps(points: float) -> float:
    """Round to the nearest multiple of 0.5, which binary floats add exactly."""
    return round(points * 2) / 2
