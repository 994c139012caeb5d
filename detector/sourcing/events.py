"""Meetings without parties: talks in which nobody takes part and no day is given."""

from __future__ import annotations

from detector.document import Document, Sentence
from detector.sourcing.anchors import TimeReading
from detector.sourcing.carry import SourceReading
from detector.sourcing.lexicon import words


def unnamed_parties(
    document: Document, sentence: Sentence, source: SourceReading, time: TimeReading
) -> tuple[int, int] | None:
    """Span of a meeting noun in a sentence that names no participant and no day; None otherwise.

    Countries and capitals are no participants: somebody went there for them.
    """
    dated = time.kind in ("absolute", "resolvable") and not (time.value or "").startswith("PX")
    if dated or source.kind == "named":  # "PXM", in recent months, is no day.
        return None
    meetings, places, demonyms = (
        words("events", "meetings"),
        words("places", "names"),
        words("sources", "demonyms"),
    )
    noun = None
    for index, token in enumerate(document.sentence_tokens(sentence)):
        if not token.is_word:
            continue
        bare = token.text.lower().removesuffix("'s")
        if noun is None and bare in meetings:
            noun = (token.start, token.end)
        elif (
            index
            and token.text[0].isupper()
            and len(token.text) > 1
            and bare not in words("roles", "first_words")
            and not all(part in places or part in demonyms for part in bare.split("-"))
        ):
            return None
    return noun
