"""The SQLite tables of a decision file, and the migrations that lead to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from detector.errors import UsageError

metadata = MetaData()

articles = Table(
    "articles",
    metadata,
    Column("text_sha256", String, primary_key=True),
    Column("id", Text, nullable=False),
    Column("title", Text),
    Column("published", String),
    Column("url", Text),
    Column("source", Text, nullable=False),
    Column("text", LargeBinary, nullable=False),
)
"""`text` is UTF-8 with lone surrogates as their three bytes, as in its digest."""


def _decision_columns() -> list[Column[object]]:
    return [
        Column("text_sha256", String, nullable=False),
        Column("rule", String, nullable=False),
        Column("start", Integer, nullable=False),
        Column("end", Integer, nullable=False),
        Column("engine", String, nullable=False),
        Column("reviewer", String, nullable=False),
        Column("verdict", String, nullable=False),
        Column("comment", Text, nullable=False),
        Column("quote", Text, nullable=False),
        Column("prefix", Text, nullable=False),
        Column("suffix", Text, nullable=False),
        Column("score", Float),
        Column("article_id", Text, nullable=False),
        Column("made_at", String, nullable=False),
    ]


KEY: Final = ("text_sha256", "rule", "start", "end", "engine", "reviewer")

decisions = Table("decisions", metadata, *_decision_columns(), UniqueConstraint(*KEY))
"""The latest decision of each key."""

history = Table("history", metadata, Column("number", Integer, primary_key=True), *_decision_columns())
"""Every decision that was ever made, in order; rows are added and never changed."""

MIGRATIONS: Final[tuple[Sequence[str], ...]] = (
    (
        """CREATE TABLE articles (text_sha256 TEXT PRIMARY KEY, id TEXT NOT NULL, title TEXT, published TEXT,
        url TEXT, source TEXT NOT NULL, text BLOB NOT NULL)""",
        """CREATE TABLE decisions (text_sha256 TEXT NOT NULL, rule TEXT NOT NULL, start INTEGER NOT NULL,
        "end" INTEGER NOT NULL, engine TEXT NOT NULL, reviewer TEXT NOT NULL, verdict TEXT NOT NULL,
        comment TEXT NOT NULL, quote TEXT NOT NULL, prefix TEXT NOT NULL, suffix TEXT NOT NULL, score REAL,
        article_id TEXT NOT NULL, made_at TEXT NOT NULL,
        UNIQUE (text_sha256, rule, start, "end", engine, reviewer))""",
        """CREATE TABLE history (number INTEGER PRIMARY KEY, text_sha256 TEXT NOT NULL, rule TEXT NOT NULL,
        start INTEGER NOT NULL, "end" INTEGER NOT NULL, engine TEXT NOT NULL, reviewer TEXT NOT NULL,
        verdict TEXT NOT NULL, comment TEXT NOT NULL, quote TEXT NOT NULL, prefix TEXT NOT NULL,
        suffix TEXT NOT NULL, score REAL, article_id TEXT NOT NULL, made_at TEXT NOT NULL)""",
        """CREATE TRIGGER history_stays_update BEFORE UPDATE ON history
        BEGIN SELECT RAISE(ABORT, 'the history of decisions is never changed'); END""",
        """CREATE TRIGGER history_stays_delete BEFORE DELETE ON history
        BEGIN SELECT RAISE(ABORT, 'the history of decisions is never changed'); END""",
    ),
    (
        'CREATE INDEX history_by_flag ON history (text_sha256, rule, start, "end", reviewer)',
        # Imports were taken with times in any form, which do not compare as texts.
        """UPDATE decisions SET made_at = CASE WHEN made_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'
        THEN coalesce(strftime('%Y-%m-%dT%H:%M:%f', made_at) || '000+00:00', '') ELSE '' END
        WHERE made_at NOT GLOB '????-??-??T??:??:??.??????+00:00'""",
    ),
)
"""Statements by version: entry 0 makes version 1 of an empty file, entry n version n + 1 of version n.

A change of the tables above comes with one more entry here; entries are never edited.
"""


def migrate(connection: Connection, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> int:
    """Bring a file to the newest version inside the caller's transaction; gives that version.

    Raises
    ------
    UsageError
        Where a newer Dateline wrote the file.
    """
    connection.execute(
        text(
            "CREATE TABLE IF NOT EXISTS schema_version "
            "(version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)"
        )
    )
    found = connection.execute(text("SELECT max(version) FROM schema_version")).scalar() or 0
    if found > len(migrations):
        raise UsageError(
            f"the decision file is of version {found}, but this Dateline knows up to {len(migrations)}: update it"
        )
    for version, statements in enumerate(migrations[found:], start=found + 1):
        for statement in statements:
            connection.execute(text(statement))
        connection.execute(text("INSERT INTO schema_version (version) VALUES (:v)"), {"v": version})
    return len(migrations)
