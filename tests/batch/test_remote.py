"""Inputs and outputs on file systems of fsspec: memory and, by URL, the disk."""

import io
import json
import os

import pytest
from batch_stubs import InlineEngine, make_stub, town

from detector.batch import storage
from detector.batch.run import Job, run_batch
from detector.errors import UsageError

fsspec = pytest.importorskip("fsspec")


@pytest.fixture(params=["memory", "file"])
def base(request, tmp_path):
    """URL of an empty folder."""
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]
    return "memory://q" if request.param == "memory" else f"file://{tmp_path}/q"


def put(url, content):
    system, inner = fsspec.core.url_to_fs(url)
    system.makedirs(inner.rpartition("/")[0], exist_ok=True)
    system.pipe_file(inner, content if isinstance(content, bytes) else content.encode())


def names(url):
    return [name for _, name, _ in storage.list_files(url)]


def records(texts):
    return "".join(json.dumps({"id": f"n{i}", "text": text}) + "\n" for i, text in enumerate(texts))


def score(*inputs, out, format="jsonl", stdin=None, **options):
    job = Job(inputs, out, format, make_analyzer=make_stub, shard_items=4, **options)
    return run_batch(job, InlineEngine, stdin=stdin)


def ids(out):
    with storage.open_read(out) as stream:
        return [json.loads(line)["article"]["id"] for line in stream]


def test_what_is_written_appears_whole_or_not_at_all(base):
    storage.make_folder(base)
    with (
        storage.write_atomically(f"{base}/a", base) as one,
        storage.write_atomically(f"{base}/b", base) as two,
    ):
        one.write(b"1")
        two.write(b"2")
        assert not storage.exists(f"{base}/a")
    for name in ("a", "c"):
        with (
            pytest.raises(storage.StorageError, match="cannot write"),
            storage.write_atomically(f"{base}/{name}", base) as stream,
        ):
            stream.write(b"3" * (1 << 20) + bytes(os.open("/no/file", os.O_RDONLY)))
    assert names(base) == ["a", "b"]
    assert storage.open_read(f"{base}/a").read() == b"1"


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet", "html"])
def test_any_output_a_table_and_standard_input_work_with_urls(base, format):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    table = io.BytesIO()
    pq.write_table(pa.table({"text": town(3)}), table)
    put(f"{base}/in/t.parquet", table.getvalue())
    options = {"out": f"{base}/out.{format}", "format": format}
    for mode in ("new", "resume"):
        stdin = io.BytesIO(records(town(2)).encode())
        summary = score(f"{base}/in", "-", stdin=stdin, mode=mode, **options)
        assert (summary.tally.rows, summary.tally.errors) == (5, 0)
    assert summary.complete_before
    assert not storage.exists(f"{base}/out.{format}.parts")


def test_an_output_by_url_overwrites_no_input_and_nothing_that_no_run_wrote(base):
    put(f"{base}/in.jsonl", records(town(3)))
    put(f"{base}/notes.jsonl", "mine")
    with pytest.raises(UsageError, match="both an input and the output"):
        score(f"{base}/in.jsonl", out=f"{base}/in.jsonl".replace("memory://", "memory:///"))
    with pytest.raises(UsageError, match="of no earlier run"):
        score(f"{base}/in.jsonl", out=f"{base}/notes.jsonl")
    with pytest.raises(UsageError, match="is a folder"):
        score(f"{base}/in.jsonl", out=base)
    assert names(base) == ["in.jsonl", "notes.jsonl"]
    assert score(f"{base}/in.jsonl", out=f"{base}/notes.jsonl", mode="restart").tally.rows == 3


def test_a_path_on_disk_and_its_url_are_the_same_file(tmp_path):
    put(f"file://{tmp_path}/in.jsonl", records(town(3)))
    for one, other in (("", "file://"), ("file://", "")):
        with pytest.raises(UsageError, match="both an input and the output"):
            score(f"{one}{tmp_path}/in.jsonl", out=f"{other}{tmp_path}/in.jsonl")


def test_a_folder_by_url_is_read_as_one_on_disk(base):
    for name in ("a.txt", "sub/b.html", "sub/c.txt", "README.md", ".hidden.txt", "sub/.git/x.txt"):
        put(f"{base}/{name}", "It rained.")
    for out, format in (("o.jsonl", "jsonl"), ("p.html", "html"), ("sub/q.jsonl", "jsonl")):
        for mode in ("new", "new", "resume"):
            summary = score(base, out=f"{base}/{out}", format=format, mode=mode)
            assert (summary.tally.rows, summary.complete_before) == (3, mode == "resume")
    assert ids(f"{base}/o.jsonl") == ["a.txt", "sub/b.html", "sub/c.txt"]
    score(base, out=f"{base}/one.jsonl", pattern="b.html")
    assert ids(f"{base}/one.jsonl") == ["sub/b.html"]
    score(f"{base}/sub", f"{base}/a.txt", out=f"{base}/two.jsonl")
    assert ids(f"{base}/two.jsonl") == [f"{base}/{name}" for name in ("sub/b.html", "sub/c.txt", "a.txt")]


def test_of_several_urls_names_are_urls_as_given_and_none_comes_twice(base):
    for name in ("a/news/1.txt", "b/news/1.txt"):
        put(f"{base}/{name}", "It rained.")
    urls = [f"{base}/{name}" for name in ("a/news", "b/news/", "b/news", "a", "b/news/1.txt")]
    for out, mode in (("o", "new"), ("o", "resume"), ("p", "new")):
        score(*urls, out=f"{base}/{out}.jsonl", mode=mode)
        assert ids(f"{base}/{out}.jsonl") == [f"{base}/{name}" for name in ("a/news/1.txt", "b/news/1.txt")]
