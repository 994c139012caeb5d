"""Routes that need a worker: score one article, score a batch, read a file."""

from __future__ import annotations

import json
from typing import Any, Literal

from fastapi import APIRouter, Request, Response

from service.bodies import media_type, parse_json, require_json, validate
from service.openapi import EXAMPLE, file_body, json_body, problem_docs
from service.pool import Answer, Job
from service.problems import ProblemError
from service.report_schema import BatchShown, ReportShown, TextShown
from service.schemas import BatchRequest, Options, ScoreRequest
from service.security import REPORT_POLICY
from service.state import service_of

router = APIRouter()
Offsets = Literal["codepoint", "utf16"]
FILE_TYPES: dict[str, str | None] = {
    "text/plain": "text",
    "text/markdown": "markdown",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/octet-stream": None,
}
"""Content types of `/v1/read` and the kind that each stands for; None is told by the first bytes."""
_REFUSALS = (
    *("bad-json", "bad-encoding", "body-timeout", "body-too-large", "unsupported-media-type"),
    *("invalid-input", "unreadable-input", "too-busy", "deadline-exceeded", "worker-lost", "not-ready"),
)


@router.post(
    "/v1/score",
    response_class=Response,
    responses={
        200: {
            "description": "The report; `abstained` where the text is too short or in another language.",
            "model": ReportShown,
            "content": {"text/html": {"schema": {"type": "string"}}},
        },
        **problem_docs(*_REFUSALS),
    },
    openapi_extra=json_body("ScoreRequest", EXAMPLE),
)
async def score(
    request: Request,
    offsets: Offsets = "codepoint",
    format: Literal["json", "html"] = "json",
) -> Response:
    """Score one article."""
    service = service_of(request)
    require_json(request)
    body = await service.receive(request, service.settings.max_body_bytes)
    article = validate(ScoreRequest, parse_json(body), service.settings)
    item = article.to_item(offsets=offsets, format=format)
    job = Job("score", [item], _options(article.options), service.settings.deadline_seconds)
    ((header, report),) = await service.run(request, job)
    _raise_unless_ok(header)
    if format == "json":
        return Response(report, media_type="application/json")
    attached = {
        "Content-Disposition": 'attachment; filename="dateline-report.html"',
        "Content-Security-Policy": REPORT_POLICY,
    }
    return Response(report, media_type="text/html", headers=attached)


@router.post(
    "/v1/score/batch",
    response_class=Response,
    responses={
        200: {"description": "A report or a problem for each article, in order.", "model": BatchShown},
        **problem_docs(*_REFUSALS),
    },
    openapi_extra=json_body("BatchRequest", {"articles": [EXAMPLE, EXAMPLE]}),
)
async def score_batch(request: Request, offsets: Offsets = "codepoint") -> Response:
    """Score several articles in one request; they share one place in the queue."""
    service = service_of(request)
    require_json(request)
    body = await service.receive(request, service.settings.max_batch_body_bytes)
    batch = validate(BatchRequest, parse_json(body), service.settings)
    items = [article.to_item(offsets=offsets) for article in batch.articles]
    job = Job("score", items, _options(batch.options), service.settings.batch_deadline_seconds)
    answers = await service.run(request, job)
    return Response(_joined(answers), media_type="application/json")


@router.post(
    "/v1/read",
    response_class=Response,
    responses={
        200: {"description": "The text, and what else the file tells.", "model": TextShown},
        **problem_docs(*_REFUSALS),
    },
    openapi_extra=file_body(FILE_TYPES),
)
async def read(request: Request) -> Response:
    """Take the text out of a file, so that it can be shown and scored: the offsets of a report count in it."""
    service = service_of(request)
    kind, charset = media_type(request)
    if kind not in FILE_TYPES:
        raise ProblemError("unsupported-media-type", "Content-Type: one of " + ", ".join(FILE_TYPES))
    body = await service.receive(request, service.settings.max_file_bytes)
    options = {"kind": FILE_TYPES[kind], "charset": charset}
    job = Job("read", [], options, service.settings.deadline_seconds, blob=body)
    ((header, text),) = await service.run(request, job)
    _raise_unless_ok(header)
    return Response(text, media_type="application/json")


def _options(options: Options) -> dict[str, Any]:
    return options.model_dump()


def _raise_unless_ok(header: dict[str, Any]) -> None:
    if header["kind"] != "ok":
        raise _problem_of(header)


def _problem_of(header: dict[str, Any]) -> ProblemError:
    # The detail of an internal error is the name of an exception: for the log, not for the client.
    return ProblemError(header["kind"], header["detail"] if header["kind"] == "unreadable-input" else "")


def _joined(answers: list[Answer]) -> bytes:
    parts = [
        body if header["kind"] == "ok" else json.dumps({"problem": _problem_of(header).to_dict()}).encode()
        for header, body in answers
    ]
    return b'{"reports":[' + b",".join(parts) + b"]}"
