"""Sources carried through the document: who "he", "the statement" and an open quotation speak for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, TypeAlias

from detector.document import Document, Sentence
from detector.sourcing.lexicon import fold, table, words
from detector.sourcing.sources import Attribution, find_attributions

Standing: TypeAlias = Literal["named", "role", "vague", "none"]


@dataclass(frozen=True, slots=True)
class SourceReading:
    """Who stands behind one sentence, in offsets of the document's text."""

    kind: Standing = "none"
    start: int | None = None
    end: int | None = None
    inherited: bool = False
    cue: tuple[int, int] | None = None
    hearsay: tuple[int, int] | None = None
    quoted: float = 0.0
    """Share of the sentence's words inside quotation marks."""
    attributed: bool = False
    """True where the sentence holds a cue of its own."""
    anonymous: bool = False
    """True where its own speaker is said to want no name in print."""


@dataclass(slots=True)
class _Memory:
    """What a reader remembers while going down the page."""

    person: tuple[int, int] | None = None
    latest: SourceReading | None = None
    before: int = -9
    introduced: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Nouns of people ("experts") to the named source of the sentence in which they stood."""


def quoted_tokens(document: Document) -> list[bool]:
    """Whether each token stands inside quotation marks; an open quotation ends with its block."""
    inside = [False] * len(document.tokens)
    is_open, block = False, -1
    for sentence in document.sentences:
        if sentence.block != block:
            is_open, block = False, sentence.block
        for index in range(*sentence.tokens):
            if document.tokens[index].text == '"':
                is_open = not is_open
            inside[index] = is_open
    return inside


def read_sources(document: Document) -> list[SourceReading]:
    """One reading per sentence, in order; linear in the document's length."""
    inside = quoted_tokens(document)
    memory, folded = _Memory(), fold(document.text)
    readings: list[SourceReading] = []
    for index, sentence in enumerate(document.sentences):
        first, last = sentence.tokens
        attributions = find_attributions(folded, document.tokens[first:last], inside[first:last])
        reading = _read(document, sentence, attributions, inside, memory, index)
        readings.append(reading)
        if reading.kind != "none":
            memory.latest, memory.before = reading, index
    _lend_to_opening_quotes(document, readings)
    return readings


def _share_quoted(document: Document, sentence: Sentence, inside: Sequence[bool]) -> float:
    indices = [i for i in range(*sentence.tokens) if document.tokens[i].is_word]
    return sum(inside[i] for i in indices) / len(indices) if indices else 0.0


_STRENGTH = {"named": 5, "role": 4, "pronoun": 3, "description": 2, "vague": 1, "first_person": 0, "none": -1}


def _read(
    document: Document,
    sentence: Sentence,
    attributions: list[Attribution],
    inside: Sequence[bool],
    memory: _Memory,
    index: int,
) -> SourceReading:
    share = _share_quoted(document, sentence, inside)
    cues = {a.cue_start for a in attributions if not a.hearsay and a.kind not in ("none", "first_person")}
    hearsay = next(((a.start, a.end) for a in attributions if a.hearsay and a.start not in cues), None)
    spoken = [a for a in attributions if not a.hearsay and a.kind not in ("none", "first_person")]
    named = [a for a in spoken if a.kind == "named"]
    if named:
        memory.person = (named[0].start, named[0].end)
        _introduce(document, sentence, memory)
    else:
        _remember_person(document, sentence, memory)
    nameless = next((a for a in spoken if a.anonymous), None)
    if nameless is not None and not any(_tells(document, a) for a in named):
        own, cue = (nameless.start, nameless.end), (nameless.cue_start, nameless.cue_end)
        return SourceReading("vague", *own, cue=cue, quoted=share, attributed=True, anonymous=True)
    if not spoken and hearsay is not None:
        return SourceReading("vague", *hearsay, cue=hearsay, hearsay=hearsay, quoted=share, attributed=True)
    if not spoken:
        return _without_cue(share, memory, index)
    if hearsay is not None and not any(
        a.kind in ("named", "role", "pronoun", "description") and _tells(document, a) for a in spoken
    ):
        first = hearsay
        if " " in document.text[slice(*hearsay)]:
            # A speaker says more than a phrase such as "the international community"; "reportedly" says most.
            first = min([hearsay, *((a.start, a.end) for a in spoken if a.kind == "vague")])
        return SourceReading("vague", *first, cue=first, hearsay=hearsay, quoted=share, attributed=True)
    if not named:
        told = _told_of(document, spoken, memory)
        if told is not None:
            cue = (told[1].cue_start, told[1].cue_end)
            return SourceReading("named", *told[0], True, cue, hearsay, share, True)
    best = max(spoken, key=lambda a: (_STRENGTH[a.kind], -a.cue_start))
    cue = (best.cue_start, best.cue_end)
    kind: Standing
    if best.kind in ("pronoun", "description"):
        return _pointed_back(document, best, cue, hearsay, share, memory)
    kind = "named" if best.kind == "named" else "role" if best.kind == "role" else "vague"
    return SourceReading(kind, best.start, best.end, cue=cue, hearsay=hearsay, quoted=share, attributed=True)


def _tells(document: Document, attribution: Attribution) -> bool:
    """True for a verb of saying or "according to": enough to stand behind hearsay."""
    cue = document.text[attribution.cue_start : attribution.cue_end].lower()
    return cue in words("cues", "speech") or " " in cue


def _pointed_back(
    document: Document,
    best: Attribution,
    cue: tuple[int, int],
    hearsay: tuple[int, int] | None,
    share: float,
    memory: _Memory,
) -> SourceReading:
    """Resolve "he", "they" or "the senator" to the nearest source that fits."""
    word = document.text[best.start : best.end].lower()
    latest = memory.latest
    if best.kind == "pronoun" and word in words("sources", "person_pronouns") and memory.person is not None:
        return SourceReading("named", *memory.person, True, cue, hearsay, share, True)
    if best.kind == "description" and not _fits(document, word, latest):
        return SourceReading("role", best.start, best.end, False, cue, hearsay, share, True)
    if latest is not None and latest.start is not None:
        return SourceReading(latest.kind, latest.start, latest.end, True, cue, hearsay, share, True)
    if memory.person is not None:
        return SourceReading("named", *memory.person, True, cue, hearsay, share, True)
    kind: Standing = "vague" if best.kind == "pronoun" else "role"
    return SourceReading(kind, best.start, best.end, False, cue, hearsay, share, True)


def _fits(document: Document, phrase: str, latest: SourceReading | None) -> bool:
    """Whether "the ministry" or "the report" can be the latest source: only one that is called so; a person may be."""
    head = phrase.split()[-1]
    if head not in words("sources", "bodies") | words("sources", "documents"):
        return True
    if latest is None or latest.start is None:
        return False
    return head in document.text[latest.start : latest.end].lower().split()


def _introduce(document: Document, sentence: Sentence, memory: _Memory) -> None:
    """Keep "experts" of "Two experts, Dr. Hoff of Graz and Paul Miller, said" for a later "the experts"."""
    assert memory.person is not None
    tokens = document.sentence_tokens(sentence)
    for before, token, after in zip((None, *tokens), tokens, tokens[1:], strict=False):
        word = token.text
        counted = before is not None and before.text.lower() in words("sources", "counts")
        if counted and word in words("sources", "speakers") and after.text in (",", ":", "-"):
            memory.introduced[word] = memory.person


def _told_of(
    document: Document, spoken: list[Attribution], memory: _Memory
) -> tuple[tuple[int, int], Attribution] | None:
    """The named source of "the experts" or "both experts", where these were introduced by name."""
    for a in spoken:
        first, _, noun = document.text[a.start : a.end].partition(" ")
        if noun in memory.introduced and first.lower() in words("sources", "both"):
            return memory.introduced[noun], a
    return None


def _without_cue(share: float, memory: _Memory, index: int) -> SourceReading:
    """A sentence inside a quotation speaks for whoever spoke last; any other for nobody."""
    if share > 0.8 and memory.latest is not None and index - memory.before <= 4:
        latest = memory.latest
        return SourceReading(latest.kind, latest.start, latest.end, True, quoted=share)
    return SourceReading(quoted=share)


def _remember_person(document: Document, sentence: Sentence, memory: _Memory) -> None:
    """Keep a two-word name for a later "he": shallow, but a pronoun seldom skips a full name."""
    tokens = document.sentence_tokens(sentence)
    for before, (one, two) in zip((None, *tokens), pairwise(tokens), strict=False):
        if before is not None and before.text.lower() in words("places", "prepositions"):
            continue
        if {one.text.lower(), two.text.lower()} <= words("places", "names"):
            continue
        if (
            one.text[0].isupper() and two.text[0].isupper() and one.is_word and two.is_word and len(one.text) > 2 and len(two.text) > 2
            and not {one.text.lower(), two.text.lower()} & (words("sources", "demonyms") | words("sources", "institutional") | words("sources", "determiners"))
            and not two.text.isupper() and f"{one.text} {two.text}".lower() not in table("sources")["offices"]
        ):  # fmt: skip
            memory.person = (one.start, two.end)
            return


def _lend_to_opening_quotes(document: Document, readings: list[SourceReading]) -> None:
    """A paragraph that opens with a quotation names its speaker one sentence later."""
    for index in range(len(readings) - 2, -1, -1):
        here, after = readings[index], readings[index + 1]
        same = document.sentences[index].block == document.sentences[index + 1].block
        if (
            here.quoted > 0.8
            and not here.attributed
            and same
            and after.kind != "none"
            and after.quoted > 0.2
            and after.attributed
        ):
            readings[index] = SourceReading(after.kind, after.start, after.end, True, quoted=here.quoted)
