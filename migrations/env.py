"""Alembic's environment: one tree of migrations for both databases, on the application's engine."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from sqlmodel import AutoString

from catalog import db, migrate, settings, tables


def render(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Types of our own and SQLModel's in SQLAlchemy's words: a migration must outlive both."""
    if kind == "type" and isinstance(item, tables.UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


def run(connection: sa.Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=migrate.METADATA,
        compare_type=True,
        render_item=render,
        # SQLite cannot alter a table: Alembic copies it instead.
        render_as_batch=True,
        transaction_per_migration=sqlite,
    )
    with context.begin_transaction():
        if not sqlite:
            # Two servers that start together must not both migrate.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7314211)")
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = db.engine(settings.current().database_url)
    with engine.connect() as connection:
        run(connection)
        connection.commit()
