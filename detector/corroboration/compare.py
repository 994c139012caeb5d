"""Reports of a batch to copies, events, support and contradictions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from detector.corroboration.contradictions import find_contradictions
from detector.corroboration.findings import CopyGroup, Corroboration, Event, Quote
from detector.corroboration.near_duplicates import find_copies
from detector.corroboration.statements import Statement, StatementReader
from detector.corroboration.support import find_support
from detector.corroboration.terms import count_terms, group_stories, weigh
from detector.data import load_toml
from detector.report import Report

TERMS_SHOWN = 6


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
    stories = group_stories(
        vectors,
        [report.article.published for report in reports],
        limits["story_similarity"],
        limits["story_cohesion"],
        limits["days_apart"],
    )
    reader = StatementReader()
    events = tuple(
        _event(story, reports, vectors, copies, reader, limits["support_similarity"]) for story in stories
    )
    return Corroboration(ids, copies, events)


def _event(
    story: tuple[int, ...],
    reports: Sequence[Report],
    vectors: Sequence[Mapping[str, float]],
    copies: Sequence[CopyGroup],
    reader: StatementReader,
    support_similarity: float,
) -> Event:
    statements = {place: reader.read(place, reports[place]) for place in story}
    places = {place: reader.places_of(reports[place].article.text) for place in story}

    def quote(statement: Statement) -> Quote:
        report = reports[statement.article]
        name = report.article.id or report.article.source
        return Quote(statement.article, name, statement.span, report.quote(statement.span))

    said = [statement for place in story for statement in statements[place]]
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
    return Event(
        articles=story,
        terms=tuple(ranked[:TERMS_SHOWN]),
        participants=tuple(sorted({name for s in said for name in s.parties})),
        actions=tuple(sorted({s.action for s in said})),
        places=tuple(sorted({s.place for s in said if s.place})),
        days=tuple(sorted({s.day for s in said if s.day})),
        claims=tuple(dict.fromkeys(quote(s) for s in said)),
        supports=find_support(story, reports, near, support_similarity),
        contradictions=find_contradictions(story, statements, places, reports, quote),
    )
