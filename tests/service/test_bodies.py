"""Parsing a body takes little time on the event loop, whatever is in it."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import pytest

from service.bodies import MAX_VALUES, parse_json
from service.problems import ProblemError

IDS = [
    "lists",
    "objects",
    "numbers",
    "strings",
    "keys",
    "deep",
    "digits",
    "fraction",
    "slashes",
    "quotes",
    "escapes",
    "blanks",
]
SIZE = 2_000_000


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"[]," * (SIZE // 3) + b"[]]",
        b"[" + b"{}," * (SIZE // 3) + b"{}]",
        b"[" + b"1," * (SIZE // 2) + b"1]",
        b'["' + b'","' * (SIZE // 3) + b'"]',
        b"{" + b",".join(b'"%d":1' % n for n in range(SIZE // 10)) + b"}",
        b"[" * SIZE,
        b"1" * SIZE,
        b"1." + b"1" * SIZE,
        b'"' + b"\\\\" * (SIZE // 2),
        b'"' + b'\\"' * (SIZE // 2),
        b'"' + b"\\u00e9" * (SIZE // 6) + b'"',
        b" " * SIZE,
    ],
    ids=IDS,
)
def test_a_body_is_parsed_or_refused_quickly(body: bytes) -> None:
    begun = time.thread_time()
    with suppress(ProblemError):
        parse_json(body)
    assert time.thread_time() - begun < 0.25


@pytest.mark.parametrize(
    "value",
    [
        {"text": '\\" [{,}] \\\\" ' * 20_000},
        {"text": "\\"},
        ["a,b" for _ in range(MAX_VALUES - 1)],
        {"a": [1, -2.5e3, None, True], "b": {}},
    ],
)
def test_what_json_writes_is_read(value: object) -> None:
    assert parse_json(json.dumps(value).encode()) == value
    assert parse_json(json.dumps(value, indent=2).encode()) == value
