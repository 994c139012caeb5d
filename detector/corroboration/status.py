"""Whether an action took place, by the words around it: held, planned, called off, or not told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from detector.corroboration.words import either, words_pattern

Status: TypeAlias = Literal["happened", "planned", "not held", "unclear"]
NEAR = 60
"""Code points within which a status word, a place or a day belongs to an action."""
CLOSE = 24
"""Code points before an action within which a verb has it as its object."""
_PARTIES = "§"
"""Stands for the parties, whose commas and "and" end no clause."""


class StatusReader:
    """Reads the status of one action by its word lists, and by those that negate any action."""

    def __init__(self, action: Mapping[str, Sequence[str]], negation: Mapping[str, Sequence[str]]) -> None:
        self._happened = words_pattern(action["happened"])
        self._planned = words_pattern(action["planned"])
        self._negation = words_pattern(negation["before"])
        light = rf"(?:\s(?:{either(negation['light'])}))*\s"
        modal = r"(?<!\bwill\s)(?<!\bwould\s)"
        twice = r"(?<!\bnot\s)(?<!n't\s)(?<!\bnever\s)"
        self._negated = re.compile(
            rf"{modal}\b(?:{either(negation['before'])}){light}$"
            rf"|{twice}\b(?:{either(negation['denials'])}){light}(?:{_PARTIES}\s(?:\w+\s){{0,3}})?$",
            re.IGNORECASE,
        )
        self._end = re.compile(
            rf"[,;:()]|\b(?:{either([*negation['clause_ends'], *action['words']])})(?!\w)", re.IGNORECASE
        )
        undone = rf"(?:be|been|being|is|are|was|were)\s(?:\w+ly\s)?(?:{either(negation['after_be'])})"
        self._undone = re.compile(rf"\b(?:{undone}|{either(negation['after'])})(?!\w)", re.IGNORECASE)
        self._so_far = words_pattern(negation["so_far"])
        # "Have not met demands" is of no meeting.
        self._complete = re.compile(
            rf"\s?(?:[.,;:]|$)|\s(?:{either(negation['followed'])})(?!\w)", re.IGNORECASE
        )
        self._asked = re.compile(rf"\b(?:{either(negation['doubts'])}){light}{_PARTIES}", re.IGNORECASE)

    def read(self, text: str, start: int, end: int, parties: tuple[int, int] | None) -> Status | None:
        """Give the status of the action at `text[start:end]`, whose parties stand at `parties`.

        None where a negation or a doubt leaves open whether it took place.
        """
        before, after = text[max(0, start - NEAR) : start], text[end : end + NEAR]
        lead, clause = before, after
        if parties and parties[1] <= start:
            lead = f"{text[max(0, parties[0] - NEAR) : parties[0]]}{_PARTIES}{text[parties[1] : start]}"
        elif parties and parties[0] >= end:
            clause = f"{text[end : parties[0]]}{_PARTIES}{text[parties[1] : parties[1] + NEAR]}"
        gap, clause, word = lead.rpartition(_PARTIES)[2], self.clause(clause), text[start:end]
        if self._negated.search(lead) or self._undone.search(clause):
            elsewhere = len(self._happened.findall(text)) > len(self._happened.findall(gap + word + clause))
            open_ = elsewhere or self._so_far.search(after) or not self._complete.match(after)
            return None if open_ else "not held"
        if self._negation.search(gap.rpartition(",")[2]) or self._asked.search(lead):
            return None
        if self._planned.search(before + word):
            return "planned"
        # "Held talks and said that they would": what follows is of the talks' content.
        if self._happened.search(before[-CLOSE:] + word):
            return "happened"
        if self._planned.search(after):
            return "planned"
        return "happened" if self._happened.search(before + word + after) else "unclear"

    def clause(self, after: str) -> str:
        """What follows an action within its clause.

        >>> from detector.data import load_toml
        >>> lists = load_toml("corroboration.toml")
        >>> StatusReader(lists["action"]["meeting"], lists["negation"]).clause(" in Geneva on 3 May and ate.")
        ' in Geneva on 3 May '
        """
        return self._end.split(after, maxsplit=1)[0]
