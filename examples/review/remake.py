"""Make `decisions.jsonl` anew from `opinions.json`, and run the notebook that shows it.

`python examples/review/remake.py`, wherever a rule, a threshold or a model has changed: then flags
are others, and the decisions on those that are gone would be about nothing.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from detector.report import Report
from detector.review import Decision, Queue, load_queue, write_jsonl
from detector.review.decisions import decide, time_in_utc
from detector.review.notebook import run_notebook
from detector.types import Span

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
NOTEBOOK: Final = Path("notebooks", "review.ipynb")
BEGIN: Final = datetime(2026, 11, 20, 9, tzinfo=UTC)
"""When the first decision is said to be made; the others follow, one a minute."""


def made_up(queue: Queue, reviewers: list[dict[str, Any]]) -> Iterator[Decision]:
    """Yield the decisions of each reviewer on the flags of the queue."""
    moment = BEGIN
    for reviewer in reviewers:
        for report in queue:
            for decision in _of_article(report, reviewer):
                moment += timedelta(minutes=1)
                yield replace(decision, made_at=time_in_utc(moment.isoformat()))


def _of_article(report: Report, reviewer: Mapping[str, Any]) -> Iterator[Decision]:
    """Accept each flag on which there is no other opinion; those passed over are counted from the first."""
    name, every = reviewer["name"], reviewer["passes_over_every"]
    article = Path(report.article.source).name
    for number, flag in enumerate(report.flags, start=1):
        if every and number % every == 0:
            continue
        quote = report.quote(flag.span)
        said = next((o for o in reviewer["opinions"] if _is_about(o, article, flag.rule, quote)), {})
        yield decide(
            report,
            flag.span,
            flag.rule,
            said.get("verdict", "accept"),
            reviewer=name,
            comment=said.get("comment", ""),
            score=flag.score,
        )
    for missed in reviewer["missed"]:
        if missed["article"] == article:
            start = report.article.text.index(missed["quote"])
            span = Span(start, start + len(missed["quote"]))
            if not any(flag.rule == missed["rule"] and flag.span == span for flag in report.flags):
                yield decide(report, span, missed["rule"], "missed", reviewer=name, comment=missed["comment"])
    if reviewer["reads_to_the_end"]:
        yield decide(report, Span(0, 0), "", "done", reviewer=name)


def _is_about(opinion: Mapping[str, str], article: str, rule: str, quote: str) -> bool:
    """Whether an opinion is on such flags: `quote` is how the flagged text begins."""
    return (
        opinion["rule"] == rule
        and opinion.get("article", article) == article
        and quote.startswith(opinion.get("quote", ""))
    )


def run_apart() -> Any:
    """Run the notebook on copies, so that it neither shows nor touches anybody's own decisions; gives it."""
    os.environ["LOGNAME"] = "reviewer"
    with TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "examples", Path(folder, "examples"))
        path = Path(folder, NOTEBOOK)
        path.parent.mkdir()
        shutil.copy(ROOT / NOTEBOOK, path)
        return run_notebook(path)


def main() -> None:
    """Write both files, and say so."""
    import nbformat

    queue = load_queue(ROOT / "examples" / "articles")
    reviewers = json.loads((HERE / "opinions.json").read_text("utf-8"))["reviewers"]
    print(f"{write_jsonl(made_up(queue, reviewers), HERE / 'decisions.jsonl')} decisions")
    nbformat.write(run_apart(), ROOT / NOTEBOOK)
    print(NOTEBOOK)


if __name__ == "__main__":
    main()
