"""Runs the application until SIGTERM, then drains: readiness off first, in-flight requests answered, exit 0."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Iterator

import uvicorn

from detector.errors import UsageError
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
    """Serve until SIGTERM or SIGINT; a second signal ends the wait for requests in flight.

    Raises
    ------
    UsageError
        Where the host is none of this machine's, or the port is taken; no worker has been started then.
    """
    settings = settings or ServiceSettings()
    level = settings.log_level.upper()
    loggers = {name: {"handlers": ["stderr"], "level": level} for name in ("service", "uvicorn")}
    app = create_app(settings, detectors=detectors)
    config = uvicorn.Config(
        app,
        access_log=False,
        server_header=False,
        log_config={**_LOGGING, "loggers": loggers},
        ws="none",
        timeout_keep_alive=75,  # longer than nginx keeps its connections, so that it is nginx who closes them
        http=impatient(settings.head_seconds),
        timeout_graceful_shutdown=int(max(settings.deadline_seconds, settings.batch_deadline_seconds)) + 5,
    )
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(DrainingServer(config), app.state.service, host, port))


async def _serve(server: DrainingServer, service: Service, host: str, port: int) -> None:
    loop = asyncio.get_running_loop()
    sockets = await _bind(host, port)
    draining: list[asyncio.Task[None]] = []

    def on_signal() -> None:
        if draining:
            server.should_exit = server.force_exit = True
        else:
            draining.append(loop.create_task(_drain(server, service)))

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    await server.serve(sockets)


async def _bind(host: str, port: int) -> list[socket.socket]:
    """Sockets at every address of the host."""
    try:
        bound = await asyncio.get_running_loop().create_server(
            asyncio.Protocol, host, port, start_serving=False
        )
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{host}:{port}: {reason.rpartition(': ')[2]}") from error
    sockets = [own.dup() for own in bound.sockets]
    bound.close()
    for own in sockets:
        log.info("listening on %s, port %d", *own.getsockname()[:2])
    return sockets


async def _drain(server: DrainingServer, service: Service) -> None:
    """Let load balancers see that readiness is off before the sockets close."""
    service.draining = True
    log.info("draining")
    await asyncio.sleep(service.settings.drain_seconds)
    server.should_exit = True
