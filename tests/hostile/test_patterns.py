"""Every regular expression of the package grows at most 2.6 times in time when its adversarial input doubles."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

import detector
from detector.detectors import default_detectors
from detector.detectors.boilerplate import BoilerplateDetector
from detector.detectors.boilerplate.patterns import compile_pattern, load_patterns
from detector.document import build_document, sentences
from detector.types import Article

SIZE = 2_000
"""Code points of the smaller input: a quadratic pattern takes 50 ms and more on twice as many."""

SMALL = 500
"""Code points to fall back to for a pattern that is slow on as few."""

WINDOWED = ("detector.document.sentences:_INITIALS", "detector.document.sentences:_WORD_BEFORE")
"""Patterns that their module only ever tries on the few code points before an offset."""

AT_START = ("detector.sourcing.marks:_PAST",)
"""Patterns that their module only ever matches at the start of a word."""

HARMLESS = 0.003
"""Seconds on the doubled input under which growth cannot be told from noise, and does no harm."""

LIMIT = 2.6

UNITS = (
    " ",
    "\n",
    "a",
    "A",
    "1",
    ".",
    '"',
    "'",
    "-",
    "|",
    "(",
    "a ",
    "A. ",
    "1,",
    "a-",
    "a.",
    "U.S. ",
    "#",
    " \n",
    "é",
)


def patterns_in(value: object, depth: int = 0, seen: set[int] | None = None) -> Iterator[re.Pattern[str]]:
    """Compiled patterns reachable from a value of this package: containers, instances, cached functions."""
    seen = set() if seen is None else seen
    if depth > 6 or id(value) in seen or isinstance(value, type):
        return
    seen.add(id(value))
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif hasattr(value, "cache_info"):
        if (
            str(getattr(value, "__module__", "")).startswith("detector")
            and not inspect.signature(value).parameters
        ):  # type: ignore[arg-type]
            yield from patterns_in(value(), depth + 1, seen)  # type: ignore[operator]
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from patterns_in(item, depth + 1, seen)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from patterns_in(item, depth + 1, seen)
    elif type(value).__module__.startswith("detector"):
        names = [*getattr(value, "__dict__", {}), *getattr(type(value), "__slots__", ())]
        for name in names:
            yield from patterns_in(getattr(value, name, None), depth + 1, seen)


def package_patterns() -> dict[str, re.Pattern[str]]:
    """Patterns of all modules and of the detectors' instances, by where they were found."""
    found: dict[str, re.Pattern[str]] = {}
    seen: set[str] = set()

    def add(place: str, value: object) -> None:
        for i, pattern in enumerate(patterns_in(value)):
            if pattern.pattern not in seen:
                seen.add(pattern.pattern)
                found[f"{place}[{i}]" if i else place] = pattern

    for info in pkgutil.walk_packages(detector.__path__, "detector."):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        for name, value in sorted(vars(module).items()):
            if not name.startswith("__"):
                add(f"{info.name}:{name}", value)
    for made in default_detectors():
        if not isinstance(made, BoilerplateDetector):  # Its patterns are tested one by one, below.
            add(type(made).__name__, made)
    return found


def attacks(regex: str) -> list[str]:
    """Units that, repeated, hit the loops of a pattern: its own words and the usual characters."""
    words = list(dict.fromkeys(re.findall(r"(?<![\\a-z])[A-Za-z]{2,}", regex)))[:4]
    own = [f"{word} " for word in words] + ([" ".join(words) + " "] if words else [])
    return [*UNITS, *own]


def seconds(run: Callable[[str], Any], text: str, repeats: int = 1) -> float:
    """Best processor time of some runs: the one that the machine disturbed least."""
    best = float("inf")
    for _ in range(repeats):
        start = time.thread_time()
        run(text)
        best = min(best, time.thread_time() - start)
    return best


def growth(run: Callable[[str], Any], unit: str, size: int = SIZE) -> float:
    """How many times longer the doubled input takes; 1.0 where it is too fast to matter."""
    small = (unit * size)[:size] + "\x00"
    large = (unit * size * 2)[: size * 2] + "\x00"
    if size > SMALL and seconds(run, large[-2 * SMALL :]) > HARMLESS:
        return growth(run, unit, SMALL)  # Slow already: a quadratic pattern would hold up the suite.
    if seconds(run, large) < HARMLESS:
        return 1.0
    return min(seconds(run, large, 3) / max(seconds(run, small, 3), 1e-6) for _ in range(3))


def scan(pattern: re.Pattern[str]) -> Callable[[str], Any]:
    return lambda text: sum(1 for _ in pattern.finditer(text))


PACKAGE = package_patterns()


@pytest.mark.parametrize("place", sorted(PACKAGE.keys() - set(WINDOWED)))
def test_package_pattern_is_linear(place: str) -> None:
    pattern = PACKAGE[place]
    run = pattern.match if place in AT_START else scan(pattern)
    slow = {unit: g for unit in attacks(pattern.pattern) if (g := growth(run, unit)) > LIMIT}
    assert not slow, f"{place} {pattern.pattern!r} grows by {slow}"


@pytest.mark.parametrize("pattern", load_patterns(), ids=lambda pattern: pattern.id)
def test_boilerplate_pattern_is_linear(pattern: Any) -> None:
    compiled = compile_pattern(pattern.regex)
    run = compiled.fullmatch if pattern.scope == "line" else scan(compiled)
    slow = {unit: g for unit in attacks(pattern.regex) if (g := growth(run, unit)) > LIMIT}
    assert not slow, f"{pattern.id} grows by {slow}"


def test_windows_are_small() -> None:
    assert sentences._LOOKBACK <= 64


def test_the_check_finds_a_quadratic_pattern() -> None:
    # `growth` gives the least that it measures: one of several tries is free of other work on the machine.
    assert max(growth(scan(re.compile(r"a+b")), "a") for _ in range(5)) > LIMIT


@pytest.mark.parametrize(
    "unit",
    [
        '"',
        "- a b c\n",
        "| a | b |\n",
        "the world watches ",
        "as an ai language model, i ",
        "Key points:\n- a b c\n",
    ],
)
def test_the_detector_is_linear(unit: str) -> None:
    found = BoilerplateDetector()
    small, large = (build_document(Article(unit * (n // len(unit)))) for n in (20_000, 40_000))
    ratios = [
        seconds(lambda _: found.detect([large]), "", 3)
        / max(seconds(lambda _: found.detect([small]), "", 3), 1e-6)
        for _ in range(3)
    ]
    assert min(ratios) <= LIMIT
