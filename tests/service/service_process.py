"""A service in its own process, as it runs in earnest: started, asked, stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
REAL_DETECTORS = "detector.detectors:default_detectors"
CAPS = {"max_text_chars": 20_000, "max_body_bytes": 200_000}
WORDS = "The council of Port Ellery said on Monday that the bridge would close for repairs. " * 6


class Running:
    """A running service; `log` is what it has written to stderr so far."""

    def __init__(self, process: subprocess.Popen[bytes], base: str, log: Path) -> None:
        self.process = process
        self.base = base
        self._log = log
        self.client = httpx.Client(base_url=base, timeout=30, trust_env=False)

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8")

    def score(self, text: str, **fields: object) -> httpx.Response:
        return self.client.post("/v1/score", json={"text": text, **fields})

    def worker_pids(self) -> list[int]:
        listing = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in listing.split()]

    def metric(self, name: str) -> float:
        for line in self.client.get("/metrics").text.splitlines():
            if line.startswith(name + " "):
                return float(line.rpartition(" ")[2])
        return 0.0

    def wait_for(self, name: str, value: float, seconds: float = 30) -> None:
        """Wait until a metric has a value."""
        end = time.monotonic() + seconds
        while self.metric(name) != value:
            assert time.monotonic() < end, f"{name} is {self.metric(name)}, not {value}"
            time.sleep(0.02)

    def wait_until_ready(self, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(httpx.TransportError):
                if self.client.get("/readyz").status_code == 200:
                    return
            assert self.process.poll() is None, self.log
            time.sleep(0.1)
        raise AssertionError(f"not ready after {seconds} s: {self.log}")


def start(folder: Path, detectors: str = "service_stubs:obedient", **settings: object) -> Running:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    values = {"slots": 2, "drain_seconds": 0.5, **settings}
    env = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    env |= {f"DATELINE_{name.upper()}": str(value) for name, value in values.items()}
    log = folder / f"service-{port}.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, str(HERE / "serve_stubs.py"), str(port), detectors],
            cwd=ROOT,
            env=env,
            stderr=stream,
        )
    running = Running(process, f"http://127.0.0.1:{port}", log)
    running.wait_until_ready()
    return running


def stop(running: Running) -> int:
    running.client.close()
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGTERM)
    try:
        return running.process.wait(30)
    except subprocess.TimeoutExpired:
        running.process.kill()
        return running.process.wait()
