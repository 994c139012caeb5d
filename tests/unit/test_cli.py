"""The command line: formats, exit codes, stdout for the answer alone."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from detector.cli import COMMANDS


def run(*arguments, stdin=None):
    return subprocess.run(
        [sys.executable, "-c", "from detector.cli import main; main()", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def talks(examples):
    return examples / "summit-talks.txt"


def test_json_is_one_report_whose_quotes_are_slices(talks):
    done = run("score", talks, "--format", "json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    text = talks.read_text("utf-8")
    assert report["flags"]
    assert all(flag["quote"] == text[flag["start"] : flag["end"]] for flag in report["flags"])
    assert sum(c["points"] for c in report["credibility"]["contributions"]) == report["credibility"]["score"]


def test_stdin_gives_what_the_file_gives(talks):
    piped = run("score", "-", "--format", "json", stdin=talks.read_bytes())
    named = run("score", talks, "--format", "json")
    left, right = json.loads(piped.stdout), json.loads(named.stdout)
    assert left["flags"] == right["flags"]
    assert left["credibility"] == right["credibility"]


def test_jsonl_is_a_line_an_article(examples):
    paths = [str(path) for path in sorted(examples.iterdir())]
    done = run("score", *paths, "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    assert len([json.loads(line) for line in done.stdout.splitlines()]) == len(paths)


@pytest.mark.parametrize(
    ("output_format", "mark"), [("html", b"<!doctype html>"), ("sarif", b'"2.1.0"'), ("github", b"::")]
)
def test_other_formats(talks, output_format, mark):
    done = run("score", talks, "--format", output_format)
    assert done.returncode == 0, done.stderr
    assert mark in done.stdout


def test_plain_text_has_no_escapes_and_fits_80_columns(talks):
    done = run("score", talks)
    shown = done.stdout.decode()
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert "Unsupported claims" in shown


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("score", "no-such-file.txt"), 2, b"no-such-file.txt"),
        (("score", "."), 2, b"batch"),
        (("score",), 2, b"PATH"),
        (("score", "-", "--select", "NOPE"), 2, b"NOPE"),
        (("score", "-", "--target-fpr", "0.33"), 2, b"0.33"),
        (("explain", "SRC999"), 2, b"SRC"),
        (("nonsense",), 2, b"nonsense"),
    ],
)
def test_usage_errors_name_the_input_and_exit_with_2(arguments, code, word):
    done = run(*arguments, stdin=b"Some text.")
    assert done.returncode == code
    assert word in done.stderr
    assert done.stdout == b""
    assert b"Traceback" not in done.stderr


def test_one_bad_file_does_not_stop_the_others(talks, tmp_path):
    bad = tmp_path / "bad.bin"
    bad.write_bytes(bytes(range(256)) * 20)
    done = run("score", str(bad), talks, "--format", "jsonl")
    assert done.returncode == 2
    assert b"bad.bin" in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_fail_under(talks):
    assert run("score", talks, "--fail-under", "75", "-q").returncode == 1
    assert run("score", talks, "--fail-under", "0", "-q").returncode == 0


def test_published_fills_in_a_date(talks):
    report = json.loads(run("score", talks, "--format", "json", "--published", "2025-03-04").stdout)
    assert report["article"]["published"] == "2025-03-04"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    done = run(command, "--help")
    assert done.returncode == 0
    assert b"Usage" in done.stdout


def test_rules_and_explain_agree():
    rules = json.loads(run("rules", "--format", "json").stdout)
    code = rules[0]["code"]
    assert rules[0]["name"].replace("-", " ").encode() in run("explain", code).stdout
