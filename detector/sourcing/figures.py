"""The figure of an unsupported claim: the first number that says how much or how many, with what it counts."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from detector.document import Document, Sentence, Token
from detector.sourcing.lexicon import fold, table, words
from detector.sourcing.times import find_times

_MAX_COUNTED = 2
"""Words behind a figure that say what it counts."""
_STREET = 3
"""Words behind the number of a house within which its street is named."""
_FIGURE = re.compile(r"[0-9][0-9,.]{0,15}(?:bn|mn|tn|m|k)?", re.IGNORECASE)
_CURRENCIES = frozenset("$£€¥₹")
_AGE = re.compile(r"(?:-[0-9]{1,3})?[- ]years?[- ]old")
_UNIT = re.compile(r"(?:bn|mn|tn|m|k)\b", re.IGNORECASE)
_OUT_OF = re.compile(r" (?:in|out of) [0-9][0-9,.]{0,8}(?![0-9,.])")


def figure(document: Document, sentence: Sentence) -> tuple[int, int] | None:
    """Span of that number; None where every number is a time, an age, an address or part of a name.

    >>> from detector.document import build_document
    >>> from detector.types import Article
    >>> document = build_document(Article("Apollo 11 cost more than $350 million in 1969."))
    >>> document.text[slice(*figure(document, document.sentences[0]))]
    'more than $350 million'
    """
    tokens = document.sentence_tokens(sentence)
    times = [(sentence.start + t.start, sentence.start + t.end) for t in find_times(sentence.text)]
    starts = [start for start, _ in times]
    for index, token in enumerate(tokens):
        if not token.is_word or not _FIGURE.fullmatch(token.text):
            continue
        place = bisect_right(starts, token.start) - 1
        timed = place >= 0 and token.start < times[place][1]
        if not timed and _counts(document, tokens, index):
            return _amount(document, sentence, tokens, index)
    return None


def _counts(document: Document, tokens: Sequence[Token], index: int) -> bool:
    """Whether a number counts something."""
    token = tokens[index]
    whole = token.text.replace(",", "")
    before = tokens[index - 1].text if index else ""
    after = document.text[token.end : token.end + 16].lower()
    year = len(token.text) == 4 and whole.isdigit() and 1900 <= int(whole) < 2100
    age = _AGE.match(after) is not None or (
        len(whole) <= 2 and after[:1] in (",", ".", ";", ")") and document.text.endswith(", ", 0, token.start)
    )
    idiom = whole == "100" and after.startswith((" percent", " per cent", "%"))
    joined = document.text[max(0, token.start - 2) : token.start]
    range_end = joined.endswith("-") and joined[:1].isdigit()
    numbered = before.lower().rstrip(".") in words("triggers", "numbered")
    month = _is_month(before.lower().rstrip("."))
    named = _is_name(before) or _is_address(tokens, index)
    return not (year or age or idiom or range_end or numbered or month or named)


def _is_address(tokens: Sequence[Token], index: int) -> bool:
    """Whether a number is a house's: "1 World Trade Center"."""
    behind = tokens[index + 1 : index + 2 + _STREET]
    return (
        bool(behind)
        and behind[0].text[0].isupper()
        and any(t.text.lower() in words("triggers", "streets") for t in behind)
    )


def _amount(document: Document, sentence: Sentence, tokens: Sequence[Token], index: int) -> tuple[int, int]:
    """A number with "some" or "at least" before it, and its unit and what it counts behind it."""
    start, end = tokens[index].start, tokens[index].end
    unit = _UNIT.match(document.text, end) or _OUT_OF.match(document.text, end)
    end = unit.end() if unit else end
    share = document.text[end : end + 1] == "%"
    end += share
    priced = start > sentence.start and document.text[start - 1] in _CURRENCIES
    start -= priced
    before = fold(document.text[sentence.start : start])
    for phrase in sorted(table("triggers")["before_amounts"], key=len, reverse=True):
        if before.endswith(f"{phrase} ") and not before[: -len(phrase) - 1][-1:].isalnum():
            start -= len(phrase) + 1
            break
    return start, end if share else _end_of_counted(document, tokens, index + 1, end, priced)


def _end_of_counted(document: Document, tokens: Sequence[Token], first: int, end: int, priced: bool) -> int:
    """End of the scale and of the noun behind a number: "20 million free meals", but "$500 billion"."""
    shown, taken = end, 0
    for token in tokens[first:]:
        lower = token.text.lower()
        if token.start < end:
            continue
        if not (token.is_word and token.text.isalpha() and document.text[end : token.start] == " "):
            break
        if lower in words("triggers", "shares") or lower in words("triggers", "scales"):
            end = shown = token.end
            priced = priced or lower in words("triggers", "shares")
            continue
        if priced or _ends_count(lower):
            break
        end, taken = token.end, taken + 1
        plural = lower.endswith("s")
        if plural or taken == 1:
            shown = end
        if plural or taken == _MAX_COUNTED:
            break
    return shown


def _ends_count(word: str) -> bool:
    """A word that is no part of what is counted."""
    return (
        word in words("triggers", "weak_ends")
        or word in words("triggers", "uncounted")
        or word in words("sources", "boundaries")
        or word.endswith("ly")
    )


def _is_name(word: str) -> bool:
    """Whether the word before a number makes a name with it, as in "Apollo 11" and "iPhone 6"."""
    named = any(letter.isupper() for letter in word)
    return named and word.lower() not in words("sources", "before_figures")


def _is_month(word: str) -> bool:
    months = table("times")["months"]
    return word in months or (3 <= len(word) <= 4 and any(month.startswith(word) for month in months))
