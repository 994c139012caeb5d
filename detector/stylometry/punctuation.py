"""Punctuation: which marks, how often, and how quotations and lists are set."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from detector.stylometry.prose import Prose


def _rate(*marks: str) -> Callable[[Prose], float]:
    def rate(prose: Prose) -> float:
        return prose.per_1000(sum(prose.marks.get(mark, 0) for mark in marks))

    rate.__doc__ = f"Marks {' '.join(marks)} per 1,000 words (Desaire et al. 2023)."
    return rate


def commas_per_sentence(prose: Prose) -> float:
    """Commas per sentence (Desaire et al. 2023)."""
    return prose.per_sentence(prose.marks.get(",", 0))


def mark_entropy(prose: Prose) -> float:
    """Entropy in bits of the distribution over marks (Shannon 1948; Stamatatos 2009)."""
    total = sum(prose.marks.values())
    return -sum(c / total * math.log2(c / total) for c in prose.marks.values()) if total else 0.0


def contractions(prose: Prose) -> float:
    """Contracted verbs and negations (don't, it's, they've) per 1,000 words (Biber 1988, feature 59)."""
    endings = ("n't", "'re", "'ve", "'ll", "'m", "'d")
    whole = {"it's", "that's", "he's", "she's", "there's", "what's", "let's", "who's"}
    return prose.per_1000(sum(c for w, c in prose.counts.items() if w.endswith(endings) or w in whole))


def possessives(prose: Prose) -> float:
    """Words in 's per 1,000 words (Biber 1988)."""
    return prose.per_1000(sum(c for w, c in prose.counts.items() if w.endswith("'s")))


def quoted_words(prose: Prose) -> float:
    """Share of words between double quotation marks; a quote left open ends after 120 words (Munoz-Ortiz et al. 2024)."""
    inside, run, quoted = False, 0, 0
    for part in prose.tokens:
        if part == '"':
            inside, run = not inside, 0
        elif inside and part[0].isalpha():
            run += 1
            quoted += 1
            inside = run < 120
    return prose.share(quoted)


def quotations(prose: Prose) -> float:
    """Pairs of double quotation marks per 1,000 words (Munoz-Ortiz et al. 2024)."""
    return prose.per_1000(prose.marks.get('"', 0) / 2)


def serial_commas(prose: Prose) -> float:
    """Commas before "and" or "or" over all "and" and "or": the Oxford comma that wire style leaves out (AP Stylebook)."""
    with_comma = sum(
        a == "," and b in ("and", "or") for a, b in zip(prose.tokens, prose.tokens[1:], strict=False)
    )
    joins = prose.counts.get("and", 0) + prose.counts.get("or", 0)
    return with_comma / joins if joins else 0.0


def triads(prose: Prose) -> float:
    """Series "a, b, and c" or "a, b and c" with members of one to four words, per 1,000 words (Wikipedia, Signs of AI writing)."""
    found = 0
    for sentence in prose.sentences:
        comma = -99
        for place, part in enumerate(sentence.tokens):
            if part == ",":
                if place + 1 < len(sentence.tokens) and sentence.tokens[place + 1] in ("and", "or"):
                    found += place - comma <= 5
                comma = place
            elif part in ("and", "or") and 2 <= place - comma <= 5:
                found += 1
                comma = -99
    return prose.per_1000(found)


def comma_which(prose: Prose) -> float:
    """Commas before which, who, where or whose per 1,000 words (Biber 1988, non-restrictive relatives)."""
    wh = ("which", "who", "where", "whose")
    return prose.per_1000(
        sum(a == "," and b in wh for a, b in zip(prose.tokens, prose.tokens[1:], strict=False))
    )


def comma_ing(prose: Prose) -> float:
    """Commas before a lower-case word in -ing of six letters or more, per 1,000 words: ", highlighting the need" (Reinhart et al. 2025)."""
    pairs = zip(prose.tokens, prose.tokens[1:], strict=False)
    return prose.per_1000(
        sum(a == "," and len(b) > 5 and b.endswith("ing") and b.islower() for a, b in pairs)
    )


def quote_then_said(prose: Prose) -> float:
    """Double quotation marks, opening or closing, with said, says or told among the next three tokens, over half of all such marks: 2 at most (wire order; AP Stylebook)."""
    hits = 0
    tokens = prose.tokens
    verbs = {"said", "says", "told"}
    for place, part in enumerate(tokens):
        if part == '"':
            hits += not verbs.isdisjoint(tokens[place + 1 : place + 4])
    pairs = prose.marks.get('"', 0) / 2
    return hits / pairs if pairs else 0.0


MEASURES: Mapping[str, Callable[[Prose], float]] = {
    "punctuation.commas": _rate(","),
    "punctuation.commas_per_sentence": commas_per_sentence,
    "punctuation.semicolons": _rate(";"),
    "punctuation.colons": _rate(":"),
    "punctuation.dashes": _rate("-"),
    "punctuation.ellipses": _rate("..."),
    "punctuation.questions": _rate("?"),
    "punctuation.exclamations": _rate("!"),
    "punctuation.brackets": _rate("(", ")", "[", "]"),
    "punctuation.money_and_percent": _rate("$", "%", "\u20ac", "\u00a3"),
    "punctuation.mark_entropy": mark_entropy,
    "punctuation.contractions": contractions,
    "punctuation.possessives": possessives,
    "punctuation.quoted_words": quoted_words,
    "punctuation.quotations": quotations,
    "punctuation.serial_commas": serial_commas,
    "punctuation.triads": triads,
    "punctuation.comma_which": comma_which,
    "punctuation.comma_ing": comma_ing,
    "punctuation.quote_then_said": quote_then_said,
}
