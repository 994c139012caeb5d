"""The unit of work: read, score and write one shard; doing it twice gives the same file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from pathlib import PurePath
from typing import Protocol

from detector.analyzer import Analyzer, AnalyzerSettings
from detector.batch import storage
from detector.batch.outputs.pages import page_name
from detector.batch.results import Tally, read_footer, write_results
from detector.batch.rows import Content, Failure, encode
from detector.batch.shards import Item, Shard
from detector.errors import DatelineError, InputError
from detector.reading import SUFFIXES, article_from_json, articles_from_bytes, parse_json
from detector.reading.decode import decode
from detector.report import OffsetUnit, Report
from detector.types import Article, Json

BATCH = 16


class ScoresMany(Protocol):
    """What a shard needs of an `Analyzer`."""

    def analyze_many(self, articles: Iterable[Article], *, batch_size: int = BATCH) -> Iterator[Report]:
        """Score articles, in order."""


MakeAnalyzer = Callable[[AnalyzerSettings], ScoresMany]


def make_analyzer(settings: AnalyzerSettings) -> ScoresMany:
    """Make the analyzer that workers use, unless a task names another."""
    return Analyzer(settings)


@dataclass(frozen=True, slots=True)
class Task:
    """What is the same for all shards of a run.

    Parameters
    ----------
    folder
        Where results of shards go; `temp` is on the same file system.
    pages
        Folder for the page of each article, None for none.
    published
        Publication date of articles that come without one.
    """

    folder: str
    temp: str
    settings: AnalyzerSettings = field(default_factory=AnalyzerSettings)
    content: Content = "report"
    pages: str | None = None
    offsets: OffsetUnit = "codepoint"
    published: date | None = None
    make_analyzer: MakeAnalyzer = make_analyzer

    def path(self, shard: Shard) -> str:
        """Path of the results of a shard."""
        return storage.join(self.folder, f"{shard.name}.jsonl")


@dataclass(slots=True)
class Stages:
    """Seconds that a shard took, by stage."""

    read: float = 0.0
    score: float = 0.0
    write: float = 0.0

    def count(self, stage: str, since: float) -> float:
        """Add the time since `since` to a stage, and give the time now."""
        now = time.perf_counter()
        setattr(self, stage, getattr(self, stage) + now - since)
        return now

    def add(self, other: Stages) -> None:
        """Add the seconds of another shard."""
        for name, seconds in asdict(other).items():
            setattr(self, name, getattr(self, name) + seconds)


@dataclass(frozen=True, slots=True)
class ShardResult:
    """What the driver learns of a finished shard; `items` counts those that the plan has in it."""

    items: int
    tally: Tally
    stages: Stages


def score_shard(shard: Shard, task: Task) -> ShardResult:
    """Score a shard and write its results, unless they are there.

    Raises
    ------
    StorageError
        Where the results cannot be written.
    """
    done = read_footer(task.path(shard))
    if done is not None and done.digest == shard.digest:
        return ShardResult(len(shard.items), done.tally, Stages())
    analyzer = cached_analyzer(task.make_analyzer, task.settings)
    stages = Stages()
    with write_results(task.path(shard), task.temp, shard.digest) as results:
        index = 0
        found = read_items(shard.items, task.published)
        clock = time.perf_counter()
        while batch := list(islice(found, BATCH)):
            clock = stages.count("read", clock)
            rows = score_batch(analyzer, batch)
            clock = stages.count("score", clock)
            for row in rows:
                page = _write_page(row, shard, index, task)
                results.add(encode(row, task.content, task.offsets, page))
                results.tally.count(row)
                index += 1
            clock = stages.count("write", clock)
    stages.count("write", clock)
    return ShardResult(len(shard.items), results.tally, stages)


@lru_cache(maxsize=1)
def cached_analyzer(make: MakeAnalyzer, settings: AnalyzerSettings) -> ScoresMany:
    """Keep the analyzer of a worker process from shard to shard: it has no state but its models."""
    return make(settings)


def describe_analyzer(task: Task) -> Json:
    """Give version, models and rules of this process's analyzer, as a report's `engine` object."""
    analyzer = cached_analyzer(task.make_analyzer, task.settings)
    return analyzer.engine.to_dict() if isinstance(analyzer, Analyzer) else type(analyzer).__name__


def read_items(items: Iterable[Item], published: date | None = None) -> Iterator[Article | Failure]:
    """Yield the articles of some items; whatever cannot be read becomes a failure with its reason."""
    for item in items:
        if item.skip:
            yield Failure(item.name, "skipped", item.skip)
            continue
        try:
            for found in _articles(item):
                if isinstance(found, InputError):
                    yield Failure(found.source, _kind(found), found.reason)
                else:
                    yield replace(found, id=found.id or found.source, published=found.published or published)
        except InputError as error:
            yield Failure(item.name, _kind(error), error.reason)
        except OSError as error:
            yield Failure(item.name, "unreadable", error.strerror or str(error))
        except Exception as error:  # noqa: BLE001 - a parser's bug costs one item, never the run
            yield Failure(item.name, "unreadable", f"{type(error).__name__}: {error}")


def score_batch(analyzer: ScoresMany, batch: list[Article | Failure]) -> list[Report | Failure]:
    """Score the articles of a batch; where that raises, one by one, so that only the culprit fails."""
    articles = [item for item in batch if isinstance(item, Article)]
    try:
        reports: list[Report | Failure] = list(analyzer.analyze_many(articles, batch_size=BATCH))
    except Exception as error:
        if isinstance(error, DatelineError) and not isinstance(error, InputError):
            raise
        reports = [_score_alone(analyzer, article) for article in articles]
    scored = iter(reports)
    return [item if isinstance(item, Failure) else next(scored) for item in batch]


def _score_alone(analyzer: ScoresMany, article: Article) -> Report | Failure:
    try:
        return next(iter(analyzer.analyze_many([article], batch_size=1)))
    except Exception as error:
        if isinstance(error, DatelineError) and not isinstance(error, InputError):
            raise
        return Failure(article.source, "failed", f"{type(error).__name__}: {error}")


def _articles(item: Item) -> Iterator[Article | InputError]:
    with storage.open_read(item.path) as stream:
        stream.seek(item.start)
        data = stream.read(item.length)
    if blake2b(data, digest_size=8).hexdigest() != item.digest:
        raise InputError(item.name, "changed while the batch ran")
    if item.is_line:
        record = parse_json(decode(data, name=item.name), name=item.name)
        return iter([article_from_json(record, name=item.name)])
    kind = SUFFIXES.get(PurePath(item.name).suffix.lower())
    return articles_from_bytes(data, name=item.name, kind=kind)


def _write_page(row: Report | Failure, shard: Shard, index: int, task: Task) -> str | None:
    if task.pages is None or isinstance(row, Failure):
        return None
    from detector.reports.html import render_page

    name = page_name(shard, index)
    with storage.write_atomically(storage.join(task.pages, name), task.temp) as stream:
        stream.write(render_page(row).encode("utf-8", "backslashreplace"))
    return name


def _kind(error: InputError) -> str:
    return {"TooLargeError": "too_large", "EmptyInputError": "empty"}.get(type(error).__name__, "unreadable")
