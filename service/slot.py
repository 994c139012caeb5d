"""One slot of the pool: a worker process that is started, asked, killed and started again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from detector.models.threads import ONE_THREAD
from service.frames import Frame, receive_frame
from service.settings import ServiceSettings

STREAM_LIMIT = 2**20


class WorkerLostError(Exception):
    """The worker process died, or never came up; `begun` tells whether it had begun with the request."""

    def __init__(self, message: str, begun: bool = True) -> None:
        super().__init__(message)
        self.begun = begun


class Worker:
    """A running worker process; `engine` is what it answered when its models were loaded."""

    def __init__(self, process: Process, engine: dict[str, object]) -> None:
        self._process = process
        self.engine = engine
        self.gone = asyncio.ensure_future(process.wait())

    @classmethod
    async def start(cls, settings: ServiceSettings, detectors: str) -> Worker:
        """Start a process and wait until its models are loaded; raises WorkerLostError."""
        argument = json.dumps(
            {
                "detectors": detectors,
                "target_fpr": settings.target_fpr,
                "calibration": settings.calibration,
                "max_characters": settings.max_text_chars,
                "memory_mb": settings.worker_memory_mb,
            }
        )
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "service.worker", argument),
                stdin=PIPE,
                stdout=PIPE,
                limit=STREAM_LIMIT,
                env={**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        except OSError as error:
            # No descriptor, process or memory is free: it may be in a moment.
            raise WorkerLostError("a worker could not be started") from error
        assert process.stdout is not None
        try:
            async with asyncio.timeout(settings.start_seconds):
                header, _ = await receive_frame(process.stdout)
                if not isinstance(header.get("ready"), dict):
                    raise ValueError("a worker that does not say what it loaded")
        except BaseException as error:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            if isinstance(error, TimeoutError | EOFError | OSError | ValueError):
                raise WorkerLostError("a worker did not start") from error
            raise
        return cls(process, header["ready"])

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def is_dead(self) -> bool:
        """Ask the system: `gone` may come later than a request."""
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True

    async def ask(self, frame: bytes) -> Frame:
        """Send one frame and wait for the answer; raises WorkerLostError."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        begun = False
        try:
            stdin.write(frame)
            await stdin.drain()
            await receive_frame(stdout)
            begun = True
            return _checked(await receive_frame(stdout))
        except (EOFError, OSError, ValueError) as error:
            raise WorkerLostError("a worker was lost", begun) from error

    async def kill(self) -> None:
        """Kill the process at once, whatever it is at."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        # A pipe that was paused in the middle of a large answer would never see its end.
        if self._process.stdout is not None:
            with contextlib.suppress(OSError, RuntimeError):
                while await self._process.stdout.read(STREAM_LIMIT):
                    pass
        await self.gone

    async def stop(self, seconds: float = 2.0) -> None:
        """Close the pipe, so that an idle worker ends by itself; kill one that doesn't."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self.gone), seconds)
        await self.kill()

    def resident_bytes(self) -> int:
        """Resident memory; 0 where the system doesn't tell."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            pages = Path(f"/proc/{self.pid}/statm").read_text("ascii").split()[1]
            return int(pages) * os.sysconf("SC_PAGE_SIZE")
        return 0


def _checked(answer: Frame) -> Frame:
    """An answer of the shape that the pool reads; raises ValueError for any other."""
    header, bodies = answer
    answers, seconds = header.get("answers"), header.get("seconds")
    if not (isinstance(answers, list) and len(answers) == len(bodies) and isinstance(seconds, dict)):
        raise ValueError("a worker's answer lacks a part")
    if not all(isinstance(one, dict) and {"kind", "detail", "facts"} <= one.keys() for one in answers):
        raise ValueError("a worker's answer says nothing of an article")
    return answer
