"""Keys, headers, origins, and what the package serves."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import ValidationError
from service_process import ROOT, WORDS, Running
from starlette.datastructures import Headers

from detector.cli.serve import serve
from detector.errors import UsageError
from service.security import HEADERS, key_is_valid
from service.settings import ServiceSettings, read_settings

KEYS = ("first-key", "second-key")
DIGESTS = tuple(sha256(key.encode()).hexdigest() for key in KEYS)


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ("Bearer first-key", True),
        ("bearer second-key", True),
        ("Bearer third-key", False),
        ("Basic first-key", False),
        ("first-key", False),
        ("Bearer", False),
        ("Bearer " + DIGESTS[0], False),
        ("", False),
        (None, False),
    ],
)
def test_a_key_is_valid_when_its_digest_is_known(value: str | None, valid: bool) -> None:
    headers = Headers({} if value is None else {"authorization": value})
    assert key_is_valid(headers, DIGESTS) is valid


def test_a_key_in_plain_is_refused_in_the_settings_and_not_shown() -> None:
    with pytest.raises(ValidationError) as caught:
        ServiceSettings(api_key_sha256=("first-key",))
    assert "first-key" not in str(caught.value)


def test_the_command_names_a_wrong_setting_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_API_KEY_SHA256", "first-key")
    monkeypatch.setenv("DATELINE_TARGET_FPR", "0.5")
    result = CliRunner().invoke(serve, [])
    assert result.exit_code == 2
    assert "DATELINE_API_KEY_SHA256: each key is given" in result.output
    assert "pydantic" not in result.output
    assert "0.005, 0.01, 0.05" in result.output
    assert "first-key" not in result.output


@pytest.mark.parametrize(("content", "reason"), [(None, "No such file"), ("{}", "dateline calibrate")])
def test_the_command_does_not_start_with_a_calibration_that_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / "own.json").write_text(content)
    monkeypatch.setenv("DATELINE_CALIBRATION", str(tmp_path / "own.json"))
    result = CliRunner().invoke(serve, [])
    assert result.exit_code == 2
    assert "DATELINE_CALIBRATION" in result.output
    assert reason in result.output


@pytest.mark.parametrize("name", sorted(ServiceSettings.model_fields))
def test_a_blank_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    unset = ServiceSettings()
    monkeypatch.setenv(f"DATELINE_{name.upper()}", "")
    assert read_settings() == unset


@pytest.mark.parametrize(
    ("given", "origins"),
    [
        ("https://desk.example/", ("https://desk.example",)),
        ("HTTP://Desk.Example:8080, https://b.example/", ("http://desk.example:8080", "https://b.example")),
        ("http://[::1]:3000", ("http://[::1]:3000",)),
        ("*", ("*",)),
        ("https://desk.example/app", None),
        ("desk.example", None),
        ("https://", None),
    ],
)
def test_an_origin_is_taken_as_browsers_write_it(
    monkeypatch: pytest.MonkeyPatch, given: str, origins: tuple[str, ...] | None
) -> None:
    monkeypatch.setenv("DATELINE_CORS_ORIGINS", given)
    if origins is None:
        with pytest.raises(UsageError, match="DATELINE_CORS_ORIGINS: an origin looks like"):
            read_settings()
    else:
        assert read_settings().cors_origins == origins


@pytest.mark.parametrize(
    ("host", "reason"),
    [("127.0.0.1", "address already in use"), ("203.0.113.1", "assign"), ("a..b", "label")],
    ids=["taken port", "address of another machine", "host that is none"],
)
def test_the_command_ends_with_2_where_it_cannot_listen(host: str, reason: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-c", "from detector.cli import main; main()", "serve", f"--host={host}", f"--port={port}"],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert done.returncode == 2
    assert f"Error: {host}:{port}: " in done.stderr
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
    assert "worker" not in done.stderr


def test_keys_prefix_and_origins(start_service: Callable[..., Running]) -> None:
    service = start_service(
        slots=1,
        api_key_sha256=",".join(DIGESTS),
        root_path="/dateline",
        cors_origins="https://desk.example",
    )
    _check_keys(service)
    _check_prefix(service)
    _check_origins(service)


def _check_keys(service: Running) -> None:
    post = service.client.post
    absent = post("/v1/score", json={"text": WORDS})
    wrong = post("/v1/score", json={"text": WORDS}, headers={"authorization": "Bearer x"})
    for response in (absent, wrong):
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
    same = [{**response.json(), "request_id": ""} for response in (absent, wrong)]
    assert same[0] == same[1]
    for path in ("/v1/model", "/v1/nothing", "/metrics"):
        assert service.client.get(path).status_code == 401
    for path in ("/", "/healthz", "/readyz", "/openapi.json"):
        assert service.client.get(path).status_code == 200
    service.client.headers["authorization"] = "Bearer second-key"
    assert post("/v1/score", json={"text": WORDS}).status_code == 200
    assert service.client.get("/metrics").status_code == 200


def _check_prefix(service: Running) -> None:
    for path in ("/v1/rules", "/dateline/v1/rules", "/dateline/", "/dateline/healthz"):
        assert service.client.get(path).status_code == 200
    assert service.client.get("/dateline").headers["location"] == "/dateline/"
    assert service.client.get("/openapi.json").json()["servers"] == [{"url": "/dateline"}]
    assert service.client.get("/datelinex").status_code == 404
    del service.client.headers["authorization"]
    assert service.client.get("/dateline/v1/rules").status_code == 401


def _check_origins(service: Running) -> None:
    for origin, allowed in (("https://desk.example", True), ("https://evil.example", False)):
        asked = {"origin": origin, "access-control-request-method": "POST"}
        response = service.client.options("/v1/score", headers=asked)
        assert ("access-control-allow-origin" in response.headers) is allowed
        refused = service.client.post("/v1/score", json={"text": WORDS}, headers={"origin": origin})
        assert refused.status_code == 401
        assert ("access-control-allow-origin" in refused.headers) is allowed


@pytest.mark.parametrize("path", ["/v1/score/", "/healthz/", "/v1/rules/"])
def test_no_answer_sends_a_client_elsewhere(service: Running, path: str) -> None:
    response = service.client.get(path, headers={"host": "evil.example"})
    assert response.status_code == 404
    assert "location" not in response.headers


def test_no_origin_may_call_unless_set(service: Running) -> None:
    asked = {"origin": "https://desk.example", "access-control-request-method": "POST"}
    assert "access-control-allow-origin" not in service.client.options("/v1/score", headers=asked).headers
    assert "access-control-allow-origin" not in service.client.get("/healthz", headers=asked).headers


@pytest.mark.parametrize("path", ["/", "/healthz", "/v1/rules", "/nothing", "/page/app.js"])
def test_every_answer_carries_the_security_headers(service: Running, path: str) -> None:
    headers = service.client.get(path).headers
    assert set(HEADERS) <= set(headers)
    assert "server" not in headers
    assert "unsafe" not in headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_no_documentation_page_loads_from_elsewhere(service: Running, path: str) -> None:
    assert service.client.get(path).status_code == 404


def test_the_page_names_no_outside_address_and_writes_no_html() -> None:
    for entry in (files("service") / "page").iterdir():
        text = entry.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http:" not in text, entry.name
        assert "https:" not in text, entry.name
        for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "srcdoc"):
            assert sink not in text, (entry.name, sink)


def test_the_container_runs_as_no_root() -> None:
    lines = (ROOT / "Containerfile").read_text("utf-8").splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users
    assert users[-1].split(":")[0] not in ("root", "0")
