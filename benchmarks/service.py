"""The service under load: throughput, p50, p99, refusals and memory at 1x, 2x and 4x its capacity; and a soak.

Run `python -m benchmarks.service`, with `--soak 10000` for the soak, `--micro-batch 4` to compare with calls that several requests share.
The load comes from this process, so on the same cores: what it says of the service is a lower bound.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

EXAMPLES = Path(__file__).parents[1] / "examples" / "articles"
PROBE_SECONDS = 0.05


@dataclass
class Outcome:
    """What became of the requests of one run; latencies in seconds."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)

    def note(self, status: int, latency: float) -> None:
        """Count one answer."""
        self.statuses[status] += 1
        if status in (200, 429):
            (self.answered if status == 200 else self.refused).append(latency)


class Client:
    """Keep-alive connections, with as little work for a request as will do."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def send(self, request: bytes) -> int:
        """Send one request and read its answer; give the status, 0 where the connection broke."""
        while self._idle:
            # The service closes connections that were idle for long: such a one is no failure.
            if status := await self._exchange(*self._idle.pop(), request):
                return status
        return await self._exchange(*await asyncio.open_connection("127.0.0.1", self._port), request)

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
    ) -> int:
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))
        except (OSError, EOFError):
            writer.close()
            return 0
        if b"connection: close" in head:
            writer.close()
        else:
            self._idle.append((reader, writer))
        return int(head[9:12])


def requests(words: int | None = None) -> list[bytes]:
    """Requests to score each example article, twice over for length, or its first `words` words."""
    made = []
    for path in sorted(EXAMPLES.iterdir()):
        if path.suffix in (".txt", ".md"):
            text = f"{path.read_text('utf-8')}\n\n" * 2
            body = json.dumps({"text": " ".join(text.split()[:words]) if words else text}).encode()
            head = f"POST /v1/score HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
            made.append(head.encode() + b"\r\n\r\n" + body)
    return made


async def closed_loop(
    client: Client, clients: int, stop: Callable[[int], bool], words: int | None = None
) -> Outcome:
    """Each of `clients` sends its next request once the last is answered, until `stop(sent)`."""
    outcome, articles, sent = Outcome(), requests(words), 0
    begun = time.perf_counter()

    async def one() -> None:
        nonlocal sent
        while not stop(sent):
            request = articles[sent % len(articles)]
            sent += 1
            await _timed(client, request, outcome)

    await asyncio.gather(*(one() for _ in range(clients)))
    outcome.seconds = time.perf_counter() - begun
    return outcome


async def open_loop(client: Client, rate: float, seconds: float) -> Outcome:
    """Requests arrive `rate` times a second, whatever becomes of them; health is probed all the while."""
    outcome, articles = Outcome(), requests()
    pending: set[asyncio.Task[None]] = set()
    begun = time.perf_counter()
    probing = asyncio.create_task(_probe(client, outcome))
    number = 0
    while (due := number / rate) < seconds:
        await asyncio.sleep(max(0.0, begun + due - time.perf_counter()))
        task = asyncio.create_task(_timed(client, articles[number % len(articles)], outcome))
        pending.add(task)
        task.add_done_callback(pending.discard)
        number += 1
    await asyncio.gather(*pending)
    outcome.seconds = time.perf_counter() - begun
    probing.cancel()
    return outcome


async def _timed(client: Client, request: bytes, outcome: Outcome) -> None:
    begun = time.perf_counter()
    status = await client.send(request)
    outcome.note(status, time.perf_counter() - begun)


async def _probe(client: Client, outcome: Outcome) -> None:
    while True:
        begun = time.perf_counter()
        await client.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        outcome.health.append(time.perf_counter() - begun)
        await asyncio.sleep(PROBE_SECONDS)


def resident_megabytes(pid: int) -> float:
    """Memory of a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pages = 0
    for each in (str(pid), *children):
        with suppress(OSError):
            pages += int(Path(f"/proc/{each}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def milliseconds(latencies: list[float], percent: int) -> str:
    """Percentile of latencies."""
    if len(latencies) < 2:
        return "-"
    return f"{1000 * quantiles(latencies, n=100)[percent - 1]:.0f}"


@contextmanager
def serving(**settings: object) -> Iterator[tuple[int, int]]:
    """A service in its own process, as `dateline serve` runs it: port and process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    env = {**os.environ, "DATELINE_LOG_LEVEL": "error", "DATELINE_DRAIN_SECONDS": "0"}
    env |= {f"DATELINE_{name.upper()}": str(value) for name, value in settings.items() if value is not None}
    command = [sys.executable, "-c", "from detector.cli import main; main()", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=env)
    try:
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


async def until_ready(client: Client, slots: int) -> None:
    """Wait for every worker, then warm them."""
    for _ in range(600):
        with suppress(OSError):
            if await client.send(b"GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n") == 200:
                break
        await asyncio.sleep(0.2)
    await asyncio.sleep(3)
    await closed_loop(client, slots, lambda sent: sent >= 20 * slots)


async def load(port: int, pid: int, slots: int, seconds: float) -> None:
    """Print the table of loads."""
    client = Client(port)
    await until_ready(client, slots)
    end = time.perf_counter() + seconds
    capacity = await closed_loop(client, 4 * slots, lambda _: time.perf_counter() > end)
    rate = capacity.statuses[200] / capacity.seconds
    print(f"capacity: {rate:.1f} articles a second with {slots} workers\n")
    print(
        "| load | sent | answered/s | p50 ms | p99 ms | refused | refused p50 ms | p99 ms | other | health p99 ms | MB |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for factor in (1, 2, 4):
        outcome = await open_loop(client, factor * rate, seconds)
        answered, refused = outcome.statuses[200], outcome.statuses[429]
        sent = outcome.statuses.total()
        cells = (
            *(f"{factor}x", sent, f"{answered / outcome.seconds:.1f}"),
            *(milliseconds(outcome.answered, percent) for percent in (50, 99)),
            *(refused, *(milliseconds(outcome.refused, percent) for percent in (50, 99))),
            *(sent - answered - refused, milliseconds(outcome.health, 99), f"{resident_megabytes(pid):.0f}"),
        )
        print("| " + " | ".join(map(str, cells)) + " |", flush=True)


async def soak(port: int, pid: int, slots: int, total: int, words: int | None) -> None:
    """Print memory along `total` requests."""
    client = Client(port)
    await until_ready(client, slots)
    print("| requests | other than 200 | MB |\n| --- | --- | --- |")
    step, done, failed = max(1, total // 10), 0, 0
    while done < total:
        outcome = await closed_loop(client, slots, lambda sent: sent >= step, words)
        done += outcome.statuses.total()
        failed += outcome.statuses.total() - outcome.statuses[200]
        print(f"| {done} | {failed} | {resident_megabytes(pid):.0f} |", flush=True)


def batching(seconds: float) -> None:
    """Print the processor time of an article by the number of articles in one call, sizes taking turns."""
    from detector.analyzer import Analyzer

    texts = [json.loads(request.partition(b"\r\n\r\n")[2])["text"] for request in requests()]
    stream = [texts[number % len(texts)] for number in range(16)]
    analyzer = Analyzer()
    list(analyzer.analyze_many(stream))
    spent: dict[int, list[float]] = {size: [] for size in (1, 2, 4, 8, 16)}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for size, times in spent.items():
            begun = time.process_time()
            list(analyzer.analyze_many(stream, batch_size=size))
            times.append((time.process_time() - begun) / len(stream))
    print("| articles in a call | processor ms an article (median) |\n| --- | --- |")
    for size, times in spent.items():
        print(f"| {size} | {1000 * median(times):.1f} |")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each run")
    parser.add_argument("--slots", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--micro-batch", type=int, default=None)
    parser.add_argument("--soak", type=int, default=0, metavar="REQUESTS")
    parser.add_argument("--words", type=int, default=None, help="length of the articles of the soak")
    parser.add_argument("--batching", action="store_true", help="what micro-batching would bring")
    chosen = parser.parse_args()
    if chosen.batching:
        batching(chosen.seconds)
        return
    with serving(slots=chosen.slots, micro_batch=chosen.micro_batch) as (port, pid):
        run: Awaitable[None] = (
            soak(port, pid, chosen.slots, chosen.soak, chosen.words)
            if chosen.soak
            else load(port, pid, chosen.slots, chosen.seconds)
        )
        asyncio.run(_await(run))


async def _await(run: Awaitable[None]) -> None:
    await run


if __name__ == "__main__":
    main()
