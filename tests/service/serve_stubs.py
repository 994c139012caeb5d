"""Run the service as its own process: `python tests/service/serve_stubs.py PORT [MODULE:FUNCTION]`."""

from __future__ import annotations

import sys

from service.server import run

if __name__ == "__main__":
    run(port=int(sys.argv[1]), detectors=sys.argv[2] if len(sys.argv) > 2 else "service_stubs:obedient")
