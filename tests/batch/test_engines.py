"""One suite that every engine passes: raises, killed once, killed always, driver death and resume."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from batch_stubs import InlineEngine, town

from detector.batch.dask import ClusterError, DaskEngine
from detector.batch.local import LocalEngine, WorkersError
from detector.batch.results import read_footer

# The Dask scheduler and its workers live in threads and processes with sockets of their own.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")

DRIVER = """
import sys
sys.path[:0] = {paths!r}
from batch_stubs import make_stub
from detector.batch.run import Job, run_batch
from detector.batch.{module} import {engine}
if __name__ == "__main__":
    job = Job(({source!r},), {out!r}, "jsonl", make_analyzer=make_stub, shard_items=4)
    run_batch(job, lambda task, shards: {engine}(task, {arguments}))
"""


@pytest.fixture(scope="module")
def cluster():
    """Two Dask workers for the whole module; the second death of a shard counts as poison."""
    dask = pytest.importorskip("dask")
    distributed = pytest.importorskip("distributed")
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
        ) as cluster,
    ):
        yield cluster.scheduler_address


@pytest.fixture(params=["local", "dask"])
def engine(request):
    """Module, class and arguments of an engine with two workers."""
    if request.param == "local":
        return "local", "LocalEngine", "jobs=2"
    return "dask", "DaskEngine", f"scheduler={request.getfixturevalue('cluster')!r}"


@pytest.fixture
def start(engine):
    _, name, arguments = engine
    made = {"LocalEngine": LocalEngine, "DaskEngine": DaskEngine}[name]
    options = eval(f"dict({arguments})")
    return lambda task, shards: made(task, **options)


@pytest.fixture
def same(run, lines, tmp_path):
    """Whether the output is what one process makes of other texts, byte by byte."""

    def same(texts):
        run(lines(texts, "reference.jsonl"), out="reference.out")
        expected = (tmp_path / "reference.out").read_bytes().replace(b"reference.jsonl", b"in.jsonl")
        return (tmp_path / "out.jsonl").read_bytes() == expected

    return same


def test_it_scores_what_one_process_scores_and_an_article_that_raises_is_a_row(run, lines, rows, start, same):
    texts = town(30)
    texts[11], texts[17] = "RAISE", "UNWRITABLE"
    run(lines(texts), start=start)
    assert [i for i, row in enumerate(rows()) if "error" in row] == [11, 17]
    assert "ValueError: asked to" in rows()[11]["error"]["reason"]
    assert "not JSON serializable" in rows()[17]["error"]["reason"]
    whole = rows()
    run(lines(town(30)), start=start)
    assert [row for i, row in enumerate(whole) if i not in (11, 17)] == [
        row for i, row in enumerate(rows()) if i not in (11, 17)
    ]
    assert same(town(30))


def test_a_worker_that_is_killed_once_costs_nothing(run, lines, start, same, tmp_path):
    texts = town(20)
    texts[13] = f"KILL-ONCE {tmp_path / 'marker'} and go on"
    assert run(lines(texts), start=start).tally.errors == 0
    assert (tmp_path / "marker").exists()
    assert same(texts)


def test_poison_is_isolated_by_bisection_and_reported(run, lines, rows, start, tmp_path):
    texts = town(20)
    texts[13] = "POISON"
    summary = run(lines(texts), start=start)
    assert (summary.tally.rows, summary.tally.errors) == (20, 1)
    assert rows()[13]["error"] == {
        "source": f"{tmp_path}/in.jsonl:14",
        "kind": "quarantined",
        "reason": rows()[13]["error"]["reason"],
    }
    assert "died" in rows()[13]["error"]["reason"]
    assert [row["article"]["id"] for i, row in enumerate(rows()) if i != 13] == [
        f"n{i}" for i in range(20) if i != 13
    ]


def test_after_the_drivers_death_another_goes_on(run, lines, engine, start, same, tmp_path):
    module, name, arguments = engine
    texts = [f"SLEEP 0.05 {text}" for text in town(30)]
    source, out = lines(texts), tmp_path / "out.jsonl"
    script = tmp_path / "driver.py"
    script.write_text(
        DRIVER.format(
            paths=[str(Path(__file__).parent), *sys.path],
            module=module,
            engine=name,
            source=str(source),
            out=str(out),
            arguments=arguments,
        )
    )
    shards = Path(f"{out}.parts") / "shards"
    with subprocess.Popen([sys.executable, str(script)], start_new_session=True) as driver:
        deadline = time.monotonic() + 60
        while not (shards.is_dir() and len(list(shards.iterdir())) >= 3) and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(driver.pid, signal.SIGKILL)
    done = [path for path in shards.iterdir() if read_footer(str(path))]
    assert len(done) >= 3
    assert not out.exists()
    summary = run(source, start=start, mode="resume")
    assert summary.resumed >= 3
    assert summary.tally.rows == 30
    assert same(texts)


def test_workers_that_cannot_start_stop_the_run(run, lines, monkeypatch):
    with pytest.raises(WorkersError, match="before it could score"):
        run(lines(town(3)), start=lambda task, shards: LocalEngine(_with(task, die), 1))
    with pytest.raises(RuntimeError, match="no model"):
        run(lines(town(3)), start=lambda task, shards: LocalEngine(_with(task, refuse), 1), mode="restart")


def die(settings):
    os._exit(3)


def refuse(settings):
    raise ValueError("no model")


def _with(task, make):
    from dataclasses import replace

    return replace(task, make_analyzer=make)


def test_a_scheduler_that_is_not_there_is_an_error(run, lines):
    with pytest.raises(ClusterError, match=r"tcp://127\.0\.0\.1:1"):
        run(
            lines(town(3)),
            start=lambda task, shards: DaskEngine(task, "tcp://127.0.0.1:1", connect_seconds=0.5),
        )


@pytest.mark.parametrize("address", ["tls://127.0.0.1:1", "nowhere", ""])
def test_an_address_that_dask_refuses_is_an_error(address):
    # In a process of its own: of several clients that never came up in one, Dask may wait for itself.
    pytest.importorskip("distributed")
    script = (
        "from detector.batch.dask import ClusterError, DaskEngine\n"
        "try:\n"
        f"    DaskEngine(None, {address!r}, connect_seconds=0.5).__enter__()\n"
        "except ClusterError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=True)
    assert repr(address) in done.stdout.decode()


def test_the_smallest_engine_bisects_too(run, lines, rows):
    texts = town(40)
    for place in (25, 26, 39):
        texts[place] = "UNWRITABLE"
    run(lines(texts), start=InlineEngine, shard_items=16)
    assert [i for i, row in enumerate(rows()) if "error" in row] == [25, 26, 39]
    assert json.dumps(rows()[25]).count("serializable") == 1
