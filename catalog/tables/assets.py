"""What producers said, and the catalog that follows from it and from people."""

import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from catalog.tables.columns import Identity, Json, Moment, Text, reference

HUMAN = "human"


class Event(SQLModel, table=True):
    """An accepted body, compressed; `digest` is the SHA-256 of its canonical, redacted form."""

    __tablename__ = "events"
    id: int | None = Field(default=None, primary_key=True, sa_type=Identity)
    digest: str = Field(sa_type=Text, unique=True)
    kind: str
    time: datetime.datetime = Field(sa_type=Moment, index=True)
    namespace: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    run_key: str | None = Field(default=None, index=True)
    subject: str
    received_at: datetime.datetime = Field(sa_type=Moment, index=True)
    body: bytes
    warnings: list[str] = Field(sa_type=Json)


class Quarantined(SQLModel, table=True):
    """A body of which nothing useful could be projected, kept with the reason."""

    __tablename__ = "quarantine"
    id: str = Field(primary_key=True)
    digest: str = Field(sa_type=Text, unique=True)
    reason: str
    subject: str
    received_at: datetime.datetime = Field(sa_type=Moment, index=True)
    body: bytes


class Asset(SQLModel, table=True):
    """A dataset, job or model. A value beside an `_origin` was set by human, rule, propagated or
    ingested, in that order of right."""

    __tablename__ = "assets"
    __table_args__ = (
        sa.UniqueConstraint("kind", "namespace", "name"),
        sa.Index("ix_assets_name_id", "name", "id"),
        sa.Index("ix_assets_namespace_name", "namespace", "name"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Identity)
    kind: str
    namespace: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    type: str | None = None
    description: str | None = None
    description_origin: str | None = None
    owner: str | None = Field(default=None, sa_type=Text, index=True)
    owner_origin: str | None = None
    lifecycle: str = "active"
    lifecycle_origin: str | None = None
    certification: str = "none"
    certified_until: datetime.datetime | None = Field(default=None, sa_type=Moment)
    certified_by: str | None = None
    is_source: bool = False
    is_reference: bool = False
    schema_version_id: int | None = Field(default=None, sa_type=Identity)
    wiring_id: int | None = Field(default=None, sa_type=Identity, index=True)
    wiring_order: str | None = Field(default=None, sa_type=Text)
    first_seen: datetime.datetime = Field(sa_type=Moment)
    changed_at: datetime.datetime = Field(sa_type=Moment)

    @property
    def accountable(self) -> str | None:
        """The owner that a person named: what a producer says of owners gives nobody a right."""
        return self.owner if self.owner_origin == HUMAN else None


# The same in SQL.
ACCOUNTABLE = sa.case((col(Asset.owner_origin) == HUMAN, col(Asset.owner)), else_=None)


class AssetFacet(SQLModel, table=True):
    """The facet `key` of an asset with the greatest order (event time, rank, digest); None is a
    tombstone."""

    __tablename__ = "asset_facets"
    asset_id: int = reference("assets.id", primary_key=True, index=False)
    key: str = Field(primary_key=True, sa_type=Text)
    order: str = Field(sa_type=Text)
    body: Any = Field(default=None, sa_type=Json, nullable=True)


class SchemaVersion(SQLModel, table=True):
    """One distinct schema of a dataset: `fields` is a list of {path, type}, by path."""

    __tablename__ = "schema_versions"
    __table_args__ = (sa.UniqueConstraint("asset_id", "digest"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identity)
    asset_id: int = reference("assets.id", index=False)
    digest: str = Field(sa_type=Text)
    fields: list[dict[str, Any]] = Field(sa_type=Json)


class Tag(SQLModel, table=True):
    """A tag on an asset (field "") or one of its fields; `removed` is a person's word against an
    ingested tag."""

    __tablename__ = "tags"
    asset_id: int = reference("assets.id", primary_key=True, index=False)
    field: str = Field(primary_key=True, sa_type=Text)
    tag: str = Field(primary_key=True, sa_type=Text, index=True)
    origin: str
    removed: bool = False
