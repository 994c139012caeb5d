"""Figures of a sentence, in digits or spelled out, and what they count: killed, injured, jobs, workers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from detector.corroboration.words import either, words_pattern
from detector.sourcing.times import find_times

AROUND = 24
"""Code points before and behind a figure in which a word makes it a bound."""
HEDGED = 60
"""Code points before a figure in which a word leaves open whether it is so."""
FEWEST_SPELLED = 3
"""Spelled out, lower numbers are mostly no figures: "one of the two sides"."""
_DIGITS = r"\d{1,3}(?:,\d{3}){1,3}|\d{1,3}(?:[ \u00a0\u202f]\d{3}){1,3}|\d{1,9}"
_DATED = ("absolute", "relative", "clock")
_FREE = r"(?<![\w$€£.,\-–—])"
_CLAUSE_ENDS = re.compile(r"[,;:()]")
_NAME_ENDS = re.compile(r"\b[A-Z]\w*\s$")


class FigureReader:
    """Reads figures by the lists `quantity` and `count` of `corroboration.toml`."""

    def __init__(self, data: dict[str, Any]) -> None:
        quantity = data["quantity"]
        low, tens = quantity["words"], quantity["tens"]
        self._values = {word: n for n, word in enumerate(low)}
        self._values |= {word: 10 * n for n, word in enumerate(tens, start=2)}
        ten = rf"(?:(?:{either(tens)})(?:[\s-](?:{either(low[1:10])}))?|{either(low)})"
        hundred = rf"(?:{either(low[1:])})\shundred(?:\s(?:and\s)?{ten})?"
        # "A hundred" is about as many; "a hundred and two" is exact.
        hundred = rf"(?:{hundred}|an?\shundred\s(?:and\s)?{ten}|{ten})"
        spelled = rf"{hundred}(?:\sthousand(?:,?\s(?:and\s)?{hundred})?)?"
        number = rf"(?:{_DIGITS}|{spelled})"
        self._spelled = re.compile(rf"{_FREE}{spelled}(?!\w)", re.IGNORECASE)
        self._bound = re.compile(
            rf"\b(?:{either(quantity['bounds'])})\s$|(?:\d|\b{spelled})\s(?:and|to|or)\s$", re.IGNORECASE
        )
        self._bound_after = re.compile(rf"\s(?:{either(quantity['bounds_after'])})(?!\w)", re.IGNORECASE)
        self._unsure = words_pattern(data["unsure"]["words"])
        self._part = re.compile(rf"\b(?:{either(quantity['parts'])})\s$", re.IGNORECASE)
        ends = rf"\s?(?:[.,;:]|$)|\s(?:{either(quantity['ends'])})(?!\w)"
        self._counts: list[tuple[str, bool, re.Pattern[str]]] = []
        clues: list[str] = []
        for count in data["count"]:
            clues += [*count["after"], *count["before" if count["bare"] else "objects"]]
            objects = [rf"\s(?:{either(count['objects'])})(?!\w)", rf"(?={ends})"][: 1 + count["bare"]]
            behind = rf"\b(?:{either(count['before'])})\s({number})(?:{'|'.join(objects)})"
            ahead = rf"{_FREE}({number})\s(?:{either(count['after'])})(?!\w)"
            pattern = re.compile(rf"{ahead}|{behind}", re.IGNORECASE)
            self._counts.append((count["noun"], count["scoped"], pattern))
        self._clue = words_pattern(clues)

    def counts(self, text: str) -> Iterator[tuple[str, int, str]]:
        """Give what is counted once in a sentence, the count, and the words whose names limit it.

        A bound or a range is no count.

        >>> from detector.data import load_toml
        >>> reader = FigureReader(load_toml("corroboration.toml"))
        >>> list(reader.counts("It killed one hundred and two in Leeds, and close to 60 people were injured."))
        [('people killed', 102, ' in Leeds')]
        """
        if not self._clue.search(text):
            return
        for noun, scoped, pattern in self._counts:
            matches = list(pattern.finditer(text))
            if len(matches) == 1 and self._is_exact(text, matches[0]):
                count = self._value(matches[0][matches[0].lastindex or 0])
                yield noun, count, text if scoped else _CLAUSE_ENDS.split(text[matches[0].end() :], 1)[0]

    def _is_exact(self, text: str, match: re.Match[str]) -> bool:
        start = match.start(match.lastindex or 0)
        before = text[max(0, start - AROUND) : start]
        # "On May 4 200 people died" is no 4,200.
        joined = " " in match[match.lastindex or 0] and text[start].isdigit() and _NAME_ENDS.search(before)
        return not (
            joined
            or self._bound.search(before)
            or self._part.search(text[max(0, match.start() - AROUND) : match.start()])
            or self._bound_after.match(text, match.end())
            or self._unsure.search(text[max(0, match.start() - HEDGED) : match.start()])
        )

    def _value(self, number: str) -> int:
        if number[0].isdigit():
            return int(re.sub(r"\D", "", number))
        total = part = 0
        for word in re.findall(r"[a-z]+", number.lower()):
            if word == "thousand":
                total, part = 1000 * part, 0
            else:
                part = max(part, 1) * 100 if word == "hundred" else part + self._values.get(word, 0)
        return total + part

    def figures(self, text: str) -> frozenset[str]:
        """All figures of a sentence but those of its dates, times and years.

        >>> from detector.data import load_toml
        >>> reader = FigureReader(load_toml("corroboration.toml"))
        >>> sorted(reader.figures("The bridge of 1962 cost 1,400 and killed sixty-two on 4 May 2024."))
        ['1400', '62']
        """
        for time in reversed(find_times(text)):
            if time.form in _DATED:
                text = f"{text[: time.start]} {text[time.end :]}"
        digits = {found.replace(",", "") for found in re.findall(r"\d[\d,.]*\d|\d", text)}
        spelled = {self._value(match.group()) for match in self._spelled.finditer(text)}
        return frozenset(digits | {str(value) for value in spelled if value >= FEWEST_SPELLED})
