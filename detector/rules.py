"""The catalogue of rules: what each code means, an example, and how often it fires on human news."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import cast

from detector.data import load_toml
from detector.errors import UsageError
from detector.types import Category, Json, Severity

FAMILIES = ("AI", "BP", "EVT", "INT", "NUM", "SRC", "TMP")


@dataclass(frozen=True, slots=True)
class Rule:
    """One stable code.

    `human_rate` and `machine_rate` are flags per 1,000 words on human news and on machine-written
    news, measured by `python -m training rates`; None where not measured yet.
    `always_counted` is set for rules that are evidence by themselves (an AI disclosure).
    """

    code: str
    name: str
    category: Category
    severity: Severity
    meaning: str
    advice: str
    example: str
    always_counted: bool = False
    human_rate: float | None = None
    machine_rate: float | None = None

    @property
    def counted(self) -> bool:
        """False where the rule fires on human news as often as on machine text."""
        if self.always_counted or self.human_rate is None or self.machine_rate is None:
            return True
        return self.human_rate < self.machine_rate

    def to_dict(self) -> dict[str, Json]:
        """Give the JSON of `dateline rules --format json` and of `GET /v1/rules`."""
        return {
            "code": self.code,
            "name": self.name,
            "category": self.category,
            "severity": self.severity,
            "counted": self.counted,
            "meaning": self.meaning,
            "advice": self.advice,
            "example": self.example,
            "human_per_1000_words": self.human_rate,
            "machine_per_1000_words": self.machine_rate,
        }


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Rule]:
    """Every rule by its code, in the order of codes; read-only."""
    measured = json.loads((files("detector.data") / "rates.json").read_text("utf-8"))["rules"]
    rules: dict[str, Rule] = {}
    for family in FAMILIES:
        for code, entry in load_toml(f"rules/{family}.toml").items():
            if code == "source":
                continue
            rates = measured.get(code, {})
            rules[code] = Rule(
                code=code,
                name=entry["name"],
                category=cast(Category, entry["category"]),
                severity=cast(Severity, entry["severity"]),
                meaning=" ".join(entry["meaning"].split()),
                advice=" ".join(entry["advice"].split()),
                example=" ".join(entry["example"].split()),
                always_counted=bool(entry.get("always_counted", False)),
                human_rate=rates.get("human_per_1000"),
                machine_rate=rates.get("machine_per_1000"),
            )
    return MappingProxyType(dict(sorted(rules.items())))


@lru_cache(maxsize=1)
def rules_version() -> str:
    """First 12 hex digits of a digest over every rule with its rates."""
    return sha256(repr(sorted(catalogue().items())).encode()).hexdigest()[:12]


def select_rules(select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()) -> frozenset[str]:
    """Codes that stay on: `select` and `ignore` hold codes or their prefixes ("SRC", "BP001").

    Raises
    ------
    UsageError
        For a prefix that no rule has.

    Examples
    --------
    >>> "INT001" in select_rules(ignore=("INT",))
    False
    """
    codes = catalogue().keys()
    for prefix in (*select, *ignore):
        if not prefix or not any(code.startswith(prefix.upper()) for code in codes):
            raise UsageError(f"no rule code starts with {prefix!r}; `dateline rules` lists them")
    chosen = {c for c in codes if not select or any(c.startswith(p.upper()) for p in select)}
    return frozenset(c for c in chosen if not any(c.startswith(p.upper()) for p in ignore))
