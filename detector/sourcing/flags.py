"""Flags for unsupported claims: the rule, the missing slot, and the shortest phrase that shows it."""

from __future__ import annotations

from collections.abc import Sequence

from detector.document import Document, Sentence
from detector.rules import catalogue
from detector.sourcing.events import unnamed_parties
from detector.sourcing.figures import figure
from detector.sourcing.lexicon import table
from detector.sourcing.reading import SentenceReading
from detector.sourcing.triggers import opening, with_subject
from detector.types import Flag

CODES = ("EVT001", "NUM001", "SRC001", "SRC002", "TMP001", "TMP002")
_QUOTED = 0.5
"""Share of a sentence's words in quotation marks from which a speaker named before is the one who says it."""
_LACKS_TIME = 0.93
"""Mark of the encoder's `missing`, 1 + log(p) / 6, from which an event lacks its time: p of about .65."""


def raise_flags(
    document: Document, readings: Sequence[SentenceReading], sure_from: float = 0.0
) -> list[Flag]:
    """One flag for what an unsupported claim lacks most, and one more for talks without parties.

    Below the probability `sure_from` a flag says "may" and has the lowest severity.
    """
    found: list[Flag] = []
    for sentence, reading in zip(document.sentences, readings, strict=True):
        if not reading.unsupported:
            continue
        parties = unnamed_parties(document, sentence, reading.source, reading.time)
        code, span = _main_fault(document, sentence, reading, parties)
        sure = reading.probability >= sure_from
        found.append(_flag(document, code, span, reading, sentence, sure))
        if parties is not None and parties != span:
            found.append(_flag(document, "EVT001", parties, reading, sentence, sure))
    return found


def _main_fault(
    document: Document, sentence: Sentence, reading: SentenceReading, parties: tuple[int, int] | None
) -> tuple[str, tuple[int, int]]:
    source, time = reading.source, reading.time
    # Where a claim counts as unsupported though an office speaks, the office is what is too vague.
    if source.kind in ("vague", "role") and source.start is not None and source.end is not None:
        if _inside(sentence, source.start):
            return "SRC001", (source.start, source.end)
        if source.cue is not None:
            return "SRC001", with_subject(document, sentence, source.cue)
        if source.kind == "vague" and source.quoted > _QUOTED:
            return "SRC001", opening(document, sentence)
    if reading.marks.get("figures.money") or reading.marks.get("figures.any"):
        amount = figure(document, sentence)
        if amount is not None:
            return "NUM001", amount
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
        return "TMP001", opening(document, sentence)
    return "SRC002", opening(document, sentence)


def _inside(sentence: Sentence, place: int | None) -> bool:
    """Whether a place that may be carried over from before is the sentence's own."""
    return place is not None and sentence.start <= place < sentence.end


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
    return ", ".join(missing)


def _flag(
    document: Document,
    code: str,
    span: tuple[int, int],
    reading: SentenceReading,
    sentence: Sentence,
    sure: bool,
) -> Flag:
    rule = catalogue()[code]
    wording = table("messages") if sure else table("messages")["unsure"]
    return Flag(
        code,
        rule.category,
        rule.severity if sure else "info",
        document.raw_span(*span),
        wording[code].format(slots=_slots(document, sentence, reading, code)),
        round(reading.probability, 4),
        rule.counted,
    )
