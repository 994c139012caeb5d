"""Reports of a batch to copies, events, support and contradictions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from detector.corroboration.contradictions import find_conflicts, tell_once
from detector.corroboration.findings import CopyGroup, Corroboration, Event, Quote
from detector.corroboration.near_duplicates import find_copies
from detector.corroboration.statements import Statement, StatementReader
from detector.corroboration.support import find_support, quote_of
from detector.corroboration.terms import count_terms, group_stories, spell, weigh
from detector.data import load_toml
from detector.document import build_document
from detector.report import Report
from detector.sourcing.anchors import read_times
from detector.types import Article

TERMS_SHOWN = 6
MOST_SPELLED = 20
"""Articles of an event whose spelling of its terms is shown."""
_YEAR = re.compile(r"\d{4}|\d/\d")
HEAD = 800
"""Code points of an article in which a dateline or byline is looked for."""


def corroborate(reports: Sequence[Report]) -> Corroboration:
    """Compare the articles of a batch with one another.

    The result depends on the reports and their order alone. Time grows about linearly with the
    number of articles: only those that share rare terms, or wording, are compared.

    Raises
    ------
    DatelineError
        Where `datasketch` (extra `corroborate`) is missing.
    """
    limits = load_toml("corroboration.toml")["thresholds"]
    ids = tuple(report.article.id or report.article.source for report in reports)
    texts = [report.article.text for report in reports]
    copies = find_copies(texts, limits["duplicate_jaccard"], limits["copied_share"])
    vectors = weigh([count_terms(f"{r.article.title or ''}\n{r.article.text}") for r in reports])
    days = [_day(report.article) for report in reports]
    stories = group_stories(
        vectors,
        days,
        limits["story_similarity"],
        limits["story_cohesion"],
        limits["days_apart"],
    )
    reader = StatementReader()
    events = tuple(
        _event(story, reports, days, vectors, copies, reader, limits["support_similarity"])
        for story in stories
    )
    return Corroboration(ids, copies, events)


def _day(article: Article) -> date | None:
    """Day of an article: that of publication, else that of a dateline or byline in its head."""
    head = replace(article, text=article.text[:HEAD])
    if article.published is not None or not _YEAR.search(head.text):
        return article.published
    return read_times(build_document(head))[1]


def _event(
    story: tuple[int, ...],
    reports: Sequence[Report],
    days: Sequence[date | None],
    vectors: Sequence[Mapping[str, float]],
    copies: Sequence[CopyGroup],
    reader: StatementReader,
    support_similarity: float,
) -> Event:
    accounts = [reader.read(place, reports[place], days[place]) for place in story]
    conflicts = find_conflicts(accounts)

    def quote(statement: Statement) -> Quote:
        return quote_of(statement.article, reports[statement.article], statement.span)

    said = [statement for account in accounts for statement in account.statements]
    weight: Counter[str] = Counter()
    for place in story:
        weight.update(vectors[place])
    ranked = sorted(weight, key=lambda term: (-weight[term], term))
    inside = set(story)
    near = [
        frozenset(group.articles)
        for group in copies
        if group.kind == "near_duplicate" and not inside.isdisjoint(group.articles)
    ]
    at_odds = {frozenset(((a.article, a.span), (b.article, b.span))) for _, a, b, _ in conflicts}
    return Event(
        articles=story,
        terms=tuple(
            spell(ranked[: 2 * TERMS_SHOWN], [reports[i].article.text for i in story[:MOST_SPELLED]])
        )[:TERMS_SHOWN],
        participants=tuple(sorted({name for s in said for name in s.parties})),
        actions=tuple(sorted({s.action for s in said})),
        places=tuple(sorted({s.place for s in said if s.place})),
        days=tuple(sorted({s.day for s in said if s.day})),
        claims=tuple(dict.fromkeys(quote(s) for s in said)),
        supports=find_support(story, reports, near, at_odds, reader.bears_out, support_similarity),
        contradictions=tell_once(conflicts, quote),
    )
