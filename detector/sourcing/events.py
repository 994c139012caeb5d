"""Meetings without parties: talks in which nobody takes part and no day is given."""

from __future__ import annotations

from detector.document import Document, Sentence
from detector.sourcing.anchors import TimeReading
from detector.sourcing.carry import SourceReading
from detector.sourcing.lexicon import fold, table, words


def unnamed_parties(
    document: Document, sentence: Sentence, source: SourceReading, time: TimeReading
) -> tuple[int, int] | None:
    """Span of a meeting in a sentence that names no participant and no day; None otherwise.

    Countries and capitals are no participants: somebody went there for them. Talks that were not held
    need none, and nothing was held where something "was met with" anger.
    """
    dated = time.kind in ("absolute", "resolvable") and not (time.value or "").startswith("PX")
    if dated or source.kind == "named":  # "PXM", in recent months, is no day.
        return None
    tokens = document.sentence_tokens(sentence)
    found = [i for i, t in enumerate(tokens) if t.is_word]
    lower = [tokens[i].text.lower().removesuffix("'s") for i in found]
    noun = None
    for place, index in enumerate(found):
        token = tokens[index]
        opens = place == 0 or tokens[index - 1].text in (":", '"')
        named = token.text[0].isupper() and not opens
        if noun is None and lower[place] in words("events", "held") and not named:
            if _is_denied(lower, place):
                return None
            if _is_event(lower, place) and not _describes(document.text, sentence.start, token.start):
                noun = (token.start, token.end)
        elif named and len(token.text) > 1 and not _is_common(lower[place]):
            return None
    return noun


def _describes(text: str, start: int, noun: int) -> bool:
    """Whether a meeting only tells of a source: "a person with knowledge of the talks"."""
    return fold(text[max(start, noun - 24) : noun]).rstrip().endswith(tuple(table("events")["describing"]))


def _is_common(word: str) -> bool:
    """A capitalised word that names no participant."""
    lands = (words("places", "names"), words("places", "nationalities"), words("sources", "demonyms"))
    return word in words("roles", "first_words") or all(
        any(part in land for land in lands) for part in word.split("-")
    )


def _is_denied(lower: list[str], place: int) -> bool:
    """Whether a meeting is said not to be: "no meetings", "haven't begun negotiations", "talks were not held"."""

    def denies(word: str) -> bool:
        return word in words("events", "negations") or word.endswith("n't")

    behind = place + 1
    while behind < len(lower) and lower[behind] in words("events", "auxiliaries"):
        behind += 1
    return any(denies(word) for word in lower[max(0, place - 3) : place]) or any(
        denies(word) for word in lower[behind : behind + 1]
    )


def _is_event(lower: list[str], place: int) -> bool:
    """Not "was met with anger", "met its targets"."""
    if lower[place] != "met":
        return True
    before = lower[place - 1] if place else ""
    after = [*lower[place + 1 : place + 3], "", ""]
    return not (
        before in words("cues", "passive_auxiliaries")
        or after[0] in words("events", "possessives")
        or (after[0] == "with" and after[1] in words("events", "moods"))
    )
