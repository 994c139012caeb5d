"""What the framework would answer by itself, in plain text, is a problem, as every other error is."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.problems import TITLES
from service.settings import ServiceSettings

ORIGIN = "https://desk.example"
ASKED = {"origin": ORIGIN, "access-control-request-method": "POST"}


@pytest.fixture(scope="module", params=[(), (ORIGIN,)], ids=["no origins", "one origin"])
def client(request: pytest.FixtureRequest) -> TestClient:
    """The application alone: no server, and no worker."""
    return TestClient(create_app(ServiceSettings(cors_origins=request.param)))


@pytest.mark.parametrize(
    ("method", "path", "headers", "kind"),
    [
        ("GET", "/nothing", {}, "not-found"),
        ("GET", "/healthz/", {}, "not-found"),
        ("GET", "/page/nothing", {}, "not-found"),
        ("OPTIONS", "*", {}, "not-found"),
        ("OPTIONS", "/v1/score", {}, "method-not-allowed"),
        ("OPTIONS", "/v1/score", {"access-control-request-method": "POST"}, "method-not-allowed"),
        ("DELETE", "/v1/score", {}, "method-not-allowed"),
        ("POST", "/openapi.json", {}, "method-not-allowed"),
        ("FROB", "/", {}, "method-not-allowed"),
        ("POST", "/v1/score?format=pdf", {}, "invalid-input"),
        ("POST", "/v1/score?offsets=%ff", {}, "invalid-input"),
        ("POST", "/v1/score", {}, "unsupported-media-type"),
        ("POST", "/v1/score", {"content-type": "application/json", "content-length": "-1"}, "bad-json"),
    ],
)
def test_the_frameworks_errors_are_problems(
    client: TestClient, method: str, path: str, headers: dict[str, str], kind: str
) -> None:
    response = client.request(method, path, headers=headers)
    status, title = TITLES[kind]
    assert response.headers["content-type"] == "application/problem+json"
    assert response.status_code == response.json()["status"] == status
    assert (response.json()["type"], response.json()["title"]) == (f"urn:dateline:problem:{kind}", title)
    assert ("allow" in response.headers) is (status == 405)


@pytest.fixture(scope="module")
def shared() -> TestClient:
    """An application that pages of one origin may call."""
    return TestClient(create_app(ServiceSettings(cors_origins=(ORIGIN,))))


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"origin": "https://evil.example"}, "origin"),
        ({"access-control-request-method": "DELETE"}, "method"),
        ({"access-control-request-headers": "content-type, x-evil"}, "headers"),
        ({"access-control-request-private-network": "true"}, "private-network"),
        ({"origin": "null", "access-control-request-method": "FROB"}, "origin, method"),
    ],
)
def test_a_preflight_is_refused_with_a_problem(
    shared: TestClient, changed: dict[str, str], refused: str
) -> None:
    response = shared.options("/v1/score", headers={**ASKED, **changed, "x-request-id": "a-1"})
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["content-length"] == str(len(response.content))
    assert response.json() == {
        "type": "urn:dateline:problem:preflight-refused",
        "title": TITLES["preflight-refused"][1],
        "status": 400,
        "detail": f"Disallowed CORS {refused}",
        "request_id": "a-1",
    }
    assert response.status_code == 400
    assert "Origin" in response.headers["vary"]
    assert response.headers.get("access-control-allow-origin") == (None if "origin" in changed else ORIGIN)


def test_a_preflight_is_allowed(shared: TestClient) -> None:
    response = shared.options("/v1/score", headers=ASKED)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == ORIGIN
