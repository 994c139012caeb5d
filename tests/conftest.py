"""What all tests share: a gate for those on the corpora, a detector under the test's control, services, a browser."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from detector.document import Document
from detector.types import Detection, ModelInfo

# The helpers of the service's tests serve the browser's tests too; one conftest, as its name must be unique.
sys.path.insert(0, str(Path(__file__).parent / "service"))
CHROMIUM_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)

# Doctest collection would import every conftest.py under the one name `conftest`.
collect_ignore_glob = ["conftest.py", "*/conftest.py"]


def no_corpora() -> str:
    """Why tests on the corpora cannot run; "" where they can."""
    value = os.environ.get("DATELINE_CORPORA", "")
    if not value:
        return "DATELINE_CORPORA is not set"
    return "" if Path(value).is_dir() else f"DATELINE_CORPORA names no folder: {value}"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test marked `corpora` where there are none: the mark is the only gate."""
    if item.get_closest_marker("corpora") and no_corpora():
        pytest.skip(no_corpora())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud how many tests the gate skipped, since a skip alone is one letter."""
    skipped = sum("corpora" in report.keywords for report in terminalreporter.getreports("skipped"))
    if skipped and no_corpora():
        terminalreporter.section("corpora", yellow=True)
        terminalreporter.line(f"{skipped} tests on the corpora did NOT run: {no_corpora()}")


@dataclass
class StubDetector:
    """A detector that gives what the test tells it to."""

    answer: Callable[[Document], Detection]
    name: str = "stub"
    version: str = "0"
    rules: tuple[str, ...] = ()
    models: tuple[ModelInfo, ...] = ()
    batches: list[int] = field(default_factory=list)

    def detect(self, documents: Sequence[Document]) -> list[Detection]:
        self.batches.append(len(documents))
        return [self.answer(document) for document in documents]


@pytest.fixture
def stub() -> type[StubDetector]:
    return StubDetector


@pytest.fixture(scope="session")
def examples() -> Path:
    return Path(__file__).parents[1] / "examples" / "articles"


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The service with stub detectors, shared by tests that leave it as it was."""
    from service_process import CAPS, start, stop

    running = start(tmp_path_factory.mktemp("service"), **CAPS)
    yield running
    stop(running)


@pytest.fixture(scope="session")
def _small_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from service_process import start, stop

    running = start(
        tmp_path_factory.mktemp("small"),
        slots=1,
        queue=1,
        deadline_seconds=3,
        batch_deadline_seconds=8,
        body_seconds=0.5,
        head_seconds=0.5,
    )
    yield running
    stop(running)


@pytest.fixture
def small_service(_small_service: Any) -> Any:
    """One worker, one place in the queue, short deadlines; the worker is up when the test begins."""
    _small_service.wait_until_ready()
    return _small_service


@pytest.fixture
def start_service(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Start a service of one's own, with its own settings."""
    from service_process import start, stop

    begun: list[Any] = []

    def begin(**settings: object) -> Any:
        begun.append(start(tmp_path, **settings))
        return begun[-1]

    yield begin
    for running in begun:
        stop(running)


@pytest.fixture(scope="session")
def real_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The service with the real detectors."""
    from service_process import REAL_DETECTORS, start, stop

    running = start(tmp_path_factory.mktemp("real"), REAL_DETECTORS, slots=1)
    yield running
    stop(running)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium; the test is skipped, loudly, where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine: the page was NOT tested in a browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS), headless=True)
        yield launched
        launched.close()
