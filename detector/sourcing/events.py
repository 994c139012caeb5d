"""Meetings without parties: talks in which nobody takes part and no day is given."""

from __future__ import annotations

from detector.document import Document, Sentence
from detector.sourcing.anchors import TimeReading
from detector.sourcing.carry import SourceReading
from detector.sourcing.lexicon import words


def unnamed_parties(
    document: Document, sentence: Sentence, source: SourceReading, time: TimeReading
) -> tuple[int, int] | None:
    """Span of a meeting in a sentence that names no participant and no day; None otherwise.

    Countries and capitals are no participants: somebody went there for them. Talks that are denied
    need none, and nothing was held where something "was met with" anger.
    """
    dated = time.kind in ("absolute", "resolvable") and not (time.value or "").startswith("PX")
    if dated or source.kind == "named":  # "PXM", in recent months, is no day.
        return None
    places, demonyms = words("places", "names"), words("sources", "demonyms")
    noun, before = None, ""
    for index, token in enumerate(document.sentence_tokens(sentence)):
        if not token.is_word:
            continue
        bare = token.text.lower().removesuffix("'s")
        if bare in words("events", "negations") or bare.endswith("n't"):
            return None
        if noun is None and bare in words("events", "held") and not _is_no_event(token.text, index, before):
            noun = (token.start, token.end)
        elif (
            index
            and token.text[0].isupper()
            and len(token.text) > 1
            and bare not in words("roles", "first_words")
            and not all(part in places or part in demonyms for part in bare.split("-"))
        ):
            return None
        before = bare
    return noun


def _is_no_event(word: str, index: int, before: str) -> bool:
    """Part of a name, or what happened to a proposal: "was met with anger"."""
    return bool(index and word[0].isupper()) or (
        word.lower() == "met" and before in words("cues", "passive_auxiliaries")
    )
