"""The command: exit codes, what goes to stdout and to stderr, and what it refuses."""

import json
import os
import subprocess
import sys

import pytest

COMMAND = (sys.executable, "-c", "from detector.cli import main; main()", "batch", "--jobs", "1")


def dateline(*arguments, stdin=b"", cwd=None, **environment):
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], input=stdin, capture_output=True, cwd=cwd,
        env={**os.environ, **environment},
    )  # fmt: skip


def record(text, **fields):
    return json.dumps({"text": text, **fields}).encode() + b"\n"


VAGUE = "Officials said this week that talks may take place soon, sources close to the matter said. " * 12


def test_stdout_carries_the_answer_alone_and_the_summary_goes_to_stderr():
    done = dateline("-", "-o", "-", stdin=record(VAGUE, id="a") + b"{bad\n")
    report, error = map(json.loads, done.stdout.splitlines())
    assert report["article"]["id"] == "a"
    assert error["error"]["source"] == "stdin:2"
    assert b"articles" in done.stderr
    assert b"1" in done.stderr
    assert done.returncode == 0
    quiet = dateline("-", "-o", "-", "-q", stdin=record(VAGUE, id="a") + b"{bad\n")
    assert quiet.stderr == b""
    assert quiet.stdout == done.stdout


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "message"),
    [
        (("-", "-o", "-", "--fail-under", "100"), record(VAGUE), 1, b""),
        (("-", "-o", "-"), b"{bad}\n", 2, b""),
        (("nowhere", "-o", "out.jsonl"), b"", 2, b"no such file"),
        (("-", "-o", "out.xyz"), b"", 2, b"--format"),
        (("-", "-o", "-", "--format", "html"), b"", 2, b"stdout"),
        (("-", "-o", "-", "--resume", "--restart"), b"", 2, b"exclude"),
        (("-", "-o", "/proc/none/out.jsonl"), record(VAGUE), 2, b"cannot write"),
        (("-", "-o", "-", "--target-fpr", "0.123"), record(VAGUE), 2, b"0.123"),
    ],
)
def test_exit_codes_and_messages(tmp_path, arguments, stdin, code, message):
    done = dateline(*arguments, stdin=stdin, cwd=tmp_path)
    assert (done.returncode, message in done.stderr) == (code, True), done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("module", "arguments"),
    [("pyarrow", ("-o", "o.parquet")), ("distributed", ("-o", "o.jsonl", "--engine", "dask"))],
)
def test_a_missing_extra_is_named(tmp_path, module, arguments):
    (tmp_path / f"{module}.py").write_text(f"raise ModuleNotFoundError('no {module}', name='{module}')")
    done = dateline("-", *arguments, stdin=record(VAGUE), cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    assert b"dateline[batch]" in done.stderr


def test_an_unfinished_run_is_named_and_resumed(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(record(VAGUE, id="a"))
    assert dateline("in.jsonl", "-o", "out.jsonl", cwd=tmp_path).returncode == 0
    again = dateline("in.jsonl", "-o", "out.jsonl", "--resume", cwd=tmp_path)
    assert (again.returncode, b"nothing to do" in again.stderr) == (0, True)
    other = dateline("in.jsonl", "-o", "out.jsonl", "--resume", "--ignore", "BP", cwd=tmp_path)
    assert (other.returncode, b"settings.ignore" in other.stderr) == (2, True)
