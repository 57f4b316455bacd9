"""Bearer tokens: made, shown once, recognised, revoked."""

import datetime
import hashlib
import hmac
import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from catalog import access, audit, db, tables
from catalog.access import Action, Actor, Rules
from catalog.errors import Invalid, NotFound, Unauthenticated

PREFIX = "slc_"
# Written at most this often, or every request would be a write.
LAST_USE_GRANULARITY = datetime.timedelta(minutes=5)
FIRST_ADMINISTRATOR = "user:admin"


@dataclass(frozen=True)
class Issued:
    """A new token; `secret` exists only here."""

    token: tables.Token
    secret: str


def create(
    session: Session,
    actor: Actor,
    *,
    subject: str,
    label: str = "",
    expires_at: datetime.datetime | None = None,
) -> Issued:
    """A token with which its bearer acts as `subject`.

    Raises Invalid for a subject that is neither user:… nor service:…, and for an end that has
    passed.
    """
    actor.must(Action.TOKEN_MANAGE)
    access.check_subject(subject)
    if expires_at is not None and expires_at <= db.now():
        raise Invalid(f"the token would have expired at {expires_at.isoformat()} already")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = tables.Token(
        id=db.uuid7(),
        hash=digest(secret),
        subject=subject,
        label=label,
        created_by=actor.subject,
        created_at=db.now(),
        expires_at=expires_at,
    )
    session.add(token)
    audit.record(session, actor, "token:create", f"token:{token.id}", after={"subject": subject})
    return Issued(token, secret)


def revoke(session: Session, actor: Actor, token_id: str) -> tables.Token:
    """Ends a token at once; ending it twice changes nothing. Raises NotFound."""
    actor.must(Action.TOKEN_MANAGE)
    token = session.get(tables.Token, token_id)
    if token is None:
        raise NotFound(f"no token {token_id}")
    if token.revoked_at is None:
        token.revoked_at = db.now()
        audit.record(
            session, actor, "token:revoke", f"token:{token_id}", after={"subject": token.subject}
        )
    return token


def find(session: Session, actor: Actor, *, limit: int = 200) -> list[tables.Token]:
    """The newest tokens first, the revoked ones included; never their secrets."""
    actor.must(Action.TOKEN_MANAGE)
    token = tables.Token
    return list(session.exec(select(token).order_by(col(token.id).desc()).limit(limit)))


def authenticate(
    session: Session, secret: str, rules: Rules, *, admin_token: str | None = None
) -> Actor:
    """The actor who bears `secret`. Raises Unauthenticated, in the same words whatever the
    cause."""
    if admin_token and hmac.compare_digest(secret.encode(), admin_token.encode()):
        return access.administrator(FIRST_ADMINISTRATOR, rules)
    token = session.exec(
        select(tables.Token).where(tables.Token.hash == digest(secret))
    ).one_or_none()
    moment = db.now()
    if (
        token is None
        or token.revoked_at is not None
        or (token.expires_at is not None and token.expires_at <= moment)
    ):
        raise Unauthenticated("this token is unknown, expired or revoked")
    return access.actor_of(session, token.subject, rules)


def is_use_unnoted(session: Session, secret: str) -> bool:
    """Whether the last use on record is older than it should be."""
    query = sa.select(col(tables.Token.id)).where(*_unnoted(secret, db.now()))
    return session.execute(query).first() is not None


def note_use(session: Session, secret: str) -> None:
    """Remembers when the token was last used, to within five minutes."""
    moment = db.now()
    update = sa.update(tables.Token).where(*_unnoted(secret, moment))
    session.execute(update.values(last_used_at=moment))


def _unnoted(secret: str, moment: datetime.datetime) -> list[sa.ColumnElement[bool]]:
    used = col(tables.Token.last_used_at)
    stale = sa.or_(used.is_(None), used < moment - LAST_USE_GRANULARITY)
    return [col(tables.Token.hash) == digest(secret), stale]


def digest(secret: str) -> str:
    """The SHA-256 of a token: the secret holds 256 random bits, so a slow hash would protect
    nothing more."""
    return hashlib.sha256(secret.encode()).hexdigest()
