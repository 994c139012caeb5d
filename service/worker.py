"""A worker process: frames in on stdin, frames out on stdout; it can be killed at any moment without loss."""

from __future__ import annotations

import contextlib
import ctypes
import json
import logging
import os
import signal
import sys
import warnings
from importlib import import_module
from typing import Any, BinaryIO

from service.frames import encode_frame, read_frame
from service.scoring import Answer, Scorer

_PR_SET_PDEATHSIG = 1


def main(argument: str) -> None:
    """Serve frames until the service closes the pipe; `argument` is the JSON that `slot.Worker` gives its process."""
    options = json.loads(argument)
    stdin, stdout = _private_streams()
    _settle(options)
    module, _, name = options["detectors"].partition(":")
    detectors_of = getattr(import_module(module), name)
    scorer = Scorer(detectors_of, options["target_fpr"], options["calibration"], options["max_characters"])
    _write(stdout, {"ready": scorer.warm()}, [])
    while (frame := read_frame(stdin)) is not None:
        header, blobs = frame
        # Tells the service that a death from here on may be this request's doing.
        _write(stdout, {}, [])
        answers, spent = _answer(scorer, header, blobs)
        reply = {"answers": [answer.header() for answer in answers], "seconds": spent}
        _write(stdout, reply, [answer.body for answer in answers])


def _answer(
    scorer: Scorer, header: dict[str, Any], blobs: list[bytes]
) -> tuple[list[Answer], dict[str, float]]:
    try:
        if header["kind"] == "read":
            return [scorer.read_file(blobs[0], **header["options"])], {}
        return scorer.score(header["items"], header["options"], header["seconds"])
    except Exception as error:  # noqa: BLE001 - the service must get an answer; it logs the name alone
        return [Answer("internal-error", type(error).__name__)] * max(1, len(header["items"])), {}


def _write(stream: BinaryIO, header: dict[str, Any], blobs: list[bytes]) -> None:
    stream.write(encode_frame(header, blobs))
    stream.flush()


def _private_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes for frames; a stray print of a library goes to stderr."""
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    return stdin, stdout


def _settle(options: dict[str, Any]) -> None:
    """Leave signals to the service, stay behind its event loop in the queue for a core, and log nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # Libraries log and warn with pieces of what they read.
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    with contextlib.suppress(OSError, AttributeError):
        os.nice(5)
    with contextlib.suppress(OSError, AttributeError):
        # A worker in the middle of an article must not outlive a service that was killed.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if options["memory_mb"]:
        import resource

        limit = options["memory_mb"] * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    main(sys.argv[1])
