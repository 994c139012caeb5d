"""What every format says in the same words: names of codes, the machine-writing verdict, the notes on a report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from detector.report import Report
from detector.types import Category, Flag

CATEGORY_NAMES: Final[dict[Category, str]] = {
    "unsupported_claim": "Unsupported claims",
    "machine_writing": "Machine writing",
    "boilerplate": "Boilerplate",
    "integrity": "Text integrity",
}
"""Headings of the categories, in the order in which reports show them."""

SIGNAL_NAMES: Final[dict[str, str]] = {
    "base": "starting score",
    "unsupported_claims": "unsupported claims",
    "machine_writing": "machine writing",
    "boilerplate": "boilerplate",
    "disclosure": "AI disclosure",
    "integrity": "text integrity",
    "floor": "floor at zero",
}
BAND_NAMES: Final[dict[str, str]] = {
    "high": "high",
    "moderate": "moderate",
    "low": "low",
    "very_low": "very low",
}

NOT_JUDGED: Final[dict[str, str]] = {
    "short_text": "too few words of prose for the machine-writing detector",
    "no_threshold": "too few human articles of this length to set a threshold for machine writing",
    "language_not_covered": "the machine-writing detector does not cover this language",
}
"""Warnings that say why no probability was given."""

MOST_DECIMALS: Final = 6
"""Decimals that a report keeps of a probability."""


class Verdict(NamedTuple):
    """The verdict in a few words, the numbers beside it, and what they rest on."""

    name: str
    numbers: str = ""
    basis: str = ""


def machine_writing(report: Report) -> Verdict | None:
    """What the machine-writing detector found; None where it did not run."""
    signal = report.signals.get("ai_generated")
    if not isinstance(signal, dict):
        return None
    probability, threshold, calibration = (signal.get(k) for k in ("probability", "threshold", "calibration"))
    if not isinstance(probability, float):
        reasons = [NOT_JUDGED[warning] for warning in report.warnings if warning in NOT_JUDGED]
        return Verdict("not judged", basis="; ".join(reasons))
    name, basis = str(signal.get("verdict")).replace("_", " "), ""
    known = calibration if isinstance(calibration, dict) else {}
    corpus, humans = known.get("corpus"), known.get("n_human")
    if not isinstance(threshold, float):
        numbers = decimals(probability)
        basis = f"no threshold: {humans} human articles of this length, from {corpus}, are too few; nothing is flagged"
    else:
        numbers = f"{decimals(probability, threshold)}, threshold {decimals(threshold, probability)}"
        bound = known.get("fpr_upper95")
        if isinstance(bound, float):
            basis = (
                f"at most {bound:.1%} of human articles are flagged at it (95% bound from {humans} articles "
                f"of {corpus}, {known.get('length_bin')} words)"
            )
    return Verdict(name, numbers, basis)


def unsure(flags: Iterable[Flag]) -> bool:
    """Whether unsupported claims are among some flags, all such as the detector is unsure of: they are drawn faintly."""
    claims = [flag.severity == "info" for flag in flags if flag.category == "unsupported_claim"]
    return bool(claims) and all(claims)


def decimals(probability: float, *beside: float) -> str:
    """A probability with two decimals, or with as many more, up to six, as tell it from those beside it and from 1.

    >>> decimals(0.9962, 0.99745), decimals(0.99745, 0.9962)
    ('0.996', '0.997')
    >>> decimals(0.71), decimals(0.9996), decimals(1.0)
    ('0.71', '0.9996', '1.00')
    """
    others = [other for other in (*beside, 1.0) if other != probability]
    for digits in range(2, MOST_DECIMALS):
        shown = f"{probability:.{digits}f}"
        if all(shown != f"{other:.{digits}f}" for other in others):
            return shown
    return f"{probability:.{MOST_DECIMALS}f}"


def notes(report: Report) -> list[str]:
    """Warnings and what is incomplete, each as a sentence."""
    found = []
    for warning in report.warnings:
        code, _, rest = warning.partition(": ")
        if code in NOT_JUDGED:
            continue  # Said with the verdict.
        if code == "rules_off":
            found.append(f"Rules that are switched off took no part: {rest}.")
        else:
            found.append(f"Note: {warning.replace('_', ' ')}.")
    return [*found, *(f"Incomplete: {reason}." for reason in report.incomplete)]
