"""Flags for unsupported claims: the rule, the missing slot, and the shortest phrase that shows it."""

from __future__ import annotations

from collections.abc import Sequence

from detector.document import Document, Sentence
from detector.rules import catalogue
from detector.sourcing.events import unnamed_parties
from detector.sourcing.lexicon import fold, phrases, table
from detector.sourcing.reading import SentenceReading
from detector.types import Flag

CODES = ("EVT001", "NUM001", "SRC001", "SRC002", "TMP001", "TMP002")
_MAX_OPENING = 7
"""Words of a trigger taken from a sentence's opening, where nothing more telling is found."""


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
    if source.kind == "vague" and source.start is not None and source.end is not None:
        inside = sentence.start <= source.start < sentence.end
        if inside:
            return "SRC001", (source.start, source.end)
        if source.cue is not None:
            return "SRC001", source.cue
    if reading.marks.get("figures.money") or reading.marks.get("figures.any"):
        figure = _first_figure(document, sentence, time.start)
        if figure is not None:
            return "NUM001", figure
    parties = unnamed_parties(document, sentence, reading.source, reading.time)
    if parties is not None:
        return "EVT001", parties
    if time.kind == "unresolvable" and time.start is not None and time.end is not None:
        return "TMP002", (time.start, time.end)
    if time.kind == "none" and (reading.marks.get("verbs.past", 0) > 0 or reading.marks.get("verbs.was")):
        return "TMP001", _trigger(document, sentence)
    return "SRC002", _trigger(document, sentence)


def _first_figure(document: Document, sentence: Sentence, time_start: int | None) -> tuple[int, int] | None:
    for token in document.sentence_tokens(sentence):
        if token.is_word and token.text[0].isdigit() and token.start != time_start and len(token.text) < 16:
            end = token.end + (document.text[token.end : token.end + 1] == "%")
            return token.start, end
    return None


def _trigger(document: Document, sentence: Sentence) -> tuple[int, int]:
    """The phrase that gives the sentence away: a generic party, a vague verb, else its opening words."""
    for key in ("generic", "vague_verbs"):
        match = phrases("events", key).search(fold(sentence.text))
        if match is not None:
            return sentence.start + match.start(), sentence.start + match.end()
    tokens = [t for t in document.sentence_tokens(sentence) if t.is_word]
    if not tokens:
        return sentence.start, sentence.end
    last = tokens[min(len(tokens), _MAX_OPENING) - 1]
    for index, token in enumerate(tokens[1:_MAX_OPENING], 1):
        if document.text[tokens[index - 1].end : token.start].strip(" "):
            last = tokens[index - 1]
            break
    return tokens[0].start, last.end


def _slots(document: Document, sentence: Sentence, reading: SentenceReading, code: str) -> str:
    wording = table("messages")
    source, time = reading.source, reading.time
    missing = []
    if source.kind == "vague" and source.start is not None:
        missing.append(wording["vague"].format(phrase=document.text[source.start : source.end]))
    elif source.kind == "none":
        missing.append(wording["no_source"])
    if code == "EVT001":
        missing.append(wording["no_names"])
    if time.kind == "unresolvable" and time.start is not None:
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
