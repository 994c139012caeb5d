"""What every engine does, and the loop over it: shards in, results out, poison isolated by bisection."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from detector.batch import storage
from detector.batch.results import read_footer, read_rows, write_results
from detector.batch.rows import Failure, encode
from detector.batch.score import ShardResult, Stages, Task
from detector.batch.shards import Shard
from detector.errors import DatelineError, InputError
from detector.types import Json


@dataclass(frozen=True, slots=True)
class Finished:
    """A shard is scored and its results are written."""

    shard: Shard
    result: ShardResult


@dataclass(frozen=True, slots=True)
class Lost:
    """A shard killed its worker more often than an accident would, or raised.

    `certain` is false where it may merely have waited on a worker that another shard killed.
    """

    shard: Shard
    reason: str
    certain: bool = True


Outcome: TypeAlias = "Finished | Lost"


class Engine(Protocol):
    """Runs `score_shard` somewhere else, several at once; entering it starts the workers."""

    @property
    def capacity(self) -> int:
        """Shards that are worth having under way at once."""

    def describe(self) -> Json:
        """Say what computes there: `describe_analyzer` of a worker."""

    def submit(self, shard: Shard) -> None:
        """Start, or queue, one shard."""

    def wait(self) -> Outcome:
        """Wait for any submitted shard.

        A worker that dies is replaced and its shard tried again; after a second death the shard
        is `Lost`. An exception that concerns the whole run (`StorageError`, `ModelError`,
        `UsageError`) is raised.
        """


StartEngine: TypeAlias = Callable[[Task, int], AbstractContextManager[Engine]]
"""Makes an engine for a task, given the number of shards to score."""


def is_fatal(error: BaseException) -> bool:
    """Whether an exception of `score_shard` concerns the run, and not the shard."""
    return isinstance(error, DatelineError) and not isinstance(error, InputError)


def drive(engine: Engine, shards: Iterable[Shard], task: Task) -> Iterator[ShardResult]:
    """Score shards, in any order; yield a result for each shard or part of one that is done.

    A lost shard is tried again when all others are done, by itself, so that it takes no other
    down and is not blamed for another. If it is lost again it is halved, until the items that
    kill are alone: each becomes one error row, and the parts are joined under the shard's name.
    """
    waiting = iter(shards)
    suspects: deque[Shard] = deque()
    running = 0
    while True:
        while running < engine.capacity and (shard := next(waiting, None)) is not None:
            engine.submit(shard)
            running += 1
        if not running:
            break
        outcome = engine.wait()
        running -= 1
        if isinstance(outcome, Finished):
            yield outcome.result
        elif outcome.certain and len(outcome.shard.items) > 1:
            suspects.extend(outcome.shard.split())
        else:
            suspects.append(outcome.shard)
    yield from _isolate(engine, suspects, task)


def _isolate(engine: Engine, suspects: deque[Shard], task: Task) -> Iterator[ShardResult]:
    """Score suspects one by one, in halves where they are lost; the parts of a shard stay neighbours."""
    parts: list[Shard] = []
    while suspects:
        shard = suspects.popleft()
        engine.submit(shard)
        outcome = engine.wait()
        if isinstance(outcome, Lost) and len(shard.items) > 1:
            suspects.extendleft(reversed(shard.split()))
            continue
        yield outcome.result if isinstance(outcome, Finished) else quarantine(shard, task, outcome.reason)
        if not shard.whole:
            parts.append(shard)
            if not suspects or suspects[0].number != shard.number:
                join(parts, task)
                parts = []


def quarantine(shard: Shard, task: Task, reason: str) -> ShardResult:
    """Write the results of a shard of one item that could not be scored: its error row."""
    row = Failure(shard.items[0].name, "quarantined", reason)
    with write_results(task.path(shard), task.temp, shard.digest) as results:
        results.add(encode(row, task.content, task.offsets, None))
        results.tally.count(row)
    return ShardResult(1, results.tally, Stages())


def join(parts: Sequence[Shard], task: Task) -> None:
    """Write the results of a whole shard from those of its parts, given in order; then remove these."""
    whole = Shard(parts[0].number, tuple(item for part in parts for item in part.items))
    paths = [task.path(part) for part in parts]
    with write_results(task.path(whole), task.temp, whole.digest) as results:
        for path in paths:
            footer = read_footer(path)
            if footer is not None:
                results.tally.add(footer.tally)
            for line in read_rows(path):
                results.add(line)
    for path in paths:
        storage.remove(path)
