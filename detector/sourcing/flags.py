"""Flags for unsupported claims: the rule, the missing slot, and the shortest phrase that shows it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from detector.document import Document, Sentence
from detector.rules import catalogue
from detector.sourcing.events import unnamed_parties
from detector.sourcing.lexicon import fold, phrases, table, words
from detector.sourcing.reading import SentenceReading
from detector.sourcing.times import find_times
from detector.types import Flag

CODES = ("EVT001", "NUM001", "SRC001", "SRC002", "TMP001", "TMP002")
_MAX_OPENING = 7
"""Words of a trigger taken from a sentence's opening, where nothing more telling is found."""
_CONNECTIVE = 2
"""An opening of at most so many words before a comma is passed over."""
_ABBREVIATION = 3
"""A full stop behind at most so many letters ("Mr.", "U.S.") ends nothing."""
_MAX_SUBJECT = 5
"""Words of a subject that is underlined with its cue."""
_LACKS_TIME = 0.93
"""Mark of the encoder's `missing`, 1 + log(p) / 6, from which an event lacks its time: p of about .65."""
_FIGURE = re.compile(r"[0-9][0-9,.]{0,15}")


def raise_flags(document: Document, readings: Sequence[SentenceReading]) -> list[Flag]:
    """One flag for what an unsupported claim lacks most, and one more for talks without parties."""
    found: list[Flag] = []
    for sentence, reading in zip(document.sentences, readings, strict=True):
        if not reading.unsupported:
            continue
        code, (start, end) = _main_fault(document, sentence, reading)
        found.append(_flag(document, code, start, end, reading, sentence))
        parties = unnamed_parties(document, sentence, reading.source, reading.time)
        if parties is not None and code != "EVT001" and parties != (start, end):
            found.append(_flag(document, "EVT001", *parties, reading, sentence))
    return found


def _main_fault(
    document: Document, sentence: Sentence, reading: SentenceReading
) -> tuple[str, tuple[int, int]]:
    source, time = reading.source, reading.time
    # Where a claim counts as unsupported though an office speaks, the office is what is too vague.
    if source.kind in ("vague", "role") and source.start is not None and source.end is not None:
        if _inside(sentence, source.start):
            return "SRC001", (source.start, source.end)
        if source.cue is not None:
            return "SRC001", _from_subject(document, sentence, source.cue)
    if reading.marks.get("figures.money") or reading.marks.get("figures.any"):
        figure = _first_figure(document, sentence)
        if figure is not None:
            return "NUM001", figure
    parties = unnamed_parties(document, sentence, reading.source, reading.time)
    if parties is not None:
        return "EVT001", parties
    resolvable = time.kind != "unresolvable" or not _inside(sentence, time.start)
    if not resolvable and time.start is not None and time.end is not None:
        return "TMP002", (time.start, time.end)
    past = reading.marks.get("verbs.past", 0) > 0 or reading.marks.get("verbs.was")
    # Time is the main fault only where somebody is named; the encoder, where there is one, tells an event
    # that lacks its time from what needs none.
    named = source.kind in ("named", "role")
    if named and time.kind == "none" and past and reading.marks.get("model.time.missing", 1.0) > _LACKS_TIME:
        return "TMP001", _trigger(document, sentence)
    return "SRC002", _trigger(document, sentence)


def _inside(sentence: Sentence, place: int | None) -> bool:
    """Whether a place that may be carried over from before is the sentence's own."""
    return place is not None and sentence.start <= place < sentence.end


def _from_subject(document: Document, sentence: Sentence, cue: tuple[int, int]) -> tuple[int, int]:
    """A cue with the subject that opens the sentence, such as "They argue", where that is short."""
    tokens = [t for t in document.sentence_tokens(sentence) if t.is_word and t.start <= cue[0]]
    return (tokens[0].start, cue[1]) if 1 < len(tokens) <= _MAX_SUBJECT + 1 else cue


def _first_figure(document: Document, sentence: Sentence) -> tuple[int, int] | None:
    """The first number that says how much or how many: no time, age, or part of a name."""
    before = ""
    times = find_times(sentence.text)
    starts = [sentence.start + time.start for time in times]
    for token in document.sentence_tokens(sentence):
        place = bisect_right(starts, token.start) - 1
        timed = place >= 0 and token.start < sentence.start + times[place].end
        if token.is_word and not timed and _FIGURE.fullmatch(token.text):
            whole = token.text.replace(",", "")
            after = document.text[token.end : token.end + 12].lower()
            year = len(token.text) == 4 and whole.isdigit() and 1900 <= int(whole) < 2100
            age = after.startswith(("-year-old", " year-old", " years old")) or (
                len(whole) <= 2 and after.startswith(",") and document.text.endswith(", ", 0, token.start)
            )
            joined = document.text[max(0, token.start - 2) : token.start]
            range_end = joined.endswith("-") and joined[:1].isdigit()
            if not (year or age or range_end or _is_month(before.lower().rstrip(".")) or _is_name(before)):
                return token.start, token.end + (after[:1] == "%")
        before = token.text
    return None


def _is_name(word: str) -> bool:
    """Whether the word before a number makes a name with it, as in "Apollo 11" and "Highway 61"."""
    return word[:1].isupper() and word.lower() not in words("sources", "before_figures")


def _is_month(word: str) -> bool:
    months = table("times")["months"]
    return word in months or (3 <= len(word) <= 4 and any(month.startswith(word) for month in months))


def _trigger(document: Document, sentence: Sentence) -> tuple[int, int]:
    """The phrase that gives the sentence away: a generic party, a vague verb, else its opening words."""
    for key in ("generic", "vague_verbs"):
        match = phrases("events", key).search(fold(sentence.text))
        if match is not None:
            start, end = sentence.start + match.start(), sentence.start + match.end()
            if match[0] in words("sources", "quantifiers"):
                # "Some" alone points at nothing: "some residents" does.
                after = (t for t in document.sentence_tokens(sentence) if t.start >= end)
                follower = next(after, None)
                end = follower.end if follower is not None and follower.is_word else end
            return start, end
    tokens = [t for t in document.sentence_tokens(sentence) if t.is_word]
    if not tokens:
        return sentence.start, sentence.end
    first = last = 0
    for index in range(1, len(tokens)):
        gap = document.text[tokens[index - 1].end : tokens[index].start].strip(" ")
        if gap and not (gap == "." and len(tokens[index - 1].text) <= _ABBREVIATION):
            if index - first > _CONNECTIVE:
                break
            first = index  # "Additionally," tells nothing: the words after it do.
        last = index
        if last - first + 1 == _MAX_OPENING:
            break
    return tokens[first].start, tokens[last].end


def _slots(document: Document, sentence: Sentence, reading: SentenceReading, code: str) -> str:
    wording = table("messages")
    source, time = reading.source, reading.time
    missing = []
    phrase = document.text[source.start : source.end].removeprefix("and ") if source.start is not None else ""
    own = _inside(sentence, source.start)
    if source.kind == "vague" and phrase:
        missing.append(wording["vague" if own else "vague_before"].format(phrase=phrase))
    elif source.kind in ("named", "role") and phrase:
        missing.append(wording["weak" if own else "weak_before"].format(phrase=phrase))
    else:
        missing.append(wording["no_source"])
    if code == "EVT001":
        missing.append(wording["no_names"])
    if time.kind == "unresolvable" and _inside(sentence, time.start):
        missing.append(wording["unresolvable"].format(phrase=document.text[time.start : time.end]))
    elif time.kind == "none":
        missing.append(wording["no_date"])
    return ", ".join(missing) or wording["no_source"]


def _flag(
    document: Document, code: str, start: int, end: int, reading: SentenceReading, sentence: Sentence
) -> Flag:
    rule = catalogue()[code]
    message = table("messages")[code].format(slots=_slots(document, sentence, reading, code))
    return Flag(
        code,
        rule.category,
        rule.severity,
        document.raw_span(start, end),
        message,
        round(reading.probability, 4),
        rule.counted,
    )
