"""Frames between the service and its workers: JSON and raw bytes.

No pickles: a worker reads hostile input, so what it sends back is parsed, never executed.
"""

from __future__ import annotations

import json
import struct
from asyncio import StreamReader
from collections.abc import Sequence
from typing import Any, BinaryIO

_LENGTH = struct.Struct("!I")
MAX_PART = 256_000_000
"""Bytes of the JSON of a frame, and of each blob behind it."""
Frame = tuple[dict[str, Any], list[bytes]]


def encode_frame(header: dict[str, Any], blobs: Sequence[bytes] = ()) -> bytes:
    """Bytes of one frame.

    >>> import io
    >>> read_frame(io.BytesIO(encode_frame({"a": "\\ud800"}, [b"xy"])))
    ({'a': '\\ud800'}, [b'xy'])
    """
    text = json.dumps({**header, "": [len(blob) for blob in blobs]}).encode("ascii")
    return b"".join((_LENGTH.pack(len(text)), text, *blobs))


def read_frame(stream: BinaryIO) -> Frame | None:
    """Read one frame; None where the stream ends."""
    prefix = stream.read(_LENGTH.size)
    if len(prefix) < _LENGTH.size:
        return None
    header = json.loads(stream.read(_LENGTH.unpack(prefix)[0]))
    return header, [stream.read(size) for size in header.pop("")]


async def receive_frame(stream: StreamReader) -> Frame:
    """Read one frame without blocking the loop; raises IncompleteReadError where the stream ends.

    What is no frame raises ValueError or ConnectionError: a worker reads hostile input.
    """
    (size,) = _LENGTH.unpack(await stream.readexactly(_LENGTH.size))
    if size > MAX_PART:
        raise ConnectionError("a worker sent an oversize frame")
    header = json.loads(await stream.readexactly(size))
    lengths = header.pop("", None) if isinstance(header, dict) else None
    if not isinstance(lengths, list) or not all(type(n) is int and 0 <= n <= MAX_PART for n in lengths):
        raise ValueError("a worker sent what is no frame")
    return header, [await stream.readexactly(length) for length in lengths]
