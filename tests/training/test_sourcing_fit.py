"""Fitting the decision of the sourcing detector."""

from __future__ import annotations

import pytest

pytest.importorskip("sklearn")

from sklearn.model_selection import GroupKFold

from training.sourcing.fit import _choose_decision

TRUTH = [True, False] * 12
CLAIMS = [True] * len(TRUTH)
PEOPLE = [True] * 6 + [False] * 18
FOLDS = list(GroupKFold(4).split(TRUTH, groups=range(len(TRUTH))))


@pytest.mark.parametrize("telling", [False, True])
def test_without_a_precise_threshold_the_most_precise_is_taken_and_named(
    telling: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    marks = [{"mark": 4.0 * truth if telling else 1.0} for truth in TRUTH]
    strength, threshold, sure_from = _choose_decision(marks, TRUTH, CLAIMS, PEOPLE, FOLDS)
    output = capsys.readouterr().out
    assert (sure_from == 0.9) is not telling
    assert sure_from >= threshold
    assert ("no threshold has a precision of 0.8" in output) is not telling
    assert f"P {1.0 if telling else 0.5:.3f}" in output
    assert f"at {threshold}, C={strength}" in output
