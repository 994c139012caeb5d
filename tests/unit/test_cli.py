"""The command line: formats, exit codes, stdout for the answer alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from detector.cli import COMMANDS

COMMAND = (sys.executable, "-c", "from detector.cli import main; main()")


def run(*arguments, stdin=None):
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
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


def test_reports_of_several_files_say_which_file_each_is_of(talks, tmp_path):
    other = tmp_path / "other.txt"
    other.write_bytes(talks.read_bytes())
    done = run("score", talks, "missing.txt", other, "--format", "jsonl")
    assert [json.loads(line)["article"]["id"] for line in done.stdout.splitlines()] == [
        str(talks),
        str(other),
    ]


@pytest.mark.parametrize(("found", "length"), [(("missing.txt",), 0), (("missing.txt", None), 1)])
def test_json_of_several_paths_is_a_list_whatever_could_be_read(talks, found, length):
    paths = [name or talks for name in (*found, "gone.txt")]
    done = run("score", *paths, "--format", "json")
    assert done.returncode == 2
    assert len(json.loads(done.stdout)) == length


@pytest.mark.parametrize(
    ("command", "stream"),
    [("score - <&-", "stdin"), ("batch - -o out.jsonl <&-", "stdin"), ("batch {talks} -o - >&-", "stdout")],
)
def test_a_closed_stream_is_a_usage_error(talks, tmp_path, command, stream):
    python = f'"{sys.executable}" -c "from detector.cli import main; main()"'
    done = subprocess.run(
        ["/bin/sh", "-c", f"{python} {command.format(talks=talks)}"],
        capture_output=True,
        cwd=tmp_path,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2
    assert f"{stream} is closed" in done.stderr.decode()


def test_a_batch_of_files_needs_no_stdin(talks, tmp_path):
    python = f'"{sys.executable}" -c "from detector.cli import main; main()"'
    line = f"{python} batch {talks} -o {tmp_path}/out.jsonl --jobs 1 --quiet <&-"
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


def test_fail_under(talks):
    assert run("score", talks, "--fail-under", "75", "-q").returncode == 1
    assert run("score", talks, "--fail-under", "0", "-q").returncode == 0


@pytest.mark.parametrize(
    ("day", "fault"),
    [
        ("2026-13-01", "written YYYY-MM-DD"),
        ("20260105", "written YYYY-MM-DD"),
        ("0001-01-01", "of the years 1600 to 2200"),
        ("9999-01-01", "of the years 1600 to 2200"),
    ],
)
def test_published_is_a_date_that_a_record_may_have(talks, day, fault):
    result = run("score", talks, "--published", day)
    assert result.returncode == 2
    assert fault in " ".join(result.stderr.decode().split())


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


@pytest.mark.parametrize("arguments", [("score",), ("score", "--format", "jsonl"), ("rules",), ("--help",)])
@pytest.mark.parametrize("sink", ["full", "closed"])
def test_an_output_that_takes_no_more(talks, arguments, sink):
    if sink == "full":
        target = os.open("/dev/full", os.O_WRONLY)
    else:
        source, target = os.pipe()
        os.close(source)
    paths = [str(talks)] if arguments[0] == "score" else []
    done = subprocess.run(
        [*COMMAND, *arguments, *paths], stdout=target, stderr=subprocess.PIPE, check=False, timeout=120
    )
    os.close(target)
    if sink == "full":
        assert (done.returncode, done.stderr) == (2, b"dateline: No space left on device\n")
    else:
        assert (done.returncode, done.stderr) == (0, b"")


def test_an_error_stream_that_takes_no_more_keeps_the_exit_code():
    with Path("/dev/full").open("wb") as full:
        assert subprocess.run([*COMMAND, "score", "none.txt"], stderr=full, check=False).returncode == 2


def test_a_bug_is_no_score_below_the_limit(monkeypatch, capsys):
    from detector import cli

    monkeypatch.setattr(cli.dateline, "main", lambda **options: 1 / 0)
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 2
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_sarif_of_a_file_whose_name_is_not_utf8(talks, tmp_path):
    path = tmp_path / os.fsdecode(b"b\xffd.txt")
    path.write_bytes(talks.read_bytes())
    done = run("score", path, "--format", "sarif")
    assert done.returncode == 0, done.stderr
    location = json.loads(done.stdout)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"].endswith("/b%FFd.txt")


def test_a_broken_record_on_stdin_costs_no_others(talks):
    record = json.dumps({"text": talks.read_text("utf-8")}).encode() + b"\n"
    done = run("score", "-", "--format", "jsonl", stdin=b"broken\n" + record + record)
    assert done.returncode == 2
    assert b"stdin:1" in done.stderr
    assert len(done.stdout.splitlines()) == 2


def test_demo_writes_a_page_for_each_article_and_names_what_it_cannot_read(talks, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    text = talks.read_text("utf-8")
    for name in ("s.txt", "s.md"):
        (folder / name).write_text(text, "utf-8")
    record = json.dumps({"text": text})
    (folder / "s.jsonl").write_text(f"{record}\nbroken\n{record}\n", "utf-8")
    done = run("demo", folder, "-o", out)
    assert done.returncode == 0, done.stderr
    assert sorted(page.name for page in out.iterdir()) == ["s-1.html", "s.html", "s.md.html", "s.txt.html"]
    assert b"s.jsonl:2" in done.stderr


def test_demo_writes_over_its_own_pages_alone(talks, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    page = out / f"{talks.stem}.html"
    page.write_text("my own page", "utf-8")
    done = run("demo", talks.parent, "-o", out)
    assert done.returncode == 2
    assert page.name.encode() in done.stderr
    assert page.read_text("utf-8") == "my own page"
    page.unlink()
    assert [run("demo", talks.parent, "-o", out).returncode for _ in range(2)] == [0, 0]


@pytest.mark.skipif(os.name == "nt", reason="no such file names on Windows")
def test_a_file_name_does_not_steer_the_terminal(tmp_path):
    path = tmp_path / "b\x1b[2Jx.txt"
    path.write_text("", "utf-8")
    done = run("score", path)
    assert done.returncode == 2
    assert b"\x1b" not in done.stderr
    assert b"<U+001B>" in done.stderr


def test_a_file_is_utf8_whatever_the_locale(talks, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(talks.read_text("utf-8") + " Caf\u00e9, \U0001f600 said M\u00fcller.", "utf-8")
    done = subprocess.run(
        [*COMMAND, "score", str(path), "--format", "html"],
        capture_output=True,
        check=True,
        timeout=120,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
    )
    assert "M\u00fcller" in done.stdout.decode("utf-8")
    assert "\U0001f600" in done.stdout.decode("utf-8")


def test_rules_that_are_off_are_named_in_the_report(talks):
    report = json.loads(run("score", talks, "--format", "json", "--ignore", "SRC001").stdout)
    assert "rules_off: SRC001" in report["warnings"]
    found = report["signals"]["unsupported_claims"]["unsupported"]
    (why,) = (c["why"] for c in report["credibility"]["contributions"] if c["signal"] == "unsupported_claims")
    assert why.startswith(f"{found} of ")


def test_a_calibration_of_another_shape_is_named(talks, tmp_path):
    path = tmp_path / "mine.json"
    for content in ("{}", "[]"):
        path.write_text(content, "utf-8")
        done = run("score", talks, "--calibration", path)
        assert done.returncode == 2
        assert b"mine.json" in done.stderr
        assert b"dateline calibrate" in done.stderr


def test_demo_of_nothing_readable(tmp_path):
    (tmp_path / "a.txt").write_bytes(bytes(range(256)) * 20)
    done = run("demo", tmp_path, "-o", tmp_path / "out")
    assert done.returncode == 2
    assert b"a.txt" in done.stderr
    assert b"no readable article" in done.stderr


def test_demo_writes_no_page_among_the_articles(examples):
    before = {path: path.read_bytes() for path in examples.iterdir()}
    done = run("demo", examples, "-o", examples)
    assert done.returncode == 2
    assert b"--out" in done.stderr
    assert {path: path.read_bytes() for path in examples.iterdir()} == before


def test_demo_names_a_folder_that_cannot_be_made(examples):
    done = run("demo", examples, "-o", "/proc/none")
    assert (done.returncode, done.stderr) == (2, b"dateline: /proc/none: No such file or directory\n")


def test_calibrate_takes_in_what_batch_would_and_the_model_covers(talks, tmp_path):
    folder, outside = tmp_path / "human", tmp_path / "outside.txt"
    (folder / ".git").mkdir(parents=True)
    text = talks.read_text("utf-8")
    for path in (folder / "a.txt", folder / "README.md", folder / ".git" / "b.txt", outside):
        path.write_text(text, "utf-8")
    (folder / "link.txt").symlink_to(outside)
    (folder / "short.txt").write_text("It rained.")
    (folder / "pt.txt").write_text(
        "O ministro disse que as negociações vão continuar amanhã em Lisboa. " * 20
    )
    for _ in range(2):
        done = run("calibrate", folder, "-o", folder / "cal.json", "--force")
        assert done.returncode == 0, done.stderr
        left_out = [line.split(b": ")[2] for line in done.stderr.splitlines() if b"left out" in line]
        assert left_out == [b".git", b"README.md", b"link.txt", b"pt.txt", b"short.txt"]
        assert b"1 articles." in done.stderr


def test_calibrate_counts_copies_of_an_article_once(talks, tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    text = talks.read_text("utf-8")
    for name, copy in (("a.txt", text), ("b.txt", text.replace(" ", "\n", 9)), ("c.txt", text.upper())):
        (folder / name).write_text(copy, "utf-8")
    done = run("calibrate", folder, "-o", tmp_path / "cal.json")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(b"a copy of") == 2
    assert b"1 articles." in done.stderr


def test_calibrate_looks_at_its_output_first(tmp_path):
    done = run("calibrate", tmp_path, "-o", tmp_path / "none" / "cal.json")
    assert done.returncode == 2
    assert b"none: no folder to write to" in done.stderr


@pytest.mark.parametrize("option", ["--fail-under", "--seconds", "--target-fpr"])
@pytest.mark.parametrize("value", ["nan", "inf", "soon"])
def test_a_number_is_one_that_others_can_be_compared_with(talks, option, value):
    done = run("score", talks, option, value)
    assert done.returncode == 2
    assert value.encode() in done.stderr
    assert done.stdout == b""
