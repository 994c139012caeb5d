"""`python -m training corroboration`: how often articles grouped as one event are of one event.

Articles of `human_news/dev/newscluster`, against events judged by headline
(`training/annotations/newscluster_events.json`). Thresholds were chosen on the half "chosen on";
the other half is the result. Contradictions found there are printed with `--contradictions`, to be
read by eye: true ones are few among human reports of one event.
"""

from __future__ import annotations

import json
import time
from datetime import date
from hashlib import sha256
from itertools import combinations
from typing import Any

import click

from detector import Analyzer, Article
from detector.corroboration import corroborate
from detector.corroboration.near_duplicates import find_copies
from detector.corroboration.terms import count_terms, group_stories, weigh
from detector.data import load_toml
from training.corpora import records
from training.places import ANNOTATIONS

CORPUS = "human_news/dev/newscluster"
LABELS = ANNOTATIONS / "newscluster_events.json"


@click.command(help=__doc__)
@click.option("--contradictions", is_flag=True, help="Analyse the articles and print what conflicts.")
def command(*, contradictions: bool) -> None:
    """Print pairwise precision and recall of grouping, copies among events, and speed."""
    rows = list(records(CORPUS))
    event_of = {i: name for name, ids in json.loads(LABELS.read_text())["events"].items() for i in ids}
    for half, name in enumerate(("chosen on", "held out")):
        part = [row for row in rows if _half(row, event_of) == half]
        click.echo(f"{name}: {_grouping(part, event_of)}")
    click.echo(_copies(rows, event_of))
    if contradictions:
        _print_contradictions(rows)


def _name(row: dict[str, Any], event_of: dict[str, str]) -> str | None:
    return event_of.get(row["id"].split("/")[-1])


def _half(row: dict[str, Any], event_of: dict[str, str]) -> int:
    return int(sha256((_name(row, event_of) or row["id"]).encode()).hexdigest(), 16) % 2


def _grouping(rows: list[dict[str, Any]], event_of: dict[str, str]) -> str:
    limits = load_toml("corroboration.toml")["thresholds"]
    vectors = weigh([count_terms(f"{row['title'] or ''}\n{row['text']}") for row in rows])
    days = [date.fromisoformat(row["date"]) if row["date"] else None for row in rows]
    groups = group_stories(
        vectors, days, limits["story_similarity"], limits["story_cohesion"], limits["days_apart"]
    )
    found = {pair for group in groups for pair in combinations(group, 2)}
    names = [_name(row, event_of) for row in rows]
    true = {(a, b) for a, b in combinations(range(len(rows)), 2) if names[a] and names[a] == names[b]}
    right = len(found & true)
    return (
        f"{len(rows)} articles, {len(groups)} groups, pairs: {right} of {len(found)} right "
        f"(precision {right / max(len(found), 1):.3f}), of {len(true)} true (recall {right / max(len(true), 1):.3f})"
    )


def _copies(rows: list[dict[str, Any]], event_of: dict[str, str]) -> str:
    limits = load_toml("corroboration.toml")["thresholds"]
    groups = find_copies([row["text"] for row in rows], limits["duplicate_jaccard"], limits["copied_share"])
    lines = []
    for kind in ("near_duplicate", "templated"):
        pairs = [pair for g in groups if g.kind == kind for pair in combinations(g.articles, 2)]
        names = [(_name(rows[a], event_of), _name(rows[b], event_of)) for a, b in pairs]
        one = sum(left is not None and left == right for left, right in names)
        lines.append(f"copies, {kind}: {len(pairs)} pairs, {one} within one event")
    return "\n".join(lines)


def _print_contradictions(rows: list[dict[str, Any]]) -> None:
    articles = [
        Article(
            text=row["text"],
            id=row["id"],
            title=row["title"],
            published=date.fromisoformat(row["date"]) if row["date"] else None,
        )
        for row in rows
    ]
    reports = list(Analyzer().analyze_many(articles))
    start = time.process_time()
    result = corroborate(reports)
    seconds = time.process_time() - start
    supports = sum(len(event.supports) for event in result.events)
    click.echo(
        f"{len(rows)} articles compared in {seconds:.1f} s of CPU; {supports} claims supported elsewhere"
    )
    click.echo(f"{len(result.contradictions)} contradictions")
    for contradiction in result.contradictions:
        click.echo(f"{contradiction.kind}: {contradiction.sentence}")
        for quote in (contradiction.left, contradiction.right):
            click.echo(f"    {quote.article_id}: {' '.join(quote.text.split())[:240]}")
