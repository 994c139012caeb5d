"""Services for the tests: one shared, and as many of one's own as a test starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from service_process import CAPS, Running, start, stop


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The service with stub detectors, shared by tests that leave it as it was."""
    running = start(tmp_path_factory.mktemp("service"), **CAPS)
    yield running
    stop(running)


@pytest.fixture
def start_service(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start a service of one's own, with its own settings."""
    begun: list[Running] = []

    def begin(detectors: str = "service_stubs:obedient", **settings: object) -> Running:
        begun.append(start(tmp_path, detectors, **settings))
        return begun[-1]

    yield begin
    for running in begun:
        stop(running)
