"""The engine `dask`: shards as tasks of dask.distributed, on a cluster or on processes of this machine."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack
from importlib import import_module
from typing import Any, cast
from uuid import uuid4

from detector.batch.engine import Finished, Lost, Outcome, is_fatal
from detector.batch.local import DEATHS
from detector.batch.score import Task, describe_analyzer, score_shard
from detector.batch.shards import Shard
from detector.errors import DatelineError, UsageError
from detector.models.threads import cores
from detector.types import Json


class ClusterError(DatelineError):
    """The Dask scheduler cannot be reached, or is gone; finished shards stand."""


class DaskEngine:
    """Tasks on a Dask cluster; see `detector.batch.engine.Engine`.

    Parameters
    ----------
    scheduler
        Its address. The workers need Dateline, and the paths of the task must mean the same there:
        a shared file system, or fsspec URLs. None starts `jobs` workers on this machine.
    connect_seconds
        How long to wait for the scheduler, for the first worker, and for one when all have died.

    Notes
    -----
    The scheduler's setting `distributed.scheduler.allowed-failures` tells how many more workers a
    shard may kill before it counts as poison; here, as for the engine `local`, the second death counts.
    """

    def __init__(
        self,
        task: Task,
        scheduler: str | None = None,
        jobs: int | None = None,
        *,
        connect_seconds: float = 60.0,
    ) -> None:
        self._task = task
        self._scheduler = scheduler
        self._jobs = jobs or cores()
        self._seconds = connect_seconds
        self._stack = ExitStack()
        self._shards: dict[Any, Shard] = {}

    def __enter__(self) -> DaskEngine:
        try:
            config: Any = import_module("dask").config
            distributed: Any = import_module("distributed")
        except ModuleNotFoundError as error:
            raise UsageError(
                "--engine dask needs the extra `batch`: pip install 'dateline[batch]'"
            ) from error
        with ExitStack() as stack:
            cluster: Any = self._scheduler
            if cluster is None:
                # A killed worker is our business and is reported as such; Dask's log says it at length.
                stack.enter_context(config.set({"distributed.scheduler.allowed-failures": DEATHS - 1}))
                cluster = stack.enter_context(
                    distributed.LocalCluster(
                        n_workers=self._jobs,
                        threads_per_worker=1,
                        processes=True,
                        dashboard_address=None,
                        silence_logs=logging.CRITICAL,
                    )
                )
            try:
                self._client = stack.enter_context(distributed.Client(cluster, timeout=self._seconds))
                self._client.wait_for_workers(1, timeout=self._seconds)
            # Dask says by TypeError that TLS is not configured, and by ValueError that an address has no port.
            except (OSError, TimeoutError, TypeError, ValueError) as error:
                place = "this machine" if self._scheduler is None else repr(self._scheduler)
                raise ClusterError(f"no Dask workers at {place}: {error}") from error
            self._finished = distributed.as_completed()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        for future in self._shards:
            future.cancel()
        self._stack.close()

    def describe(self) -> Json:
        """Ask a worker what it computes with."""
        future = self._client.submit(describe_analyzer, self._task, pure=False)
        return cast("Json", future.result())

    @property
    def capacity(self) -> int:
        """Twice the threads of the cluster at present."""
        return 2 * max(1, self._threads())

    def submit(self, shard: Shard) -> None:
        """Send one shard to the scheduler."""
        future = self._client.submit(
            score_shard, shard, self._task, key=f"{shard.name}-{uuid4().hex[:8]}", pure=False
        )
        self._shards[future] = shard
        self._finished.add(future)

    def wait(self) -> Outcome:
        """Wait for any submitted shard."""
        future = self._next()
        while future.status in ("lost", "pending"):
            # Its result went with a worker that died later; Dask computes it again, from the shard's file.
            self._finished.add(future)
            future = self._next()
        shard = self._shards.pop(future)
        if future.cancelled():
            raise ClusterError("the Dask scheduler is gone; --resume goes on from here")
        error = future.exception()
        if error is None:
            return Finished(shard, future.result())
        if is_fatal(error):
            raise error
        if type(error).__name__ == "KilledWorker":
            return Lost(shard, "each worker process that scored it died", certain=False)
        return Lost(shard, f"{type(error).__name__}: {error}")

    def _next(self) -> Any:
        """Wait for a task, as long as there are workers to run it."""
        lonely_since: float | None = None
        looked = time.monotonic()
        while not self._finished.has_ready():
            time.sleep(0.02)
            now = time.monotonic()
            if now - looked < 1.0:
                continue
            looked = now
            if self._threads():
                lonely_since = None
            elif lonely_since is None:
                lonely_since = now
            elif now - lonely_since > self._seconds:
                raise ClusterError(
                    f"the Dask cluster has had no workers for {self._seconds:g} seconds; --resume goes on from here"
                )
        return next(self._finished)

    def _threads(self) -> int:
        try:
            workers = self._client.scheduler_info(n_workers=-1)["workers"]
        except OSError as error:
            raise ClusterError("the Dask scheduler is gone; --resume goes on from here") from error
        return sum(int(worker["nthreads"]) for worker in workers.values())
