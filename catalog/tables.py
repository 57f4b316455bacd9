"""Every table of the catalog; what leaves the API is declared there.

Events and runs come from producers; assets and what hangs on them are derived from events and
curated by people; model versions, evidence, evaluations, approvals and promotions are only ever
added to.
"""

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


# ── what producers said ──────────────────────────────────────────────────────────────────────────


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


# ── the catalog ──────────────────────────────────────────────────────────────────────────────────


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


# ── runs and the graph ───────────────────────────────────────────────────────────────────────────


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


# ── models and the gate ──────────────────────────────────────────────────────────────────────────


class ModelVersion(SQLModel, table=True):
    """An immutable version of a model asset, bound to the digest of its artifact."""

    __tablename__ = "model_versions"
    __table_args__ = (sa.UniqueConstraint("model_id", "version"),)
    id: str = Field(primary_key=True)
    model_id: int = reference("assets.id", index=False)
    version: str = Field(sa_type=Text)
    artifact_digest: str
    files: list[dict[str, Any]] = Field(sa_type=Json)
    training_runs: list[str] = Field(sa_type=Json)
    registered_by: str
    registered_at: datetime.datetime = Field(sa_type=Moment)


class Training(SQLModel, table=True):
    """A run that trained a model version; the run's events may arrive later than the
    registration."""

    __tablename__ = "trainings"
    model_version_id: str = Field(foreign_key="model_versions.id", primary_key=True)
    run_key: str = Field(primary_key=True, index=True)


class Evidence(SQLModel, table=True):
    """Something known about a model version (a metric, a document …), bound to the artifact's
    digest."""

    __tablename__ = "evidence"
    id: str = Field(primary_key=True)
    model_version_id: str = Field(foreign_key="model_versions.id", index=True)
    kind: str
    name: str = Field(sa_type=Text)
    artifact_digest: str
    body: dict[str, Any] = Field(sa_type=Json)
    added_by: str
    added_at: datetime.datetime = Field(sa_type=Moment)


class Snapshot(SQLModel, table=True):
    """A snapshot's canonical JSON, compressed, by its SHA-256."""

    __tablename__ = "snapshots"
    digest: str = Field(primary_key=True)
    body: bytes


class Policy(SQLModel, table=True):
    """Every policy text that an evaluation ever used, by the digest of its canonical form."""

    __tablename__ = "policies"
    digest: str = Field(primary_key=True)
    name: str = Field(sa_type=Text, index=True)
    version: int
    document: dict[str, Any] = Field(sa_type=Json)
    first_used_at: datetime.datetime = Field(sa_type=Moment)


class Evaluation(SQLModel, table=True):
    """A verdict with the complete input it was reached on; immutable: what changes makes a
    successor."""

    __tablename__ = "evaluations"
    __table_args__ = (sa.UniqueConstraint("requested_by", "idempotency_key"),)
    id: str = Field(primary_key=True)
    model_version_id: str = Field(foreign_key="model_versions.id", index=True)
    stage: str
    verdict: str
    input_digest: str
    snapshot_digest: str = Field(foreign_key="snapshots.digest")
    input: bytes
    results: list[dict[str, Any]] = Field(sa_type=Json)
    requested_by: str
    idempotency_key: str | None = None
    evaluated_at: datetime.datetime = Field(sa_type=Moment, index=True)


class Approval(SQLModel, table=True):
    """A person's answer in a role, bound to the digests of what they saw."""

    __tablename__ = "approvals"
    id: str = Field(primary_key=True)
    evaluation_id: str = Field(foreign_key="evaluations.id", index=True)
    model_version_id: str = Field(foreign_key="model_versions.id", index=True)
    stage: str
    role: str
    approved: bool
    binding: str
    reason: str
    subject: str
    at: datetime.datetime = Field(sa_type=Moment)


class Promotion(SQLModel, table=True):
    """A model version moved to a stage, or refused; history, never changed."""

    __tablename__ = "promotions"
    id: str = Field(primary_key=True)
    model_id: int = reference("assets.id")
    stage: str
    model_version_id: str = Field(foreign_key="model_versions.id")
    previous_version_id: str | None = Field(default=None, foreign_key="model_versions.id")
    evaluation_id: str = Field(foreign_key="evaluations.id")
    allowed: bool
    refusal: str | None = None
    requested_by: str
    at: datetime.datetime = Field(sa_type=Moment)


class StageHolder(SQLModel, table=True):
    """Which version holds a model's stage now: the row that the compare-and-set works on."""

    __tablename__ = "stage_holders"
    model_id: int = reference("assets.id", primary_key=True, index=False)
    stage: str = Field(primary_key=True)
    model_version_id: str = Field(foreign_key="model_versions.id")
    promotion_id: str = Field(foreign_key="promotions.id")


# ── people, machines and what they did ───────────────────────────────────────────────────────────


class Token(SQLModel, table=True):
    """A bearer token, shown once, kept as SHA-256: of 256 random bits a slow hash hides nothing
    more."""

    __tablename__ = "tokens"
    id: str = Field(primary_key=True)
    hash: str = Field(unique=True)
    subject: str = Field(sa_type=Text, index=True)
    label: str
    created_by: str
    created_at: datetime.datetime = Field(sa_type=Moment)
    expires_at: datetime.datetime | None = Field(default=None, sa_type=Moment)
    last_used_at: datetime.datetime | None = Field(default=None, sa_type=Moment)
    revoked_at: datetime.datetime | None = Field(default=None, sa_type=Moment)


class Grant(SQLModel, table=True):
    """Who holds which role in which namespaces ("" is everywhere), until when and why."""

    __tablename__ = "grants"
    id: str = Field(primary_key=True)
    subject: str = Field(sa_type=Text, index=True)
    role: str
    namespace: str = Field(sa_type=Text)
    reason: str
    granted_by: str
    granted_at: datetime.datetime = Field(sa_type=Moment)
    expires_at: datetime.datetime | None = Field(default=None, sa_type=Moment)
    revoked_at: datetime.datetime | None = Field(default=None, sa_type=Moment)


class AuditEntry(SQLModel, table=True):
    """Who did what to what; only ever added to."""

    __tablename__ = "audit"
    id: str = Field(primary_key=True)
    at: datetime.datetime = Field(sa_type=Moment, index=True)
    subject: str = Field(sa_type=Text, index=True)
    action: str = Field(index=True)
    target: str = Field(sa_type=Text, index=True)
    allowed: bool = True
    before: dict[str, Any] | None = Field(default=None, sa_type=Json)
    after: dict[str, Any] | None = Field(default=None, sa_type=Json)
    request_id: str | None = None
