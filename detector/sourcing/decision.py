"""Role, source kind, time kind and `unsupported`: logistic models over readable marks.

Their weights are JSON: `detector/data/sourcing/weights.json` for the rules alone, and `decision.json`
of the artifact for rules and encoder together. A weight is the log-odds that one whole mark adds.
`python -m training sourcing fit` writes both.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from detector.errors import ModelError
from detector.models.artifact import Artifact
from detector.sourcing.marks import Marks, dot

Classes = Mapping[str, Mapping[str, float]]
"""Class name to its weights, with `bias`."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Fitted weights of the four fields; a claim is unsupported from `threshold` on, and surely so from `sure_from` on.

    Between the two, fewer than half of the flags on news by people are right.
    """

    roles: Classes
    sources: Classes
    times: Classes
    unsupported: Mapping[str, float]
    threshold: float
    sure_from: float


def parse_weights(data: Mapping[str, Any]) -> Weights:
    """Weights from their JSON form."""
    return Weights(
        data["roles"],
        data["sources"],
        data["times"],
        data["unsupported"],
        float(data["threshold"]),
        float(data.get("sure_from", data["threshold"])),
    )


def artifact_weights(artifact: Artifact) -> Weights:
    """Weights that come with an encoder.

    Raises
    ------
    ModelError
        Where the artifact lacks them, or a part of them.
    """
    data = artifact.json("decision.json")
    try:
        return parse_weights(data)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"artifact {artifact.info.name}: decision.json is incomplete: {error}") from error


@cache
def shipped_weights() -> Weights:
    """Weights of the rules alone, that come with the package."""
    path = files("detector.data") / "sourcing" / "weights.json"
    return parse_weights(json.loads(path.read_text("utf-8")))


def class_probabilities(marks: Marks, classes: Classes) -> dict[str, float]:
    """Probability of each class; they sum to 1."""
    scores = {name: w.get("bias", 0.0) + dot(w, marks) for name, w in classes.items()}
    top = max(scores.values())
    powers = {name: math.exp(score - top) for name, score in scores.items()}
    total = sum(powers.values())
    return {name: power / total for name, power in powers.items()}


def unsupported_probability(marks: Marks, weights: Mapping[str, float]) -> float:
    """Probability that a careful editor flags the sentence as unsupported."""
    score = weights.get("bias", 0.0) + dot(weights, marks)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


OWN_MARKS = frozenset(
    [
        "source.vague",
        "source.named",
        "source.role",
        "source.hearsay",
        "source.attributed",
        "source.bare_quote",
        "source.inherited",
        "source.quoted",
        "names.any",
        "names.count",
        "names.title_case",
        "time.none",
        "time.absolute",
        "figures.any",
        "figures.money",
        "event.generic_party",
        "event.vague_verb",
        "page.undated",
        "page.named_share",
        "page.vague_share",
        "page.names",
        "before.source.vague",
        "after.source.vague",
        "before.source.named",
        "opener.quantifier",
        "opener.this",
        "block.list_item",
        "length.words",
        "voice.first",
        "verbs.has",
        "verbs.will",
        "model.unsupported",
        "model.source.none",
        "model.source.vague",
        "model.source.named",
        "model.tagged_source",
        "model.tagged_content",
    ]
)
"""Marks that the decision reads; few, so that a reader can follow it."""


def decision_marks(marks: Marks, roles: Mapping[str, float], sources: Mapping[str, float]) -> Marks:
    """Marks of the decision: some of the sentence's own, its role and source, and the products that matter."""
    claim, vague, nobody = roles["claim"], sources["vague"], sources["none"]
    joined = {name: value for name, value in marks.items() if name in OWN_MARKS}
    joined["role.claim"] = claim
    joined["role.opinion"] = roles["opinion"]
    joined["claim.vague"] = claim * vague
    joined["claim.bare"] = claim * nobody
    joined["claim.bare_nameless"] = claim * nobody * (not marks.get("names.any"))
    joined["claim.bare_undated"] = claim * nobody * marks.get("time.none", 0.0)
    joined["claim.bare_on_vague_page"] = claim * nobody * marks.get("page.vague_share", 0.0)
    joined["claim.bare_on_undated_page"] = claim * nobody * marks.get("page.undated", 0.0)
    joined["claim.bare_on_named_page"] = claim * nobody * marks.get("page.named_share", 0.0)
    joined["claim.unnamed_parties"] = claim * max(vague, nobody) * marks.get("event.unnamed_parties", 0.0)
    return {name: value for name, value in joined.items() if value}
