"""Calls side by side: in order, on no more threads than allowed, and beside what the caller does."""

from __future__ import annotations

import threading
import time

import pytest

from detector.models.threads import begun


@pytest.mark.parametrize("threads", [1, 2, 3, 40])
@pytest.mark.parametrize("count", [0, 1, 2, 25])
def test_what_is_found_is_in_the_order_of_the_items(threads: int, count: int) -> None:
    def slowest_first(item: int) -> int:
        time.sleep(0.002 * (item % 3 == 0))
        return item * item

    assert begun(slowest_first, range(count), threads)() == [n * n for n in range(count)]


def test_with_one_thread_nothing_starts_before_it_is_waited_for() -> None:
    started: list[int] = []
    wait = begun(started.append, [1, 2], 1)
    time.sleep(0.05)
    assert not started
    wait()
    assert started == [1, 2]


def test_one_call_runs_while_the_caller_is_busy_and_the_caller_takes_the_next() -> None:
    first, second = threading.Event(), threading.Event()
    ran_by: dict[int, int] = {}

    def call(item: int) -> None:
        ran_by[item] = threading.get_ident()
        if item == 0:
            first.set()
            assert second.wait(10)
        else:
            second.set()

    wait = begun(call, [0, 1], 2)
    assert first.wait(10)
    assert 1 not in ran_by
    wait()
    assert ran_by[1] == threading.get_ident() != ran_by[0]


def test_a_call_that_fails_fails_for_the_one_who_waits() -> None:
    def call(item: int) -> int:
        if item == 3:
            raise ValueError("three")
        return item

    for threads in (1, 2, 4):
        with pytest.raises(ValueError, match="three"):
            begun(call, range(6), threads)()
