"""What one article states of an event: who, what, where, when, whether it happened, how many."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from detector.data import load_toml
from detector.report import Report, SentenceFinding
from detector.types import Span

Status: TypeAlias = Literal["happened", "planned", "unclear"]
NEAR = 60
"""Code points within which a status word or a place belongs to an action."""
CLOSE = 24
"""Code points before an action within which a verb has it as its object."""
_RANGE = re.compile(r"\d\s(?:and|to|or)\s$")
_PREPOSITION = re.compile(r"\b(?:in|at)\s(?:the\s)?$", re.IGNORECASE)
_JOINT = re.compile(
    r"^(?:\s?[-–/]\s?|,?\s?(?:and|with|&)\s|,\s)?(?:(?:the|senior|top|officials?|from|leaders?|of)\s)*$",
    re.IGNORECASE,
)
_FULL_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence's word on one action; `value` is an outcome's side or a count.

    `joined` says that the parties stand side by side near the action, not just in its sentence.
    """

    article: int
    span: Span
    action: str
    parties: frozenset[str] = frozenset()
    place: str | None = None
    day: str | None = None
    status: Status = "unclear"
    value: str = ""
    joined: bool = True


@dataclass(frozen=True, slots=True)
class _Mention:
    name: str
    start: int
    end: int


class StatementReader:
    """Reads statements by the word lists of `corroboration.toml`."""

    def __init__(self) -> None:
        data = load_toml("corroboration.toml")
        self.names: dict[str, str] = {n: place for place, names in data["places"].items() for n in names}
        self._place = re.compile(rf"\b(?=[A-Z])(?:{_either(self.names)})(?!\w)")
        self.actions: dict[str, dict[str, Any]] = data["action"]
        self._action = {kind: words_pattern(a["words"]) for kind, a in self.actions.items()}
        self._happened = {kind: words_pattern(a["happened"]) for kind, a in self.actions.items()}
        self._planned = {kind: words_pattern(a["planned"]) for kind, a in self.actions.items()}
        self._conflict = words_pattern(data["conflict"]["words"])
        self._unsure = words_pattern(data["unsure"]["words"])
        self._past = words_pattern(data["past"]["words"])
        self._outcomes = [
            (o["topic"], words_pattern(o["yes"]), words_pattern(o["no"])) for o in data["outcome"]
        ]
        quantity = data["quantity"]
        number = rf"\d[\d,]{{0,11}}|{_either(quantity['words'])}"
        self._numbers = {word: value for value, word in enumerate(quantity["words"])}
        self._bound = re.compile(rf"(?:{_either(quantity['bounds'])})\s$", re.IGNORECASE)
        self._counts = [
            (
                c["noun"],
                re.compile(rf"(?<![\w$€£.,\-–—])({number})\s(?:{_either(c['after'])})(?!\w)", re.IGNORECASE),
            )
            for c in data["count"]
        ]

    def read(self, place: int, report: Report) -> list[Statement]:
        """Give the statements of one report's sentences, in order."""
        found: list[Statement] = []
        for sentence in report.sentences:
            if sentence.sourcing.role != "question":  # short true claims are often taken for boilerplate
                text = report.quote(sentence.span)
                found += self._events(place, sentence, text)
                found += self._outcomes_and_counts(place, sentence, text)
        return found

    def places_of(self, text: str) -> frozenset[str]:
        """Countries that a text names, by whatever name."""
        return frozenset(self.names[match.group()] for match in self._place.finditer(text))

    def _events(self, article: int, sentence: SentenceFinding, text: str) -> Iterable[Statement]:
        mentions = [_Mention(self.names[m.group()], m.start(), m.end()) for m in self._place.finditer(text)]
        if not mentions:
            return
        chains = _chains(
            text, [m for m in mentions if not _PREPOSITION.search(text[max(0, m.start - 12) : m.start])]
        )
        day = _day(sentence, text)
        for kind in self.actions:
            words = list(self._action[kind].finditer(text))
            if not words:
                continue
            best: tuple[int, frozenset[str], re.Match[str]] | None = None
            for names, start, end in chains:
                for word in words:
                    gap = max(word.start() - end, start - word.end(), 0)
                    if gap <= NEAR and (best is None or gap < best[0]):
                        best = (gap, names, word)
            word = best[2] if best else words[0]
            parties = best[1] if best else frozenset()
            if best is None and kind == "agreement":
                parties = frozenset(m.name for m in mentions)
            if parties:
                where = self._where(text, mentions, word, parties)
                status = self._status(kind, text, word)
                yield Statement(
                    article, sentence.span, kind, parties, where, day, status, joined=best is not None
                )

    def _where(
        self, text: str, mentions: Sequence[_Mention], word: re.Match[str], parties: frozenset[str]
    ) -> str | None:
        for mention in mentions:
            between = text[word.end() : mention.start]
            if (
                mention.start >= word.end()
                and len(between) <= NEAR
                and mention.name not in parties
                and _PREPOSITION.search(between)
                and not self._conflict.search(between)
            ):
                return mention.name
        return None

    def _status(self, kind: str, text: str, word: re.Match[str]) -> Status:
        before = text[max(0, word.start() - NEAR) : word.end()]
        after = text[word.end() : word.end() + NEAR]
        if self._planned[kind].search(before):
            return "planned"
        # "Held talks and said that they would": what follows is of the talks' content.
        if self._happened[kind].search(before[-(len(word.group()) + CLOSE) :]):
            return "happened"
        if self._planned[kind].search(after):
            return "planned"
        return "happened" if self._happened[kind].search(before + after) else "unclear"

    def _outcomes_and_counts(self, article: int, sentence: SentenceFinding, text: str) -> Iterable[Statement]:
        if self._past.search(text):
            return
        day = _day(sentence, text)
        for topic, yes, no in self._outcomes:
            said_no, said_yes = no.search(text), yes.search(text)
            if bool(said_no) != bool(said_yes):
                word = said_no or said_yes
                assert word is not None
                before = text[max(0, word.start() - NEAR) : word.start()]
                if not self._unsure.search(before):
                    side = "no" if said_no else "yes"
                    yield Statement(
                        article, sentence.span, topic, day=day, value=f"{side}:{word.group().lower()}"
                    )
        for noun, pattern in self._counts:
            matches = list(pattern.finditer(text))
            before = text[max(0, matches[0].start() - 14) : matches[0].start()] if matches else ""
            if len(matches) == 1 and not self._bound.search(before) and not _RANGE.search(before):
                digits = matches[0].group(1).lower().replace(",", "")
                value = self._numbers.get(digits, int(digits) if digits.isdecimal() else 0)
                yield Statement(article, sentence.span, noun, day=day, value=str(value))


def _chains(text: str, mentions: Sequence[_Mention]) -> list[tuple[frozenset[str], int, int]]:
    """Runs of two or more parties joined by commas, "and", "with" or a hyphen."""
    runs: list[list[_Mention]] = []
    for mention in mentions:
        if runs and _JOINT.match(text[runs[-1][-1].end : mention.start]) and mention.start > runs[-1][-1].end:
            runs[-1].append(mention)
        else:
            runs.append([mention])
    chains = []
    for run in runs:
        names = frozenset(mention.name for mention in run)
        if len(names) > 1:
            chains.append((names, run[0].start, run[-1].end))
    return chains


def _day(sentence: SentenceFinding, text: str) -> str | None:
    """The day that the sentence itself writes out, such as "4 May": a relative one is too often misread."""
    time = sentence.sourcing.time
    if time.inherited or not time.span or not time.value or not _FULL_DAY.match(time.value):
        return None
    written = text[max(0, time.span.start - sentence.span.start) : time.span.end - sentence.span.start]
    return time.value if any(char.isdigit() for char in written) else None


def _either(words: Iterable[str]) -> str:
    """Alternatives, the longest first; a month is not the verb "may"."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "|".join("(?-i:may)" if word == "may" else re.escape(word) for word in ordered)


def words_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Pattern of any of these words or phrases, in any case."""
    return re.compile(rf"\b(?:{_either(words)})(?!\w)", re.IGNORECASE)
