"""The OpenAPI document: request bodies, which the service parses itself, and the caps of this deployment."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.problems import MEDIA_TYPE, TITLES
from service.report_schema import ProblemShown
from service.schemas import BatchRequest, ScoreRequest
from service.settings import ServiceSettings

EXAMPLE = {
    "text": "Officials said this week that talks were held. Observers note that the move could reshape the region.",
    "title": "Talks held",
    "published": "2025-03-04",
}
_REF = "#/components/schemas/{model}"
DESCRIPTION = """Scores a news article for boilerplate, machine writing and claims that nobody stands behind.
Every deducted point is explained. The score says how well claims can be checked: it never says that a claim is
true or false, nor that a text is human-written. Nothing of an article is kept or logged."""


def problem_docs(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """Responses of an operation that may end in these problems."""
    by_status: dict[int, list[str]] = {}
    for kind in kinds:
        status, title = TITLES[kind]
        by_status.setdefault(status, []).append(title)
    content = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}}
    documented: dict[int | str, dict[str, Any]] = {}
    for status, titles in by_status.items():
        documented[status] = {"description": "; ".join(titles) + ".", "content": content}
        if status in (429, 503):
            seconds = {"schema": {"type": "integer"}, "description": "Seconds until another try makes sense."}
            documented[status]["headers"] = {"Retry-After": seconds}
    return documented


def json_body(model: str, example: Any) -> dict[str, Any]:
    """`openapi_extra` of an operation that takes JSON."""
    content = {"schema": {"$ref": _REF.format(model=model)}, "examples": {"article": {"value": example}}}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


def file_body(types: dict[str, str | None]) -> dict[str, Any]:
    """`openapi_extra` of an operation that takes a file as it is."""
    schema = {"schema": {"type": "string", "format": "binary"}}
    return {"requestBody": {"required": True, "content": dict.fromkeys(types, schema)}}


def describe(app: FastAPI, settings: ServiceSettings) -> dict[str, Any]:
    """Build the document."""
    document = get_openapi(
        title="Dateline",
        version=app.version,
        description=DESCRIPTION,
        routes=app.routes,
        servers=[{"url": settings.root_path or "/"}],
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for model in (ScoreRequest, BatchRequest, ProblemShown):
        schema = model.model_json_schema(ref_template=_REF)
        schemas.update(schema.pop("$defs", {}))
        schemas[schema["title"]] = schema
    for name in ("ScoreRequest", "ArticleInput"):
        fields = schemas[name]["properties"]
        fields["text"]["maxLength"] = settings.max_text_chars
        fields["html"]["maxLength"] = settings.max_html_chars
        for field in ("text", "html"):
            # The empty string is what the code has where nothing was given; a client can't send it.
            del fields[field]["default"]
    schemas["BatchRequest"]["properties"]["articles"]["maxItems"] = settings.max_batch_articles
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    # What is wrong with a path or a query is told in a problem document, or cannot be.
    for operations in document["paths"].values():
        for operation in operations.values():
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
    if settings.api_key_sha256:
        components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        for path, operations in document["paths"].items():
            if path.startswith(("/v1/", "/metrics")):
                for operation in operations.values():
                    operation["security"] = [{"key": []}]
                    operation["responses"].update({"401": problem_docs("unauthorized")[401]})
    return document
