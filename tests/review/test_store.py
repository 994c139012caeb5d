"""Decisions survive whatever happens, keep their history, and are nobody else's."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from detector.errors import UsageError
from detector.review import Decision, DecisionStore, Queue, read_jsonl, write_jsonl
from detector.review.decisions import engine_version
from detector.review.tables import MIGRATIONS
from detector.types import Article

REMAKE = "the tool says something else by now: run `python examples/review/remake.py`"
ONE = Decision(
    "t" * 64, "SRC001", 3, 9, "0.1.0+a", "ann", "accept", made_at="2026-01-01T10:00:00.000000+00:00"
)


def test_what_is_said_again_stays_in_force_over_what_was_said_between(
    store: DecisionStore, tmp_path: Path
) -> None:
    store.save(ONE)
    store.save(replace(ONE, made_at="2026-01-05T10:00:00.000000+00:00"))
    between = replace(ONE, verdict="reject", made_at="2026-01-03T10:00:00.000000+00:00")
    write_jsonl([between], tmp_path / "other.jsonl")
    store.import_jsonl(tmp_path / "other.jsonl")
    assert [decision.verdict for decision in store.decisions()] == [ONE.verdict]


@pytest.mark.parametrize(
    "change",
    [
        {"start": -5},
        {"start": 10**30},
        {"start": True},
        {"score": "x"},
        {"score": 7},
        {"score": -0.1},
        {"score": float("nan")},
        {"score": float("inf")},
        {"score": 10**400},
        {"reviewer": "  "},
        {"comment": "a\ud800b"},
        {"comment": 3},
        {"verdict": "perhaps"},
        {"verdict": "done"},
        {"rule": "", "verdict": "missed"},
        {"end": 2},
        {"made_at": "2026"},
        {"made_at": "yesterday"},
        {"made_at": "9999-12-31T23:59:59-12:00"},
    ],
)
def test_an_export_with_an_impossible_value_is_refused_whole(
    store: DecisionStore, tmp_path: Path, change: dict[str, object]
) -> None:
    path = tmp_path / "bad.jsonl"
    lines = [json.dumps(ONE.to_dict()), json.dumps(replace(ONE, rule="SRC002").to_dict() | change)]
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(UsageError, match="line 2"):
        store.import_jsonl(path)
    assert store.decisions() == []


@pytest.mark.parametrize("content", [None, b"\xff\xfe{}"])
def test_an_export_that_cannot_be_read_is_a_clear_error(
    store: DecisionStore, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "bad.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"bad\.jsonl"):
        store.import_jsonl(path)


def test_saving_twice_is_saving_once(store: DecisionStore) -> None:
    again = replace(ONE, made_at="2026-01-02T10:00:00.000000+00:00")
    assert [store.save(ONE), store.save(again), store.save(ONE)] == [True, False, False]
    assert (store.decisions(), store.history()) == ([again], [ONE])


def test_a_change_of_mind_replaces_and_the_history_keeps_both(store: DecisionStore) -> None:
    other = replace(
        ONE, verdict="reject", comment="a named office", made_at="2026-01-02T10:00:00.000000+00:00"
    )
    taken_back = replace(ONE, verdict="open", made_at="2026-01-03T10:00:00.000000+00:00")
    for decision in (ONE, other):
        store.save(decision)
    assert store.decisions() == [other]
    store.save(taken_back)
    assert store.decisions() == []
    assert store.history() == [ONE, other, taken_back]


@pytest.mark.parametrize("statement", ["DELETE FROM history", "UPDATE history SET verdict = 'reject'"])
def test_the_history_can_not_be_rewritten(store: DecisionStore, statement: str) -> None:
    store.save(ONE)
    with (
        sqlite3.connect(store.path) as connection,
        pytest.raises(sqlite3.IntegrityError, match="never changed"),
    ):
        connection.execute(statement)
    connection.close()
    assert store.history() == [ONE]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"reviewer": "bob"}, 2),
        ({"rule": "SRC002"}, 2),
        ({"end": 10}, 2),
        ({"text_sha256": "u" * 64}, 2),
        ({"engine": "0.2.0+b"}, 1),  # the newest over all versions of the engine is the one in force
    ],
)
def test_what_a_decision_is_about(store: DecisionStore, change: dict[str, object], expected: int) -> None:
    store.save(ONE)
    later = replace(ONE, **change, verdict="reject", made_at="2026-01-02T10:00:00.000000+00:00")
    store.save(later)
    assert len(store.decisions()) == expected
    assert later in store.decisions()
    assert len(store.history()) == 2


def test_a_decision_taken_back_under_a_new_engine_does_not_come_back(store: DecisionStore) -> None:
    store.save(ONE)
    store.save(replace(ONE, engine="0.2.0+b", verdict="open", made_at="2026-01-02T10:00:00.000000+00:00"))
    assert store.decisions() == []


WRITER = """
import sys
from dataclasses import replace
from detector.review import Decision, DecisionStore
store = DecisionStore(sys.argv[1])
one = Decision("t" * 64, "SRC001", 0, 1, "0.1.0+a", "ann", "accept", made_at="2026-01-01T10:00:00.000000+00:00")
for number in range(100000):
    store.save(replace(one, start=number, end=number + 1))
    print(number, flush=True)
"""


def test_a_killed_process_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "decisions.sqlite"
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    acknowledged = [int(process.stdout.readline()) for _ in range(25)]
    os.kill(process.pid, signal.SIGKILL)
    acknowledged += [int(line) for line in process.stdout]
    process.wait()
    process.stdout.close()
    with DecisionStore(path) as store:
        assert {d.start for d in store.decisions()} >= set(acknowledged)
        assert len(store.history()) == len(store.decisions())


def test_two_reviewers_write_to_one_file(tmp_path: Path) -> None:
    with DecisionStore(tmp_path / "d.sqlite") as first, DecisionStore(tmp_path / "d.sqlite") as second:
        for number in range(10):
            first.save(replace(ONE, start=number))
            second.save(replace(ONE, start=number, reviewer="bob"))
        assert len(first.decisions(reviewer="bob")) == len(second.decisions(reviewer="ann")) == 10
        assert first.reviewers() == ["ann", "bob"]


def test_a_decision_is_in_force_though_a_clock_was_ahead(store: DecisionStore, tmp_path: Path) -> None:
    ahead = replace(ONE, made_at="2099-01-01T10:00:00.000000+00:00")
    write_jsonl([ahead, replace(ahead, engine="0.0.9+z", verdict="reject")], tmp_path / "d.jsonl")
    store.import_jsonl(tmp_path / "d.jsonl")
    for engine in ("0.0.9+z", ONE.engine, "0.2.0+b"):
        for verdict in ("reject", "open", "accept"):
            said = replace(ONE, engine=engine, verdict=verdict)
            store.save(said)
            assert [d.verdict for d in store.decisions()] == [verdict] * (verdict != "open")
    assert not store.save(said)
    assert store.decisions()[0].made_at > ahead.made_at
    assert store.decisions()[0] == store.history()[-1]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("2026-01-01T12:30:00+02:00", "2026-01-01T10:30:00.000000+00:00"),
        ("2026-01-01T10:30:00Z", "2026-01-01T10:30:00.000000+00:00"),
        ("2026-01-01 10:30:00.5", "2026-01-01T10:30:00.500000+00:00"),
        ("", ""),
    ],
)
def test_times_of_an_import_are_kept_in_utc(
    store: DecisionStore, tmp_path: Path, said: str, kept: str
) -> None:
    write_jsonl([replace(ONE, made_at=said)], tmp_path / "d.jsonl")
    assert [store.import_jsonl(tmp_path / "d.jsonl") for _ in range(2)] == [1, 0]
    assert [d.made_at for d in store.decisions()] == [kept]
    store.save(replace(ONE, verdict="reject", made_at=""))
    assert store.decisions()[0].made_at > "2026-01-01"


def test_a_time_that_is_none_is_refused(store: DecisionStore) -> None:
    with pytest.raises(UsageError, match="time of the decision"):
        store.save(replace(ONE, made_at="yesterday"))
    assert store.history() == []


def test_a_file_of_the_first_version_gets_an_index_and_times_that_compare(tmp_path: Path) -> None:
    path = tmp_path / "d.sqlite"
    times = {
        "2026-01-01T12:00:00+02:00": "2026-01-01T10:00:00.000000+00:00",
        ONE.made_at: ONE.made_at,
        "2026": "",
    }
    with DecisionStore(path, migrations=MIGRATIONS[:1]):
        pass
    with sqlite3.connect(path) as connection:
        for start, made_at in enumerate(times):
            row = replace(ONE, start=start, made_at=made_at).to_dict()
            for table in ("decisions", "history"):
                names = ", ".join(f'"{name}"' for name in row)
                connection.execute(
                    f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values())
                )
    connection.close()
    with DecisionStore(path) as store:
        assert store.version == len(MIGRATIONS) > 1
        assert {d.start: d.made_at for d in store.decisions()} == dict(enumerate(times.values()))
        assert [d.made_at for d in store.history()] == list(times)
    with sqlite3.connect(path) as connection:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT number FROM history WHERE text_sha256 = 't' AND rule = 'r' AND start = 1"
        ).fetchall()
    connection.close()
    assert "history_by_flag" in plan[0][3]


def test_migrations_run_once_and_newer_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.sqlite"
    with DecisionStore(path) as store:
        store.save(ONE)
    newer = (*MIGRATIONS, ("ALTER TABLE articles ADD COLUMN outlet TEXT",))
    for _ in range(2):
        with DecisionStore(path, migrations=newer) as store:
            assert store.version == len(newer)
            assert store.decisions() == [ONE]
    with pytest.raises(UsageError, match="update it"):
        DecisionStore(path)


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "d.sqlite"
    with DecisionStore(path) as store:
        store.save(ONE)
    broken = (*MIGRATIONS, ("DROP TABLE decisions", "this is no SQL"))
    with pytest.raises(UsageError):
        DecisionStore(path, migrations=broken)
    with DecisionStore(path) as store:
        assert store.decisions() == [ONE]


@pytest.mark.parametrize(
    "content", [b"x", b"notes", b"not a database, though long enough to be read as one" * 40]
)
def test_another_file_is_refused_and_not_touched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"notes\.txt"):
        DecisionStore(path)
    assert path.read_bytes() == content


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="folder does not exist"):
        DecisionStore(tmp_path / "none" / "d.sqlite")


@pytest.mark.parametrize("text", ["plain", "😀 é\r\n", "lone \ud800 surrogate", "nul \0 byte"])
def test_texts_come_back_as_they_were(store: DecisionStore, text: str) -> None:
    digest = store.keep(Article(text, id="a", title="T \udfff", source="x"))
    assert store.articles()[digest].text == text


def test_jsonl_goes_there_and_back(store: DecisionStore, tmp_path: Path) -> None:
    made = [
        ONE,
        replace(ONE, start=0, verdict="missed", comment="line\u2028\nbreak \U0001f600"),
        replace(ONE, rule="", verdict="done"),
    ]
    assert write_jsonl(made, tmp_path / "d.jsonl") == 3
    assert list(read_jsonl(tmp_path / "d.jsonl")) == made
    assert store.import_jsonl(tmp_path / "d.jsonl") == 3
    assert store.import_jsonl(tmp_path / "d.jsonl") == 0
    assert sorted(store.decisions(), key=repr) == sorted(made, key=repr)


def test_an_older_import_does_not_undo_a_newer_decision(store: DecisionStore, tmp_path: Path) -> None:
    newer = replace(ONE, verdict="reject", made_at="2026-02-01T10:00:00.000000+00:00")
    store.save(newer)
    write_jsonl([ONE], tmp_path / "d.jsonl")
    assert [store.import_jsonl(tmp_path / "d.jsonl") for _ in range(2)] == [1, 0]
    assert store.decisions() == [newer]
    assert ONE in store.history()


@pytest.mark.parametrize(
    "line",
    ["{}", "[]", "nonsense", '{"verdict": "accept"}', None],
    ids=["empty", "list", "text", "part", "verdict"],
)
def test_a_broken_import_is_named_by_its_line_and_adds_nothing(
    store: DecisionStore, tmp_path: Path, line: str | None
) -> None:
    write_jsonl([ONE], tmp_path / "d.jsonl")
    good = (tmp_path / "d.jsonl").read_text()
    (tmp_path / "d.jsonl").write_text(good + (line or good.replace('"accept"', '"approve"')) + "\n")
    with pytest.raises(UsageError, match="line 2"):
        store.import_jsonl(tmp_path / "d.jsonl")
    assert store.decisions() == []


def test_an_import_may_begin_with_a_byte_order_mark_and_trims_the_reviewer(
    store: DecisionStore, tmp_path: Path
) -> None:
    line = json.dumps(ONE.to_dict() | {"reviewer": f" {ONE.reviewer} "})
    (tmp_path / "d.jsonl").write_text(line + "\n", "utf-8-sig")
    assert store.import_jsonl(tmp_path / "d.jsonl") == 1
    assert store.decisions()[0].reviewer == ONE.reviewer


def test_the_examples_of_decisions_are_decisions(store: DecisionStore, queue: Queue) -> None:
    path = Path(__file__).parents[2] / "examples" / "review" / "decisions.jsonl"
    assert store.import_jsonl(path) > 100
    texts = {report.text_sha256: report.article.text for report in queue}
    assert all(texts[d.text_sha256][d.start : d.end] == d.quote for d in store.decisions() if d.rule)
    flags = {(r.text_sha256, f.rule, f.span.start, f.span.end) for r in queue for f in r.flags}
    judged = [d for d in store.decisions() if d.verdict in ("accept", "reject")]
    stale = [d for d in judged if (d.text_sha256, d.rule, d.start, d.end) not in flags]
    assert not stale, REMAKE
    assert {d.engine for d in store.decisions()} == {engine_version(queue[0].engine)}, REMAKE
