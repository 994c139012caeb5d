"""The application: routes, error answers, and the pool's life."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from detector.rules import catalogue
from service import info_routes, page_routes, score_routes
from service.edge import Edge
from service.openapi import describe
from service.problems import ProblemError, problem_response, validation_problem
from service.security import with_cors
from service.settings import ServiceSettings
from service.state import Service

DEFAULT_DETECTORS = "detector.detectors:default_detectors"
_BY_STATUS = {404: "not-found", 405: "method-not-allowed"}


def create_app(settings: ServiceSettings | None = None, *, detectors: str = DEFAULT_DETECTORS) -> FastAPI:
    """Build the application.

    Parameters
    ----------
    settings
        Taken from the environment unless given.
    detectors
        `module:function` that gives the detectors for a false-positive rate and a calibration;
        each worker process imports it.
    """
    settings = settings or ServiceSettings()
    service = Service(settings, detectors)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        catalogue()  # read now, not while the event loop serves
        await service.pool.start()
        try:
            yield
        finally:
            service.draining = True
            await service.pool.close()

    app = FastAPI(
        title="Dateline",
        version=version("dateline"),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=life,
    )
    app.state.service = service
    for part in (score_routes, info_routes, page_routes):
        app.include_router(part.router)
    app.openapi = lambda: _document(app, settings)  # type: ignore[method-assign]
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    if settings.cors_origins:
        app.add_middleware(with_cors, settings=settings)
    app.add_middleware(Edge, settings=settings, metrics=service.metrics)
    return app


def _document(app: FastAPI, settings: ServiceSettings) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = describe(app, settings)
    return app.openapi_schema


def _answer(request: Request, problem: ProblemError) -> Response:
    return problem_response(problem, request.scope["state"].get("request_id", ""))


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return _answer(request, error)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _answer(request, validation_problem(error.errors()))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = _BY_STATUS.get(error.status_code, "bad-request")
    return _answer(request, ProblemError(kind, status=error.status_code, headers=error.headers))
