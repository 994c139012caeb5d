"""The catalogue of rules and the measured rates behind it."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest

from detector.data import load_toml
from detector.detectors.boilerplate.patterns import load_patterns
from detector.errors import UsageError
from detector.rules import FAMILIES, Rule, catalogue, select_rules

RATES = json.loads((files("detector.data") / "rates.json").read_text("utf-8"))


def rule(**changes: object) -> Rule:
    fields = {
        "code": "BP001",
        "name": "x",
        "category": "boilerplate",
        "severity": "info",
        "meaning": "m",
        "advice": "a",
        "example": "e",
    }
    return Rule(**(fields | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_a_rule_says_what_a_reader_needs(code: str) -> None:
    found = catalogue()[code]
    assert re.fullmatch("(?:" + "|".join(FAMILIES) + r")\d{3}", code)
    assert re.fullmatch(r"[a-z]+(?:-[a-z]+)*", found.name)
    assert found.category in ("boilerplate", "machine_writing", "unsupported_claim", "integrity")
    assert found.severity in ("info", "warning", "error")
    assert found.meaning.endswith((".", "?", ")"))
    assert found.advice
    assert found.example


def test_codes_are_in_order_and_names_unique() -> None:
    rules = catalogue()
    assert list(rules) == sorted(rules)
    assert len({found.name for found in rules.values()}) == len(rules)


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        catalogue()["BP999"] = rule()  # type: ignore[index]


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        ({}, True),
        ({"human_rate": 0.1}, True),
        ({"human_rate": 0.1, "machine_rate": 0.2}, True),
        ({"human_rate": 0.2, "machine_rate": 0.2}, False),
        ({"human_rate": 0.3, "machine_rate": 0.2}, False),
        ({"human_rate": 0.3, "machine_rate": 0.2, "always_counted": True}, True),
    ],
)
def test_a_rule_is_counted_by_its_rates(changes: dict[str, object], counted: bool) -> None:
    assert rule(**changes).counted is counted


@pytest.mark.parametrize(
    ("select", "ignore", "kept", "dropped"),
    [
        ((), (), "BP001", ""),
        (("BP",), (), "BP004", "AI001"),
        (("bp001",), (), "BP001", "BP002"),
        ((), ("BP",), "AI001", "BP001"),
        (("BP",), ("BP001",), "BP002", "BP001"),
    ],
)
def test_select_and_ignore(select: tuple[str, ...], ignore: tuple[str, ...], kept: str, dropped: str) -> None:
    chosen = select_rules(select, ignore)
    assert kept in chosen
    assert dropped not in chosen


@pytest.mark.parametrize("prefix", ["XX", "BP9", ""])
def test_an_unknown_prefix_is_an_error(prefix: str) -> None:
    with pytest.raises(UsageError):
        select_rules(select=(prefix,))


def test_rates_rest_on_enough_news() -> None:
    assert RATES["words"]["human"] >= 1_500_000
    assert RATES["words"]["machine"] >= 500_000
    assert all(len(corpus["sha256"]) == 64 for corpus in RATES["corpora"])
    assert all("/train/" in corpus["corpus"] for corpus in RATES["corpora"])


def test_every_boilerplate_rule_and_pattern_is_measured() -> None:
    assert {code for code in catalogue() if code.startswith("BP")} <= RATES["rules"].keys()
    assert {pattern.id for pattern in load_patterns()} == RATES["patterns"].keys()


def test_counted_boilerplate_is_rarer_in_human_news() -> None:
    counted = [
        RATES["rules"][code] for code, found in catalogue().items() if code.startswith("BP") and found.counted
    ]
    human = sum(row["human_per_1000"] for row in counted)
    machine = sum(row["machine_per_1000"] for row in counted)
    assert machine >= 5 * human


def test_an_uncounted_pattern_is_as_frequent_in_human_news() -> None:
    settings = load_toml("boilerplate/counting.toml")
    for pattern in load_patterns():
        row = RATES["patterns"][pattern.id]
        if not pattern.counted and pattern.rule not in settings["leftover_rules"]:
            assert row["machine_per_1000"] < settings["min_ratio"] * row["human_per_1000"]
