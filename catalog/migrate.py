"""Brings a database to the newest migration, and tells whether it is there."""

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from catalog import settings, tables

METADATA = tables.Asset.metadata


def configuration(connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration; there is no alembic.ini."""
    made = Config()
    made.set_main_option("script_location", str(settings.resource("migrations")))
    made.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    made.attributes["connection"] = connection
    return made


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """Runs every migration that is missing."""
    with engine.connect() as connection:
        command.upgrade(configuration(connection), revision)
        connection.commit()


def downgrade(engine: sa.Engine, revision: str = "base") -> None:
    """Undoes migrations down to `revision`."""
    with engine.connect() as connection:
        command.downgrade(configuration(connection), revision)
        connection.commit()


def pending(engine: sa.Engine) -> str | None:
    """Why the database cannot be served yet, or None when it stands at the newest migration."""
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    if current == head:
        return None
    at = current or "none"
    return f"the database is at migration {at}, this version needs {head}: run `sluice migrate`"


def differences(engine: sa.Engine) -> list[object]:
    """What the tables in code and the database disagree on: empty when all is well."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))
