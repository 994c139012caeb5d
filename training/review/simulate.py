"""A review by annotators instead of a reviewer: what `recalibrate` gains where the truth is known.

`python -m training simulate-review -o gold.sqlite` turns the annotated sentences of support_gold_dev
into decisions on the flags of the same articles: right in a sentence that is annotated as
unsupported, wrong elsewhere, and missed where an annotated sentence has no flag.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from detector import Analyzer
from detector.report import Report
from detector.review import Decision, DecisionStore
from detector.review.decisions import decide
from detector.types import Article, Span
from training.corpora import records

CORPUS = "sourcing/support_gold_dev"
REVIEWER = "annotators"


@click.command("simulate-review")
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def command(out: Path) -> None:
    """Write a decision file from annotated articles."""
    if out.exists():
        raise click.UsageError(f"{out} exists")
    analyzer = Analyzer()
    with DecisionStore(out) as store:
        for record in records(CORPUS):
            day = date.fromisoformat(record["date"][:10]) if record["date"] else None
            report = analyzer.analyze(Article(record["text"], id=record["id"], published=day))
            for decision in _decisions(record, report):
                store.save(decision, report)
        found = store.decisions()
    click.echo(f"{out}: {len(found)} decisions on {len({d.text_sha256 for d in found})} articles")


def _decisions(record: dict[str, Any], report: Report) -> Iterator[Decision]:
    wrong = [Span(s["start"], s["end"]) for s in record["sentences"] if s["unsupported"]]
    found: list[Span] = []
    for flag in report.flags:
        if flag.category == "unsupported_claim":
            hits = [span for span in wrong if _overlap(span, flag.span)]
            found += hits
            verdict = "accept" if hits else "reject"
        elif flag.rule == "AI001":
            verdict = "accept" if record["label"] == "ai" else "reject"
        else:
            continue
        yield decide(report, flag.span, flag.rule, verdict, reviewer=REVIEWER, score=flag.score)
    for span in wrong:
        if span not in found:
            yield decide(report, span, "SRC002", "missed", reviewer=REVIEWER)
    if record["label"] == "ai" and not any(flag.rule == "AI001" for flag in report.flags):
        yield decide(report, Span(0, len(report.article.text)), "AI001", "missed", reviewer=REVIEWER)
    yield decide(report, Span(0, 0), "", "done", reviewer=REVIEWER)


def _overlap(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end
