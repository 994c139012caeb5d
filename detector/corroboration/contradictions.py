"""Where articles of one event disagree; each rule asks for a value that the other article never gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import combinations, islice, product
from typing import NamedTuple

from detector.corroboration.findings import ConflictKind, Contradiction, Quote
from detector.corroboration.statements import ACTIONS, Account, Statement
from detector.corroboration.subjects import lacking, same_subject, told_apart
from detector.corroboration.words import either, words_pattern
from detector.data import load_toml

MOST_ARTICLES = 40
"""Articles of one event that are compared with each other; more would make the work quadratic."""
MOST_OCCASIONS = 40
"""An article that states more different things of talks, or of deals, is not compared on them."""
MOST_FACTS = 4
"""Statements of one article on one outcome or count that are held against another article's."""
WEEK = 7
"""Days before an article's own in which the meeting that it tells of was held."""
_TALKS = {
    "planned": "talks are only planned or possible",
    "not held": "their talks were denied, called off or never held",
}
_DEALS = {"planned": "only hopes for one", "not held": "says that there is none"}
_UNDONE = _TALKS.keys()
_DIGITS = re.compile(r"\d[\d,]*")


class Conflict(NamedTuple):
    """Two statements that can't both be right."""

    kind: ConflictKind
    first: Statement
    second: Statement
    sentence: str


def find_conflicts(accounts: Sequence[Account]) -> list[Conflict]:
    """Compare what the articles of one event tell, two by two."""
    found: list[Conflict] = []
    for a, b in combinations(accounts[:MOST_ARTICLES], 2):
        for rule in (_participants, _place, _status, _agreement):
            one_occasion = (c for c in rule(a, b) if not _other_occasion(c.first, c.second))
            found += islice(one_occasion, 1)
        found += islice(_when(a, b), 1)
        found += _facts(a, b)
    return found


def tell_once(
    conflicts: Sequence[Conflict], quote: Callable[[Statement], Quote]
) -> tuple[Contradiction, ...]:
    """Give the first pair of each conflict, however many articles repeat it."""
    told: dict[tuple[str, frozenset[str]], Contradiction] = {}
    for kind, first, second, sentence in conflicts:
        values = frozenset((first.value, second.value)) if first.value else frozenset((sentence,))
        key = (f"{kind} {first.action}", values)
        told.setdefault(key, Contradiction(kind, quote(first), quote(second), sentence))
    return tuple(told.values())


def _other_occasion(first: Statement, second: Statement) -> bool:
    """Whether two sentences may tell of different talks, or of the same ones before and after: no conflict."""
    known = first.reported is not None and second.reported is not None
    if (first.status in _UNDONE) != (second.status in _UNDONE):
        undone, done = (first, second) if first.status in _UNDONE else (second, first)
        # A plan of another day than the report of what happened is news before it, or news of the next talks.
        if (known and first.reported != second.reported) or _again().search(undone.text):
            return True
        # Compared as text, a week ("2024-W20") and a day of an unknown year lie behind any day: in doubt, the next talks.
        if any(time > (done.day or str(done.reported or "")) for time in undone.times):
            return True
    if first.day and second.day:
        return first.day != second.day
    return known and _days_between(first, second) > _meeting_days()


def _days_between(first: Statement, second: Statement) -> int:
    """Days between two articles; none where a date is unknown."""
    if first.reported is None or second.reported is None:
        return 0
    return abs((first.reported - second.reported).days)


@cache
def _meeting_days() -> int:
    days: int = load_toml("corroboration.toml")["thresholds"]["meeting_days"]
    return days


@cache
def _again() -> re.Pattern[str]:
    return words_pattern(load_toml("corroboration.toml")["again"]["words"])


@cache
def _rounds() -> re.Pattern[str]:
    return words_pattern(load_toml("corroboration.toml")["rounds"]["words"])


def _stated(action: str, account: Account) -> Sequence[Statement]:
    """What an article states on talks or on deals; nothing where that is too much to say which are meant."""
    found = account.topics.get(action, ())
    return found if len(found) <= MOST_OCCASIONS else ()


def _participants(a: Account, b: Account) -> Iterator[Conflict]:
    """Same place, both held; one set of parties is a part of the other, and never widened in its article."""
    ours, theirs = _stated("meeting", a), _stated("meeting", b)
    for first, second in product(ours, theirs):
        if not first.place or first.place != second.place or {first.status, second.status} & _UNDONE:
            continue
        if first.parties < second.parties or second.parties < first.parties:
            small, large = (ours, second) if first.parties < second.parties else (theirs, first)
            if not any(s.parties >= large.parties for s in small):
                told = f"{_names(first.parties)}, or {_names(second.parties)}"
                yield Conflict("participants", first, second, f"Who met in {first.place} differs: {told}.")


def _place(a: Account, b: Account) -> Iterator[Conflict]:
    """Same parties, both planned or neither; each article's place is never named in the other."""
    for first, second in product(_stated("meeting", a), _stated("meeting", b)):
        if first.parties != second.parties or not first.place or not second.place:
            continue
        plans = [s.status == "planned" for s in (first, second)]
        if "not held" in (first.status, second.status) or plans[0] != plans[1]:
            continue
        if first.place not in b.places and second.place not in a.places:
            told = f"Where {_names(first.parties)} meet differs: {first.place}, or {second.place}."
            yield Conflict("place", first, second, told)


def _when(a: Account, b: Account) -> Iterator[Conflict]:
    """Same parties and place, one meeting in each article, held in the week before; neither names the other's day."""
    for first, second in product(_stated("meeting", a), _stated("meeting", b)):
        if (
            first.parties == second.parties
            and first.place
            and first.place == second.place
            and _is_only_one(first, a)
            and _is_only_one(second, b)
            and first.held_on not in b.times
            and second.held_on not in a.times
            and _days_between(first, second) <= _meeting_days()
            and same_subject(first.text, second.text)
        ):
            told = f"When {_names(first.parties)} met differs: {first.held_on}, or {second.held_on}."
            yield Conflict("day", first, second, told)


def _is_only_one(meeting: Statement, account: Account) -> bool:
    """Whether a meeting was of one day, less than a week before its article, which tells of no other."""
    if not meeting.held_on or not meeting.reported or meeting.status != "happened":
        return False
    if _again().search(meeting.text) or _rounds().search(meeting.text):
        return False
    others = [s for s in _stated("meeting", account) if s.parties == meeting.parties]
    age = (meeting.reported - date.fromisoformat(meeting.held_on)).days
    return 0 <= age < WEEK and all(s.day in (None, meeting.held_on) for s in others)


def _status(a: Account, b: Account) -> Iterator[Conflict]:
    """Same parties: held in one article; in the other only ever planned, possible or called off."""
    for held, other in ((a, b), (b, a)):
        for done in _stated("meeting", held):
            same = [s for s in _stated("meeting", other) if s.parties == done.parties]
            if done.status != "happened" or any(s.status == "happened" for s in same):
                continue
            for undone in same:
                elsewhere = done.place and undone.place and done.place != undone.place
                if undone.status in _UNDONE and not elsewhere:
                    told = f"one article says that they did, the other that {_TALKS[undone.status]}"
                    whether = f"Whether {_names(done.parties)} have met differs: {told}."
                    yield _ordered("status", done, undone, whether)


def _agreement(a: Account, b: Account) -> Iterator[Conflict]:
    """Reached in one article; in the other hoped for or denied, by these parties or one alone, and reached by none of them."""
    for made, other in ((a, b), (b, a)):
        for deal in _stated("agreement", made):
            shared = [s for s in _stated("agreement", other) if s.parties & deal.parties]
            if deal.status != "happened" or not deal.joined or any(s.status == "happened" for s in shared):
                continue
            for undone in shared:
                alone = len(undone.parties) == 1 and undone.status == "planned"
                if (
                    undone.status in _UNDONE
                    and (alone or undone.parties >= deal.parties)
                    and not told_apart(deal.text, undone.text)
                ):
                    told = (
                        f"one article says that an agreement was reached, the other {_DEALS[undone.status]}"
                    )
                    whether = f"Whether {_names(deal.parties)} agreed differs: {told}."
                    yield _ordered("agreement", deal, undone, whether)


def _ordered(kind: ConflictKind, first: Statement, second: Statement, sentence: str) -> Conflict:
    if first.article > second.article:
        first, second = second, first
    return Conflict(kind, first, second, sentence)


def _facts(a: Account, b: Account) -> Iterator[Conflict]:
    """Opposite outcomes, other counts and other days, in sentences on the same subject."""
    for topic in sorted((a.topics.keys() & b.topics.keys()) - ACTIONS):
        yield from islice(_opposed(topic, a.topics[topic], b.topics[topic]), 1)


def _opposed(topic: str, ours: Sequence[Statement], theirs: Sequence[Statement]) -> Iterator[Conflict]:
    sides = [{s.value.partition(":")[0] for s in statements} for statements in (ours, theirs)]
    days = [{s.day for s in statements} for statements in (ours, theirs)]
    outcome = topic.startswith("the ")
    differ, other_days = sides[0].isdisjoint(sides[1]), days[0].isdisjoint(days[1]) and sides[0] == sides[1]
    for first, second in product(ours[:MOST_FACTS], theirs[:MOST_FACTS]):
        if not (differ or other_days) or not same_subject(first.text, second.text):
            continue
        if (
            outcome
            and differ
            and _days_between(first, second) <= _meeting_days()
            and not _charged_apart(first.text, second.text)
        ):
            words = [s.value.partition(":")[2] for s in (first, second)]
            told = f"The articles differ on {topic}: “{words[0]}”, or “{words[1]}”."
            yield Conflict("outcome", first, second, told)
        elif outcome and other_days and first.day and second.day:
            told = f"When {topic} falls differs: {first.day}, or {second.day}."
            yield Conflict("day", first, second, told)
        elif (
            not outcome
            and differ
            and _same_day(first, second)
            and _same_scope(first, second)
            and not (_told_in(first.value, second.text) or _told_in(second.value, first.text))
        ):
            told = f"The number of {topic} differs: {first.value}, or {second.value}."
            yield Conflict("number", first, second, told)


@cache
def _charge() -> re.Pattern[str]:
    """A verdict with what it is of: "convicted Deborah Askew of fraud"."""
    verdict = next(o for o in load_toml("corroboration.toml")["outcome"] if o["topic"] == "the verdict")
    verbs = [verb.removesuffix(" of") for verb in (*verdict["yes"], *verdict["no"])]
    return re.compile(rf"\b(?:{either(verbs)})\b[^.;]{{0,60}}?\sof\s(?:the\s|an?\s)?(\w+)", re.IGNORECASE)


def _charged_apart(first: str, second: str) -> bool:
    """Whether two verdicts are on different charges: guilty of fraud and not guilty of theft may both be so."""
    charges = [{m[1].lower() for m in _charge().finditer(text)} for text in (first, second)]
    return all(charges) and charges[0].isdisjoint(charges[1])


def _told_in(count: str, text: str) -> bool:
    """Whether a sentence has a count in digits, of whatever: "900 jobs, 240 of them in Kassel"."""
    return count in {found.replace(",", "") for found in _DIGITS.findall(text)}


def _same_day(first: Statement, second: Statement) -> bool:
    """Tolls grow: sentences or articles known to be of different days don't contradict each other."""
    stated, reported = (first.day, second.day), (first.reported, second.reported)
    return all(None in days or days[0] == days[1] for days in (stated, reported))


def _same_scope(first: Statement, second: Statement) -> bool:
    """A plant's jobs are not its owner's, nor a town's dead a country's: names that limit a count are in both."""
    return not (lacking(first.scope, second.text) or lacking(second.scope, first.text))


def _names(parties: frozenset[str]) -> str:
    names = sorted(parties)
    return f"{', '.join(names[:-1])} and {names[-1]}"
