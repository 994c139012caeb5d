"""Kill the whole process at random points: no file is torn, and what was finished is not lost."""

import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from batch_stubs import InlineEngine, make_stub, town

from detector.batch.results import read_footer, read_rows
from detector.batch.run import Job, run_batch

KILLS = 50


@pytest.fixture
def job(lines, tmp_path):
    source = lines(town(60))

    def job(mode="new", name="out.jsonl"):
        return Job(
            (str(source),), str(tmp_path / name), "jsonl", mode=mode, make_analyzer=make_stub, shard_items=4
        )

    return job


def in_child(job: Job) -> None:
    run_batch(job, InlineEngine)


def torn(out: Path) -> list[str]:
    """Names of files that are there in part; those under `temp` never count as results."""
    found = []
    for path in out.parent.iterdir():
        if path.name == "out.jsonl.manifest.json" and "sha256" not in json.loads(path.read_text()):
            found.append(path.name)
    shards = Path(f"{out}.parts") / "shards"
    if shards.is_dir():
        for path in shards.iterdir():
            if read_footer(str(path)) is None:
                found.append(path.name)
            else:
                list(read_rows(str(path)))
    return found


@pytest.mark.slow
def test_fifty_kills_lose_nothing_and_tear_nothing(job, tmp_path):
    reference = tmp_path / "reference.jsonl"
    begun = time.monotonic()
    run_batch(job(name=reference.name), InlineEngine)
    duration = time.monotonic() - begun
    context = multiprocessing.get_context("fork")
    chance = random.Random(6)
    out = tmp_path / "out.jsonl"
    killed = resumed = 0
    mode = "new"
    while killed < KILLS:
        child = context.Process(target=in_child, args=(job(mode),))
        child.start()
        child.join(chance.uniform(0, duration))
        if child.is_alive():
            os.kill(child.pid, signal.SIGKILL)
            killed += 1
        child.join()
        assert torn(out) == []
        if out.exists():
            assert out.read_bytes() == reference.read_bytes()
        if child.exitcode == 0:
            # Done before its time: the next kill meets a new run, with nothing to go on from.
            for path in tmp_path.glob("out.jsonl*"):
                path.unlink()
            mode = "new"
        else:
            assert child.exitcode == -signal.SIGKILL
            mode = "resume"
            resumed += bool(list(tmp_path.glob("out.jsonl.parts/shards/*")))
    if mode == "resume":
        run_batch(job("resume"), InlineEngine)
        assert out.read_bytes() == reference.read_bytes()
    assert not Path(f"{out}.parts").exists()
    assert resumed > KILLS / 4


@pytest.mark.slow
@pytest.mark.parametrize("whole_group", [True, False], ids=["all-processes", "the-driver"])
def test_the_command_is_killed_and_resumed(tmp_path, whole_group):
    """The same with the command, its worker processes and the shipped detectors."""
    source = tmp_path / "in"
    source.mkdir()
    for i in range(12):
        (source / f"{i:02}.txt").write_text(f"Officials said on Monday that town {i} had flooded. " * (i + 1))
    command = [
        sys.executable,
        "-c",
        "from detector.cli import main; main()",
        "batch",
        str(source),
        "-q",
        "--jobs",
        "2",
        "-o",
    ]
    subprocess.run([*command, str(tmp_path / "reference.jsonl")], check=True)
    out = tmp_path / "out.jsonl"
    shards = Path(f"{out}.parts") / "shards"
    with subprocess.Popen([*command, str(out)], start_new_session=True) as process:
        while process.poll() is None and not (shards.is_dir() and list(shards.iterdir())):
            time.sleep(0.005)
        (os.killpg if whole_group else os.kill)(process.pid, signal.SIGKILL)
    assert torn(out) == []
    subprocess.run([*command, str(out), "--resume"], check=True)
    assert out.read_bytes() == (tmp_path / "reference.jsonl").read_bytes()
