"""Who may do what, and what they did."""

import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from catalog.tables.columns import Json, Moment, Text


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
