"""What is read, in which order, and what is skipped for which reason."""

import io
import json
import os
import socket
import tracemalloc
from pathlib import Path

import pytest

from detector.batch.inputs import Inputs, find_items
from detector.batch.score import read_items
from detector.batch.shards import Item, Shard, cut_shards
from detector.errors import UsageError
from detector.reading import DEFAULT_LIMITS


def items_of(tmp_path: Path, *paths, stdin=b"", **options) -> dict[str, Item]:
    spool = tmp_path / "spool"
    spool.mkdir(exist_ok=True)
    found = find_items(Inputs(tuple(map(str, paths)), str(spool), **options), io.BytesIO(stdin))
    return {item.name: item for item in found}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    (tree / "b" / "deep").mkdir(parents=True)
    for name in ("a.txt", "b/c.html", "b/deep/d.md", "e.txt", ".hidden.txt", "README.md"):
        (tree / name).write_text("It rained.")
    return tree


def test_a_tree_is_read_by_name_and_hidden_files_and_readmes_are_left_out(tmp_path, tree):
    assert list(items_of(tmp_path, tree)) == ["a.txt", "e.txt", "b/c.html", "b/deep/d.md"]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [("*.txt", ["a.txt", "e.txt"]), ("b/*", ["b/c.html", "b/deep/d.md"]), ("d.md", ["b/deep/d.md"])],
)
def test_a_pattern_keeps_what_matches(tmp_path, tree, pattern, names):
    assert list(items_of(tmp_path, tree, pattern=pattern)) == names


def test_a_glob_is_expanded_and_one_that_matches_nothing_is_refused(tmp_path, tree):
    assert len(items_of(tmp_path, f"{tree}/**/*.html")) == 1
    assert len(items_of(tmp_path, f"{tree}/**")) == 5
    for missing in (f"{tree}/*.pdf", f"{tree}/none.txt"):
        with pytest.raises(UsageError, match=r"matches nothing|no such file"):
            items_of(tmp_path, missing)


def test_what_is_no_plain_file_within_the_tree_is_skipped_with_a_reason(tmp_path, tree):
    outside = tmp_path / "secret.txt"
    outside.write_text("secret")
    (tree / "out.txt").symlink_to(outside)
    (tree / "up").symlink_to(tmp_path)
    (tree / "loop").symlink_to(tree)
    (tree / "dangling").symlink_to(tree / "nothing")
    (tree / "inside.txt").symlink_to(tree / "a.txt")
    (tree / "zero.txt").touch()
    (tree / "blank.jsonl").write_text("\n \n")
    (tree / "old.zip").write_bytes(b"PK\x03\x04")
    (tree / "old.tar.gz").write_bytes(b"\x1f\x8b")
    with (tree / "huge.txt").open("wb") as huge:
        huge.truncate(DEFAULT_LIMITS.bytes + 1)
    os.mkfifo(tree / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tree / "socket"))
        reasons = {name: item.skip for name, item in items_of(tmp_path, tree).items() if item.skip}
    expected = {
        "out.txt": "leaves the folder",
        "up": "leaves the folder",
        "loop": "link to a folder",
        "dangling": "link to nothing",
        "zero.txt": "empty",
        "blank.jsonl": "no record",
        "old.zip": "archive",
        "old.tar.gz": "archive",
        "huge.txt": "limit of 10,000,000 bytes",
        "pipe": "FIFO",
        "socket": "socket",
    }
    assert reasons.keys() == expected.keys()
    assert [name for name, part in expected.items() if part not in reasons[name]] == []


def test_a_device_is_skipped(tmp_path):
    assert "character device" in items_of(tmp_path, "/dev/null")["/dev/null"].skip


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_skipped(tmp_path, tree):
    (tree / "a.txt").chmod(0)
    assert "Permission" in items_of(tmp_path, tree)["a.txt"].skip


def test_the_runs_own_files_are_left_out(tmp_path, tree):
    (tree / "out.jsonl").write_text("{}")
    assert "out.jsonl" not in items_of(tmp_path, tree, own=(str(tree / "out.jsonl"),))


def test_lines_are_items_with_their_place_and_a_huge_one_is_skipped(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_bytes(b'{"text": "a"}\n\n{"text": "bc"}\n' + b"x" * (DEFAULT_LIMITS.bytes + 1) + b"\n{}")
    items = items_of(tmp_path, path)
    assert [(i.start, i.length) for i in items.values()] == [
        (0, 13 + 1),
        (15, 15),
        (0, -1),
        (30 + DEFAULT_LIMITS.bytes + 2, 2),
    ]
    assert [name.rpartition(":")[2] for name in items] == ["1", "3", "4", "5"]
    assert "over the limit" in items[f"{path}:4"].skip


@pytest.mark.parametrize(
    ("sent", "names"),
    [
        (b'{"text": "a"}\n{"text": "b"}\n', ["stdin:1", "stdin:2"]),
        (b"It rained.\nIt stopped.", ["stdin"]),
        (b"", ["stdin"]),
    ],
)
def test_standard_input_is_lines_or_one_article(tmp_path, sent, names):
    assert list(items_of(tmp_path, "-", stdin=sent)) == names


def test_parquet_rows_become_lines(tmp_path):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table({"text": ["a", None], "other": [1, 2]}), tmp_path / "t.parquet")
    pq.write_table(pa.table({"words": ["a"]}), tmp_path / "u.parquet")
    (tmp_path / "v.parquet").write_bytes(b"PAR1 but no more")
    items = items_of(tmp_path, *(tmp_path / f"{name}.parquet" for name in "tuv"))
    first, second, no_column, damaged = items.values()
    assert json.loads(Path(first.path).read_bytes()[: first.length]) == {"text": "a"}
    assert second.name.endswith("t.parquet:2")
    assert "no column" in no_column.skip
    assert "not a readable Parquet" in damaged.skip


def test_shards_keep_order_and_bytes_bound_them():
    items = [Item(str(i), size=1_500_000) for i in range(5)]
    assert [len(s.items) for s in cut_shards(items)] == [1] * 5
    many = [Item(str(i)) for i in range(500)]
    shards = list(cut_shards(many))
    assert [item for shard in shards for item in shard.items] == many
    assert max(len(shard.items) for shard in shards) == 32


def test_a_digest_tells_content_and_name_apart():
    digests = {
        Shard(0, (item,)).digest
        for item in (Item("a", digest="1"), Item("a", digest="2"), Item("b", digest="1"))
    }
    assert len(digests) == 3


def test_two_folders_with_equal_names_stay_apart(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(name)
        pq.write_table(pa.table({"text": [name.encode()]}), tmp_path / name / "t.parquet")
    found = items_of(tmp_path, tmp_path / "one", tmp_path / "two")
    tables = [f"{tmp_path}/{name}/t.parquet:1" for name in ("one", "two")]
    assert list(found) == [f"{tmp_path}/one/a.txt", tables[0], f"{tmp_path}/two/a.txt", tables[1]]
    copies = [Path(found[table].path).read_text() for table in tables]
    assert [json.loads(copy)["text"] for copy in copies] == ["one", "two"]


A, B, ALL_OF_A = ["a/news/1.txt"], ["b/news/1.txt"], ["a/top.txt", "a/news/1.txt"]


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["a/news"], ["1.txt"]),
        (["./a/"], ["top.txt", "news/1.txt"]),
        (["a/n*"], ["1.txt"]),
        (["a/news", "b/news"], A + B),
        (["a/news/", "./b/news"], A + B),
        (["a/n*", "b/n*"], A + B),
        (["a/news/1.txt", "b/news"], A + B),
        (["a/news", "a/news/", "a/../a/news"], A),
        (["a", "a/news"], ALL_OF_A),
        (["a/news/1.txt", "a"], A + ALL_OF_A[:1]),
        (["a", "a/top.txt"], ALL_OF_A[1:] + ALL_OF_A[:1]),
        (["a/news", "-", "-"], [*A, "stdin"]),
    ],
)
def test_of_several_inputs_names_are_paths_as_given_and_none_comes_twice(tmp_path, monkeypatch, paths, names):
    monkeypatch.chdir(tmp_path)
    for name in (*ALL_OF_A, *B):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    for _ in ("new", "resumed"):
        found = find_items(Inputs(tuple(paths), str(tmp_path)), io.BytesIO(b"It rained."))
        assert [item.name for item in found] == names


def test_a_glob_neither_loops_nor_leaves_its_tree(tmp_path, tree):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("It rained.")
    (tree / "loop").symlink_to(tree)
    (tree / "out").symlink_to(outside)
    (tree / "link.txt").symlink_to(outside / "secret.txt")
    found = items_of(tmp_path, f"{tree}/**/*.txt")
    assert sorted(Path(name).name for name in found) == ["a.txt", "e.txt"]


def test_outputs_of_earlier_runs_are_no_articles(tmp_path, tree):
    for name in ("old.html", "old.html.manifest.json"):
        (tree / name).write_text("<p>It rained.</p>")
    (tree / "old.articles").mkdir()
    (tree / "old.articles" / "00000-000.html").write_text("<p>It rained.</p>")
    assert list(items_of(tmp_path, tree)) == ["a.txt", "e.txt", "b/c.html", "b/deep/d.md"]


def test_what_a_glob_matches_is_read_once_folders_whole(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("news/a.txt", "news/sub/b.txt", "news/sub/c.txt", "n2/2024/x.txt", "n2/2024/2024-01/y.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    for pattern in ("news/*", "news/**", "news/**/*"):
        assert list(items_of(tmp_path, pattern)) == ["news/a.txt", "news/sub/b.txt", "news/sub/c.txt"]
    assert list(items_of(tmp_path, "n2/**/2024*")) == ["x.txt", "2024-01/y.txt"]
    assert list(items_of(tmp_path, "n2/**/2024-*")) == ["y.txt"]
    assert list(items_of(tmp_path, "n2/**/")) == ["x.txt", "2024-01/y.txt"]


def test_files_of_several_folders_of_a_glob_have_names_of_their_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for year in ("2023", "2024"):
        (tmp_path / "in" / year / "news").mkdir(parents=True)
        (tmp_path / "in" / year / "news" / "a.txt").write_text(year)
    expected = ["2023/news/a.txt", "2024/news/a.txt"]
    assert list(items_of(tmp_path, f"{tmp_path}/in/20*/news")) == expected
    monkeypatch.chdir(tmp_path / "in")
    assert list(items_of(tmp_path, "20*/news")) == expected


@pytest.mark.parametrize("pattern", ["*", "**", "*.html", "**/*.html"])
def test_a_glob_takes_no_output_of_this_run_or_an_earlier_one(tmp_path, pattern):
    folder = tmp_path / "g"
    for name in (
        "b.html",
        "ov.html",
        "ov.articles/00000-000.html",
        "old.html",
        "old.articles/00000-000.html",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("<p>It rained.</p>")
    (folder / "old.html.manifest.json").write_text("{}")
    own = (str(folder / "ov.html"), str(folder / "ov.articles"))
    assert list(items_of(tmp_path, f"{folder}/{pattern}", own=own)) == [str(folder / "b.html")]
    with pytest.raises(UsageError, match="but links and what runs wrote"):
        items_of(tmp_path, f"{folder}/o*.html", own=own)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-be", "utf-32-be"])
def test_wide_lines_are_read_from_a_copy_in_utf8_in_files_and_on_standard_input(tmp_path, encoding):
    # U+010A and U+0A0A hold the byte of a line break.
    records = [{"text": "\u010a\u0a0a", "id": "a"}, {"text": "It rained.", "id": "b"}]
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    path = tmp_path / "wide.jsonl"
    path.write_bytes(("\ufeff" * encoding.endswith("-be") + lines).encode(encoding))
    for given, name in ((path, path), ("-", "stdin")):
        found = items_of(tmp_path, given, stdin=path.read_bytes())
        assert list(found) == [f"{name}:1", f"{name}:2"]
        assert [article.text for article in read_items(found.values())] == ["\u010a\u0a0a", "It rained."]


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("It rained \u2014 a lot.", "It rained \u2014 a lot."),
        (
            '<html><meta charset="windows-1251"><p>It rained \u2014 a lot.</p></html>',
            "It rained \u2014 a lot.",
        ),
        ('[\n{"text": "It rained \u2014 a lot."}\n]', "It rained \u2014 a lot."),
    ],
)
def test_a_wide_article_on_standard_input_is_one_item(tmp_path, sent, text):
    found = items_of(tmp_path, "-", stdin=sent.encode("utf-16"))
    assert list(found) == ["stdin"]
    assert [article.text for article in read_items(found.values())] == [text]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_memory_does_not_grow_with_standard_input(tmp_path, encoding):
    path = tmp_path / "sent"
    path.write_text((json.dumps({"text": "It rained. " * 10_000}) + "\n") * 200, encoding)
    with path.open("rb") as sent:
        tracemalloc.start()
        count = sum(not item.skip for item in find_items(Inputs(("-",), str(tmp_path)), sent))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert count == 200
    assert peak < 8_000_000 < path.stat().st_size


@pytest.mark.parametrize("zone", [None, "No/Where"])
def test_a_value_of_a_table_that_python_cannot_hold_costs_no_other_row(tmp_path, zone):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    ends = pa.array([0, 2, 4, 6], pa.int32()).buffers()[1]
    texts = pa.StringArray.from_buffers(3, ends, pa.py_buffer(b"It\xff!it"))
    times = pa.array([0, 0, 1 << 62], pa.int64()).cast(pa.timestamp("us", zone))
    pq.write_table(pa.table({"text": texts, "published": times}), tmp_path / "t.parquet")
    first, second, third = read_items(items_of(tmp_path, tmp_path / "t.parquet").values())
    assert (first.text, second.text) == ("It", "\ufffd!")
    # A time that cannot be told is an error; where the zone alone is unknown, there is none.
    assert "is no date" in third.reason if zone is None else third.text == "it"
