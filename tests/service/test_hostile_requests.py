"""Nothing that a client sends is ever a 500, and nothing of it comes back in an error or gets into the log."""

from __future__ import annotations

import json
import socket
import time
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse

import pytest
from hostile_requests import CANARY, Hostile, corpus
from service_process import Running

from service.security import HEADERS

CORPUS = list(corpus())


@pytest.mark.parametrize("hostile", CORPUS, ids=[entry.name for entry in CORPUS])
def test_a_hostile_request_gets_the_right_answer(service: Running, hostile: Hostile) -> None:
    response = service.client.request(
        hostile.method, hostile.path, headers=hostile.headers, content=hostile.content
    )
    assert response.status_code in hostile.statuses, response.text
    if response.is_error:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["status"] == response.status_code
        assert CANARY not in response.text
    else:
        json.loads(response.text)
    assert service.client.get("/readyz").status_code == 200


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 40


@pytest.mark.parametrize(
    ("fields", "field", "limit", "detail"),
    [
        ({"text": "x" * 20_001}, "text", 20_000, "text: is too long; limit 20,000"),
        ({"text": ""}, "text", 1, "text: is too short; limit 1"),
        ({"text": "a", "title": "x" * 1_001}, "title", 1_000, "title: is too long; limit 1,000"),
        (
            {"text": "a", "options": {"select": ["x" * 9]}},
            *("options.select[0]", 8, "options.select[0]: is too long; limit 8"),
        ),
    ],
)
def test_a_problem_names_the_field_and_the_limit(
    service: Running, fields: dict[str, object], field: str, limit: int, detail: str
) -> None:
    problem = service.client.post("/v1/score", json=fields).json()
    (error,) = problem["errors"]
    assert (error["field"], error["limit"], problem["detail"]) == (field, limit, detail)


def test_a_problem_names_the_values_that_are_allowed(service: Running) -> None:
    problem = service.client.post("/v1/score?offsets=bytes", json={"text": "a"}).json()
    assert problem["detail"].endswith("the service knows: 'codepoint' or 'utf16'")


SCORE = b"POST /v1/score HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01" + CANARY.encode() + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 70_000,
        SCORE + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        SCORE + CHUNKED + b"ZZ\r\n",
        SCORE + CHUNKED + b'2\r\n{"\r\nZZ\r\n',
        b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + CHUNKED + b"ZZ\r\n",
    ],
    ids=[
        "no host",
        "no HTTP",
        "long head",
        "two lengths",
        "bad chunk",
        "bad second chunk",
        "bad chunk, early answer",
    ],
)
def test_what_is_no_http_is_refused_with_a_problem(service: Running, sent: bytes) -> None:
    answer = HTTPResponse(raw := connect(service))
    raw.sendall(sent)
    answer.begin()
    problem = json.load(answer)
    assert (answer.status, problem["type"]) == (400, "urn:dateline:problem:bad-request")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == problem["request_id"]
    assert set(HEADERS) <= {name.lower() for name in answer.headers}
    assert raw.recv(64) == b""
    raw.close()
    assert "Traceback" not in service.log
    assert "ProtocolError" not in service.log


def test_a_bad_request_for_a_head_is_refused_without_a_body(service: Running) -> None:
    with connect(service) as raw:
        raw.sendall(b"HEAD /v1/score HTTP/1.1\r\nHost: a\r\n" + CHUNKED + b"ZZ\r\n")
        answer = b"".join(iter(lambda: raw.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(b"\r\n\r\n")
    assert "Traceback" not in service.log


def test_a_body_that_goes_wrong_after_the_answer_ends_the_connection(service: Running) -> None:
    with connect(service) as raw:
        raw.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + CHUNKED)
        answer = HTTPResponse(raw)
        answer.begin()
        assert answer.read() == b'{"status":"ok"}'
        raw.sendall(b"ZZ\r\n")
        assert raw.recv(64) == b""
    assert "Traceback" not in service.log


def connect(service: Running) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(service.base.rpartition(":")[2])), timeout=20)


def test_a_lying_content_length_is_refused_before_the_body_comes(service: Running) -> None:
    head = (
        "POST /v1/score HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n"
    )
    for length, status in (
        ("99999999999", b" 413 "),
        ("9" * 400, b" 4"),
        ("-1", b" 400 "),
        ("1e3", b" 400 "),
    ):
        with socket.create_connection(("127.0.0.1", int(service.base.rpartition(":")[2])), timeout=20) as raw:
            raw.sendall(head.format(length).encode())
            assert status in raw.recv(64).split(b"\r\n")[0]


def test_a_body_that_never_ends_is_cut_off(small_service: Running) -> None:
    with socket.create_connection(
        ("127.0.0.1", int(small_service.base.rpartition(":")[2])), timeout=20
    ) as raw:
        raw.sendall(
            b"POST /v1/score HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
        )
        assert b" 408 " in raw.recv(64).split(b"\r\n")[0]


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: "])
def test_a_head_that_never_ends_is_cut_off(small_service: Running, sent: bytes) -> None:
    with socket.create_connection(
        ("127.0.0.1", int(small_service.base.rpartition(":")[2])), timeout=20
    ) as raw:
        raw.sendall(sent)
        assert raw.recv(64) == b""


def test_a_connection_serves_many_requests(small_service: Running) -> None:
    sockets = set()
    with closing(HTTPConnection(small_service.base.removeprefix("http://"), timeout=20)) as connection:
        for pause in (0, 0.8, 0):
            time.sleep(pause)
            connection.request("GET", "/healthz")
            sockets.add(connection.sock)
            assert connection.getresponse().read() == b'{"status":"ok"}'
    assert len(sockets) == 1


def test_nothing_of_an_article_is_logged_or_counted(service: Running) -> None:
    service.score(f"raise {CANARY} " * 20)
    service.client.post(f"/v1/score?x={CANARY}", json={"text": CANARY})
    service.client.get(f"/{CANARY}")
    assert CANARY not in service.log
    assert CANARY not in service.client.get("/metrics").text
