"""Who did what to what: rows that are only ever added to, in the transaction of what they
record."""

from typing import Any

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
    """Adds one entry; `target` is a node id or the id of what was acted on. Values are JSON, never
    secrets."""
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
    cursor: str | None = None,
    limit: int = 50,
) -> db.Page[tables.AuditEntry]:
    """The entries that match, the newest first."""
    actor.must(Action.AUDIT_READ)
    entry = tables.AuditEntry
    exact = {entry.target: target, entry.subject: subject, entry.action: action}
    wanted = [col(column) == value for column, value in exact.items() if value is not None]
    if cursor:
        wanted.append(col(entry.id) < db.place(cursor, str)[0])
    query = select(entry).where(*wanted).order_by(col(entry.id).desc()).limit(limit + 1)
    rows = list(session.exec(query))
    return db.Page(rows[:limit], db.cursor(rows[limit - 1].id) if len(rows) > limit else None)
