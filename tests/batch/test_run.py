"""Rows, refusals and outputs of whole runs, on the stub."""

import csv
import errno
import json
from datetime import date

import pytest
from batch_stubs import town

from detector.batch import storage
from detector.batch.score import score_shard
from detector.batch.shards import Shard
from detector.batch.storage import StorageError
from detector.errors import UsageError


def test_every_item_is_a_row_in_order_and_a_bad_one_says_why(run, rows, lines, tmp_path):
    path = lines(["It rained.", "RAISE now", "UNWRITABLE report", "It stopped."])
    with path.open("a") as more:
        more.write('{"text": 5}\n{bad\n{"text": " "}\n')
    summary = run(path)
    found = [row.get("error", {}).get("reason", row["article"]["id"]) for row in rows()]
    assert [found[0], found[3]] == ["n0", "n3"]
    for index, part in {
        1: "ValueError: asked to",
        2: "not JSON",
        4: "`text`",
        5: "JSON",
        6: "no text",
    }.items():
        assert part in found[index]
    assert (summary.tally.rows, summary.tally.errors, summary.tally.bands.total()) == (7, 5, 2)
    assert rows()[1]["error"]["source"] == f"{path}:2"


def test_an_article_without_an_id_gets_its_file_as_one(run, rows, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("It rained.")
    (folder / "b.json").write_text(json.dumps([{"text": "x y"}, {"text": "z", "id": "own"}]))
    run(folder)
    assert [row["article"]["id"] for row in rows()] == ["a.txt", "b.json[0]", "own"]


def test_a_file_that_changes_under_way_is_an_error_row(run, rows, tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("It rained.")
    before = storage.make_folder
    planned = []

    def meddle(path):
        before(path)
        planned.append(path)

    monkeypatch.setattr(storage, "make_folder", meddle)
    from batch_stubs import InlineEngine

    class Meddler(InlineEngine):
        def wait(self):
            (tmp_path / "a.txt").write_text("It snowed.")
            return super().wait()

    run(tmp_path / "a.txt", start=Meddler)
    assert "changed while" in rows()[0]["error"]["reason"]


def test_the_work_is_gone_afterwards_and_a_manifest_tells_what_was_done(run, lines, tmp_path):
    run(lines(town(9)))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl", "out.jsonl.manifest.json"]
    manifest = json.loads((tmp_path / "out.jsonl.manifest.json").read_text())
    assert manifest["inputs"]["items"] == 9
    assert manifest["outputs"] == {"out.jsonl": storage.digest_of(str(tmp_path / "out.jsonl"))}


class StopError(Exception):
    pass


def stopping_after(count):
    from batch_stubs import InlineEngine

    class Stopping(InlineEngine):
        left = count

        def wait(self):
            if self.left == 0:
                raise StopError
            self.left -= 1
            return super().wait()

    return Stopping


def test_resume_scores_only_what_is_missing(run, lines, tmp_path):
    path = lines(town(40))
    run(path, out="whole.jsonl")
    with pytest.raises(StopError):
        run(path, start=stopping_after(5))
    shards = sorted((tmp_path / "out.jsonl.parts" / "shards").iterdir())
    assert len(shards) == 5
    shards[2].write_bytes(shards[2].read_bytes()[:-9])
    summary = run(path, mode="resume")
    assert summary.resumed == 5  # Shards of 1, 1, 1, 1 and 2 items; the torn one is scored again.
    assert summary.tally.rows == 40
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert run(path, mode="resume").complete_before


def test_folders_of_one_name_give_ids_of_their_own_and_the_same_on_resume(run, rows, tmp_path):
    folders = [tmp_path / side / "news" for side in "ab"]
    for folder in folders:
        folder.mkdir(parents=True)
        for index, text in enumerate(town(9)):
            (folder / f"{index}.txt").write_text(text)
    run(*folders, out="whole.jsonl")
    with pytest.raises(StopError):
        run(*folders, start=stopping_after(3))
    assert run(*folders, mode="resume").resumed == 3
    assert [row["article"]["id"] for row in rows()] == [f"{f}/{i}.txt" for f in folders for i in range(9)]
    assert rows() == rows("whole.jsonl")


def test_a_shard_that_a_dead_run_finishes_late_is_counted(run, lines, tmp_path):
    from batch_stubs import InlineEngine

    path = lines(town(20))
    with pytest.raises(StopError):
        run(path, start=stopping_after(5))

    class Late(InlineEngine):
        """Its first act is what a worker of the dead run would still do: shard 5."""

        def describe(self):
            parts = tmp_path / "out.jsonl.parts"
            lines_of_plan = (parts / "plan.jsonl").read_bytes().splitlines(keepends=True)
            score_shard(Shard.from_line(lines_of_plan[5]), self.task)
            return super().describe()

    assert run(path, start=Late, mode="resume").tally.rows == 20


def test_an_unfinished_run_is_neither_overwritten_nor_mixed_with_another(run, lines, tmp_path):
    path = lines(town(20))
    with pytest.raises(StopError):
        run(path, start=stopping_after(3))
    with pytest.raises(UsageError, match="--resume"):
        run(path)
    with pytest.raises(UsageError, match=r"settings.offsets \"codepoint\" then, \"utf16\" now"):
        run(path, mode="resume", offsets="utf16")
    lines([*town(19), "Another story."])
    with pytest.raises(UsageError, match=r"inputs\.sha256"):
        run(path, mode="resume")
    assert run(path, mode="restart").tally.rows == 20


def test_an_altered_shard_and_an_altered_manifest_are_refused(run, lines, tmp_path):
    path = lines(town(20))
    with pytest.raises(StopError):
        run(path, start=stopping_after(6))
    shard = tmp_path / "out.jsonl.parts" / "shards" / "00000004.jsonl"
    shard.write_bytes(
        shard.read_bytes().replace(b"council", b"counsel").replace(b'"codepoint"', b'"c0depoint"')
    )
    with pytest.raises(StorageError, match="altered"):
        run(path, mode="resume")
    manifest = tmp_path / "out.jsonl.manifest.json"
    manifest.write_text(manifest.read_text().replace('"items": 20', '"items": 21'))
    with pytest.raises(UsageError, match="altered"):
        run(path, mode="resume")


def test_a_second_run_on_the_same_output_is_refused(run, lines):
    from batch_stubs import InlineEngine

    path = lines(town(3))
    refused = []

    class Nested(InlineEngine):
        def wait(self):
            if not refused:
                with pytest.raises(UsageError, match="another run") as caught:
                    run(path, mode="restart")
                refused.append(caught)
            return super().wait()

    run(path, start=Nested)
    assert refused


@pytest.mark.parametrize("written", [3, 6, 9, 12])
def test_a_full_disk_leaves_earlier_shards_and_says_so(run, lines, tmp_path, monkeypatch, written):
    path = lines(town(40))
    run(path, out="whole.jsonl")
    synced = []

    def fill(descriptor):
        synced.append(descriptor)
        if len(synced) > 2 * written:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "sync", fill)
    with pytest.raises(StorageError, match=r"No space left on device; what was finished before stands"):
        run(path)
    monkeypatch.undo()
    parts = tmp_path / "out.jsonl.parts"
    assert list((parts / "temp").iterdir()) == []
    assert len(list((parts / "shards").iterdir())) >= written - 2
    assert not (tmp_path / "out.jsonl").exists()
    assert run(path, mode="resume").resumed >= written - 2
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_csv_holds_a_row_an_article_and_no_formula(run, lines, tmp_path):
    path = lines(["=HYPERLINK(1) is a headline", "RAISE"])
    run(path, out="out.csv", format="csv")
    with (tmp_path / "out.csv").open(newline="") as stream:
        good, bad = csv.DictReader(stream)
    assert good["title"] == "'=HYPERLINK(1) is a headline"
    assert (good["score"], good["flags"], good["error"]) == ("13.5", "1", "")
    assert (bad["score"], bad["error"]) == ("", "ValueError: asked to")


def test_parquet_holds_two_tables(run, lines, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    run(lines([*town(5), "RAISE", "\ud800 half"]), out="out", format="parquet")
    articles = pq.read_table(tmp_path / "out" / "articles.parquet").to_pylist()
    flags = pq.read_table(tmp_path / "out" / "flags.parquet").to_pylist()
    assert [row["id"] for row in articles] == ["n0", "n1", "n2", "n3", "n4", f"{tmp_path}/in.jsonl:6", "n6"]
    assert articles[5]["error"] == "ValueError: asked to"
    assert [flag["article_id"] for flag in flags] == ["n0", "n1", "n2", "n3", "n4", "n6"]
    assert {flag["rule"] for flag in flags} == {"SRC001"}


@pytest.mark.parametrize("count", [4, 90])
def test_the_overview_links_a_page_for_each_article_and_escapes(run, lines, tmp_path, count):
    texts = [*town(count - 2), "<script>alert(1)</script> said so.", "RAISE"]
    run(lines(texts), out="out.html", format="html")
    page = (tmp_path / "out.html").read_text()
    pages = sorted(path.name for path in (tmp_path / "out.articles").iterdir())
    assert len(pages) == count - 1
    assert all(f'href="out.articles/{name}"' in page for name in pages)
    assert "<script>alert" not in page
    assert "ValueError: asked to" in page
    assert page.count('<tr data-band="') == count - 1


def test_the_overview_groups_copies_and_contradictions(tmp_path):
    pytest.importorskip("datasketch")
    from batch_stubs import InlineEngine

    from detector.batch.run import Job, run_batch

    story = (
        "Envoys of Norland and Sudland met in Geneva on 3 March 2026, the foreign ministry of Norland said. "
        "The ministry said that they had talked about the fishing grounds near Otto's Bank for six hours. "
        "Norland's minister, Ada Holm, told reporters that both sides had agreed to count their boats. "
    )
    other = (
        "Envoys of France and Germany met in Vienna on 3 March 2026, the chancellery said in a statement. "
        "They will meet again in autumn to speak about rail tickets, according to the chancellery's timetable. "
    )
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in {"a": story, "b": story + "It rained.", "c": other}.items():
        (folder / f"{name}.txt").write_text(text)
    run_batch(Job((str(folder),), str(tmp_path / "out.html"), "html"), InlineEngine)
    page = (tmp_path / "out.html").read_text()
    near = page.partition("Nearly the same text")[2].partition("</ul>")[0]
    assert [name for name in ("a.txt", "b.txt", "c.txt") if name in near] == ["a.txt", "b.txt"]


def test_a_report_is_restored_for_comparison():
    from detector import Analyzer, Article
    from detector.batch.restore import restore_report
    from detector.batch.rows import encode

    text = (
        "Officials said on Monday that Otto's Ferry is closed. \U0001f600 It opens in May, Ada Holm said. "
        * 9
    )
    report = Analyzer().analyze(Article(text, id="a", published=date(2026, 1, 23), source="a.txt"))
    restored = restore_report(json.loads(encode(report, "overview", "utf16", None)))
    assert restored.sentences == report.sentences
    assert (restored.article.text, restored.article.published) == (text, date(2026, 1, 23))


def test_pages_are_the_same_whether_or_not_the_run_was_interrupted(run, lines, tmp_path):
    path = lines(town(20))
    run(path, out="a/news", format="html")
    with pytest.raises(StopError):
        run(path, out="b/news", format="html", start=stopping_after(5))
    run(path, out="b/news", format="html", mode="resume")
    first, second = (
        {str(p.relative_to(tmp_path / name)): p.read_bytes() for p in (tmp_path / name).rglob("*.html")}
        for name in "ab"
    )
    assert len(first) == 21
    assert first == second


def test_results_may_lie_on_any_fsspec_file_system(run, lines, tmp_path):
    fsspec = pytest.importorskip("fsspec")
    from batch_stubs import InlineEngine, make_stub

    from detector.batch.run import Job, run_batch

    path = lines(town(20))
    run(path)
    memory = fsspec.filesystem("memory")
    memory.pipe("/in/n.jsonl", path.read_bytes())
    job = Job(("memory://in",), "memory://run/out.jsonl", "jsonl", make_analyzer=make_stub, shard_items=4)
    assert run_batch(job, InlineEngine).tally.rows == 20
    assert memory.cat("/run/out.jsonl") == (tmp_path / "out.jsonl").read_bytes()
    assert not memory.exists("/run/out.jsonl.parts")


def test_an_output_never_overwrites_an_input_or_what_no_run_wrote(run, lines, tmp_path):
    path = lines(town(3))
    before = path.read_bytes()
    with pytest.raises(UsageError, match="both an input and the output"):
        run(path, out="in.jsonl")
    other = tmp_path / "notes.jsonl"
    other.write_text("mine")
    with pytest.raises(UsageError, match="of no earlier run"):
        run(path, out="notes.jsonl")
    with pytest.raises(UsageError, match="is a folder"):
        run(path, out=".")
    assert (path.read_bytes(), other.read_text()) == (before, "mine")
    assert run(path, out="notes.jsonl", mode="restart").tally.rows == 3
    assert run(path, out="notes.jsonl").tally.rows == 3  # Of an earlier run now.


def test_a_run_that_finds_nothing_leaves_nothing(run, tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        run(tmp_path / "nothere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="nothing to score"):
        run(tmp_path / "empty", out="o.html", format="html")
    assert [p.name for p in tmp_path.iterdir()] == ["empty"]


def test_a_finished_run_keeps_its_counts_and_a_damaged_output_is_made_again(run, lines, tmp_path):
    path = lines(town(6))
    whole = run(path)
    content = (tmp_path / "out.jsonl").read_bytes()
    again = run(path, mode="resume")
    assert (again.complete_before, again.tally) == (True, whole.tally)
    (tmp_path / "out.jsonl").write_bytes(content[:50])
    mended = run(path, mode="resume")
    assert (mended.complete_before, mended.tally.rows) == (False, 6)
    assert (tmp_path / "out.jsonl").read_bytes() == content
