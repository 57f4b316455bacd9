"""One engine per process, its transactions, and the set-wise statements that both databases
share."""

import base64
import datetime
import json
import os
import secrets
import sqlite3
import time
import uuid
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session, SQLModel

from catalog.errors import Invalid, Unavailable

# SQLite allows 32,766 variables in a statement and PostgreSQL 65,535; half of the smaller leaves
# room.
MAX_VARIABLES = 16_000
BUSY_TIMEOUT_SECONDS = 15

T = TypeVar("T")


def engine(url: str, *, pool_size: int = 10) -> sa.Engine:
    """An engine for SQLite (WAL, foreign keys on) or PostgreSQL (psycopg 3, pooled, UTC)."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        made = sa.create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})
        sa.event.listen(made, "connect", _prepare_sqlite)
        sa.event.listen(made, "begin", _begin_sqlite)
        return made
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return sa.create_engine(
        parsed,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_timeout=10,
        connect_args={"connect_timeout": 5, "options": "-c timezone=UTC"},
    )


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # Autocommit mode: the driver would otherwise begin transactions by its own rules.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later cannot be upgraded once another has written
    # (SQLITE_BUSY_SNAPSHOT, at once, whatever the timeout): a writer must say so when it begins.
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def transaction(bind: sa.Engine, *, reading: bool = False) -> Generator[Session]:
    """A session whose work is committed at the end of the block, or rolled back by what it raises.

    Raises Unavailable when the database cannot be reached or stays locked.
    """
    if reading:
        bind = bind.execution_options(reading=True)
    with available(), Session(bind, expire_on_commit=False) as session:
        yield session
        session.commit()


@contextmanager
def available() -> Generator[None]:
    """Turns a database that is down, locked or out of connections into Unavailable."""
    try:
        yield
    except (OperationalError, sa.exc.TimeoutError) as error:
        if isinstance(error, OperationalError) and not _is_passing(error):
            raise
        raise Unavailable(
            "the database does not answer; try again", retry_after_seconds=2
        ) from error


def _is_passing(error: OperationalError) -> bool:
    if isinstance(error.orig, sqlite3.OperationalError):
        return any(word in str(error.orig) for word in ("locked", "unable to open", "disk I/O"))
    # PostgreSQL: no connection (no state, or class 08), out of resources (53), locked (55), or
    # shutting down (57). What is left is about the statement: trying it again would not help.
    state = getattr(error.orig, "sqlstate", None)
    return state is None or state[:2] in {"08", "53", "55", "57"}


def table(model: type[SQLModel]) -> sa.Table:
    """The table behind a model, for statements that work on sets of rows."""
    made = model.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
    assert isinstance(made, sa.Table)
    return made


def select_in(
    session: Session, statement: sa.Select[*tuple[Any, ...]], column: Any, values: Iterable[Any]
) -> list[Any]:
    """The rows of `statement` whose `column` (or tuple of columns) is one of `values`, however
    many."""
    rows: list[Any] = []
    for chunk in chunks(sorted(set(values)), 4_000):
        rows.extend(session.execute(statement.where(column.in_(chunk))))
    return rows


def dialect_insert(session: Session, table: sa.Table) -> Any:
    """An INSERT that knows ON CONFLICT, in the dialect of the session's database."""
    postgres = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if postgres else sqlite.insert(table)


def upsert(
    session: Session,
    table: sa.Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    update: Mapping[str, Any] | Sequence[str] = (),
    newer: str | None = None,
) -> None:
    """Inserts `rows` by their unique `key`; a row that is there takes the columns `update` instead.

    `newer` names a column that must be greater than the stored one for the update to happen, which
    makes the result independent of the order of arrival. Rows are written sorted by key, so that
    concurrent writers lock in the same order. The rows must not repeat a key.
    """
    ordered = sorted(rows, key=lambda row: tuple(str(row[name]) for name in key))
    for chunk in chunks(ordered, max(1, MAX_VARIABLES // max(1, len(table.columns)))):
        statement = dialect_insert(session, table).values(chunk)
        if update:
            changes = (
                {name: statement.excluded[name] for name in update}
                if not isinstance(update, Mapping)
                else {
                    name: make(statement.excluded) if callable(make) else make
                    for name, make in update.items()
                }
            )
            where = statement.excluded[newer] > table.c[newer] if newer else None
            statement = statement.on_conflict_do_update(
                index_elements=list(key), set_=changes, where=where
            )
        else:
            statement = statement.on_conflict_do_nothing(index_elements=list(key))
        session.execute(statement)


def chunks(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    """`items` in consecutive pieces of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def now() -> datetime.datetime:
    """The present moment, aware, UTC."""
    return datetime.datetime.now(datetime.UTC)


def uuid7() -> str:
    """A UUID version 7 (RFC 9562 §5.7) as text: sorts by the time it was made."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | (0x7 << 76) | (secrets.randbits(12) << 64)
    value |= (0b10 << 62) | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def in_writable_place(url: str) -> None:
    """Raises Unavailable when an SQLite file cannot be made where `url` points."""
    parsed = sa.make_url(url)
    if (
        parsed.get_backend_name() != "sqlite"
        or not parsed.database
        or parsed.database == ":memory:"
    ):
        return
    folder = os.path.dirname(os.path.abspath(parsed.database))
    if not os.path.isdir(folder) or not os.access(folder, os.W_OK):
        raise Unavailable(
            f"the folder {folder} of the database cannot be written; set SLUICE_DATABASE_URL"
        )


@dataclass(frozen=True)
class Page(Generic[T]):
    """A bounded piece of an ordered list; `next_cursor` is None at its end."""

    items: list[T]
    next_cursor: str | None
    total: int | None = None


def cursor(*values: str | int) -> str:
    """The place after a row, as an opaque text."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def place(text: str, *kinds: type[str] | type[int]) -> list[Any]:
    """What `cursor` was made of. Raises Invalid for a text that no answer of ours held."""
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        values = None
    if (
        not isinstance(values, list)
        or len(values) != len(kinds)
        or not all(type(value) is kind for value, kind in zip(values, kinds, strict=True))
    ):
        raise Invalid(f"the cursor {text[:80]!r} is not one that an earlier page gave")
    return values
