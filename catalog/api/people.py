"""/api/v2/me, tokens, grants, audit, quarantine: who may do what, who did, and what was set
aside."""

import datetime
from typing import Any

from fastapi import APIRouter, Request
from pydantic import AwareDatetime

from catalog import __version__, access, audit, grants, ingest, tables, tokens
from catalog.api import shapes
from catalog.api.dependencies import CurrentActor, CurrentSession, Cursor, Limit
from catalog.api.problems import documented
from catalog.api.shapes import In, Listed, Out, example

router = APIRouter(tags=["people"], responses=documented())


class RoleOut(Out):
    role: str
    namespace: str


class MeOut(Out):
    """`actions` are those that you may do somewhere."""

    subject: str
    kind: str
    roles: list[RoleOut]
    actions: list[str]
    version: str


class TokenIn(In):
    model_config = example(
        {"subject": "service:dbt", "label": "nightly", "expires_at": "2027-06-30T00:00:00Z"}
    )

    subject: str
    label: str = ""
    expires_at: AwareDatetime | None = None


class TokenOut(Out):
    id: str
    subject: str
    label: str
    created_by: str
    created_at: datetime.datetime
    expires_at: datetime.datetime | None
    last_used_at: datetime.datetime | None
    revoked_at: datetime.datetime | None


class TokenIssued(TokenOut):
    """`secret` is shown here and never again."""

    secret: str


class GrantIn(In):
    """`namespace` covers what stands below it, at a / or . boundary; "" is everywhere."""

    model_config = example(
        {
            "subject": "service:dbt",
            "role": "producer",
            "namespace": "dbt",
            "reason": "posts the events of the nightly run",
        }
    )

    subject: str
    role: str
    namespace: str = access.EVERYWHERE
    reason: str
    expires_at: AwareDatetime | None = None


class GrantOut(Out):
    id: str
    subject: str
    role: str
    namespace: str
    reason: str
    granted_by: str
    granted_at: datetime.datetime
    expires_at: datetime.datetime | None
    revoked_at: datetime.datetime | None


class AuditOut(Out):
    id: str
    at: datetime.datetime
    subject: str
    action: str
    target: str
    allowed: bool
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request_id: str | None


class QuarantinedOut(Out):
    id: str
    digest: str
    reason: str
    subject: str
    received_at: datetime.datetime
    body: str


@router.get("/me", response_model=MeOut)
def read_me(actor: CurrentActor) -> Any:
    """Who you are here, and what you may do somewhere."""
    return MeOut(
        subject=actor.subject,
        kind="user" if actor.is_person else "service",
        roles=[RoleOut(role=held.role, namespace=held.namespace) for held in actor.held],
        actions=[action.value for action in actor.actions()],
        version=__version__,
    )


@router.get("/tokens", response_model=Listed[TokenOut])
def list_tokens(session: CurrentSession, actor: CurrentActor, limit: Limit = 200) -> Any:
    """The tokens, never their secrets."""
    return {"items": [_token(one) for one in tokens.find(session, actor, limit=limit)]}


@router.post("/tokens", status_code=201, response_model=TokenIssued, responses=documented(400, 413))
def create_token(session: CurrentSession, actor: CurrentActor, token: TokenIn) -> Any:
    """A token for a subject; its secret is in this answer only."""
    issued = tokens.create(
        session,
        actor,
        subject=token.subject,
        label=token.label,
        expires_at=token.expires_at,
    )
    return {**_token(issued.token).model_dump(), "secret": issued.secret}


@router.delete("/tokens/{token_id}", response_model=TokenOut, responses=documented(404))
def revoke_token(
    request: Request, session: CurrentSession, actor: CurrentActor, token_id: str
) -> Any:
    """Ends a token; in this process at once, in others within a second."""
    revoked = tokens.revoke(session, actor, token_id)
    request.app.state.gatekeeper.forget()
    return _token(revoked)


@router.get("/grants", response_model=Listed[GrantOut])
def list_grants(
    session: CurrentSession,
    actor: CurrentActor,
    subject: str | None = None,
    limit: Limit = 200,
) -> Any:
    """The grants that hold now."""
    return {
        "items": [_grant(one) for one in grants.find(session, actor, subject=subject, limit=limit)]
    }


@router.post("/grants", status_code=201, response_model=GrantOut, responses=documented(400, 413))
def give_grant(
    request: Request, session: CurrentSession, actor: CurrentActor, grant: GrantIn
) -> Any:
    """Gives a role to a subject in a namespace; the same grant twice is one."""
    given = grants.give(session, actor, **grant.model_dump())
    request.app.state.gatekeeper.forget()
    return _grant(given)


@router.delete("/grants/{grant_id}", response_model=GrantOut, responses=documented(404, 409))
def end_grant(request: Request, session: CurrentSession, actor: CurrentActor, grant_id: str) -> Any:
    """Ends a grant; refused when it would leave no administrator."""
    ended = grants.end(session, actor, grant_id)
    request.app.state.gatekeeper.forget()
    return _grant(ended)


@router.get("/audit", response_model=Listed[AuditOut])
def read_audit(
    session: CurrentSession,
    actor: CurrentActor,
    target: str | None = None,
    subject: str | None = None,
    action: str | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """Who did what to what, the newest first."""
    found = audit.entries(
        session,
        actor,
        target=target,
        subject=subject,
        action=action,
        cursor=cursor,
        limit=limit,
    )
    return shapes.page(found, lambda one: AuditOut(**one.model_dump()))


@router.get("/quarantine", response_model=Listed[QuarantinedOut])
def list_quarantine(
    session: CurrentSession, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 50
) -> Any:
    """Events of which nothing useful could be projected, each with the reason."""
    found = ingest.quarantined(session, actor, cursor=cursor, limit=limit)
    return shapes.page(found, _quarantined)


def _token(row: tables.Token) -> TokenOut:
    return TokenOut(**row.model_dump(exclude={"hash"}))


def _grant(row: tables.Grant) -> GrantOut:
    return GrantOut(**row.model_dump())


def _quarantined(row: tables.Quarantined) -> QuarantinedOut:
    body = ingest.decompress(row.body).decode("utf-8", "replace")
    return QuarantinedOut(**row.model_dump(exclude={"body"}), body=body[:20_000])
