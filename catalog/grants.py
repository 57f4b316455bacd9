"""Who holds which role where, until when and why."""

import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from catalog import access, audit, db, tables
from catalog.access import Action, Actor
from catalog.errors import Conflict, Invalid, NotFound


def give(
    session: Session,
    actor: Actor,
    *,
    subject: str,
    role: str,
    namespace: str,
    reason: str,
    expires_at: datetime.datetime | None = None,
) -> tables.Grant:
    """`subject` holds `role` in `namespace` and below ("" is everywhere) from now on.

    The same grant twice is one grant. Raises Invalid for an unknown role or subject, or an end in
    the past.
    """
    actor.must(Action.GRANT_MANAGE)
    access.check_subject(subject)
    if role not in actor.rules.actions or role == access.OWNER:
        known = ", ".join(sorted(set(actor.rules.actions) - {access.OWNER}))
        raise Invalid(f"there is no role {role!r} to grant; known are {known}")
    if expires_at is not None and expires_at <= db.now():
        raise Invalid(f"the grant would have ended at {expires_at.isoformat()} already")
    standing = _standing(session, subject, role, namespace, expires_at)
    if standing is not None:
        return standing
    grant = tables.Grant(
        id=db.uuid7(),
        subject=subject,
        role=role,
        namespace=namespace,
        reason=reason,
        granted_by=actor.subject,
        granted_at=db.now(),
        expires_at=expires_at,
    )
    session.add(grant)
    audit.record(session, actor, "grant:give", f"grant:{grant.id}", after=_shown(grant))
    return grant


def end(session: Session, actor: Actor, grant_id: str) -> tables.Grant:
    """Ends a grant at once. Raises NotFound, and Conflict when no administrator would be left."""
    actor.must(Action.GRANT_MANAGE)
    grant = session.get(tables.Grant, grant_id)
    if grant is None:
        raise NotFound(f"no grant {grant_id}")
    if grant.revoked_at is None:
        if grant.role == access.ADMIN and _administrators(session) <= {grant.subject}:
            raise Conflict(
                f"{grant.subject} is the last administrator; grant admin to another first",
                code="last_administrator",
            )
        grant.revoked_at = db.now()
        audit.record(session, actor, "grant:end", f"grant:{grant_id}", before=_shown(grant))
    return grant


def find(
    session: Session, actor: Actor, *, subject: str | None = None, limit: int = 200
) -> list[tables.Grant]:
    """The grants that hold now, newest first."""
    actor.must(Action.GRANT_READ)
    grant = tables.Grant
    wanted = [*_holding()] + ([col(grant.subject) == subject] if subject else [])
    return list(
        session.exec(select(grant).where(*wanted).order_by(col(grant.id).desc()).limit(limit))
    )


def _standing(
    session: Session,
    subject: str,
    role: str,
    namespace: str,
    expires_at: datetime.datetime | None,
) -> tables.Grant | None:
    grant = tables.Grant
    until = (
        col(grant.expires_at).is_(None)
        if expires_at is None
        else col(grant.expires_at) == expires_at
    )
    return session.exec(
        select(grant).where(
            grant.subject == subject,
            grant.role == role,
            grant.namespace == namespace,
            until,
            *_holding(),
        )
    ).first()


def _holding() -> list[sa.ColumnElement[bool]]:
    grant = tables.Grant
    unexpired = sa.or_(col(grant.expires_at).is_(None), col(grant.expires_at) > db.now())
    return [col(grant.revoked_at).is_(None), unexpired]


def _administrators(session: Session) -> set[str]:
    grant = tables.Grant
    return set(
        session.exec(
            select(grant.subject).where(
                grant.role == access.ADMIN, grant.namespace == access.EVERYWHERE, *_holding()
            )
        )
    )


def _shown(grant: tables.Grant) -> dict[str, str]:
    return {"subject": grant.subject, "role": grant.role, "namespace": grant.namespace}
