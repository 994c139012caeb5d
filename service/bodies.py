"""Bodies from the network: capped while they stream, then parsed with guards."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from service.problems import ProblemError, field_problem, validation_problem
from service.settings import ServiceSettings

MAX_DIGITS = 30
MAX_VALUES = 10_000
"""Values in one body: a batch of a thousand articles with every field has fewer."""
_SWALLOWED_BYTES = 4_000_000
_SWALLOWING_SECONDS = 1.0
Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: Request, limit: int, seconds: float) -> bytes:
    """Give the body, or raise a problem as soon as it is over `limit` bytes or `seconds`."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise ProblemError("unsupported-media-type", "Content-Encoding: compressed bodies are not taken")
    chunks = request.stream()
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and (len(declared) > 15 or int(declared) > limit):
        await _swallow(chunks)
        raise _too_large(limit)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in chunks:
                body += chunk
                if len(body) > limit:
                    break
    except TimeoutError as error:
        headers = {"Connection": "close"}
        raise ProblemError("body-timeout", f"limit: {seconds:g} seconds", headers=headers) from error
    if len(body) > limit:
        await _swallow(chunks)
        raise _too_large(limit)
    return bytes(body)


def _too_large(limit: int) -> ProblemError:
    error = {"field": "body", "message": "is too large", "limit": limit}
    return ProblemError("body-too-large", f"body: limit is {limit:,} bytes", errors=[error])


async def _swallow(chunks: Any) -> None:
    """Read a little on: a client that is cut off while it sends may never see the answer."""
    left = _SWALLOWED_BYTES
    with suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(_SWALLOWING_SECONDS):
            async for chunk in chunks:
                left -= len(chunk)
                if left < 0:
                    return


def media_type(request: Request) -> tuple[str, str]:
    """Type and charset of the Content-Type header, in lower case; empty where absent."""
    kind, *parameters = request.headers.get("content-type", "").lower().split(";")
    charset = ""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset":
            charset = value.strip().strip('"')
    return kind.strip(), charset


def require_json(request: Request) -> None:
    """Raise 415 unless the body calls itself JSON in UTF-8."""
    kind, charset = media_type(request)
    if kind != "application/json" or charset not in ("", "utf-8", "utf8"):
        raise ProblemError("unsupported-media-type", "Content-Type: must be application/json, in UTF-8")


def parse_json(body: bytes) -> Any:
    """JSON of a body.

    Raises
    ------
    ProblemError
        For what isn't UTF-8 or JSON, for NaN and Infinity, huge numbers, deep nesting and a
        multitude of values, which would hold the event loop up for seconds.

    Examples
    --------
    >>> parse_json(b'{"a": 1, "a": 2}')
    {'a': 2}
    """
    _check_values(body)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProblemError("bad-encoding", "body: must be UTF-8") from error
    try:
        return json.loads(text, parse_int=_integer, parse_float=_number, parse_constant=_constant)
    except RecursionError as error:
        raise ProblemError("bad-json", "body: is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise ProblemError("bad-json", f"body: no JSON at character {error.pos}") from error


def _check_values(body: bytes) -> None:
    """Count what stands outside of strings, without parsing: at most 30 ms for the largest body."""
    bare = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    if bare.count(b'"') <= 2 * MAX_VALUES:
        outside = b"".join(bare.split(b'"')[::2])
        if outside.count(b",") + outside.count(b"[") + outside.count(b"{") <= MAX_VALUES:
            return
    raise ProblemError("bad-json", f"body: holds more than {MAX_VALUES:,} values")


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ProblemError("bad-json", f"body: a number has more than {MAX_DIGITS} digits")
    return int(digits)


def _number(digits: str) -> float:
    if len(digits) > 2 * MAX_DIGITS:
        raise ProblemError("bad-json", f"body: a number has more than {2 * MAX_DIGITS} digits")
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ProblemError("bad-json", "body: a number is out of range")
    return value


def _constant(_: str) -> float:
    raise ProblemError("bad-json", "body: NaN and Infinity are not JSON")


def validate(model: type[Model], value: Any, settings: ServiceSettings) -> Model:
    """Fit a parsed body into its model, or raise a problem that names the fields."""
    if not isinstance(value, dict):
        raise field_problem("body", "must be an object")
    try:
        return model.model_validate(value, context=settings)
    except ValidationError as error:
        raise validation_problem(error.errors(include_url=False, include_input=False)) from error
