"""Requests that a service on the open internet gets sooner or later: (name, request, statuses that are right)."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any, NamedTuple

JSON = {"content-type": "application/json"}
CANARY = "canaryxyzzy"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Hostile(NamedTuple):
    name: str
    method: str
    path: str
    headers: dict[str, str]
    content: Any
    statuses: tuple[int, ...]


def chunks(size: int, count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b"x" * size


def archive(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in entries.items():
            packed.writestr(name, data)
    return buffer.getvalue()


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def bodies() -> Iterator[tuple[str, Any, tuple[int, ...]]]:
    """Bodies for `POST /v1/score` with an honest content type."""
    yield "empty body", b"", (400,)
    yield "not JSON", f"{{{CANARY}".encode(), (400,)
    yield "JSON with a tail", b'{"text": "a"} x', (400,)
    yield "a bare string", body(CANARY), (422,)
    yield "null", b"null", (422,)
    yield "an array", body([CANARY] * 3), (422,)
    yield "no content", b"{}", (422,)
    yield "text and html", body({"text": CANARY, "html": CANARY}), (422,)
    yield "empty text", body({"text": ""}), (422,)
    yield "text is a number", body({"text": 5}), (422,)
    yield "text is null", body({"text": None}), (422,)
    yield "text is an object", body({"text": {CANARY: CANARY}}), (422,)
    yield "unknown field", body({"text": "a", CANARY: 1}), (422,)
    yield "unknown option", body({"text": "a", "options": {CANARY: 1}}), (422,)
    yield "options is a list", body({"text": "a", "options": [CANARY]}), (422,)
    yield "unknown rule", body({"text": "a", "options": {"select": ["XX9"]}}), (422,)
    yield "many rules", body({"text": "a", "options": {"select": ["SRC"] * 101}}), (422,)
    yield "rate out of range", body({"text": "a", "options": {"target_fpr": 0.5}}), (422,)
    yield "rate is true", body({"text": "a", "options": {"target_fpr": True}}), (422,)
    yield "date that is none", body({"text": "a", "published": "2025-02-30"}), (422,)
    yield "date is a number", body({"text": "a", "published": 20250101}), (422,)
    yield (
        "date in the year 1",
        body({"text": "It happened last week. " * 30, "published": "0001-01-01"}),
        (422,),
    )
    yield "date in the year 9999", body({"text": "a", "published": "9999-12-31"}), (422,)
    yield "earliest date", body({"text": "It happened last week. " * 30, "published": "1600-01-01"}), (200,)
    yield "latest date", body({"text": "It happens next week. " * 30, "published": "2200-12-31"}), (200,)
    yield "long title", body({"text": "a", "title": CANARY * 500}), (422,)
    yield "long id", body({"text": "a", "id": CANARY * 50}), (422,)
    yield "text over the cap", body({"text": "word " * 5_000}), (422,)
    yield "html over the cap", body({"html": "<p>x</p>" * 200_000}), (413, 422)
    yield "body over the cap", body({"text": "x" * 300_000}), (413,)
    yield "lone surrogate", b'{"text": "a \\ud800 b"}', (422,)
    yield "surrogates swapped", b'{"text": "\\ude00\\ud83d"}', (422,)
    yield "lone surrogate as a field name", b'{"text": "a", "\\ud800": 1}', (422,)
    yield "NUL", b'{"text": "a \\u0000 b"}', (200,)
    yield "raw NUL in JSON", b'{"text": "a \x00 b"}', (400,)
    yield "NaN", b'{"text": "a", "options": {"target_fpr": NaN}}', (400,)
    yield "Infinity", b'{"text": "a", "options": {"target_fpr": -Infinity}}', (400,)
    yield "overflowing float", b'{"text": "a", "options": {"target_fpr": 1e999}}', (400,)
    yield "5,000-digit integer", b'{"text": "a", "options": {"target_fpr": ' + b"9" * 5_000 + b"}}", (400,)
    yield "deep arrays", b"[" * 50_000 + b"]" * 50_000, (400,)
    yield "deep objects", b'{"text":' * 15_000 + b"1" + b"}" * 15_000, (400,)
    yield "multitude of lists", b'{"text": [' + b"[]," * 60_000 + b"[]]}", (400,)
    yield "multitude of fields", b"{" + b",".join(b'"%d":1' % n for n in range(15_000)) + b"}", (400,)
    yield "long fraction", b'{"text": 1.' + b"1" * 150_000 + b"}", (400,)
    yield "text like JSON", body({"text": '{"a": [1, 2, "\\"]}, ' * 900}), (200,)
    yield "duplicate keys", b'{"text": "a", "text": "b"}', (200,)
    yield "not UTF-8", b'{"text": "\xff\xfe"}', (400,)
    yield "overlong UTF-8", b'{"text": "\xc0\xaf"}', (400,)
    yield "UTF-16 body", '{"text": "a"}'.encode("utf-16"), (400,)
    yield "UTF-8 with a mark", b'\xef\xbb\xbf{"text": "a"}', (200,)
    yield "markup in every field", body({"text": "<img src=x onerror=alert(1)>", "title": "<b>"}), (200,)
    yield "one very long word", body({"text": "a" * 20_000}), (200,)
    yield "combining marks", body({"text": "e" + "\u0301" * 15_000}), (200,)
    yield "right-to-left overrides", body({"text": "\u202e" * 5_000}), (200,)
    yield "zero-width characters", body({"text": "\u200b" * 15_000}), (200,)
    yield "astral characters", body({"text": "😀" * 5_000}), (200,)
    yield "line ends", body({"text": "\r\n\u2028\u0085" * 3_000}), (200,)
    yield "digits", body({"text": "1," * 10_000}), (200,)
    yield "quotation marks", body({"text": "\"'“" * 6_000}), (200,)
    yield "deep HTML", body({"html": "<div>" * 20_000}), (200, 422)
    yield "broken HTML", body({"html": "<<<>>><a href='<p"}), (200, 422)
    yield "HTML with entities", body({"html": "<!DOCTYPE x [<!ENTITY a 'b'>]><p>&a;&a;</p>"}), (200, 422)
    yield "chunked oversize", chunks(65_536, 40), (413,)
    yield "chunked drip", iter([b'{"te', b'xt": ', b'"a"}']), (200,)


def corpus() -> Iterator[Hostile]:
    """Every request."""
    for name, content, statuses in bodies():
        yield Hostile(name, "POST", "/v1/score", JSON, content, statuses)
    text = body({"text": CANARY})
    for name, headers, statuses in (
        ("no content type", {}, (415,)),
        ("form", {"content-type": "application/x-www-form-urlencoded"}, (415,)),
        ("text as a type", {"content-type": "text/plain"}, (415,)),
        ("a type that starts like JSON", {"content-type": "application/jsonp"}, (415,)),
        ("another charset", {"content-type": "application/json; charset=utf-16"}, (415,)),
        ("gzip claimed", {**JSON, "content-encoding": "gzip"}, (415,)),
        ("two encodings claimed", {**JSON, "content-encoding": "br, gzip"}, (415,)),
        ("odd request id", {**JSON, "x-request-id": "a\tb;c"}, (200,)),
        ("long header", {**JSON, "x-filler": "x" * 30_000}, (200,)),
    ):
        yield Hostile(name, "POST", "/v1/score", headers, text, statuses)
    bomb = gzip.compress(b"x" * 10_000_000)
    yield Hostile("gzip bomb", "POST", "/v1/score", {**JSON, "content-encoding": "gzip"}, bomb, (415,))
    for name, kind, content, statuses in (
        ("PDF that is none", "application/pdf", CANARY.encode() * 99, (422,)),
        ("PDF head alone", "application/pdf", b"%PDF-1.7\n", (422,)),
        ("docx that is none", DOCX, CANARY.encode() * 99, (422,)),
        ("docx of another kind", DOCX, archive({"a.txt": b"x"}), (422,)),
        ("docx bomb", DOCX, archive({"word/document.xml": b"<" * 80_000_000}), (422,)),
        (
            "docx with an entity",
            DOCX,
            archive({"word/document.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}),
            (422,),
        ),
        ("HTML that is a PDF", "text/html", b"%PDF-1.7\n\x00\xff", (200, 422)),
        ("binary as text", "text/plain", bytes(range(256)) * 64, (200, 422)),
        ("empty file", "text/plain", b"", (422,)),
        ("unknown type", "image/png", b"\x89PNG", (415,)),
        ("zip as octets", "application/octet-stream", archive({"../../a": b"x"}), (422,)),
    ):
        yield Hostile(name, "POST", "/v1/read", {"content-type": kind}, content, statuses)
    for name, value, statuses in (
        ("batch of nothing", {"articles": []}, (422,)),
        ("batch too long", {"articles": [{"text": "a"}] * 33}, (422,)),
        ("batch with a stranger", {"articles": [{"text": "a"}, CANARY]}, (422,)),
        ("batch with options inside", {"articles": [{"text": "a", "options": {}}]}, (422,)),
        ("batch that is an object", {"articles": {"0": {"text": "a"}}}, (422,)),
    ):
        yield Hostile(name, "POST", "/v1/score/batch", JSON, body(value), statuses)
    for name, method, path, statuses in (
        ("unknown offsets", "POST", f"/v1/score?offsets={CANARY}", (422,)),
        ("unknown format", "POST", f"/v1/score?format={CANARY}", (422,)),
        ("unknown path", "GET", f"/{CANARY}", (404,)),
        ("NUL in the path", "GET", "/v1/rules/%00", (404,)),
        ("climbing path", "GET", "/page/..%2f..%2fapp.py", (404,)),
        ("climbing path, plain", "GET", "/page/../app.py", (404,)),
        ("rule that is none", "GET", f"/v1/rules/{CANARY}", (404,)),
        ("wrong method", "DELETE", "/v1/score", (405,)),
        ("trace", "TRACE", "/v1/score", (405,)),
        ("made-up method", "FROB", "/healthz", (405,)),
        ("long path", "GET", "/" + "a" * 20_000, (404,)),
    ):
        yield Hostile(name, method, path, JSON, text if method == "POST" else None, statuses)
