"""What every format says in the same words: the machine-writing verdict and the notes on a report."""

from __future__ import annotations

from typing import Final, NamedTuple

from detector.report import Report

NOT_JUDGED: Final[dict[str, str]] = {
    "short_text": "too few words of prose for the machine-writing detector",
    "language_not_covered": "the machine-writing detector does not cover this language",
}
"""Warnings that say why no probability was given."""


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
    name, numbers, basis = str(signal.get("verdict")).replace("_", " "), f"{probability:.2f}", ""
    known = calibration if isinstance(calibration, dict) else {}
    corpus, humans = known.get("corpus"), known.get("n_human")
    if not isinstance(threshold, float):
        basis = f"no threshold: {humans} human articles of this length, from {corpus}, are too few; nothing is flagged"
    else:
        numbers += f", threshold {threshold:.2f}"
        bound = known.get("fpr_upper95")
        if isinstance(bound, float):
            basis = (
                f"at most {bound:.1%} of human articles are flagged at it (95% bound from {humans} articles "
                f"of {corpus}, {known.get('length_bin')} words)"
            )
    return Verdict(name, numbers, basis)


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
