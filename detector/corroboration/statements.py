"""What one article states of an event: who, what, where, when, whether it happened, how many."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from itertools import product
from operator import itemgetter
from typing import Any, NamedTuple

from detector.corroboration.figures import FigureReader
from detector.corroboration.status import NEAR, Status, StatusReader
from detector.corroboration.terms import places
from detector.corroboration.words import words_pattern
from detector.data import load_toml
from detector.report import Report
from detector.sourcing.calendar import value_of
from detector.sourcing.times import TimeForm, find_times
from detector.types import Article, Span

ACTIONS = frozenset(("meeting", "agreement"))
LONGEST = 1000
"""Code points of a sentence at most; a longer one is a list or a table, and no statement is read from it."""
_PREPOSITION = re.compile(r"\b(?:in|at)\s(?:the\s)?$", re.IGNORECASE)
_JOINT = re.compile(
    r"^(?:\s?[-–/]\s?|,?\s?(?:and|with|&)\s|,\s)?(?:(?:the|senior|top|officials?|from|leaders?|of)\s)*$",
    re.IGNORECASE,
)
_FULL_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")
_BARE_YEAR = re.compile(r"^\d{4}$")
_CALENDAR = re.compile(r"^[\dX]{4}")


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence's word on one action; `value` is an outcome's side, or a count, whose `scope` has the names that limit it.

    `reported` is the day of its article, `times` are the TIMEX3 values of the sentence's times, `day`
    the first day that it writes out, and `held_on` the one that it writes out beside the action.
    `joined` says that the parties stand side by side near the action, not just in its sentence.
    """

    article: int
    span: Span
    text: str
    reported: date | None
    action: str
    parties: frozenset[str] = frozenset()
    place: str | None = None
    times: tuple[str, ...] = ()
    day: str | None = None
    held_on: str | None = None
    status: Status = "unclear"
    value: str = ""
    scope: str = ""
    joined: bool = True


@dataclass(frozen=True)
class Account:
    """What one article tells of an event: its statements in order, and all places and times that it names."""

    article: Article
    reported: date | None
    statements: tuple[Statement, ...]
    places: frozenset[str]

    @cached_property
    def times(self) -> frozenset[str]:
        """TIMEX3 values of all the article's times."""
        return frozenset(_times(self.article.text, self.reported))

    @cached_property
    def topics(self) -> dict[str, tuple[Statement, ...]]:
        """The statements by action; of those that tell the same of talks or deals, the first."""
        found: dict[str, dict[object, Statement]] = defaultdict(dict)
        for s in self.statements:
            said = s.text if s.value else replace(s, span=Span(0, 0), text="")
            found[s.action].setdefault(said, s)
        return {action: tuple(statements.values()) for action, statements in found.items()}


class _Mention(NamedTuple):
    name: str
    venue: str
    start: int
    end: int


class _Chain(NamedTuple):
    parties: frozenset[str]
    start: int
    end: int


class StatementReader:
    """Reads statements by the word lists of `corroboration.toml`."""

    def __init__(self) -> None:
        data = load_toml("corroboration.toml")
        self._figures = FigureReader(data)
        self._negation = words_pattern([*data["negation"]["before"], *data["negation"]["denials"]])
        self._place, self._names = places()
        self._venues: dict[str, str] = {**self._names, **data["venues"]}
        actions = data["action"]
        self._actions = {kind: words_pattern(action["words"]) for kind, action in actions.items()}
        self._status = {kind: StatusReader(action, data["negation"]) for kind, action in actions.items()}
        self._conflict = words_pattern(data["conflict"]["words"])
        self._unsure = words_pattern(data["unsure"]["words"])
        self._past = words_pattern(data["past"]["words"])
        self._outcomes = [
            (o["topic"], words_pattern(o["yes"]), words_pattern(o["no"])) for o in data["outcome"]
        ]

    def read(self, place: int, report: Report, reported: date | None) -> Account:
        """Give what the article of one report states; `reported` is its day."""
        found: list[Statement] = []
        for sentence in report.sentences:
            # Short true claims are often taken for boilerplate.
            if sentence.sourcing.role != "question" and len(sentence.span) <= LONGEST:
                text = report.quote(sentence.span).replace("’", "'")
                state = partial(_dated, place, sentence.span, text, reported)
                found += self._events(state, text, reported)
                facts = list(self._outcomes_and_counts(state, text))
                # A sentence of a bare year tells of another event, or of all that year's.
                if facts and not _first(_BARE_YEAR, _times(text, reported, "absolute")):
                    found += facts
        named = [match.group() for match in self._place.finditer(report.article.text)]
        places = frozenset(names[name] for name in named for names in (self._names, self._venues))
        return Account(report.article, reported, tuple(found), places)

    def bears_out(self, claim: str, support: str) -> bool:
        """Whether a sentence has all figures of a claim, and denies or affirms as it does."""
        denied = [self._negation.search(text.replace("’", "'")) is not None for text in (claim, support)]
        return denied[0] == denied[1] and self._figures.figures(claim) <= self._figures.figures(support)

    def _events(
        self, state: Callable[..., Statement], text: str, reported: date | None
    ) -> Iterator[Statement]:
        mentions = [
            _Mention(self._names[m.group()], self._venues[m.group()], m.start(), m.end())
            for m in self._place.finditer(text)
        ]
        chains = _chains(
            text, [m for m in mentions if not _PREPOSITION.search(text[max(0, m.start - 12) : m.start])]
        )
        for kind, pattern in self._actions.items():
            words = list(pattern.finditer(text)) if mentions else []
            if not words:
                continue
            chain, word = _nearest(chains, words) or (None, words[0])
            parties = chain.parties if chain else frozenset()
            if chain is None and kind == "agreement":
                parties = frozenset(m.name for m in mentions)
            start, end = word.span()
            status = self._status[kind].read(text, start, end, chain and chain[1:])
            if parties and status:
                clause = self._status[kind].clause(text[end : end + 2 * NEAR])
                yield state(
                    action=kind,
                    parties=parties,
                    place=self._where(text, mentions, end, parties),
                    held_on=_first(_FULL_DAY, _times(clause, reported, "absolute")),
                    status=status,
                    joined=chain is not None,
                )

    def _where(
        self, text: str, mentions: Sequence[_Mention], end: int, parties: frozenset[str]
    ) -> str | None:
        for mention in mentions:
            if not end <= mention.start <= end + NEAR or mention.venue in parties:
                continue
            between = text[end : mention.start]
            if _PREPOSITION.search(between) and not self._conflict.search(between):
                return mention.venue
        return None

    def _outcomes_and_counts(self, state: Callable[..., Statement], text: str) -> Iterator[Statement]:
        if self._past.search(text):
            return
        for topic, yes, no in self._outcomes:
            said_no, said_yes = no.search(text), yes.search(text)
            word = said_no or said_yes
            if word is None or (said_no and said_yes):
                continue
            if not self._unsure.search(text[max(0, word.start() - NEAR) : word.start()]):
                yield state(action=topic, value=f"{'no' if said_no else 'yes'}:{word.group().lower()}")
        for noun, count, scope in self._figures.counts(text):
            yield state(action=noun, value=str(count), scope=scope)


def _nearest(chains: Sequence[_Chain], words: Sequence[re.Match[str]]) -> tuple[_Chain, re.Match[str]] | None:
    """Parties and the action closest to each other."""
    pairs = (
        (max(word.start() - chain.end, chain.start - word.end(), 0), chain, word)
        for chain, word in product(chains, words)
    )
    best = min(pairs, key=itemgetter(0), default=None)
    return best[1:] if best and best[0] <= NEAR else None


def _chains(text: str, mentions: Sequence[_Mention]) -> list[_Chain]:
    """Runs of two or more parties joined by commas, "and", "with" or a hyphen."""
    runs: list[list[_Mention]] = []
    for mention in mentions:
        if runs and _JOINT.match(text[runs[-1][-1].end : mention.start]) and mention.start > runs[-1][-1].end:
            runs[-1].append(mention)
        else:
            runs.append([mention])
    chains = [_Chain(frozenset(m.name for m in run), run[0].start, run[-1].end) for run in runs]
    return [chain for chain in chains if len(chain.parties) > 1]


def _dated(article: int, span: Span, text: str, reported: date | None, **stated: Any) -> Statement:
    """A statement with its sentence's times; those of a plan lie ahead."""
    times = _times(text, reported, "absolute", "relative", ahead=stated.get("status") == "planned")
    day = _first(_FULL_DAY, _times(text, reported, "absolute"))
    return Statement(article, span, text, reported, times=tuple(times), day=day, **stated)


def _times(text: str, reported: date | None, *forms: TimeForm, ahead: bool = False) -> list[str]:
    """Calendar values of a text's times, in order; of these forms, or of any."""
    found = [t for t in find_times(text) if not forms or t.form in forms]
    values = [value_of(t, text, reported, ahead) for t in found]
    return [value for value in values if value and _CALENDAR.match(value)]


def _first(pattern: re.Pattern[str], values: Iterable[str]) -> str | None:
    return next((value for value in values if pattern.match(value)), None)
