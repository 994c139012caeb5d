"""The outermost layer: request ids, prefix, keys, headers, counts, one log line; and no error escapes it."""

from __future__ import annotations

import logging
import re
import traceback
import uuid
from time import perf_counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.metrics import Metrics
from service.problems import ProblemError, problem_response
from service.security import HEADERS, key_is_valid, needs_key, with_cors
from service.settings import ServiceSettings

log = logging.getLogger("service")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Edge:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, settings: ServiceSettings, metrics: Metrics) -> None:
        self._app = app
        self._settings = settings
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = perf_counter()
        # HEAD is answered as GET by every route; the server leaves the body out by itself.
        scope = dict(scope, method="GET") if scope["method"] == "HEAD" else scope
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        path = self._strip_prefix(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def send_dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                dressed = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    dressed.setdefault(name, value)
                dressed["x-request-id"] = request_id
            await send(message)

        try:
            if self._is_locked(path, scope, headers):
                problem = ProblemError("unauthorized", headers={"WWW-Authenticate": "Bearer"})
                await self._shown(problem_response(problem, request_id))(scope, receive, send_dressed)
            else:
                await self._app(scope, receive, send_dressed)
        except ClientDisconnect:
            pass
        except ProblemError as refusal:
            await problem_response(refusal, request_id)(scope, receive, send_dressed)
        except Exception as error:  # noqa: BLE001 - the server would log the message, and with it the input
            log.error("%s: %s at %s", request_id, type(error).__name__, _place(error))
            if not status:
                problem = ProblemError("internal-error")
                await self._shown(problem_response(problem, request_id))(scope, receive, send_dressed)
        finally:
            self._note(scope, status, perf_counter() - begun, request_id)

    def _shown(self, response: ASGIApp) -> ASGIApp:
        """An answer made here, which pages of the allowed origins may read as they may the others."""
        return with_cors(response, self._settings) if self._settings.cors_origins else response

    def _strip_prefix(self, scope: Scope) -> str:
        """Take the path with the prefix or without it: proxies differ in what they pass on."""
        root, path = self._settings.root_path, str(scope["path"])
        if root and (path == root or path.startswith(root + "/")):
            path = path[len(root) :] or "/"
        scope["root_path"] = root
        scope["path"] = root + path
        return path

    def _is_locked(self, path: str, scope: Scope, headers: Headers) -> bool:
        digests = self._settings.api_key_sha256
        if not digests or not needs_key(path) or key_is_valid(headers, digests):
            return False
        # A browser asks beforehand, without a key, whether it may call at all.
        preflight = scope["method"] == "OPTIONS" and "access-control-request-method" in headers
        return not (preflight and self._settings.cors_origins)

    def _note(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        self._metrics.requests.labels(route, str(status or 499)).inc()
        self._metrics.request_seconds.labels(route).observe(seconds)
        log.info("%s %s %s %.0f ms %s", scope["method"], route, status or 499, 1000 * seconds, request_id)


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _place(error: Exception) -> str:
    """Where it was raised; the message is left out."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
