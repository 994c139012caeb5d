"""Routes that the event loop answers by itself: rules, model, health, readiness, metrics. None waits for a worker."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from detector.rules import catalogue, rules_version
from service.metrics import CONTENT_TYPE
from service.openapi import problem_docs
from service.problems import ProblemError
from service.report_schema import EngineShown, RuleShown, RulesShown, StatusShown
from service.state import service_of

router = APIRouter()


@router.get("/v1/rules", responses={200: {"model": RulesShown}})
async def rules() -> dict[str, Any]:
    """List every rule with its measured rate on human and on machine-written news."""
    return {"rules_version": rules_version(), "rules": [rule.to_dict() for rule in catalogue().values()]}


@router.get("/v1/rules/{code}", responses={200: {"model": RuleShown}, **problem_docs("not-found")})
async def rule(code: str) -> dict[str, Any]:
    """Explain one rule."""
    found = catalogue().get(code.upper())
    if found is None:
        raise ProblemError("not-found", "code: no rule has it; /v1/rules lists them")
    return dict(found.to_dict())


@router.get("/v1/model", responses={200: {"model": EngineShown}, **problem_docs("not-ready")})
async def model(request: Request) -> dict[str, Any]:
    """Tell version and digest of everything that takes part in a score."""
    engine = service_of(request).pool.engine
    if engine is None:
        raise ProblemError("not-ready", "no worker has loaded its models yet", headers={"Retry-After": "5"})
    return engine


@router.get("/healthz", responses={200: {"model": StatusShown}})
async def health() -> dict[str, str]:
    """Tell that the process is alive, however busy."""
    return {"status": "ok"}


@router.get("/readyz", responses={200: {"model": StatusShown}, **problem_docs("not-ready")})
async def readiness(request: Request) -> dict[str, str]:
    """Tell whether a load balancer should send requests here."""
    service = service_of(request)
    if service.draining:
        raise ProblemError("not-ready", "the service is draining", headers={"Retry-After": "5"})
    if not service.pool.ready:
        raise ProblemError("not-ready", "no worker has loaded its models yet", headers={"Retry-After": "5"})
    return {"status": "ok"}


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    """Prometheus metrics."""
    return Response(service_of(request).render_metrics(), media_type=CONTENT_TYPE)
