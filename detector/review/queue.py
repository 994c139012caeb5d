"""Articles to review, the lowest score first: scored anew, or with the reports of a batch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from detector.analyzer import Analyzer
from detector.errors import InputError, UsageError
from detector.reading import read_articles
from detector.report import Report
from detector.reports.html import environment
from detector.reports.plain import storable
from detector.reports.table import article_row
from detector.review.folder import article_files
from detector.review.saved import report_from_dict
from detector.types import Article

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("title", "outlet", "score", "band", "words", "flags_counted", "unsupported_share", "ai_verdict")
"""Columns of a queue as a table."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Reports in the order in which to read them; `left_out` says what could not be read, and why."""

    reports: tuple[Report, ...]
    left_out: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Queue({len(self.reports)} reports, {len(self.left_out)} left out)"

    def __len__(self) -> int:
        return len(self.reports)

    def __getitem__(self, index: int) -> Report:
        return self.reports[index]

    def __iter__(self) -> Iterator[Report]:
        return iter(self.reports)

    def to_frame(self) -> pd.DataFrame:
        """Give a table, one row an article, in the order of the queue."""
        import pandas as pd

        rows = [{**article_row(report), "outlet": outlet(report.article)} for report in self]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def _repr_html_(self) -> str:
        """Show the queue in a notebook."""
        rows = [{**article_row(report), "outlet": outlet(report.article)} for report in self]
        template = environment().overlay(loader=templates()).get_template("queue.html")
        return storable(template.render(rows=rows, left_out=self.left_out))


def templates() -> Any:
    """Loader of this package's templates."""
    from jinja2 import PackageLoader

    return PackageLoader("detector.review")


def load_queue(
    paths: str | Path | Sequence[str | Path],
    *,
    reports: str | Path | None = None,
    analyzer: Analyzer | None = None,
) -> Queue:
    """Read articles and order them by score: lowest first, those without a score last.

    Parameters
    ----------
    paths
        Files or folders of articles, of every format that `dateline score` reads. In folders, hidden
        files, READMEs, and what `dateline batch` wrote, are passed over.
    reports
        JSON lines of `dateline batch` on the same articles. Articles are matched by the digest
        of their text; those without a report are scored.
    analyzer
        What scores; one with the default settings unless given.

    Raises
    ------
    UsageError
        Where no article can be read, or the reports can't.
    """
    articles: list[Article] = []
    left_out: list[str] = []
    for item in _read([paths] if isinstance(paths, str | Path) else paths):
        if isinstance(item, InputError):
            left_out.append(str(item))
        else:
            articles.append(item)
    if not articles:
        raise UsageError("; ".join(["no readable article", *left_out[:3]]))
    saved = _saved(reports) if reports is not None else {}
    known = {index: saved[d] for index, a in enumerate(articles) if (d := a.text_sha256) in saved}
    fresh = iter(
        (analyzer or Analyzer()).analyze_many(a for index, a in enumerate(articles) if index not in known)
    )
    found = [
        report_from_dict(known[index], article) if index in known else next(fresh)
        for index, article in enumerate(articles)
    ]
    return Queue(tuple(sorted(found, key=_urgency)), tuple(left_out))


def outlet(article: Article) -> str:
    """Where an article came out: the host of its URL, else the folder of its file.

    >>> outlet(Article("", url="https://www.example.org/a")), outlet(Article("", source="paper/a.txt"))
    ('example.org', 'paper')
    """
    try:
        host = urlsplit(article.url or "").hostname
    except ValueError:
        host = None
    return host.removeprefix("www.") if host else Path(article.source).parent.name or "unknown"


def _urgency(report: Report) -> tuple[bool, float, str]:
    score = report.credibility.score
    return score is None, score or 0.0, report.article.source


def _read(paths: Iterable[str | Path]) -> Iterator[Article | InputError]:
    for path in map(Path, paths):
        for file in article_files(path) if path.is_dir() else [path]:
            if isinstance(file, InputError):
                yield file
                continue
            try:
                yield from read_articles(file)
            except InputError as error:
                yield error


def _saved(path: str | Path) -> dict[str, Any]:
    """Reports by the digest of their text; rows of failures are passed over."""
    found: dict[str, Any] = {}
    number = 0
    try:
        with Path(path).open("rb") as lines:
            for number, line in enumerate(lines, start=1):  # noqa: B007 - named in the error
                row = json.loads(line.decode("utf-8"))
                if "error" not in row:
                    found[row["article"]["text_sha256"]] = row
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}, line {number}: not a report ({error})") from error
    return found
