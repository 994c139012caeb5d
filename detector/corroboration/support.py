"""Which unsupported claims a dated claim of a named source elsewhere in the event stands behind."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from detector.corroboration.findings import Quote, Support
from detector.corroboration.terms import cosine, count_terms, weigh
from detector.report import Report, SentenceFinding

MOST_CANDIDATES = 60
FEWEST_SHARED = 3


def find_support(
    articles: Sequence[int], reports: Sequence[Report], copies: Sequence[frozenset[int]], threshold: float
) -> tuple[Support, ...]:
    """Give each unsupported claim its closest supported one.

    An article's copies don't support it, nor does a sentence in the same words.
    """
    sentences = [
        (place, sentence)
        for place in articles
        for sentence in reports[place].sentences
        if sentence.sourcing.role == "claim" and (sentence.sourcing.unsupported or _stands(sentence))
    ]
    vectors = weigh([count_terms(reports[place].quote(s.span)) for place, s in sentences])
    posting: dict[str, list[int]] = defaultdict(list)
    for index, (_, sentence) in enumerate(sentences):
        if _stands(sentence):
            for term in vectors[index]:
                posting[term].append(index)
    found = []
    for index, (place, sentence) in enumerate(sentences):
        if not sentence.sourcing.unsupported:
            continue
        candidates = {other for term in sorted(vectors[index]) for other in posting[term][:MOST_CANDIDATES]}
        best = (threshold, -1)
        for other in sorted(candidates):
            author = sentences[other][0]
            copied = any(place in group and author in group for group in copies)
            shared = len(vectors[index].keys() & vectors[other].keys())
            if (
                author != place
                and not copied
                and shared >= FEWEST_SHARED
                and _agree(vectors, index, other)
                and _folded(reports, *sentences[index]) != _folded(reports, *sentences[other])
            ):
                best = max(best, (cosine(vectors[index], vectors[other]), -other))
        if best[1] <= 0 and best[0] > threshold:
            author, support = sentences[-best[1]]
            pair = quote_of(place, reports[place], sentence), quote_of(author, reports[author], support)
            found.append(Support(*pair, round(best[0], 2)))
    return tuple(found)


def _agree(vectors: Sequence[Mapping[str, float]], claim: int, support: int) -> bool:
    """Whether a claim with figures shares one of them with what should support it."""
    figures = {term for term in vectors[claim] if term[0].isdigit()}
    return not figures or not figures.isdisjoint(vectors[support])


def _folded(reports: Sequence[Report], place: int, sentence: SentenceFinding) -> list[str]:
    return re.findall(r"\w+", reports[place].quote(sentence.span).lower())


def quote_of(place: int, report: Report, sentence: SentenceFinding) -> Quote:
    """Quote one sentence."""
    return Quote(
        place, report.article.id or report.article.source, sentence.span, report.quote(sentence.span)
    )


def _stands(sentence: SentenceFinding) -> bool:
    sourcing = sentence.sourcing
    dated = sourcing.time.kind in ("absolute", "resolvable")
    return sourcing.source.kind == "named" and dated and not sourcing.unsupported
