"""Who did what to what: rows that are only ever added to, in the transaction of what they record."""

from typing import Any

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col, select

from catalog import db, tables
from catalog.access import Action, Actor


def record(
    session: Session,
    actor: Actor,
    action: Action | str,
    target: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    allowed: bool = True,
) -> None:
    """Adds one entry; `target` is a node id or the id of what was acted on. Values are JSON, never secrets."""
    session.add(
        tables.AuditEntry(
            id=db.uuid7(),
            at=db.now(),
            subject=actor.subject,
            action=str(action),
            target=target,
            allowed=allowed,
            before=before,
            after=after,
            request_id=structlog.contextvars.get_contextvars().get("request_id"),
        )
    )


def entries(
    session: Session,
    actor: Actor,
    *,
    target: str | None = None,
    subject: str | None = None,
    action: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[tables.AuditEntry]:
    """The newest entries first; `before` is the id of the last one already seen."""
    actor.must(Action.AUDIT_READ)
    entry = tables.AuditEntry
    wanted: list[sa.ColumnElement[bool]] = []
    for column, value in ((entry.target, target), (entry.subject, subject), (entry.action, action)):
        if value is not None:
            wanted.append(col(column) == value)
    if before is not None:
        wanted.append(col(entry.id) < before)
    return list(
        session.exec(select(entry).where(*wanted).order_by(col(entry.id).desc()).limit(limit))
    )
