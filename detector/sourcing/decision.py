"""Roles and the `unsupported` decision: logistic models over readable marks, weights in one JSON file.

`python -m training sourcing fit` fits them on the training half of the support corpus and writes
`detector/data/sourcing/weights.json`; a weight is the log-odds that one whole mark adds.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast, get_args

from detector.sourcing.marks import Marks, dot
from detector.types import Role


@dataclass(frozen=True, slots=True)
class Weights:
    """Fitted weights: one set a role, one for `unsupported`, each with its `bias`."""

    roles: Mapping[str, Mapping[str, float]]
    unsupported: Mapping[str, float]
    threshold: float


@cache
def shipped_weights() -> Weights:
    """Read the weights that come with the package."""
    data = json.loads((files("detector.data") / "sourcing" / "weights.json").read_text("utf-8"))
    return Weights(data["roles"], data["unsupported"], data["threshold"])


def role_probabilities(marks: Marks, weights: Weights) -> dict[Role, float]:
    """Probability of each role; they sum to 1."""
    scores = {role: w.get("bias", 0.0) + dot(w, marks) for role, w in weights.roles.items()}
    top = max(scores.values())
    powers = {role: math.exp(score - top) for role, score in scores.items()}
    total = sum(powers.values())
    return {role: powers.get(role, 0.0) / total for role in cast(tuple[Role, ...], get_args(Role))}


def unsupported_probability(marks: Marks, weights: Weights) -> float:
    """Probability that a careful editor flags the sentence as unsupported."""
    score = weights.unsupported.get("bias", 0.0) + dot(weights.unsupported, marks)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def decision_marks(marks: Marks, roles: Mapping[Role, float]) -> Marks:
    """Marks of the decision: the sentence's own, its role's probabilities and the products that matter."""
    claim = roles["claim"]
    joined = dict(marks)
    joined["role.claim"] = claim
    joined["role.opinion"] = roles["opinion"]
    joined["role.other"] = roles["boilerplate"] + roles["heading"] + roles["question"]
    bare = not marks.get("source.attributed") and not marks.get("source.bare_quote")
    joined["claim.vague"] = claim * marks.get("source.vague", 0.0)
    joined["claim.bare"] = claim * bare
    joined["claim.bare_nameless"] = claim * bare * (not marks.get("names.any"))
    joined["claim.bare_undated"] = claim * bare * marks.get("time.none", 0.0)
    joined["claim.bare_on_vague_page"] = claim * bare * marks.get("page.vague_share", 0.0)
    joined["claim.bare_on_undated_page"] = claim * bare * marks.get("page.undated", 0.0)
    joined["claim.bare_on_named_page"] = claim * bare * marks.get("page.named_share", 0.0)
    unattributed = bare or marks.get("source.vague", 0.0)
    joined["claim.unnamed_parties"] = bool(unattributed) * joined.pop("event.unnamed_parties", 0.0)
    return {name: value for name, value in joined.items() if value}
