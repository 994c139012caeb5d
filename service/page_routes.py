"""The page at `/` and its files, served from the package: no build step, no outside asset."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType

from fastapi import APIRouter, Request, Response

from service.problems import ProblemError
from service.security import PAGE_POLICY

router = APIRouter(include_in_schema=False)
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@lru_cache(maxsize=1)
def assets() -> Mapping[str, tuple[bytes, str, str]]:
    """Content, media type and tag of each file of the page, by its name; read-only."""
    found = {}
    for entry in (files("service") / "page").iterdir():
        suffix = entry.name[entry.name.rfind(".") :]
        if suffix in _TYPES:
            data = entry.read_bytes()
            found[entry.name] = (data, _TYPES[suffix], f'"{sha256(data).hexdigest()[:16]}"')
    return MappingProxyType(found)


@router.get("/")
async def page(request: Request) -> Response:
    """Give the page to paste an article into."""
    root = request.scope.get("root_path", "")
    if root and request.scope.get("raw_path") == root.encode():
        # Without the slash the page's relative addresses would point above the prefix.
        return Response(status_code=307, headers={"Location": root + "/"})
    return _send(request, "index.html")


@router.get("/page/{name}")
async def asset(request: Request, name: str) -> Response:
    """Give one file of the page."""
    return _send(request, name)


def _send(request: Request, name: str) -> Response:
    if name not in assets():
        raise ProblemError("not-found")
    data, media_type, tag = assets()[name]
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Content-Security-Policy": PAGE_POLICY}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=media_type, headers=headers)
