"""Where articles of one event disagree; each rule asks for a value that the other article never gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations

from detector.corroboration.findings import ConflictKind, Contradiction, Quote
from detector.corroboration.statements import Statement, words_pattern
from detector.corroboration.terms import cosine, count_terms, weigh
from detector.data import load_toml
from detector.report import Report

SUBJECT_SIMILARITY = 0.2
MOST_ARTICLES = 40
"""Articles of one event that are compared with each other; more would make the work quadratic."""
_ACTIONS = ("meeting", "agreement")
Conflict = tuple[ConflictKind, Statement, Statement, str]


def find_contradictions(
    articles: Sequence[int],
    statements: Mapping[int, Sequence[Statement]],
    places: Mapping[int, frozenset[str]],
    reports: Sequence[Report],
    quote: Callable[[Statement], Quote],
) -> tuple[Contradiction, ...]:
    """Compare the articles of one event two by two; of the same conflict, the first pair is given."""
    found: dict[tuple[str, frozenset[str]], Contradiction] = {}

    def keep(conflict: Conflict) -> None:
        kind, first, second, sentence = conflict
        values = frozenset((first.value, second.value)) if first.value else frozenset((sentence,))
        key = (f"{kind} {first.action}", values)
        found.setdefault(key, Contradiction(kind, quote(first), quote(second), sentence))

    for left, right in combinations(articles[:MOST_ARTICLES], 2):
        a, b = statements[left], statements[right]
        for rule in (_participants, _place, _status, _agreement):
            for conflict in rule(a, b, places):
                if not _other_meeting(*conflict[:3], reports):
                    keep(conflict)
                    break
        for conflict in _facts(a, b, reports):
            keep(conflict)
    return tuple(found.values())


def _other_meeting(
    kind: ConflictKind, first: Statement, second: Statement, reports: Sequence[Report]
) -> bool:
    """Whether two sentences may tell of different talks, or of the same ones before and after: no conflict."""
    if kind == "agreement":
        return False
    days = [s.day for s in (first, second)]
    published = [reports[s.article].article.published for s in (first, second)]
    if kind == "status":
        plan = first if first.status == "planned" else second
        again = _again().search(reports[plan.article].quote(plan.span))
        # A plan of another day than the report of what happened is news before it, or news of the next talks.
        if again or (None not in published and published[0] != published[1]):
            return True
    if None not in days:
        return days[0] != days[1]
    if published[0] is None or published[1] is None:
        return False
    limit: int = load_toml("corroboration.toml")["thresholds"]["meeting_days"]
    return abs((published[0] - published[1]).days) > limit


@cache
def _again() -> re.Pattern[str]:
    return words_pattern(load_toml("corroboration.toml")["again"]["words"])


def _meetings(statements: Sequence[Statement]) -> list[Statement]:
    return [s for s in statements if s.action == "meeting" and len(s.parties) > 1]


def _participants(
    a: Sequence[Statement], b: Sequence[Statement], places: Mapping[int, frozenset[str]]
) -> Iterator[Conflict]:
    """Same place, both held; one set of parties is a part of the other, and never widened in its article."""
    ours, theirs = _meetings(a), _meetings(b)
    for first in ours:
        for second in theirs:
            same_place = first.place is not None and first.place == second.place
            if not same_place or "planned" in (first.status, second.status):
                continue
            if first.parties < second.parties or second.parties < first.parties:
                small, large = (ours, second) if first.parties < second.parties else (theirs, first)
                if not any(s.parties >= large.parties for s in small):
                    yield (
                        "participants",
                        first,
                        second,
                        f"Who met in {first.place} differs: {_names(first.parties)}, or {_names(second.parties)}.",
                    )


def _place(
    a: Sequence[Statement], b: Sequence[Statement], places: Mapping[int, frozenset[str]]
) -> Iterator[Conflict]:
    """Same parties; each article's place is never named in the other."""
    for first in _meetings(a):
        for second in _meetings(b):
            if (
                first.parties == second.parties
                and first.place
                and second.place
                and first.place not in places[second.article]
                and second.place not in places[first.article]
            ):
                yield (
                    "place",
                    first,
                    second,
                    f"Where {_names(first.parties)} meet differs: {first.place}, or {second.place}.",
                )


def _status(
    a: Sequence[Statement], b: Sequence[Statement], places: Mapping[int, frozenset[str]]
) -> Iterator[Conflict]:
    """Same parties: held in one article; in the other only ever planned or possible."""
    for held, other, swapped in ((a, b, False), (b, a, True)):
        for first in _meetings(held):
            same = [s for s in _meetings(other) if s.parties == first.parties]
            planned = [s for s in same if s.status == "planned"]
            if first.status == "happened" and planned and not any(s.status == "happened" for s in same):
                pair = (planned[0], first) if swapped else (first, planned[0])
                who = _names(first.parties)
                yield (
                    "status",
                    *pair,
                    f"Whether {who} have met differs: one article says that they did, the other that talks are only planned or possible.",
                )


def _agreement(
    a: Sequence[Statement], b: Sequence[Statement], places: Mapping[int, frozenset[str]]
) -> Iterator[Conflict]:
    """Reached in one article; in the other only hoped for, with none reached that shares a party."""
    for made, other, swapped in ((a, b, False), (b, a, True)):
        deals = [s for s in made if s.action == "agreement" and s.status == "happened" and s.joined]
        theirs = [s for s in other if s.action == "agreement"]
        for first in deals:
            shared = [s for s in theirs if s.parties & first.parties]
            hoped = [s for s in shared if s.status == "planned"]
            if hoped and not any(s.status == "happened" for s in shared):
                pair = (hoped[0], first) if swapped else (first, hoped[0])
                yield (
                    "agreement",
                    *pair,
                    f"Whether {_names(first.parties)} agreed differs: one article says that an agreement was reached, the other only hopes for one.",
                )


def _facts(a: Sequence[Statement], b: Sequence[Statement], reports: Sequence[Report]) -> Iterator[Conflict]:
    """Opposite outcomes, other counts and other days, in sentences on the same subject."""
    for topic in sorted({s.action for s in a} & {s.action for s in b} - set(_ACTIONS)):
        ours, theirs = ([s for s in side if s.action == topic] for side in (a, b))
        values = [{s.value.partition(":")[0] for s in side} for side in (ours, theirs)]
        outcome = topic.startswith("the ")
        first, second = ours[0], theirs[0]
        if not _same_subject(first, second, reports):
            continue
        if outcome and values[0].isdisjoint(values[1]):
            words = [s.value.partition(":")[2] for s in (first, second)]
            yield "outcome", first, second, f"The articles differ on {topic}: “{words[0]}”, or “{words[1]}”."
        elif outcome and first.day and second.day and first.day != second.day:
            days = [{s.day for s in side} for side in (ours, theirs)]
            if values[0] == values[1] and days[0].isdisjoint(days[1]):
                yield "day", first, second, f"When {topic} falls differs: {first.day}, or {second.day}."
        elif not outcome and values[0].isdisjoint(values[1]) and _same_day(first, second, reports):
            yield "number", first, second, f"The number of {topic} differs: {first.value}, or {second.value}."


def _same_day(first: Statement, second: Statement, reports: Sequence[Report]) -> bool:
    """Tolls grow: sentences or articles known to be of different days don't contradict each other."""
    stated = [s.day for s in (first, second)]
    published = [reports[s.article].article.published for s in (first, second)]
    return all(None in days or days[0] == days[1] for days in (stated, published))


def _same_subject(first: Statement, second: Statement, reports: Sequence[Report]) -> bool:
    counts = [count_terms(reports[s.article].quote(s.span)) for s in (first, second)]
    return len(counts[0].keys() & counts[1].keys()) >= 2 and cosine(*weigh(counts)) >= SUBJECT_SIMILARITY


def _names(parties: frozenset[str]) -> str:
    names = sorted(parties)
    return f"{', '.join(names[:-1])} and {names[-1]}"
