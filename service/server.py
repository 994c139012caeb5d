"""Runs the application until SIGTERM, then drains: readiness off first, in-flight requests answered, exit 0."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Iterator

import uvicorn

from service.app import DEFAULT_DETECTORS, create_app
from service.protocol import impatient
from service.settings import ServiceSettings
from service.state import Service

log = logging.getLogger("service")
_LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
}


class DrainingServer(uvicorn.Server):
    """A server that leaves signals to `_watch`: uvicorn would close its sockets at once, and exit by the signal."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal."""
        yield


def run(
    settings: ServiceSettings | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    detectors: str = DEFAULT_DETECTORS,
) -> None:
    """Serve until SIGTERM or SIGINT; a second signal ends the wait for requests in flight."""
    settings = settings or ServiceSettings()
    level = settings.log_level.upper()
    loggers = {name: {"handlers": ["stderr"], "level": level} for name in ("service", "uvicorn")}
    app = create_app(settings, detectors=detectors)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        server_header=False,
        log_config={**_LOGGING, "loggers": loggers},
        ws="none",
        timeout_keep_alive=75,  # longer than nginx keeps its connections, so that it is nginx who closes them
        http=impatient(settings.head_seconds),
        timeout_graceful_shutdown=int(max(settings.deadline_seconds, settings.batch_deadline_seconds)) + 5,
    )
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(DrainingServer(config), app.state.service))


async def _serve(server: DrainingServer, service: Service) -> None:
    loop = asyncio.get_running_loop()
    draining: list[asyncio.Task[None]] = []

    def on_signal() -> None:
        if draining:
            server.should_exit = server.force_exit = True
        else:
            draining.append(loop.create_task(_drain(server, service)))

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    await server.serve()


async def _drain(server: DrainingServer, service: Service) -> None:
    """Let load balancers see that readiness is off before the sockets close."""
    service.draining = True
    log.info("draining")
    await asyncio.sleep(service.settings.drain_seconds)
    server.should_exit = True
