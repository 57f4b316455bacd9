"""/api/v2/approvals, inbox, promotions: what people answer, and what moves a model."""

import datetime
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from sqlmodel import Session

from catalog import approvals, promotion, registry, tables
from catalog.api import shapes
from catalog.api.dependencies import (
    CurrentActor,
    CurrentPolicies,
    CurrentSession,
    Cursor,
    Limit,
)
from catalog.api.gate import Name, Namespace
from catalog.api.problems import answer, documented
from catalog.api.shapes import In, Listed, ModelName, Out, example

router = APIRouter(tags=["gate"], responses=documented())


class ApprovalIn(In):
    model_config = example(
        {
            "evaluation_id": "01a2044e-a326-79af-b5fa-218782451bc5",
            "role": "legal",
            "approved": True,
            "reason": "no personal data reaches a feature",
        }
    )

    evaluation_id: str
    role: str
    approved: bool
    reason: str


class ApprovalOut(Out):
    id: str
    evaluation_id: str
    role: str
    approved: bool
    reason: str
    subject: str
    at: datetime.datetime


class PromotionIn(In):
    """`expected_current` is the version that holds the stage now, null for none."""

    model_config = example(
        {
            "evaluation_id": "01a2044e-a326-79af-b5fa-218782451bc5",
            "expected_current": "1",
        }
    )

    evaluation_id: str
    expected_current: str | None


class PromotionOut(Out):
    id: str
    stage: str
    version: str
    previous_version: str | None
    evaluation_id: str
    allowed: bool
    refusal: str | None
    requested_by: str
    at: datetime.datetime


class WaitingOut(Out):
    """An evaluation that waits for your answer in a role."""

    kind: str
    evaluation_id: str
    model: ModelName
    stage: str
    role: str
    since: datetime.datetime


@router.post(
    "/approvals",
    status_code=201,
    response_model=ApprovalOut,
    responses=documented(400, 404, 413),
)
def give_approval(session: CurrentSession, actor: CurrentActor, given: ApprovalIn) -> Any:
    """Your answer, in a role that a policy asks for, to what an evaluation found."""
    row = approvals.answer(session, actor, **given.model_dump())
    return ApprovalOut(**row.model_dump(include=set(ApprovalOut.model_fields)))


@router.get("/inbox", response_model=Listed[WaitingOut])
def read_inbox(session: CurrentSession, actor: CurrentActor, limit: Limit = 50) -> Any:
    """What waits for your answer."""
    return {
        "items": [
            WaitingOut(
                kind="approval",
                evaluation_id=one.evaluation.id,
                model=shapes.model(one.version),
                stage=one.evaluation.stage,
                role=one.role,
                since=one.evaluation.evaluated_at,
            )
            for one in approvals.waiting(session, actor, limit=limit)
        ]
    }


@router.post(
    "/promotions",
    status_code=201,
    response_model=PromotionOut,
    responses=documented(400, 404, 409, 413),
)
def promote(
    session: CurrentSession, actor: CurrentActor, loaded: CurrentPolicies, asked: PromotionIn
) -> Any:
    """Moves the evaluated version to its stage, if all that the verdict stood on still holds.

    409 `stale_evaluation` when something has changed since, `current_changed` when another version
    holds the stage; 422 `blocked` when the verdict is no ALLOW: that refusal is kept.
    """
    made = promotion.promote(session, actor, **asked.model_dump(), policies=loaded)
    if not made.allowed:
        # Returned, not raised: the refusal must be committed.
        return answer(422, "blocked", str(made.refusal), promotion_id=made.id)
    return _promotions(session, [made])[0]


@router.get("/promotions", response_model=Listed[PromotionOut], responses=documented(404))
def list_promotions(
    session: CurrentSession,
    actor: CurrentActor,
    namespace: Namespace,
    name: Name,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """A model's promotions and refusals, the newest first."""
    found = promotion.history(
        session, actor, namespace=namespace, name=name, cursor=cursor, limit=limit
    )
    return {"items": _promotions(session, found.items), "next_cursor": found.next_cursor}


def _promotions(session: Session, rows: Sequence[tables.Promotion]) -> list[PromotionOut]:
    """The rows in their shape, the versions read at once."""
    ids = [one for row in rows for one in (row.model_version_id, row.previous_version_id)]
    versions = registry.by_ids(session, ids)
    names = ("id", "stage", "evaluation_id", "allowed", "refusal", "requested_by", "at")
    return [
        PromotionOut(
            **{name: getattr(row, name) for name in names},
            version=versions[row.model_version_id].version.version,
            previous_version=versions[row.previous_version_id].version.version
            if row.previous_version_id
            else None,
        )
        for row in rows
    ]
