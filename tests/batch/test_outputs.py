"""Where outputs go, and what of them an earlier run leaves behind."""

import errno
import json

import pytest
from batch_stubs import town

from detector.batch.outputs.pages import describe_pages
from detector.batch.storage import StorageError


def test_a_disk_that_is_full_for_the_last_rows_of_a_table_is_a_storage_error(
    run, lines, tmp_path, monkeypatch
):
    pq = pytest.importorskip("pyarrow.parquet")

    def fill(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", fill)
    with pytest.raises(StorageError, match="No space left"):
        run(lines(town(3)), out="out.parquet", format="parquet")
    assert list((tmp_path / "out.parquet.parts" / "temp").iterdir()) == []
    assert list(tmp_path.glob("*.parquet")) == []


def test_pages_of_a_larger_earlier_run_are_removed_and_nothing_else(run, lines, tmp_path):
    pages = tmp_path / "out.articles"
    run(lines(town(9)), out="out.html", format="html")
    others = {"notes.html", "00000-000.html.txt", "1-000.html", "00000-000.HTML", "100000-002-1000.htm"}
    for name in (*others, "100000-1000.html"):
        (pages / name).write_text("mine")
    (pages / "00099-000.html").mkdir()
    run(lines(town(2)), out="out.html", format="html")
    assert {path.name for path in pages.iterdir()} == {
        *others,
        "00000-000.html",
        "00001-000.html",
        "00099-000.html",
    }


def test_a_run_whose_pages_are_gone_is_not_complete(run, lines, tmp_path):
    path, pages = lines(town(5)), tmp_path / "out.articles"
    run(path, out="out.html", format="html")
    assert run(path, out="out.html", format="html", mode="resume").complete_before
    before = describe_pages(str(pages))
    assert before["pages"] == 5
    manifest = json.loads((tmp_path / "out.html.manifest.json").read_text())
    assert manifest["outputs"]["out.articles"] == before
    for page in sorted(pages.iterdir())[1:]:
        page.unlink()
    assert not run(path, out="out.html", format="html", mode="resume").complete_before
    assert describe_pages(str(pages)) == before


@pytest.mark.parametrize("made", [True, False])
@pytest.mark.parametrize(
    ("format", "files"),
    [("html", {"index.html", "articles"}), ("parquet", {"articles.parquet", "flags.parquet"})],
)
def test_a_folder_may_have_a_dot_in_its_name(run, lines, tmp_path, made, format, files):
    if format == "parquet":
        pytest.importorskip("pyarrow")
    if made:
        (tmp_path / "out.v1").mkdir()
    path, out = lines(town(3)), "out.v1" if made else "out.v1/"
    for mode in ("new", "resume"):
        summary = run(path, out=out, format=format, mode=mode)
    assert summary.complete_before
    assert {path.name for path in (tmp_path / "out.v1").iterdir()} == files


def test_a_note_tells_of_groups_only_where_some_are_left_out(monkeypatch):
    from detector.batch.outputs import groups

    def found(kind, count):
        return [groups.ArticleGroup(kind, "x", []) for _ in range(count)]

    monkeypatch.setattr(groups, "MOST_GROUPS", 3)
    assert groups.shown(found("event", 3) + found("copies", 2)) == (
        found("event", 3) + found("copies", 2),
        "",
    )
    kept, note = groups.shown(found("event", 4) + found("copies", 2))
    assert len(kept) == 5
    assert note == "The first 3 of each kind, of 6 groups."
