"""Admission and the pool: a short queue before worker processes, with deadlines that free the slot."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from service.frames import encode_frame
from service.metrics import Metrics
from service.settings import ServiceSettings
from service.slot import Worker, WorkerLostError

log = logging.getLogger("service")
LEAVE_FOR_ANSWER = 0.8
"""Part of the remaining time that detectors may use before they leave the rest `incomplete`."""
Answer = tuple[dict[str, Any], bytes]
"""What a worker says of one article: kind, detail and facts; and the body."""


class QueueFullError(Exception):
    """No slot and no place in the queue is free; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("queue full")
        self.retry_after = retry_after


class DeadlineExceededError(Exception):
    """The deadline of a request passed in the queue or in a worker, which was killed for it."""


@dataclass(eq=False)
class Job:
    """A request that may take `seconds` from its admission; jobs of the same `options` may share a call."""

    kind: str
    items: Sequence[Mapping[str, Any]]
    options: Mapping[str, Any]
    seconds: float
    blob: bytes = b""
    alone: bool = False
    admitted: float = 0.0
    deadline: float = 0.0
    future: asyncio.Future[list[Answer]] = field(default_factory=asyncio.Future)

    def fits_with(self, other: Job, now: float) -> bool:
        """Whether both may be scored in one call; the time left for it is that of the more urgent."""
        return (
            (other.deadline - now) <= 2 * max(0.0, self.deadline - now)
            and not self.alone
            and not other.alone
            and self.kind == other.kind == "score"
            and len(self.items) == len(other.items) == 1
            and self.options == other.options
        )

    def fail(self, error: Exception) -> None:
        """Settle the request with an error, unless it is settled or its client has gone."""
        if not self.future.done():
            self.future.set_exception(error)


class Pool:
    """`slots` workers, each served by one task of the event loop, behind one queue."""

    def __init__(self, settings: ServiceSettings, detectors: str, metrics: Metrics) -> None:
        self._settings = settings
        self._detectors = detectors
        self._metrics = metrics
        self._queue: deque[Job] = deque()
        self._arrival = asyncio.Event()
        self._workers: dict[int, Worker] = {}
        self._running: dict[int, list[Job]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._seconds_per_job = 1.0
        self.engine: dict[str, object] | None = None

    async def start(self) -> None:
        """Start the slots; readiness follows once a worker has loaded its models."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._serve(slot)) for slot in range(self._settings.slots)]

    async def close(self) -> None:
        """Stop every slot and its worker."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for job in self._queue:
            job.fail(WorkerLostError("the service is stopping"))
        await asyncio.gather(*(worker.stop() for worker in self._workers.values()))

    @property
    def ready(self) -> bool:
        """Whether at least one worker is up."""
        return bool(self._workers)

    @property
    def accepting(self) -> bool:
        """Whether a request may wait here: a worker that is being replaced will be back before long."""
        return self.engine is not None

    @property
    def waiting(self) -> int:
        """Requests in the queue."""
        return len(self._queue)

    @property
    def busy(self) -> int:
        """Slots at work."""
        return len(self._running)

    def resident_bytes(self) -> dict[int, int]:
        """Resident memory by slot."""
        return {slot: worker.resident_bytes() for slot, worker in sorted(self._workers.items())}

    def check_room(self) -> None:
        """Raise QueueFullError where a request would find no place: cheap, and before its body is read."""
        free = self._settings.slots - len(self._running)
        if len(self._queue) - free >= self._settings.queue_places:
            raise QueueFullError(self._retry_after())

    def submit(self, job: Job) -> asyncio.Future[list[Answer]]:
        """Admit a request, or raise QueueFullError."""
        self.check_room()
        loop = asyncio.get_running_loop()
        job.admitted = loop.time()
        job.deadline = job.admitted + job.seconds
        timer = loop.call_at(job.deadline, job.fail, DeadlineExceededError())

        def settled(_: asyncio.Future[list[Answer]]) -> None:
            timer.cancel()
            # Its client may have gone away while it waited: the place is free again.
            with suppress(ValueError):
                self._queue.remove(job)

        job.future.add_done_callback(settled)
        self._queue.append(job)
        self._arrival.set()
        return job.future

    def _retry_after(self) -> int:
        ahead = len(self._queue) + len(self._running)
        return min(60, max(1, math.ceil(self._seconds_per_job * ahead / self._settings.slots)))

    async def _serve(self, slot: int) -> None:
        """Keep one worker alive and busy."""
        failures = 0
        while True:
            try:
                worker = await Worker.start(self._settings, self._detectors)
            except WorkerLostError:
                failures += 1
                self._metrics.worker_restarts.labels("start_failed").inc()
                log.error("a worker did not start (attempt %d)", failures)
                await asyncio.sleep(min(30.0, 0.5 * 2 ** min(failures, 6)))
                continue
            failures = 0
            self._workers[slot] = worker
            self._welcome(worker)
            try:
                cause = await self._work(slot, worker)
            except Exception:
                # A fault of the pool's own must not leave a slot without a worker for good.
                log.exception("slot %d failed", slot)
                for job in self._running.get(slot, ()):
                    job.fail(WorkerLostError("a worker was lost"))
                cause = "failed"
            finally:
                self._running.pop(slot, None)
                self._workers.pop(slot, None)
                await worker.kill()
            self._metrics.worker_restarts.labels(cause).inc()
            log.warning("worker of slot %d replaced: %s", slot, cause)

    def _welcome(self, worker: Worker) -> None:
        self.engine = worker.engine
        self._metrics.show_engine(worker.engine)

    async def _work(self, slot: int, worker: Worker) -> str:
        """Give the worker jobs until it is lost or had to be killed; tell why."""
        while True:
            jobs = await self._next_jobs(worker)
            if not jobs:
                return "died_idle"
            self._running[slot] = jobs
            cause = await self._run(worker, jobs)
            del self._running[slot]
            if cause:
                return cause

    async def _next_jobs(self, worker: Worker) -> list[Job]:
        """Wait for work; an empty list means that the idle worker died."""
        while not (jobs := self._take()):
            self._arrival.clear()
            arrival = asyncio.ensure_future(self._arrival.wait())
            try:
                await asyncio.wait({arrival, worker.gone}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                arrival.cancel()
            if worker.gone.done():
                # Whatever arrived in the meantime is for the other slots, or for the next worker.
                self._arrival.set()
                return []
        if worker.is_dead():
            self._again(jobs)
            return []
        return jobs

    def _take(self) -> list[Job]:
        """Take the first live job, and its share of what waits behind it, if that fits in one call."""
        self._drop_settled()
        if not self._queue:
            return []
        jobs = [self._queue.popleft()]
        idle = max(1, len(self._workers) - len(self._running))
        share = min(self._settings.micro_batch, math.ceil((len(self._queue) + 1) / idle))
        now = asyncio.get_running_loop().time()
        while len(jobs) < share and self._queue and jobs[0].fits_with(self._queue[0], now):
            job = self._queue.popleft()
            if not job.future.done():
                jobs.append(job)
        return jobs

    def _drop_settled(self) -> None:
        while self._queue and self._queue[0].future.done():
            self._queue.popleft()

    async def _run(self, worker: Worker, jobs: list[Job]) -> str:
        """Run jobs in one call; tell why the worker must be replaced, or give an empty string."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for job in jobs:
            self._metrics.queue_wait.observe(begun - job.admitted)
        self._metrics.batch_size.observe(len(jobs))
        deadline = min(job.deadline for job in jobs)
        items = [item for job in jobs for item in job.items]
        header = {
            "kind": jobs[0].kind,
            "items": items,
            "options": jobs[0].options,
            "seconds": LEAVE_FOR_ANSWER * (deadline - begun),
        }
        try:
            async with asyncio.timeout_at(deadline):
                reply, bodies = await worker.ask(encode_frame(header, [jobs[0].blob]))
        except TimeoutError:
            self._settle_overdue(jobs, loop.time())
            return "deadline"
        except WorkerLostError as error:
            self._settle_lost(jobs, error)
            return "died"
        self._seconds_per_job += 0.1 * ((loop.time() - begun) / len(jobs) - self._seconds_per_job)
        self._metrics.observe_detectors(reply["seconds"], sum(bool(a.get("facts")) for a in reply["answers"]))
        self._hand_out(jobs, list(zip(reply["answers"], bodies, strict=True)))
        return ""

    def _hand_out(self, jobs: Sequence[Job], answers: Sequence[Answer]) -> None:
        position = 0
        for job in jobs:
            own = list(answers[position : position + len(job.items)]) if job.items else list(answers)
            position += len(job.items)
            for header, _ in own:
                self._metrics.observe_answer(header)
                if header["kind"] == "internal-error":
                    log.error("a worker failed: %s", header["detail"])
            with suppress(asyncio.InvalidStateError):
                job.future.set_result(own)

    def _settle_overdue(self, jobs: Sequence[Job], now: float) -> None:
        """Fail what is overdue; the rest of the call goes back to the front, each on its own."""
        for job in jobs:
            if job.deadline <= now + 0.001:
                job.fail(DeadlineExceededError())
        self._again([job for job in jobs if not job.future.done()])

    def _settle_lost(self, jobs: Sequence[Job], error: WorkerLostError) -> None:
        """A worker that dies costs one request: one that was alone fails, others try again alone.

        One that came to a worker already dying, which never began with it, has a second try, but no third.
        """
        if len(jobs) == 1 and (jobs[0].alone or error.begun):
            jobs[0].fail(error)
        else:
            self._again(jobs)

    def _again(self, jobs: Sequence[Job]) -> None:
        for job in reversed(jobs):
            job.alone = True
            self._queue.appendleft(job)
        self._arrival.set()
