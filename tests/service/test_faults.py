"""Detectors that fail, hang or die, workers that are killed, and a service that is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from service_process import WORDS, Running
from uvicorn.server import ServerState

from service.frames import encode_frame
from service.metrics import Metrics
from service.pool import Answer, Job, Pool
from service.protocol import impatient
from service.settings import ServiceSettings
from service.slot import Worker, WorkerLostError

pytestmark = pytest.mark.slow
Start = Callable[..., Running]


def test_a_detector_that_raises_leaves_an_abstention(service: Running) -> None:
    report = service.score("raise " + WORDS).json()
    assert report["incomplete"] == ["obedient: ValueError"]
    assert report["credibility"]["abstained"] is True


def test_a_detector_that_sleeps_is_cut_off_and_its_slot_is_free_again(small_service: Running) -> None:
    service = small_service
    (before,) = service.worker_pids()
    begun = time.monotonic()
    response = service.score("sleep 600 " + WORDS)
    assert response.status_code == 503
    assert response.json()["type"].endswith("deadline-exceeded")
    assert response.json()["detail"] == "limit: 3 seconds; send a shorter text, or try later"
    assert time.monotonic() - begun < 10
    end = time.monotonic() + 30
    while service.score(WORDS).status_code != 200:
        assert time.monotonic() < end
    assert service.worker_pids() != [before]


def test_a_batch_that_takes_too_long_is_told_so(small_service: Running) -> None:
    batch = {"articles": [{"text": "sleep 600 " + WORDS}] * 2}
    response = small_service.client.post("/v1/score/batch", json=batch)
    assert response.status_code == 503
    assert response.json()["detail"] == "limit: 8 seconds; send fewer articles, or try later"


def test_a_request_that_waits_past_its_deadline_is_answered(small_service: Running) -> None:
    service = small_service
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(
            service.client.post, "/v1/score/batch", json={"articles": [{"text": "sleep 5 " + WORDS}]}
        )
        service.wait_for("dateline_busy_slots", 1)
        begun = time.monotonic()
        assert service.score(WORDS).status_code == 503
        assert time.monotonic() - begun < 4.4
        assert slow.result().status_code == 200


def test_a_detector_that_dies_costs_its_own_request_alone(start_service: Start) -> None:
    service = start_service(slots=1, micro_batch=4)
    with ThreadPoolExecutor(6) as threads:
        running = threads.submit(service.score, "sleep 1 " + WORDS)
        service.wait_for("dateline_busy_slots", 1)
        # These three wait, and are taken in one call; the second kills its worker.
        texts = [WORDS, "die " + WORDS, WORDS]
        waiting = [threads.submit(service.score, text) for text in texts]
        statuses = [future.result().status_code for future in waiting]
    assert running.result().status_code == 200
    assert statuses == [200, 503, 200]


def test_kill_9_of_a_worker_costs_one_request_and_the_pool_recovers(start_service: Start) -> None:
    service = start_service(slots=2)
    with ThreadPoolExecutor(2) as threads:
        requests = [threads.submit(service.score, "sleep 3 " + WORDS) for _ in range(2)]
        service.wait_for("dateline_busy_slots", 2)
        time.sleep(0.5)
        victim = service.worker_pids()[0]
        os.kill(victim, signal.SIGKILL)
        statuses = sorted(future.result().status_code for future in requests)
    assert statuses == [200, 503]
    end = time.monotonic() + 30
    while len(set(service.worker_pids()) - {victim}) < 2:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert service.score(WORDS).status_code == 200


def test_an_idle_worker_that_is_killed_costs_nothing(start_service: Start) -> None:
    service = start_service(slots=2)
    os.kill(service.worker_pids()[0], signal.SIGKILL)
    assert [service.score(WORDS).status_code for _ in range(4)] == [200] * 4


def test_the_surplus_is_turned_away_at_once(small_service: Running) -> None:
    service = small_service

    def refused() -> tuple[httpx.Response, float]:
        begun = time.monotonic()
        response = service.score(WORDS)
        return response, time.monotonic() - begun

    with ThreadPoolExecutor(2) as threads:
        # Batches have the longer deadline: both are done in time, one after the other.
        batch = {"articles": [{"text": "sleep 2.5 " + WORDS}]}
        held = [threads.submit(service.client.post, "/v1/score/batch", json=batch) for _ in range(2)]
        service.wait_for("dateline_queue_depth", 1)
        answers = [refused() for _ in range(10)]
        assert [future.result().status_code for future in held] == [200, 200]
    assert {response.status_code for response, _ in answers} == {429}
    assert all(int(response.headers["retry-after"]) >= 1 for response, _ in answers)
    # 50 ms is what is promised; the best of ten, as other processes share the cores here.
    assert min(seconds for _, seconds in answers) < 0.05


def test_health_is_answered_under_four_times_the_capacity(service: Running) -> None:
    done = threading.Event()

    def press() -> list[int]:
        statuses = []
        with httpx.Client(base_url=service.base, timeout=30, trust_env=False) as client:
            while not done.is_set():
                statuses.append(client.post("/v1/score", json={"text": "sleep 0.1 " + WORDS}).status_code)
                # Each of 40 clients asks about twice a second: 80 requests, where 20 can be answered.
                time.sleep(0.5)
        return statuses

    with ThreadPoolExecutor(40) as threads:
        pressing = [threads.submit(press) for _ in range(40)]
        latencies = []
        for _ in range(50):
            begun = time.monotonic()
            assert service.client.get("/healthz").status_code == 200
            latencies.append(time.monotonic() - begun)
            time.sleep(0.05)
        done.set()
        statuses = Counter(status for future in pressing for status in future.result())
    assert set(statuses) == {200, 429}
    # benchmarks/service.py measures the p99; here the median, as the load shares this process and its cores.
    assert sorted(latencies)[25] < 0.1


def test_a_client_that_leaves_the_queue_gives_its_place_back(small_service: Running) -> None:
    service = small_service
    with ThreadPoolExecutor(2) as threads:
        held = threads.submit(service.score, "sleep 2 " + WORDS)
        service.wait_for("dateline_busy_slots", 1)
        with pytest.raises(httpx.ReadTimeout):
            service.client.post("/v1/score", json={"text": WORDS}, timeout=0.5)
        service.wait_for("dateline_queue_depth", 0)
        assert service.score(WORDS).status_code == 200
        assert held.result().status_code == 200


def test_sigterm_answers_what_is_in_flight_and_exits_with_0(start_service: Start) -> None:
    service = start_service(slots=2, queue=30, drain_seconds=1)
    with ThreadPoolExecutor(20) as threads:
        flight = [threads.submit(service.score, "sleep 0.3 " + WORDS) for _ in range(20)]
        end = time.monotonic() + 20
        while service.metric("dateline_queue_depth") < 10 and time.monotonic() < end:
            time.sleep(0.02)
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        readiness = service.client.get("/readyz").status_code
        health = service.client.get("/healthz").status_code
        statuses = [future.result().status_code for future in flight]
    assert (readiness, health) == (503, 200)
    assert statuses == [200] * 20
    assert service.process.wait(30) == 0
    assert "Traceback" not in service.log


def test_workers_do_not_outlive_a_service_that_is_killed(start_service: Start) -> None:
    service = start_service(slots=2)
    workers = service.worker_pids()
    service.process.kill()
    service.process.wait()
    end = time.monotonic() + 10
    while any(_alive(pid) for pid in workers):
        assert time.monotonic() < end
        time.sleep(0.1)


def _alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_a_byte_after_an_early_answer_does_not_hold_the_connection(small_service: Running) -> None:
    host, port = small_service.base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        connection.sendall(b"x")
        begun = time.monotonic()
        while connection.recv(65536):
            pass
        assert time.monotonic() - begun < 8


def in_a_loop(scenario: Coroutine[Any, Any, Any]) -> Any:
    """Run it in a thread of its own: tests with a browser leave a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, scenario).result()


class _Unread:
    """A transport whose client does not read."""

    def __init__(self) -> None:
        self.aborted = threading.Event()

    def abort(self) -> None:
        self.aborted.set()

    def get_extra_info(self, name: str, default: object = None) -> object:
        return ("127.0.0.1", 1) if name in ("peername", "sockname") else default

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        pass


@pytest.mark.parametrize(("reads", "aborted"), [(False, True), (True, False)])
def test_a_client_that_does_not_read_its_answer_is_dropped(reads: bool, aborted: bool) -> None:
    async def scenario() -> bool:
        config = uvicorn.Config(lambda: None, log_config=None)
        config.load()
        protocol = impatient(0.1)(config, ServerState(), {}, asyncio.get_running_loop())
        transport = _Unread()
        protocol.connection_made(transport)
        protocol._forget()
        protocol.pause_writing()
        if reads:
            protocol.resume_writing()
        await asyncio.sleep(0.4)
        return transport.aborted.is_set()

    assert in_a_loop(scenario()) is aborted


def test_a_worker_is_killed_in_the_middle_of_a_large_answer() -> None:
    async def scenario() -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", "import sys; sys.stdout.write('x' * 50_000_000)"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**16,
        )
        worker = Worker(process, {})
        assert process.stdout is not None
        await process.stdout.readexactly(1)
        await asyncio.sleep(0.5)
        async with asyncio.timeout(10):
            await worker.kill()

    in_a_loop(scenario())


def test_a_worker_that_cannot_be_started_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*arguments: object, **options: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refuse)
    with pytest.raises(WorkerLostError):
        in_a_loop(Worker.start(ServiceSettings(), "service_stubs:obedient"))


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        '{"": 3}',
        '{"": [-1]}',
        '{"": ["7"]}',
        '{"": []}',
        '{"": [], "answers": [], "seconds": 1}',
        '{"": [], "answers": [{"kind": ""}], "seconds": {}}',
        '{"": [0], "answers": [{"kind": ""}], "seconds": {}}',
        '{"": [0], "answers": [null], "seconds": {}}',
        "no JSON",
    ],
)
def test_an_answer_of_another_shape_is_a_worker_lost(text: str) -> None:
    begun, answer = encode_frame({}), len(text).to_bytes(4, "big") + text.encode()
    program = f"import sys; sys.stdin.buffer.read(1); sys.stdout.buffer.write({begun + answer!r})"

    async def scenario() -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", program), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        worker = Worker(process, {})
        async with asyncio.timeout(10):
            with pytest.raises(WorkerLostError):
                await worker.ask(b"x")
            await worker.kill()

    in_a_loop(scenario())


def test_a_fault_of_the_pool_costs_one_request_and_no_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = 0

    def observe(self: Metrics, seconds: object, articles: int) -> None:
        nonlocal taken
        taken += 1
        if taken == 1:
            raise KeyError("seconds")

    monkeypatch.setattr(Metrics, "observe_detectors", observe)
    settings = ServiceSettings(slots=1)

    async def scenario() -> list[Answer]:
        pool = Pool(settings, "service_stubs:obedient", Metrics(10))
        await pool.start()
        try:
            async with asyncio.timeout(60):
                with pytest.raises(WorkerLostError):
                    await pool.submit(Job("score", [{"text": "one", "id": ""}], {}, 30))
                return await pool.submit(Job("score", [{"text": "two", "id": ""}], {}, 30))
        finally:
            await pool.close()

    ((answer, body),) = in_a_loop(scenario())
    assert answer["kind"] == "ok", answer
    assert body
