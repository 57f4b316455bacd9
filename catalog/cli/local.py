"""The installation's own database, worked on by whoever sits at the machine."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from catalog.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    import sqlalchemy as sa
    from sqlmodel import Session

    from catalog.access import Actor
    from catalog.settings import Settings

SUBJECT = "user:local-admin"


def settings() -> "Settings":
    """The settings of this process. Raises Misconfigured naming the variable that is wrong."""
    from pydantic import ValidationError

    from catalog.settings import current

    try:
        return current()
    except ValidationError as error:
        first = error.errors()[0]
        name = "SLUICE_" + "_".join(map(str, first["loc"])).upper()
        raise Misconfigured(f"{name}: {first['msg']}") from error


def engine() -> "sa.Engine":
    """The engine of SLUICE_DATABASE_URL. Raises Misconfigured, and Unavailable if unwritable."""
    from sqlalchemy.exc import ArgumentError

    from catalog import db

    found = settings()
    try:
        db.in_writable_place(found.database_url)
        return db.engine(found.database_url, pool_size=found.database_pool_size)
    except ArgumentError as error:
        raise Misconfigured(
            "SLUICE_DATABASE_URL is no database address; write sqlite:///sluice.db or "
            "postgresql://user@host/name"
        ) from error


@contextmanager
def reachable(bind: "sa.Engine") -> Generator[None]:
    """Turns whatever the database's driver says into Unavailable, with what it said."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError as error:
        said = " ".join(str(error.orig).split())
        place = bind.url.render_as_string(hide_password=True)
        raise Unavailable(f"the database {place} does not answer: {said}") from error


def actor() -> "Actor":
    """Who works at this machine: an administrator, by having access to the database at all."""
    from catalog import access

    return access.administrator(SUBJECT, access.Rules.load(settings().policies))


@contextmanager
def transaction() -> Generator[tuple["Session", "Actor"]]:
    """A transaction as the local administrator. Raises Misconfigured if a migration is pending."""
    from catalog import db, migrate

    bind = engine()
    try:
        with reachable(bind):
            if waiting := migrate.pending(bind):
                raise Misconfigured(waiting)
            with db.transaction(bind) as session:
                yield session, actor()
    finally:
        bind.dispose()


def events(session: "Session") -> int:
    """How many events the log holds."""
    import sqlalchemy as sa

    from catalog import db, tables

    return session.scalar(sa.select(sa.func.count()).select_from(db.table(tables.Event))) or 0
