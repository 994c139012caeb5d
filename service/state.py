"""What the routes of one application share: settings, metrics, the pool, and whether it is draining."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from starlette.requests import ClientDisconnect, Request

from service.bodies import read_body
from service.metrics import Metrics
from service.pool import Answer, DeadlineExceededError, Job, Pool, QueueFullError
from service.problems import ProblemError
from service.settings import ServiceSettings
from service.slot import WorkerLostError


class Service:
    """Takes bodies in and gets them answered; every refusal is a ProblemError."""

    def __init__(self, settings: ServiceSettings, detectors: str) -> None:
        self.settings = settings
        self.metrics = Metrics(settings.drift_window)
        self.pool = Pool(settings, detectors, self.metrics)
        self.draining = False
        self._uploads = 0

    async def receive(self, request: Request, limit: int) -> bytes:
        """Body of a request that has a chance of a place; the surplus is turned away unread."""
        self._check_room()
        if self._uploads >= self.settings.max_uploads:
            raise self._too_busy("uploads", 1)
        self._uploads += 1
        try:
            return await read_body(request, limit, self.settings.body_seconds)
        finally:
            self._uploads -= 1

    async def run(self, request: Request, job: Job) -> list[Answer]:
        """Have a job done; it is dropped when its client goes away while it waits."""
        if not self.pool.accepting:
            raise ProblemError(
                "not-ready", "no worker has loaded its models yet", headers={"Retry-After": "5"}
            )
        try:
            future = self.pool.submit(job)
        except QueueFullError as error:
            raise self._too_busy("queue", error.retry_after) from error
        gone = asyncio.ensure_future(request.receive())
        try:
            both: set[asyncio.Future[Any]] = {future, gone}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if not future.done():
                raise ClientDisconnect
            return future.result()
        except DeadlineExceededError as error:
            self.metrics.rejected.labels("deadline").inc()
            less = "fewer articles" if len(job.items) > 1 else "a shorter text"
            detail = f"limit: {job.seconds:g} seconds; send {less}, or try later"
            raise ProblemError("deadline-exceeded", detail, headers={"Retry-After": "5"}) from error
        except WorkerLostError as error:
            self.metrics.rejected.labels("worker_lost").inc()
            raise ProblemError("worker-lost", headers={"Retry-After": "1"}) from error
        finally:
            future.cancel()
            gone.cancel()

    def render_metrics(self) -> bytes:
        """Text of `/metrics`."""
        self.metrics.queue_depth.set(self.pool.waiting)
        self.metrics.busy_slots.set(self.pool.busy)
        for slot, size in self.pool.resident_bytes().items():
            self.metrics.worker_memory.labels(str(slot)).set(size)
        return self.metrics.render()

    def _check_room(self) -> None:
        try:
            self.pool.check_room()
        except QueueFullError as error:
            raise self._too_busy("queue", error.retry_after) from error

    def _too_busy(self, reason: str, retry_after: int) -> ProblemError:
        self.metrics.rejected.labels(reason).inc()
        return ProblemError("too-busy", headers={"Retry-After": str(retry_after)})


def service_of(request: Request) -> Service:
    """The service behind a request."""
    return cast(Service, request.app.state.service)
