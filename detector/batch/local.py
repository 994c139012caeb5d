"""The engine `local`: worker processes on this machine, each watched, each replaced when it dies."""

from __future__ import annotations

import os
import signal
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from detector.batch.engine import Finished, Lost, Outcome, is_fatal
from detector.batch.score import Task, describe_analyzer, score_shard
from detector.batch.shards import Shard
from detector.errors import DatelineError
from detector.models.threads import ONE_THREAD, cores
from detector.types import Json

DEATHS = 2
"""So often a shard may kill its worker before it counts as poison."""


class WorkersError(DatelineError):
    """Workers die before they score anything."""


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    ready: bool = False
    shard: Shard | None = None


class LocalEngine:
    """A pool of `jobs` processes, not more than `shards`; see `detector.batch.engine.Engine`."""

    def __init__(self, task: Task, jobs: int | None = None, shards: int | None = None) -> None:
        self._task = task
        self._jobs = max(1, min(jobs or cores(), shards if shards is not None else 1_000))
        # One shard waits for each that runs, so that no worker is idle.
        self.capacity = 2 * self._jobs
        self._queue: deque[Shard] = deque()
        self._workers: list[_Worker] = []
        self._deaths: Counter[str] = Counter()
        self._outcomes: deque[Outcome] = deque()
        self._description: Json = None

    def __enter__(self) -> LocalEngine:
        with _single_threaded():
            self._workers = [self._start() for _ in range(self._jobs)]
        return self

    def __exit__(self, *error: object) -> None:
        for worker in self._workers:
            worker.pipe.close()
            # All that was to be done is on disk: no need to wait for the interpreter's own farewell.
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join(5)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.process.close()
        self._workers = []

    def describe(self) -> Json:
        """Wait for the first worker, and say what it computes with."""
        while self._description is None:
            self._listen()
        return self._description

    def submit(self, shard: Shard) -> None:
        """Queue one shard."""
        self._queue.append(shard)
        self._feed()

    def wait(self) -> Outcome:
        """Wait for any submitted shard."""
        while not self._outcomes:
            self._feed()
            self._listen()
        return self._outcomes.popleft()

    def _listen(self) -> None:
        """Wait until a worker answers or dies."""
        watched: list[Any] = [w.pipe for w in self._workers]
        watched += [w.process.sentinel for w in self._workers]
        signalled = set(wait(watched))
        for worker in list(self._workers):
            if worker.pipe in signalled:
                self._receive(worker)
            elif worker.process.sentinel in signalled:
                self._bury(worker)

    def _feed(self) -> None:
        for worker in self._workers:
            if worker.ready and worker.shard is None and self._queue:
                worker.shard = self._queue.popleft()
                try:
                    worker.pipe.send(worker.shard)
                except OSError:
                    continue  # It has just died; its sentinel tells.

    def _receive(self, worker: _Worker) -> None:
        try:
            answer = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if isinstance(answer, BaseException) and (worker.shard is None or is_fatal(answer)):
            raise answer
        shard, worker.shard = worker.shard, None
        if shard is None:
            worker.ready = True
            self._description = answer
        elif isinstance(answer, BaseException):
            self._outcomes.append(Lost(shard, f"{type(answer).__name__}: {answer}"))
        else:
            self._outcomes.append(Finished(shard, answer))
        self._feed()

    def _bury(self, worker: _Worker) -> None:
        """Replace a dead worker; its shard goes back to the head of the queue, or is lost."""
        worker.process.join()
        code = worker.process.exitcode
        how = f"signal {signal.Signals(-code).name}" if code and code < 0 else f"exit code {code}"
        if not worker.ready:
            raise WorkersError(
                f"a worker process ended with {how} before it could score anything; a script that "
                "starts workers must do so under `if __name__ == '__main__':`"
            )
        worker.pipe.close()
        worker.process.close()
        shard = worker.shard
        if shard is not None:
            self._deaths[shard.name] += 1
            if self._deaths[shard.name] < DEATHS:
                self._queue.appendleft(shard)
            else:
                reason = f"the worker process that scored it died {DEATHS} times ({how})"
                self._outcomes.append(Lost(shard, reason))
        with _single_threaded():
            self._workers[self._workers.index(worker)] = self._start()

    def _start(self) -> _Worker:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self._task), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)


def _work(pipe: Connection, task: Task) -> None:
    """Score shards until the driver closes the pipe or is gone."""
    # Ctrl-C reaches the whole group; the driver decides what becomes of us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        pipe.send(describe_analyzer(task))
        while True:
            shard = pipe.recv()
            try:
                pipe.send(score_shard(shard, task))
            except Exception as error:  # noqa: BLE001 - the driver judges it
                pipe.send(_portable(error))
    except (EOFError, OSError):
        return
    except Exception as error:  # noqa: BLE001 - a model that does not load: the driver says so
        pipe.send(_portable(error))


def _portable(error: Exception) -> Exception:
    """Give an exception that survives the pipe."""
    if type(error).__module__.startswith("detector.") and len(error.args) == 1:
        return error
    return RuntimeError(f"{type(error).__name__}: {error}")


@contextmanager
def _single_threaded() -> Iterator[None]:
    """Let processes that start meanwhile use one thread in numeric libraries."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
