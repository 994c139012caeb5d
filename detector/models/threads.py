"""Windows of an encoder side by side: on how many threads, and beside what the caller does."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Found = TypeVar("Found")


ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""Environment of a process that is one of as many as there are cores: more threads would only take turns."""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_threads() -> int:
    """Threads for one encoder: OMP_NUM_THREADS where it is set, else the cores that this process may use.

    1 in the workers of a batch, which fill the cores by processes.
    """
    limit = os.environ.get("OMP_NUM_THREADS", "")
    if limit.isdigit() and int(limit) > 0:
        return int(limit)
    return cores()


def begun(call: Callable[[Item], Found], items: Sequence[Item], threads: int) -> Callable[[], list[Found]]:
    """Start a call for every item, beside what the caller does next; what is given waits for all, in order.

    Whoever waits takes a part in the work, so that as many threads are busy as are allowed, from the
    first moment to the last, and with one thread nothing starts before.
    """
    left = deque(enumerate(items))
    found: dict[int, Found] = {}

    def work() -> None:
        while True:
            try:
                index, item = left.popleft()
            except IndexError:
                return
            found[index] = call(item)

    working: list[Future[None]] = []
    if helpers := min(threads - 1, len(items)):
        pool = ThreadPoolExecutor(helpers)
        working = [pool.submit(work) for _ in range(helpers)]
        pool.shutdown(wait=False)

    def wait() -> list[Found]:
        work()
        for helper in working:
            helper.result()
        return [found[index] for index in range(len(items))]

    return wait
