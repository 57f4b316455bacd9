"""Who asks, and the one transaction in which the request is served."""

import threading
import time
from collections.abc import Generator
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Query, Request
from sqlmodel import Session

from catalog import db, settings, tokens
from catalog.access import Actor, Rules
from catalog.api import edge
from catalog.errors import Unauthenticated
from catalog.policies import Policies

# How long a change of grants or tokens may take to be felt by requests of the same bearer.
REMEMBERED_SECONDS = 1.0
MAX_REMEMBERED = 10_000


class Gatekeeper:
    """Recognises bearers; what it found is remembered for a second, so that a burst asks once."""

    def __init__(self, engine: sa.Engine, rules: Rules, admin_token: str | None) -> None:
        self._engine = engine
        self._rules = rules
        self._admin_token = admin_token
        self._remembered: dict[str, tuple[float, Actor]] = {}
        self._lock = threading.Lock()

    def remembered(self, scope: edge.Scope) -> Actor | None:
        """The actor, when the same bearer was recognised a moment ago."""
        found = self._remembered.get(tokens.digest(bearer(scope)))
        return found[1] if found and found[0] > time.monotonic() else None

    def recognise(self, scope: edge.Scope) -> Actor:
        """The actor who sent the request. Raises Unauthenticated."""
        secret = bearer(scope)
        known = self.remembered(scope)
        if known is not None:
            return known
        with db.transaction(self._engine, reading=True) as session:
            actor = tokens.authenticate(session, secret, self._rules, admin_token=self._admin_token)
            stale = tokens.is_use_unnoted(session, secret)
        if stale:
            with db.transaction(self._engine) as session:
                tokens.note_use(session, secret)
        with self._lock:
            if len(self._remembered) >= MAX_REMEMBERED:
                self._remembered.clear()
            until = time.monotonic() + REMEMBERED_SECONDS
            self._remembered[tokens.digest(secret)] = (until, actor)
        return actor

    def forget(self) -> None:
        """After a change of grants or tokens in this process: felt at once."""
        with self._lock:
            self._remembered.clear()


def bearer(scope: edge.Scope) -> str:
    """The token in `Authorization: Bearer …`. Raises Unauthenticated."""
    scheme, _, secret = edge.header(scope, b"authorization").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated("send a token in the header `Authorization: Bearer <token>`")
    return secret.strip()


def get_actor(request: Request) -> Actor:
    """The actor; kept on the request for the audit of a refusal."""
    gatekeeper: Gatekeeper = request.app.state.gatekeeper
    request.state.actor = gatekeeper.recognise(request.scope)
    actor: Actor = request.state.actor
    return actor


def get_session(request: Request, _: Annotated[Actor, Depends(get_actor)]) -> Generator[Session]:
    """One transaction per request, committed before the answer is sent; none for a stranger."""
    reading = request.method in {"GET", "HEAD"}
    with db.transaction(request.app.state.engine, reading=reading) as session:
        yield session


def get_policies(request: Request) -> Policies:
    policies: Policies = request.app.state.policies
    return policies


def get_settings(request: Request) -> settings.Settings:
    found: settings.Settings = request.app.state.settings
    return found


CurrentActor = Annotated[Actor, Depends(get_actor)]
CurrentSession = Annotated[Session, Depends(get_session, scope="function")]
CurrentPolicies = Annotated[Policies, Depends(get_policies)]
CurrentSettings = Annotated[settings.Settings, Depends(get_settings)]
Limit = Annotated[int, Query(ge=1, le=200, description="At most so many items")]
Cursor = Annotated[str | None, Query(description="`next_cursor` of the page before")]
