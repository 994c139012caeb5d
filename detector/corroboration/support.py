"""Which unsupported claims a dated claim of a named source elsewhere in the event stands behind."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias

from detector.corroboration.findings import Quote, Support
from detector.corroboration.terms import cosine, count_terms, weigh
from detector.report import Report, SentenceFinding
from detector.types import Span

MOST_CANDIDATES = 60
FEWEST_SHARED = 3
Passage: TypeAlias = tuple[int, Span]
"""An article of the batch and a sentence of it."""


def find_support(
    articles: Sequence[int],
    reports: Sequence[Report],
    copies: Sequence[frozenset[int]],
    at_odds: Collection[frozenset[Passage]],
    bears_out: Callable[[str, str], bool],
    threshold: float,
) -> tuple[Support, ...]:
    """Give each unsupported claim its closest supported one.

    An article's copies don't support it, nor does a sentence in the same words, one that is `at_odds`
    with the claim, or one that does not bear it out.
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
            author, support = sentences[other]
            copied = any(place in group and author in group for group in copies)
            shared = len(vectors[index].keys() & vectors[other].keys())
            score = (cosine(vectors[index], vectors[other]), -other)
            if (
                author != place
                and not copied
                and shared >= FEWEST_SHARED
                and score > best
                and frozenset(((place, sentence.span), (author, support.span))) not in at_odds
                and _folded(reports, place, sentence) != _folded(reports, author, support)
                and bears_out(reports[place].quote(sentence.span), reports[author].quote(support.span))
            ):
                best = score
        if best[0] > threshold:
            author, support = sentences[-best[1]]
            pair = (
                quote_of(place, reports[place], sentence.span),
                quote_of(author, reports[author], support.span),
            )
            found.append(Support(*pair, round(best[0], 2)))
    return tuple(found)


def _folded(reports: Sequence[Report], place: int, sentence: SentenceFinding) -> list[str]:
    return re.findall(r"\w+", reports[place].quote(sentence.span).lower())


def quote_of(place: int, report: Report, span: Span) -> Quote:
    """Quote a part of an article."""
    return Quote(place, report.article.id or report.article.source, span, report.quote(span))


def _stands(sentence: SentenceFinding) -> bool:
    sourcing = sentence.sourcing
    dated = sourcing.time.kind in ("absolute", "resolvable")
    return sourcing.source.kind == "named" and dated and not sourcing.unsupported
