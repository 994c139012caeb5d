"""What every engine does, and the loop over it: shards in, results out, poison isolated by bisection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from detector.batch import storage
from detector.batch.results import read_footer, read_rows, write_results
from detector.batch.rows import Failure, encode
from detector.batch.score import ShardResult, Stages, Task
from detector.batch.shards import Shard
from detector.errors import DatelineError, InputError


@dataclass(frozen=True, slots=True)
class Finished:
    """A shard is scored and its results are written."""

    shard: Shard
    result: ShardResult


@dataclass(frozen=True, slots=True)
class Lost:
    """A shard killed its worker more often than an accident would, or raised."""

    shard: Shard
    reason: str


Outcome: TypeAlias = "Finished | Lost"


class Engine(Protocol):
    """Runs `score_shard` somewhere else, several at once; entering it starts the workers."""

    @property
    def capacity(self) -> int:
        """Shards that are worth having under way at once."""

    def submit(self, shard: Shard) -> None:
        """Start, or queue, one shard."""

    def wait(self) -> Outcome:
        """Wait for any submitted shard.

        A worker that dies is replaced and its shard tried again; after more than one death the
        shard is `Lost`. An exception that concerns the whole run (`StorageError`, `ModelError`,
        `UsageError`) is raised.
        """


RunningEngine = AbstractContextManager[Engine]


def is_fatal(error: BaseException) -> bool:
    """Whether an exception of `score_shard` concerns the run, and not the shard."""
    return isinstance(error, DatelineError) and not isinstance(error, InputError)


def drive(engine: Engine, shards: Iterable[Shard], task: Task) -> Iterator[ShardResult]:
    """Score shards, in any order; yield a result for each shard or part of one that is done.

    A lost shard is halved until the items that kill are alone; each becomes one error row, and
    the parts are joined under the shard's name.
    """
    waiting = iter(shards)
    parts: dict[int, _Parts] = {}
    running = 0

    def refill() -> int:
        started = 0
        while running + started < engine.capacity and (shard := next(waiting, None)) is not None:
            engine.submit(shard)
            started += 1
        return started

    running += refill()
    while running:
        outcome = engine.wait()
        running -= 1
        shard = outcome.shard
        if isinstance(outcome, Lost) and len(shard.items) > 1:
            parent = parts.setdefault(shard.number, _Parts(shard))
            halves = shard.split()
            parent.replace(shard, halves)
            for half in halves:
                engine.submit(half)
            running += 2
            continue
        result = outcome.result if isinstance(outcome, Finished) else quarantine(shard, task, outcome.reason)
        yield result
        if shard.number in parts and parts[shard.number].is_done_with(shard):
            parts.pop(shard.number).join(task)
        running += refill()


def quarantine(shard: Shard, task: Task, reason: str) -> ShardResult:
    """Write the results of a shard of one item that could not be scored: its error row."""
    row = Failure(shard.items[0].name, "quarantined", reason)
    with write_results(task.path(shard), task.temp, shard.digest) as results:
        results.add(encode(row, task.content, task.offsets, None))
        results.tally.count(row)
    return ShardResult(1, results.tally, Stages())


class _Parts:
    """The parts of a shard that was halved."""

    def __init__(self, whole: Shard) -> None:
        self._whole = whole
        self._done: dict[int, tuple[Shard, bool]] = {whole.first: (whole, False)}

    def replace(self, shard: Shard, halves: tuple[Shard, Shard]) -> None:
        """Put halves in the place of a part."""
        for half in halves:
            self._done[half.first] = (half, False)

    def is_done_with(self, shard: Shard) -> bool:
        """Note that a part is done; tell whether all are."""
        self._done[shard.first] = (shard, True)
        return all(done for _, done in self._done.values())

    def join(self, task: Task) -> None:
        """Write the shard's results from those of its parts, then remove these."""
        paths = [task.path(part) for _, (part, _) in sorted(self._done.items()) if not part.whole]
        if not paths:
            return
        with write_results(task.path(self._whole), task.temp, self._whole.digest) as results:
            for path in paths:
                footer = read_footer(path)
                if footer is not None:
                    results.tally.add(footer.tally)
                for line in read_rows(path):
                    results.add(line)
        for path in paths:
            storage.remove(path)
