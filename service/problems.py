"""Errors as `application/problem+json` (RFC 9457): they name the field and the limit, and never echo the input."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
TITLES: Mapping[str, tuple[int, str]] = {
    "bad-json": (400, "The body is not JSON that the service takes"),
    "bad-encoding": (400, "The body is not UTF-8"),
    "bad-request": (400, "The request is malformed"),
    "preflight-refused": (400, "Pages of this origin may not make this call"),
    "unauthorized": (401, "A valid API key is needed"),
    "not-found": (404, "There is nothing here"),
    "method-not-allowed": (405, "The method does not fit the resource"),
    "body-timeout": (408, "The body took too long to arrive"),
    "body-too-large": (413, "The body is too large"),
    "unsupported-media-type": (415, "The content type or encoding is not one that the service takes"),
    "invalid-input": (422, "A field is invalid"),
    "unreadable-input": (422, "The content can't be read"),
    "too-busy": (429, "The service is at capacity"),
    "internal-error": (500, "The service failed"),
    "deadline-exceeded": (503, "The deadline passed before the analysis was done"),
    "worker-lost": (503, "The worker that held the request was lost"),
    "not-ready": (503, "The service is not ready"),
}
FieldError = dict[str, Any]


class ProblemError(Exception):
    """An answer other than success; `kind` is a key of `TITLES`."""

    def __init__(
        self,
        kind: str,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.status = status or TITLES[kind][0]
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def to_dict(self, request_id: str = "") -> dict[str, Any]:
        """Give the members of the problem object."""
        value: dict[str, Any] = {
            "type": f"urn:dateline:problem:{self.kind}",
            "title": TITLES[self.kind][1],
            "status": self.status,
        }
        if self.detail:
            value["detail"] = self.detail
        if self.errors:
            value["errors"] = list(self.errors)
        if request_id:
            value["request_id"] = request_id
        return value


def problem_response(problem: ProblemError, request_id: str = "") -> Response:
    """Turn a problem into its HTTP response."""
    body = json.dumps(problem.to_dict(request_id)).encode()
    return Response(body, problem.status, problem.headers, MEDIA_TYPE)


def field_problem(field: str, message: str, limit: object = None) -> ProblemError:
    """One invalid field."""
    error: FieldError = {"field": field, "message": message}
    if limit is not None:
        error["limit"] = limit
    return ProblemError("invalid-input", _sentence(error), errors=[error])


def validation_problem(errors: Sequence[ErrorDetails | Mapping[str, Any]]) -> ProblemError:
    """Turn pydantic's errors into a problem that holds nothing of the input, not even unknown field names."""
    shown = [_field_error(error) for error in errors[:20]]
    return ProblemError("invalid-input", _sentence(shown[0]), errors=shown)


def _sentence(error: FieldError) -> str:
    """Field, message and limit, which is a number or a list of the values that are allowed.

    >>> _sentence({"field": "text", "message": "is too long", "limit": 200000})
    'text: is too long; limit 200,000'
    """
    limit = error.get("limit")
    bound = "" if limit is None else f": {limit}" if isinstance(limit, str) else f"; limit {limit:,}"
    return f"{error['field']}: {error['message']}{bound}"


def _field_error(error: ErrorDetails | Mapping[str, Any]) -> FieldError:
    kind = str(error["type"])
    location = [part for part in error["loc"] if part not in ("body", "query", "path")]
    if kind == "extra_forbidden":
        return {"field": _path(location[:-1]), "message": "holds a field that the service does not know"}
    shown: FieldError = {"field": _path(location), "message": _MESSAGES.get(kind, "is invalid")}
    context = error.get("ctx") or {}
    for name in ("max_length", "min_length", "expected", "ge", "le", "pattern"):
        if name in context:
            shown["limit"] = context[name]
    if kind == "value_error":
        # Our own validators raise these, with messages that hold no input.
        shown["message"] = str(context.get("error", "is invalid"))
    return shown


def _path(location: Sequence[int | str]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.lstrip(".") or "body"


_MESSAGES: Mapping[str, str] = {
    "missing": "is required",
    "string_type": "must be a string",
    "string_unicode": "holds a lone surrogate, which is no Unicode text",
    "string_too_long": "is too long",
    "string_too_short": "is too short",
    "string_pattern_mismatch": "does not have the required form",
    "too_long": "has too many items",
    "too_short": "has too few items",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "literal_error": "is not one of the values the service knows",
    "enum": "is not one of the values the service knows",
    "float_type": "must be a number",
}
