"""The types that columns have, and how constraints are named."""

import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sa.types.TypeDecorator[datetime.datetime]):
    """An aware moment in UTC. SQLite forgets the zone, so it is refused on the way in and put back
    on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime.datetime | None, dialect: Dialect
    ) -> datetime.datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value and value.astimezone(datetime.UTC)

    def process_result_value(
        self, value: datetime.datetime | None, dialect: Dialect
    ) -> datetime.datetime | None:
        if value is None:
            return None
        return (
            value.replace(tzinfo=datetime.UTC)
            if value.tzinfo is None
            else value.astimezone(datetime.UTC)
        )


# Sorted by code point on both databases, or pages would differ between them.
Text: Any = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Moment: Any = UtcDateTime()
Json: Any = sa.JSON(none_as_null=True)
# SQLite numbers rows by itself only in a column whose type is INTEGER.
Identity: Any = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def reference(
    column: str, *, index: bool = True, nullable: bool = False, primary_key: bool = False
) -> Any:
    """A foreign key to an integer id; nothing is deleted in cascade."""
    return Field(
        default=None if nullable else ...,
        sa_type=Identity,
        foreign_key=column,
        index=index,
        nullable=nullable,
        primary_key=primary_key,
    )
