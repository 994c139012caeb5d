"""The examples of the documentation run as they stand, but for the port."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest
from service_process import ROOT, Running

COMMANDS = {
    "bash": ["bash", "-euo", "pipefail", "-c"],
    "python": [sys.executable, "-c"],
    "javascript": ["node", "--input-type=module", "-e"],
}
BLOCK = re.compile(r"^```(bash|python|javascript)\n(.*?)^```$", re.M | re.S)
EXAMPLES = [
    pytest.param(language, code, id=f"{path.stem}-{number}-{language}")
    for path in sorted((ROOT / "docs" / "service").glob("*.md"))
    for number, (language, code) in enumerate(BLOCK.findall(path.read_text("utf-8")))
]


@pytest.mark.slow
@pytest.mark.parametrize(("language", "code"), EXAMPLES)
def test_an_example_runs(real_service: Running, language: str, code: str) -> None:
    command = COMMANDS[language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed: an example was NOT run")
    code = code.replace("http://127.0.0.1:8000", real_service.base)
    done = subprocess.run([*command, code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert "urn:dateline:problem" not in done.stdout


def test_every_language_has_an_example() -> None:
    assert {parameters.values[0] for parameters in EXAMPLES} == set(COMMANDS)
