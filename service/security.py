"""API keys, the headers that every answer carries, and the origins whose pages may read it."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from service.problems import ProblemError
from service.settings import ServiceSettings

API_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Trusted Types forbids the page every sink that would parse a string as HTML."""
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""A report as an HTML page brings its style sheet along, and no script."""
HEADERS: Mapping[str, str] = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "content-security-policy": API_POLICY,
    "cache-control": "no-store",
}
_PROTECTED = ("/v1/", "/metrics")


def needs_key(path: str) -> bool:
    """Whether a path opens with a key alone, where keys are set.

    >>> [needs_key(path) for path in ("/", "/healthz", "/v1/score", "/metrics")]
    [False, False, True, True]
    """
    return path == "/v1" or path.startswith(_PROTECTED)


def key_is_valid(headers: Headers, digests: tuple[str, ...]) -> bool:
    """Check `Authorization: Bearer KEY`; it takes the same time whichever key fits, or none."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    presented = sha256(key.strip().encode("utf-8", "replace")).hexdigest()
    valid = False
    for digest in digests:
        valid |= hmac.compare_digest(presented, digest)
    return valid and scheme.lower() == "bearer"


class Origins(CORSMiddleware):
    """Refuses a preflight as the service refuses all else: with a problem, which says what is not allowed."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Give leave, or raise a problem."""
        response = super().preflight_response(request_headers)
        if response.status_code < 400:
            return response
        kept = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
        raise ProblemError("preflight-refused", bytes(response.body).decode(), headers=kept)


def with_cors(app: ASGIApp, settings: ServiceSettings) -> ASGIApp:
    """Let pages of the allowed origins read what the application answers."""
    return Origins(
        app,
        allow_origins=list(settings.cors_origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "X-Request-ID"],
        expose_headers=["X-Request-ID", "Retry-After"],
    )
