"""How many threads run windows at once: OMP_NUM_THREADS where it is set, else the cores this process may use."""

from __future__ import annotations

import os


def default_threads() -> int:
    """Threads for one encoder; 1 in the workers of a batch, which fill the cores by processes."""
    limit = os.environ.get("OMP_NUM_THREADS", "")
    if limit.isdigit() and int(limit) > 0:
        return int(limit)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
