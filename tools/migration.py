"""Compares the migrations with the tables in code, and writes the migration that is missing.

python tools/migration.py check
python tools/migration.py new "what it changes"
"""

import sys
import tempfile

from alembic import command
from alembic.util import CommandError

from catalog import db, migrate


def main() -> None:
    """Exit 1 when a migration is missing; 2 for a wrong call."""
    match sys.argv[1:]:
        case ["check"]:
            compare(None)
        case ["new", message] if message.strip():
            compare(message)
        case _:
            print('a migration says what it changes: make migration m="add a column"')
            sys.exit(2)


def compare(message: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = db.engine(f"sqlite:///{folder}/migrated.db")
        migrate.upgrade(engine)
        with engine.connect() as connection:
            configuration = migrate.configuration(connection)
            try:
                if message is None:
                    command.check(configuration)
                else:
                    command.revision(configuration, message, autogenerate=True)
            except CommandError as error:
                sys.exit(f"{error}\nmake migration writes what is missing")
        engine.dispose()


if __name__ == "__main__":
    main()
