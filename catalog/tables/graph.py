"""Runs, what they read and wrote, and the edges that their wirings hold."""

import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from catalog.tables.columns import Identity, Moment, Text, reference


class Run(SQLModel, table=True):
    """A run: the join of all its events (`facts`) and what follows from them."""

    __tablename__ = "runs"
    id: int | None = Field(default=None, primary_key=True, sa_type=Identity)
    key: str = Field(unique=True)
    job_id: int = reference("assets.id")
    wiring_id: int | None = Field(
        default=None, sa_type=Identity, foreign_key="wirings.id", index=True
    )
    state: str
    started_at: datetime.datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime.datetime | None = Field(default=None, sa_type=Moment)
    last_event_at: datetime.datetime = Field(sa_type=Moment, index=True)
    parent_key: str | None = Field(default=None, index=True)
    facts: bytes


class Read(SQLModel, table=True):
    """A run read a dataset; `version` is what the producer called it, "" when it did not say."""

    __tablename__ = "reads"
    run_id: int = reference("runs.id", primary_key=True, index=False)
    dataset_id: int = reference("assets.id", primary_key=True)
    version: str = Field(default="", primary_key=True, sa_type=Text)


class Write(SQLModel, table=True):
    """A run wrote a dataset: with a run that completed, this is a dataset version.

    `replaces` when the write is known to replace everything; else the version stands on the one
    before.
    """

    __tablename__ = "writes"
    run_id: int = reference("runs.id", primary_key=True, index=False)
    dataset_id: int = reference("assets.id", primary_key=True)
    version: str = Field(default="", primary_key=True, sa_type=Text)
    replaces: bool = False


class Wiring(SQLModel, table=True):
    """One distinct set of flows of a job (or declared for a dataset), immutable; runs refer to it.

    An edge is in the graph while a run, or a declaration, refers to its wiring.
    """

    __tablename__ = "wirings"
    __table_args__ = (sa.UniqueConstraint("asset_id", "digest"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identity)
    asset_id: int = reference("assets.id", index=False)
    digest: str = Field(sa_type=Text)


class Edge(SQLModel, table=True):
    """A flow from one asset to another; `job_id` is the job it passes when both ends are
    datasets."""

    __tablename__ = "edges"
    __table_args__ = (sa.UniqueConstraint("wiring_id", "source_id", "target_id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identity)
    wiring_id: int = reference("wirings.id", index=False)
    source_id: int = reference("assets.id")
    target_id: int = reference("assets.id")
    job_id: int | None = Field(default=None, sa_type=Identity, foreign_key="assets.id", index=True)
    provenance: str


class ColumnEdge(SQLModel, table=True):
    """A flow between fields; "" as source is the whole dataset, "" as target every field."""

    __tablename__ = "column_edges"
    __table_args__ = (
        sa.UniqueConstraint(
            "wiring_id",
            "source_id",
            "source_field",
            "target_id",
            "target_field",
            "transformation",
            name="uq_column_edges",
        ),
        sa.Index("ix_column_edges_source", "source_id", "source_field"),
        sa.Index("ix_column_edges_target", "target_id", "target_field"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Identity)
    wiring_id: int = reference("wirings.id", index=False)
    source_id: int = reference("assets.id", index=False)
    source_field: str = Field(sa_type=Text)
    target_id: int = reference("assets.id", index=False)
    target_field: str = Field(sa_type=Text)
    transformation: str = Field(sa_type=Text)
    masking: bool = False


class MaskingMark(SQLModel, table=True):
    """A person's word on whether what flows from one field to another is masked; it outranks the
    producers'."""

    __tablename__ = "masking_marks"
    source_id: int = reference("assets.id", primary_key=True, index=False)
    source_field: str = Field(primary_key=True, sa_type=Text)
    target_id: int = reference("assets.id", primary_key=True)
    target_field: str = Field(primary_key=True, sa_type=Text)
    masking: bool
    reason: str
    subject: str
    at: datetime.datetime = Field(sa_type=Moment)
