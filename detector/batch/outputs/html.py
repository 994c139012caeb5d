"""HTML: an overview of all articles, beside the page that each article got when it was scored."""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import version
from itertools import count
from operator import itemgetter
from pathlib import PurePath
from typing import Any

from detector.batch import storage
from detector.batch.outputs import OutputPaths
from detector.batch.outputs.groups import MOST_COMPARED, find_groups
from detector.batch.outputs.pages import remove_stale_pages
from detector.batch.restore import restore_report
from detector.batch.results import Tally, read_rows
from detector.report import Report
from detector.reports.overview import Example, Overview, RuleUse, render_overview
from detector.reports.table import CONTEXT

MOST_ROWS = 10_000
"""Rows of the table: a browser sorts so many in an instant, and memory stays bounded."""

MOST_ERRORS = 500
EXAMPLES = 3
QUOTE = 200
_SEVERITIES = {"info": 0, "warning": 1, "error": 2}


def write(paths: OutputPaths, results: Iterable[str], tally: Tally, temp: str) -> None:
    """Write the overview; the pages are there already."""
    assert paths.pages is not None
    collected = _Collected(PurePath(paths.pages).name)
    for path in results:
        for line in read_rows(path):
            collected.add(json.loads(line))
    groups, note = find_groups(collected.reports, collected.pages)
    if len(collected.reports) < tally.rows - tally.errors:
        note = f"Only the first {MOST_COMPARED:,} articles are compared. {note}"
    overview = Overview(
        title=_title(paths.main),
        articles=tally.rows - tally.errors,
        words=tally.words,
        abstained=tally.abstained,
        median=tally.median,
        scores=tally.scores,
        bands=tally.bands,
        rows=collected.rows(),
        rules=collected.rules(),
        errors=collected.errors,
        error_count=tally.errors,
        groups=groups,
        groups_note=note,
        version=version("dateline"),
    )
    with storage.write_atomically(paths.main, temp) as out:
        out.write(render_overview(overview).encode("utf-8", "backslashreplace"))
    remove_stale_pages(paths.pages, collected.named)


class _Collected:
    """The worst rows, the worst flags of each rule, the first errors and reports: bounded, whatever comes.

    Only `named`, the names of all pages, grows.
    """

    def __init__(self, folder: str) -> None:
        self.reports: list[Report] = []
        self.pages: list[str | None] = []
        self.named: set[str] = set()
        self.errors: list[tuple[str, str]] = []
        self._folder = folder
        self._order = count()
        self._rows: list[tuple[float, int, dict[str, Any]]] = []
        self._flags: Counter[str] = Counter()
        self._articles: Counter[str] = Counter()
        self._examples: dict[str, list[tuple[tuple[float, ...], Example]]] = {}

    def add(self, row: dict[str, Any]) -> None:
        """Take a row."""
        article = row["article"]
        if article["error"] is not None:
            if len(self.errors) < MOST_ERRORS:
                self.errors.append((article["source"], article["error"]))
            return
        if article["page"]:
            self.named.add(article["page"])
            article["page"] = f"{self._folder}/{article['page']}"
        if len(self.reports) < MOST_COMPARED:
            self.reports.append(restore_report(row))
            self.pages.append(article["page"])
        score = article["score"]
        # A heap of the worst: the best of them, on top, makes room for a worse one.
        entry = (-score if score is not None else -101.0, -next(self._order), article)
        (heapq.heappush if len(self._rows) < MOST_ROWS else heapq.heappushpop)(self._rows, entry)
        counted = [flag for flag in row["flags"] if flag["counted"]]
        self._articles.update({flag["rule"] for flag in counted})
        for flag in counted:
            self._flags[flag["rule"]] += 1
            self._add_example(flag, article)

    def rows(self) -> list[dict[str, Any]]:
        """Rows from the lowest score up; those without a score last."""
        return [article for _, _, article in sorted(self._rows, key=lambda entry: entry[:2], reverse=True)]

    def rules(self) -> list[RuleUse]:
        """Rules, the one in most articles first."""
        return [
            RuleUse(code, self._flags[code], articles, [example for _, example in self._examples[code]])
            for code, articles in sorted(self._articles.items(), key=lambda pair: (-pair[1], pair[0]))
        ]

    def _add_example(self, flag: dict[str, Any], article: dict[str, Any]) -> None:
        """Keep the flags of highest severity and confidence, from the worst articles, one of each article."""
        score = article["score"]
        rank = (-_SEVERITIES[flag["severity"]], -flag["score"], score if score is not None else 101.0)
        kept = self._examples.setdefault(flag["rule"], [])
        if len(kept) == EXAMPLES and rank >= kept[-1][0]:
            return
        quote = " ".join(flag["quote"][:QUOTE].split())
        title = article["title"] or article["id"]
        # What begins in the middle of a word is shown from the next one on.
        before = (
            "".join(flag["before"].partition(" ")[1:]) if len(flag["before"]) == CONTEXT else flag["before"]
        )
        after = flag["after"].rpartition(" ")[0] if len(flag["after"]) == CONTEXT else flag["after"]
        example = Example(before, quote, after, title, article["page"], flag["id"])
        for index, (other_rank, other) in enumerate(kept):
            if (other.title, other.page) == (title, example.page) or other.quote == quote:
                if rank < other_rank:
                    kept[index] = (rank, example)
                break
        else:
            kept.append((rank, example))
        kept.sort(key=itemgetter(0))
        del kept[EXAMPLES:]


def _title(main: str) -> str:
    path = PurePath(main)
    return path.parent.name if path.name == "index.html" and path.parent.name else path.stem
