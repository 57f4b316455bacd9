"""Models, and what was decided about them: only ever added to, but for the holders of stages."""

import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from catalog.tables.columns import Json, Moment, Text, reference


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
