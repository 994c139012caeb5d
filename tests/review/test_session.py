"""The queue, the messages of the widget, and what shows without one."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from detector import Analyzer, Article
from detector.errors import UsageError
from detector.review import DecisionStore, Queue, Review, load_queue, write_jsonl
from detector.review.decisions import decide
from detector.review.saved import report_from_dict
from detector.types import Flag, Span

HOSTILE = "<script>alert(1)</script>\n\nOfficials said that \U0001f600 talks </div> were held. " * 12


def click(widget, **message):
    widget._receive(widget, {"n": "1", "kind": "decide", "comment": "", **message}, None)
    return widget.acknowledged


def test_the_queue_starts_with_the_lowest_score_and_ends_with_none(queue: Queue) -> None:
    scores = [report.credibility.score for report in queue]
    known = [score for score in scores if score is not None]
    assert known == sorted(known)
    assert scores == [*known, *[None] * (len(scores) - len(known))]
    assert len(queue) == 6
    assert list(queue.to_frame()["score"].dropna()) == known


def test_saved_reports_are_used_where_the_text_is_the_same(
    queue: Queue, examples: Path, tmp_path: Path
) -> None:
    rows = [report.to_dict() for report in queue][:3]
    rows[0]["language"] = rows[0]["warnings"] = ["marked"]
    (tmp_path / "r.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    again = load_queue(examples, reports=tmp_path / "r.jsonl")
    assert again[0].warnings == ("marked",)
    assert [r.to_dict() for r in again][1:] == [r.to_dict() for r in queue][1:]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d["article"].update(text_sha256="0" * 64), "another text"),
        (lambda d: d["article"].update(offset_unit="utf16"), "offsets"),
        (lambda d: d.update(schema_version="2"), "schema"),
        (lambda d: d.pop("flags"), "incomplete"),
        (lambda d: d["flags"][0].update(rule="SRC999"), "SRC999: score it anew"),
    ],
)
def test_a_saved_report_that_does_not_fit_is_refused(queue: Queue, change, message) -> None:
    data = queue[0].to_dict()
    change(data)
    with pytest.raises(UsageError, match=message):
        report_from_dict(data, queue[0].article)


def test_what_cannot_be_read_is_named_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(HOSTILE)
    (tmp_path / "b.docx").write_bytes(b"no zip")
    queue = load_queue(tmp_path)
    assert len(queue) == 1
    assert "b.docx" in queue.left_out[0]
    (tmp_path / "a.txt").unlink()
    with pytest.raises(UsageError, match=r"b\.docx"):
        load_queue(tmp_path)


def tree(folder: Path) -> None:
    for name in (
        *(
            "a.txt",
            "sub/b.txt",
            "sub/deep/c.txt",
            ".hidden.txt",
            ".hidden/d.txt",
            "README.txt",
            "sub/readme.md",
        ),
        *("readmes/e.txt", ".ipynb_checkpoints/a-checkpoint.txt", "old.html", "old.html.manifest.json"),
        *("old.articles/f.txt", "old.html.parts/g.txt", "old.flags.html"),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"Officials said that {name} was read.")
    outside = folder.parent / "outside.txt"
    outside.write_text("Officials said that it was outside.")
    for name, target in (
        ("l1.txt", outside),
        ("l2", folder / "sub"),
        ("l3.txt", folder / "a.txt"),
        ("l4", "no"),
    ):
        (folder / name).symlink_to(target)


def test_a_folder_is_read_as_by_a_batch(tmp_path: Path) -> None:
    from detector.batch.inputs import Inputs, find_items

    folder = tmp_path / "articles"
    tree(folder)
    queue = load_queue(folder)
    read = sorted(Path(r.article.source).relative_to(folder).as_posix() for r in queue)
    assert read == ["a.txt", "l3.txt", "sub/b.txt", "sub/deep/c.txt"]
    items = list(find_items(Inputs((str(folder),), str(tmp_path / "spool"))))
    assert read == sorted(item.name for item in items if not item.skip)
    left_out = sorted((str(folder / item.name), item.skip) for item in items if item.skip)
    assert sorted(queue.left_out) == [f"{name}: {reason}" for name, reason in left_out]


@pytest.mark.parametrize(
    "content", [None, b"\xff\xfe{}\n", b"[1]\n", b"3\n", b"[" * 100_000, b'{"article": {}}\n'], ids=repr
)
def test_reports_that_cannot_be_read_are_a_clear_error(tmp_path: Path, content: bytes | None) -> None:
    (tmp_path / "a.txt").write_text(HOSTILE)
    if content is not None:
        (tmp_path / "r.jsonl").write_bytes(content)
    with pytest.raises(UsageError, match=r"r\.jsonl"):
        load_queue(tmp_path / "a.txt", reports=tmp_path / "r.jsonl")


@pytest.mark.parametrize("index", [-1, 6, 10**9])
def test_an_article_that_the_queue_does_not_have_is_refused(session: Review, index: int) -> None:
    for ask in (session.show, session.to_html):
        with pytest.raises(UsageError, match="no article"):
            ask(index)


def test_a_click_reads_the_decisions_on_its_article_alone(session: Review, monkeypatch) -> None:
    widget = session.show(0)
    asked, sent = [], []
    decisions = session.store.decisions
    flag = widget.article["flags"][0]
    digest = widget.article["text_sha256"]
    widget.observe(lambda change: sent.append(change["name"]))
    with monkeypatch.context() as patched:
        patched.setattr(session.store, "decisions", lambda *at: (asked.append(at[0]), decisions(*at))[1])
        click(widget, text_sha256=digest, **{k: flag[k] for k in ("rule", "start", "end")}, verdict="accept")
    assert set(asked) == {digest}
    assert sorted(sent) == ["acknowledged", "article", "progress"]
    # It may arrive once more when another article is open: its own entry is the one that changes.
    widget._receive(widget, {"n": "2", "kind": "open", "index": 3}, None)
    widget._receive(
        widget,
        {"n": "3", "kind": "decide", "text_sha256": digest, "rule": "", "start": 0, "end": 0}
        | {"verdict": "done", "comment": ""},
        None,
    )
    assert widget.article["index"] == 3
    assert widget.progress == session.show(3).progress
    assert widget.progress[0] == [1, True]


def imported(session: Review, path: Path, **change: object) -> None:
    report = session.queue[0]
    one = decide(report, Span(0, 9), "SRC002", "missed", reviewer="ann")
    write_jsonl([replace(one, **change)], path)
    session.store.import_jsonl(path)


def test_a_rule_that_is_retired_is_shown_and_taken_back(session: Review, tmp_path: Path) -> None:
    imported(session, tmp_path / "d.jsonl", rule="OLD<1>")
    assert "<td><code>OLD&lt;1&gt;</code></td>" in session.to_html()
    widget = session.show(0)
    assert [m["rule"] for m in widget.article["missed"]] == ["OLD<1>"]
    digest = widget.article["text_sha256"]
    assert not click(widget, text_sha256=digest, rule="OLD<1>", start=0, end=9, verdict="open")["error"]
    assert widget.article["missed"] == []


def test_a_passage_that_the_text_has_no_place_for_is_passed_over(session: Review, tmp_path: Path) -> None:
    imported(session, tmp_path / "d.jsonl", end=10**6)
    assert session.show(0).article["missed"] == []
    assert "0 added" in session.to_html()


def test_what_the_notebook_gets_is_text_that_utf8_can_hold(store: DecisionStore) -> None:
    article = Article("Officials said \ud800 that \U0001f600 talks \udfff were held. " * 6, title="T \ud83d")
    queue = Queue((Analyzer().analyze(article),), ("x\udcff.txt: not text",))
    session = Review(queue, store, "ann")
    widget = session.show()
    state = {name: getattr(widget, name) for name in ("article", "queue", "progress", "rules")}
    for shown in (json.dumps(state, ensure_ascii=False), session.to_html(), queue._repr_html_()):
        assert "\ufffd" in shown.encode("utf-8").decode("utf-8")
    assert len(widget.article["text"]) == len(article.text)


def test_each_message_is_on_the_disk_before_it_is_acknowledged(session: Review) -> None:
    widget = session.show(0)
    flag = widget.article["flags"][2]
    where = {"text_sha256": widget.article["text_sha256"], **{k: flag[k] for k in ("rule", "start", "end")}}
    assert click(widget, **where, verdict="accept")["error"] is None
    with DecisionStore(session.store.path) as other:
        assert [(d.rule, d.verdict) for d in other.decisions()] == [(flag["rule"], "accept")]
        assert set(other.articles()) == {where["text_sha256"]}
    assert widget.article["flags"][2]["verdict"] == "accept"
    assert widget.progress[0] == [1, False]
    click(widget, **where, verdict="accept")
    assert len(session.store.history()) == 1


def test_offsets_of_the_page_are_utf16_and_those_of_the_store_are_code_points(store: DecisionStore) -> None:
    text = "\U0001f600\U0001f600 Officials said that talks were held. "
    session = Review(Queue((Analyzer().analyze(text),)), store, "ann")
    widget = session.show()
    digest = widget.article["text_sha256"]
    click(widget, text_sha256=digest, rule="SRC002", start=5, end=14, verdict="missed")
    assert [(d.start, d.end, d.quote) for d in store.decisions()] == [(3, 12, "Officials")]
    assert [(m["start"], m["end"]) for m in widget.article["missed"]] == [(5, 14)]


@pytest.mark.parametrize(
    "message",
    [
        {"rule": "XX999"},
        {"verdict": "approve"},
        {"start": -1},
        {"start": 9, "end": 2},
        {"end": 10**9},
        {"text_sha256": "nobody's"},
        {"start": "x"},
        {"kind": "open", "index": "first"},
    ],
    ids=str,
)
def test_a_message_that_makes_no_sense_is_answered_and_saves_nothing(session: Review, message) -> None:
    widget = session.show(0)
    good = {
        "text_sha256": widget.article["text_sha256"],
        "rule": "SRC001",
        "start": 0,
        "end": 3,
        "verdict": "missed",
    }
    assert click(widget, **{**good, **message})["error"]
    assert session.store.history() == []


def test_reviewers_do_not_see_each_other(queue: Queue, store: DecisionStore) -> None:
    flag = queue[0].flags[0]
    Review(queue, store, "ann").decide(queue[0], flag, "accept")
    assert {f["verdict"] for f in Review(queue, store, "bob").show(0).article["flags"]} == {"open"}
    with pytest.raises(UsageError, match="name"):
        Review(queue, store, " ")


def test_the_static_rendering_escapes_and_keeps_the_text(store: DecisionStore) -> None:
    article = Article(HOSTILE, title="<b>title</b>")
    session = Review(Queue((Analyzer().analyze(article),)), store, "<i>ann</i>")
    session.decide(session.queue[0], session.queue[0].flags[0], "reject", "<u>why</u>")
    page = session.to_html()
    body = page.split("</style>", 1)[1]
    assert not re.search(r"<(script|i|u|b)\b", body)
    text = re.search(r'<div class="dl-text"[^>]*>(.*?)</div>', body, re.S)
    assert text is not None
    without_labels = re.sub(r"<sup>.*?</sup>", "", text[1])
    plain = html.unescape(re.sub(r"<[^>]+>", "", without_labels.replace("<br>", "\n")))
    assert plain == HOSTILE
    assert "✗ rejected" in body


def test_article_and_report_show_themselves_inert(session: Review) -> None:
    article = Article(HOSTILE, title="<b>x</b>", author="<script>")
    report = Analyzer().analyze(article)
    for shown in (article._repr_html_(), report._repr_html_()):
        assert "<script" not in shown
        assert "<b>x" not in shown
        assert "url(" not in shown
        assert "http" not in shown
    for shown in (article._repr_markdown_(), report._repr_markdown_()):
        assert not re.search(r"(?<!\\)<", shown)


def test_claims_that_the_detector_is_unsure_of_are_drawn_faintly(store: DecisionStore) -> None:
    text = "Talks began. Talks ended, and nobody won."
    flags = (
        Flag("SRC001", "unsupported_claim", "warning", Span(0, 12), "no source"),
        Flag("SRC001", "unsupported_claim", "info", Span(13, 24), "perhaps no source"),
        Flag("BP001", "boilerplate", "info", Span(26, 41), "stock phrase"),
    )
    report = replace(Analyzer(detectors=[]).analyze(text), flags=flags)
    session = Review(Queue((report,)), store, "ann")
    assert [flag["unsure"] for flag in session.show(0).article["flags"]] == [False, True, False]
    marks = re.findall(r'<mark class="dl-(\w+) "( data-faint)?', session.to_html(0))
    assert marks == [("unsupported_claim", ""), ("unsupported_claim", " data-faint"), ("boilerplate", "")]


def test_a_missed_passage_is_drawn_as_its_rule(store: DecisionStore) -> None:
    report = Analyzer(detectors=[]).analyze("Talks began. Talks ended, and nobody won.")
    for rule, (start, end) in (("BP001", (0, 12)), ("SRC001", (13, 24))):
        store.save(decide(report, Span(start, end), rule, "missed", reviewer="ann"), report)
    marks = re.findall(
        r'<mark class="dl-(\w+) "( data-faint)?', Review(Queue((report,)), store, "ann").to_html()
    )
    assert marks == [("boilerplate", ""), ("unsupported_claim", "")]


def test_frames_of_a_report(queue: Queue) -> None:
    report = queue[0]
    flags, sentences = report.to_frame(), report.to_frame("sentences")
    assert list(flags["quote"]) == [report.quote(flag.span) for flag in report.flags]
    assert list(sentences["text"]) == [report.quote(s.span) for s in report.sentences]
    assert list(sentences["unsupported"]) == [s.sourcing.unsupported for s in report.sentences]
    with pytest.raises(UsageError, match="no table"):
        report.to_frame("words")  # type: ignore[arg-type]


def test_the_widget_carries_no_outside_asset(session: Review) -> None:
    widget = session.show()
    code = widget._esm + widget._css
    assert not re.search(
        r"https?:|//cdn|@import|innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", code
    )
    assert "text/html" in widget._repr_mimebundle_()[0]


def test_importing_the_review_stays_light_and_names_the_missing_extra() -> None:
    code = """
import sys
import detector.review
heavy = {"pandas", "sqlalchemy", "anywidget", "matplotlib", "ipywidgets"} & set(sys.modules)
assert not heavy, heavy
for name in ("pandas", "sqlalchemy"):
    sys.modules[name] = None
for ask in (lambda: detector.review.DecisionStore, lambda: detector.Analyzer().analyze("Short.").to_frame()):
    try:
        ask()
    except detector.UsageError as error:
        assert "dateline[notebook]" in str(error), error
    else:
        raise SystemExit("no error")
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_article_that_changed_after_its_review_is_named(tmp_path: Path, store: DecisionStore) -> None:
    path = tmp_path / "a.txt"
    path.write_text(HOSTILE)
    first = Review(load_queue(tmp_path), store, "ann")
    assert first.decide(first.queue[0], first.queue[0].flags[0], "accept")
    assert first.of_earlier_texts() == {}
    path.write_text(HOSTILE + "\n\nIt rained in Hull.")
    again = Review(load_queue(tmp_path), store, "ann")
    assert again.of_earlier_texts() == {"a.txt": 1}
    assert Review(again.queue, store, "bob").of_earlier_texts() == {}
    with pytest.warns(UserWarning, match=r"a\.txt has changed since it was reviewed"):
        again.show()
