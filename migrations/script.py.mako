"""${message}."""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision).replace("'", '"')}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    _limit_waiting()
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    _limit_waiting()
    ${downgrades if downgrades else "pass"}


def _limit_waiting() -> None:
    # A migration that waits for a lock makes every query behind it wait too: give up instead.
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET LOCAL lock_timeout = '5s'")
