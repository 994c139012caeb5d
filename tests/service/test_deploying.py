"""The nginx and systemd files of the documentation, as they stand but for ports and certificate."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from service_process import ROOT, WORDS, Running

from service.page_routes import assets

Start = Callable[..., Running]
DOC = (ROOT / "docs" / "service" / "deploying.md").read_text("utf-8")


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", DOC, re.M | re.S)
    assert found is not None
    return found[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def nginx(folder: Path, service_port: int) -> Iterator[httpx.Client]:
    """The documented server in front of a service, with a certificate of its own."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")
    if program is None or shutil.which("openssl") is None:
        pytest.skip("nginx or openssl is not installed: the documented proxy was NOT tried")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    port = free_port()
    written = block("nginx")
    shown = written.replace("127.0.0.1:8000", f"127.0.0.1:{service_port}")
    shown = shown.replace(
        "listen 443 ssl;",
        f"listen 127.0.0.1:{port} ssl;\n"
        f"    ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;",
    )
    assert shown != written
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off; {temporary}\n{shown}\n}}\n",
        "utf-8",
    )
    process = subprocess.Popen(
        [program, "-e", str(folder / "error.log"), "-c", str(config), "-p", str(folder)]
    )
    try:
        with httpx.Client(
            base_url=f"https://127.0.0.1:{port}", verify=False, trust_env=False, timeout=30
        ) as client:
            wait_for(client, folder / "error.log")
            yield client
    finally:
        process.terminate()
        process.wait(15)


def wait_for(client: httpx.Client, log: Path) -> None:
    end = time.monotonic() + 15
    while True:
        try:
            client.get("/dateline/readyz")
            return
        except httpx.TransportError:
            assert time.monotonic() < end, log.read_text("utf-8")
            time.sleep(0.05)


def test_the_service_answers_behind_the_documented_nginx(tmp_path: Path, start_service: Start) -> None:
    service = start_service(root_path="/dateline")
    with nginx(tmp_path, httpx.URL(service.base).port or 0) as client:
        answer = client.post("/dateline/v1/score", json={"text": WORDS})
        assert answer.status_code == 200
        assert answer.json()["article"]["words"] > 0
        assert client.get("/dateline/openapi.json").json()["servers"] == [{"url": "/dateline"}]
        assert "Dateline" in client.get("/dateline/").text
        for path in ("metrics", "%6detrics", "./metrics", "/metrics"):
            assert client.get(f"/dateline/{path}").status_code == 403
        assert client.get("/dateline/dateline/metrics").status_code == 404


def test_the_page_loads_at_once_behind_the_documented_nginx(tmp_path: Path, start_service: Start) -> None:
    service = start_service(root_path="/dateline")
    paths = ["", *(f"page/{name}" for name in assets()), "v1/rules", "v1/model"]
    with nginx(tmp_path, httpx.URL(service.base).port or 0) as client:
        statuses = {path: client.get(f"/dateline/{path}").status_code for path in paths}
    assert statuses == dict.fromkeys(paths, 200)


def test_the_documented_nginx_turns_a_flood_away(tmp_path: Path, start_service: Start) -> None:
    service = start_service(root_path="/dateline")
    with nginx(tmp_path, httpx.URL(service.base).port or 0) as client:
        statuses = [client.get("/dateline/v1/rules").status_code for _ in range(30)]
    assert set(statuses) == {200, 429}


def test_the_documented_unit_is_valid(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed: the documented unit was NOT checked")
    unit = tmp_path / "dateline.service"
    unit.write_text(block("ini").replace("/opt/dateline/bin/dateline", shutil.which("true") or "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60
    )
    own = [line for line in done.stderr.splitlines() if "dateline.service" in line]
    assert not own
    assert done.returncode == 0, done.stderr


def test_the_documented_workers_fit_the_documented_memory() -> None:
    a_worker = re.search(r"about (\d+) MB a worker", DOC)
    container = re.search(r"--memory (\d+)g -e DATELINE_SLOTS=(\d+)", DOC)
    unit = re.search(r"DATELINE_SLOTS=(\d+).*^MemoryMax=(\d+)G", block("ini"), re.M | re.S)
    assert a_worker is not None
    assert container is not None
    assert unit is not None
    for gigabytes, slots in (container.groups(), reversed(unit.groups())):
        # Half of it is for the event loop, and for what a long text takes while it is read.
        assert int(slots) * int(a_worker[1]) <= 500 * int(gigabytes)


def test_the_documented_unit_does_not_start_without_its_keys() -> None:
    assert re.search(r"^EnvironmentFile=[^-]", block("ini"), re.M)
