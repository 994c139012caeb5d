"""Decisions in a SQLite file: each is on the disk before the call that makes it returns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from sqlalchemy import URL, Connection, create_engine, event, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DatabaseError

from detector.errors import UsageError
from detector.report import Report
from detector.reports.plain import storable
from detector.review.decisions import Decision, read_jsonl, time_in_utc
from detector.review.tables import KEY, MIGRATIONS, articles, decisions, history, migrate
from detector.types import Article

LOCK_SECONDS: Final = 10
"""How long a write waits for another reviewer's."""


_HEADER = b"SQLite format 3\0"


class DecisionStore:
    """A file of decisions that several reviewers and notebooks may have open at once.

    Each write is one transaction, synced to the disk before it returns (rollback journal,
    `synchronous = FULL`), so a crash of the kernel or of the machine loses nothing, and the one
    file holds everything: no write-ahead log beside it that a copy could miss.

    Raises
    ------
    UsageError
        Where the file is no decision file, or is of a newer version.

    Examples
    --------
    >>> with DecisionStore(":memory:") as store:
    ...     store.decisions()
    []
    """

    def __init__(
        self, path: str | Path = "decisions.sqlite", *, migrations: Sequence[Sequence[str]] = MIGRATIONS
    ) -> None:
        self.path = Path(path)
        if str(path) != ":memory:" and not self.path.parent.is_dir():
            raise UsageError(f"{path}: the folder does not exist")
        _check_kind(self.path)
        self._engine = create_engine(
            URL.create("sqlite", database=str(path)), connect_args={"timeout": LOCK_SECONDS}
        )
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        try:
            with self._transaction() as connection:
                self.version = migrate(connection, migrations)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> DecisionStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was saved is saved."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except DatabaseError as error:
            raise UsageError(f"{self.path}: {error.orig}") from error

    def save(self, decision: Decision, report: Report | None = None) -> bool:
        """Save a decision, and with `report` its article; False where it is in force already.

        It is in force from now on, whatever its time and engine: where a later time is on file, from
        a machine whose clock is ahead, it gets the next microsecond. The history keeps both.

        Raises
        ------
        UsageError
            Where its time is none, and where the file can't be written.
        """
        try:
            made_at = time_in_utc(decision.made_at)
        except ValueError as error:
            raise UsageError(f"the time of the decision: {error}") from error
        with self._transaction() as connection:
            if report is not None:
                _keep_article(connection, report.article)
            return _save(connection, replace(decision, made_at=made_at))

    def keep(self, article: Article) -> str:
        """Keep an article's text, from which decisions are learned later; gives its digest."""
        with self._transaction() as connection:
            return _keep_article(connection, article)

    def import_jsonl(self, path: str | Path) -> int:
        """Add the decisions of an export, all or none; gives how many of them were new.

        A current decision that is newer than the imported one stays.
        """
        with self._transaction() as connection:
            return sum(_import(connection, decision) for decision in read_jsonl(path))

    def decisions(self, text_sha256: str | None = None, reviewer: str | None = None) -> list[Decision]:
        """Current decisions in the order of the text, the newest over all engines; without those taken back."""
        query = select(decisions)
        if text_sha256 is not None:
            query = query.where(decisions.c.text_sha256 == text_sha256)
        if reviewer is not None:
            query = query.where(decisions.c.reviewer == reviewer)
        with self._transaction() as connection:
            rows = connection.execute(query.order_by(decisions.c.made_at)).mappings().all()
        found = [
            decision for decision in _latest(Decision(**row) for row in rows) if decision.verdict != "open"
        ]
        return sorted(found, key=lambda d: (d.article_id, d.text_sha256, d.start, d.end, d.rule, d.reviewer))

    def history(self, text_sha256: str | None = None) -> list[Decision]:
        """Everything that was ever decided, in order, also what was changed or taken back."""
        query = select(*(c for c in history.c if c.name != "number")).order_by(history.c.number)
        if text_sha256 is not None:
            query = query.where(history.c.text_sha256 == text_sha256)
        with self._transaction() as connection:
            return [Decision(**row) for row in connection.execute(query).mappings()]

    def reviewers(self) -> list[str]:
        """Names of those who decided anything."""
        with self._transaction() as connection:
            return sorted(connection.execute(select(decisions.c.reviewer).distinct()).scalars())

    def articles(self) -> dict[str, Article]:
        """Articles that were reviewed, by the digest of their text."""
        with self._transaction() as connection:
            rows = connection.execute(select(articles).order_by(articles.c.text_sha256)).mappings().all()
        return {row["text_sha256"]: _article(row) for row in rows}


def _latest(in_order: Iterable[Decision]) -> Iterable[Decision]:
    """Keep one decision of each reviewer on each flag: the newest over all versions of the engine."""
    return {(d.text_sha256, d.rule, d.start, d.end, d.reviewer): d for d in in_order}.values()


def _prepare(connection: Any, record: object) -> None:
    """Leave transactions to us (sqlite3 would begin them late), and sync each to the disk."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode = DELETE", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _save(connection: Connection, decision: Decision) -> bool:
    values = decision.to_dict()
    at = [decisions.c[name] == values[name] for name in KEY if name != "engine"]
    newest = select(decisions).where(*at).order_by(decisions.c.made_at.desc()).limit(1)
    last = connection.execute(newest).first()
    said = (decision.engine, decision.verdict, decision.comment)
    if last is not None and (last.engine, last.verdict, last.comment) == said:
        if last.made_at < decision.made_at:
            same_engine = decisions.c.engine == decision.engine
            connection.execute(update(decisions).where(*at, same_engine).values(made_at=decision.made_at))
        return False
    made_at = time_in_utc(decision.made_at, after=last.made_at if last else "")
    _put(connection, replace(decision, made_at=made_at))
    return True


def _import(connection: Connection, decision: Decision) -> bool:
    values = decision.to_dict()
    at = [decisions.c[name] == values[name] for name in KEY]
    current = connection.execute(
        select(decisions.c.verdict, decisions.c.comment, decisions.c.made_at).where(*at)
    ).first()
    same = current is not None and (current.verdict, current.comment) == (decision.verdict, decision.comment)
    if current is not None and same:
        # Said again it is in force anew, before what was said in between elsewhere; the history has it.
        if current.made_at < decision.made_at:
            connection.execute(update(decisions).where(*at).values(made_at=decision.made_at))
        return False
    if current is not None and current.made_at > decision.made_at:
        known = [history.c[name] == value for name, value in values.items() if name != "score"]
        if connection.execute(select(history.c.number).where(*known)).first() is not None:
            return False
        connection.execute(insert(history).values(**values))
        return True
    _put(connection, decision)
    return True


def _put(connection: Connection, decision: Decision) -> None:
    """Make a decision the current one of its key."""
    values = decision.to_dict()
    connection.execute(insert(history).values(**values))
    statement = upsert(decisions).values(**values)
    changed = {name: statement.excluded[name] for name in values if name not in KEY}
    connection.execute(statement.on_conflict_do_update(index_elements=list(KEY), set_=changed))


def _check_kind(path: Path) -> None:
    """Refuse a file of something else, of which SQLite would overwrite one that is shorter than its own header."""
    if path.is_file():
        with path.open("rb") as stream:
            if (head := stream.read(len(_HEADER))) and head != _HEADER:
                raise UsageError(f"{path}: file is not a database")


def _keep_article(connection: Connection, article: Article) -> str:
    digest = article.text_sha256
    values = {
        "text_sha256": digest,
        "id": storable(article.id),
        "title": article.title and storable(article.title),
        "published": article.published.isoformat() if article.published else None,
        "url": article.url and storable(article.url),
        "source": storable(article.source),
        "text": article.text.encode("utf-8", "surrogatepass"),
    }
    connection.execute(upsert(articles).values(**values).on_conflict_do_nothing())
    return digest


def _article(row: Mapping[Any, Any]) -> Article:
    return Article(
        row["text"].decode("utf-8", "surrogatepass"),
        id=row["id"],
        title=row["title"],
        published=date.fromisoformat(row["published"]) if row["published"] else None,
        url=row["url"],
        source=row["source"],
    )
