"""Readable marks of one sentence in its document: what roles and the decision are computed from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from detector.document import Document, Sentence
from detector.sourcing.anchors import TimeReading
from detector.sourcing.carry import SourceReading
from detector.sourcing.events import unnamed_parties
from detector.sourcing.lexicon import fold, phrases, table, words

Marks = dict[str, float]
"""Mark name to its value, roughly in [0, 1]; absent means 0."""

_FIGURE = re.compile(r"\d[\d,.]*(?:%| percent| per cent| million| billion| trillion)?")
_MONEY = re.compile(r"[$\u00a3\u20ac]\s?\d|\d\s?%|\bper ?cent\b|\b(?:million|billion|trillion)\b")
_LINK = re.compile(r"https?:|www\.|@\w|\.com\b|\||\u00a9|#\w")
_PAST = re.compile(r"\w{2,}ed$")


@dataclass(frozen=True, slots=True)
class Page:
    """What is known of the whole document when one of its sentences is judged."""

    dated: bool
    named_share: float
    vague_share: float
    names_per_sentence: float
    quoted_share: float


def read_page(
    sentences: Sequence[Sentence], names: Sequence[int], sources: Sequence[SourceReading], dated: bool
) -> Page:
    """Shares over the whole document of named and vague sources, names and quotations."""
    count = max(1, len(sentences))
    return Page(
        dated=dated,
        named_share=sum(s.kind == "named" and s.attributed for s in sources) / count,
        vague_share=sum(s.kind == "vague" for s in sources) / count,
        names_per_sentence=min(1.0, sum(names) / count / 4),
        quoted_share=sum(s.quoted > 0.1 for s in sources) / count,
    )


def count_names(document: Document, sentence: Sentence) -> int:
    """Runs of capitalised words that are names: demonyms, pronouns and a plain first word left out."""
    count, inside = 0, False
    tokens = document.sentence_tokens(sentence)
    for index, token in enumerate(tokens):
        bare = token.text.lower().removesuffix("'s")
        is_name = (
            token.is_word
            and token.text[0].isupper()
            and len(token.text) > 1
            and bare not in words("sources", "demonyms")
        )
        if index == 0 and is_name:
            following = tokens[1].text if len(tokens) > 1 else ""
            is_name = following[:1].isupper() or bare not in words("roles", "first_words")
        if is_name and not inside:
            count += 1
        inside = is_name
    return count


def read_marks(
    document: Document, index: int, source: SourceReading, time: TimeReading, page: Page, names: int
) -> Marks:
    """Marks of sentence `index` by itself and by its place."""
    sentence = document.sentences[index]
    block = document.block_of(sentence)
    tokens = [t for t in document.sentence_tokens(sentence) if t.is_word]
    lower = [t.text.lower() for t in tokens]
    text, folded, count = sentence.text, fold(sentence.text), max(1, len(tokens))
    first = lower[0] if lower else ""
    stripped = text.rstrip("\"')] ")
    marks: Marks = {
        "block.heading": block.kind == "heading",
        "block.table_row": block.kind == "table_row",
        "block.list_item": block.kind == "list_item",
        "ends.question": stripped.endswith("?"),
        "ends.colon": stripped.endswith(":"),
        "ends.open": not stripped.endswith((".", "?", "!", ":")),
        "ends.ellipsis": stripped.endswith("..."),
        "ends.exclamation": stripped.endswith("!"),
        "length.words": min(count, 40) / 40,
        "length.short": count < 5,
        "place.first": index == 0,
        "place.early": index < 3,
        "place.share": index / max(1, len(document.sentences)),
        "place.late": index >= len(document.sentences) - 2,
        "source.attributed": source.attributed,
        "source.named": source.kind == "named" and source.attributed,
        "source.role": source.kind == "role" and source.attributed,
        "source.vague": source.kind == "vague",
        "source.hearsay": source.hearsay is not None,
        "source.inherited": source.inherited,
        "source.bare_quote": source.quoted > 0.8 and not source.attributed,
        "source.quoted": source.quoted,
        "time.absolute": time.kind == "absolute",
        "time.relative": time.kind in ("resolvable", "unresolvable"),
        "time.both": time.other is not None,
        "time.none": time.kind == "none",
        "names.any": names > 0,
        "names.count": min(names, 5) / 5,
        "names.title_case": sum(t.text[0].isupper() for t in tokens) / count,
        "names.upper_case": sum(t.text.isupper() and len(t.text) > 1 for t in tokens) / count,
        "figures.any": _FIGURE.search(text) is not None,
        "figures.money": _MONEY.search(text) is not None,
        "web.link": _LINK.search(text) is not None,
        "web.imperative": _imperative().match(text) is not None,
        "web.phrase": phrases("roles", "boilerplate.phrases").search(folded) is not None,
        "opener.generic": phrases("roles", "generic_openers").match(folded) is not None,
        "opener.this": first in words("roles", "pointing_openers"),
        "opener.determiner": first in words("roles", "determiner_openers"),
        "opener.quantifier": first in words("sources", "quantifiers"),
        "verbs.past": min(3, sum(_PAST.match(w) is not None for w in lower)) / 3,
        "verbs.was": "was" in lower or "were" in lower or "had" in lower,
        "verbs.is": "is" in lower or "are" in lower,
        "verbs.has": "has" in lower or "have" in lower,
        "verbs.must": any(w in words("roles", "must") for w in lower),
        "verbs.could": any(w in words("roles", "could") for w in lower),
        "verbs.would": "would" in lower,
        "verbs.will": "will" in lower or "'ll" in text,
        "voice.first": min(2, sum(w in words("roles", "first_person") for w in lower)) / 2,
        "voice.evaluative": min(3, sum(w in words("roles", "evaluative") for w in lower)) / 3,
        "event.meeting": any(w in words("events", "meetings") for w in lower),
        "event.unnamed_parties": unnamed_parties(document, sentence, source, time) is not None,
        "event.generic_party": phrases("events", "generic").search(folded) is not None,
        "event.vague_verb": phrases("events", "vague_verbs").search(folded) is not None,
        "page.undated": not page.dated,
        "page.named_share": page.named_share,
        "page.vague_share": page.vague_share,
        "page.names": page.names_per_sentence,
        "page.quoted": page.quoted_share,
        **{f"time.expression.{kind}": 1.0 for kind in time.expressions},
    }
    return {name: float(value) for name, value in marks.items() if value}


@cache
def _imperative() -> re.Pattern[str]:
    """A sentence that opens with what a web page tells its reader to do, with its capital."""
    return re.compile(rf"(?:{'|'.join(w.capitalize() for w in table('roles')['imperatives'].split())})\b")


def add_neighbours(marks: Sequence[Marks]) -> list[Marks]:
    """Marks with those of the sentence before and after that matter to a reader."""
    kept = (
        "source.vague",
        "source.named",
        "source.attributed",
        "voice.first",
        "web.phrase",
        "block.heading",
        "ends.colon",
        "source.quoted",
    )
    result = []
    for index, own in enumerate(marks):
        joined = dict(own)
        for name, other in (("before", index - 1), ("after", index + 1)):
            if 0 <= other < len(marks):
                joined.update({f"{name}.{key}": marks[other][key] for key in kept if key in marks[other]})
        result.append(joined)
    return result


def add_carried_times(marks: Sequence[Marks]) -> list[Marks]:
    """Marks with how near before a relative or absolute time stands, and how many the page has of them."""
    result = []
    page = sum("time.relative" in own for own in marks) / max(1, len(marks))
    distance = {"time.relative": 99, "time.absolute": 99}
    for own in marks:
        joined = {**own, "page.relative_times": page} if page else dict(own)
        for name, gap in distance.items():
            if gap < 12:
                joined[f"carried.{name}"] = 1 / (1 + gap)
            distance[name] = 0 if name in own else gap + 1
        result.append(joined)
    return result


def dot(weights: Mapping[str, float], marks: Marks) -> float:
    """Sum of weight times mark; a mark without a weight adds nothing."""
    total = 0.0
    # A plain loop: `sum` rounds differently from one version of Python to the next.
    for name, value in marks.items():
        if name in weights:
            total += weights[name] * value
    return total
