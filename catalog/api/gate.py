"""/api/v2/policies, stages, evaluations, approvals, promotions, inbox: may this model pass."""

import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from sqlmodel import Session

from catalog import approvals, db, gate, policies, promotion, registry, tables
from catalog.access import Actor
from catalog.api import shapes
from catalog.api.dependencies import (
    CurrentActor,
    CurrentPolicies,
    CurrentSession,
    Cursor,
    Limit,
)
from catalog.api.problems import answer, documented
from catalog.api.shapes import In, Listed, ModelName, Out

router = APIRouter(tags=["gate"], responses=documented())
Namespace = Annotated[str, Query(examples=["models"])]
Name = Annotated[str, Query(examples=["churn"])]


class RuleOut(Out):
    id: str
    title: str
    why: str
    clauses: list[str]
    check: str
    severity: str
    parameters: dict[str, Any]
    remediation: str


class AskedOut(Out):
    role: str
    count: int


class PolicyOut(Out):
    name: str
    version: int
    digest: str
    owner: str
    stages: list[str]
    rules: list[RuleOut]
    approvals: list[AskedOut]


class StageOut(Out):
    """A stage, and those from which a version may come."""

    name: str
    title: str
    comes_from: list[str]
    exclusive: bool


class EvaluationIn(In):
    namespace: str
    name: str
    version: str
    target_stage: str


class FindingOut(Out):
    """One thing that is wrong: `path` leads, by node ids, from its origin to the model."""

    subject: str
    message: str
    path: list[str]
    fix: str
    owner: str | None
    data: dict[str, Any]


class ResultOut(Out):
    rule: str
    title: str
    why: str
    policy: str | None
    check: str | None
    check_version: str | None
    status: str
    severity: str
    clauses: list[str]
    message: str | None
    remediation: str
    findings: list[FindingOut]
    finding_count: int


class GivenOut(Out):
    subject: str
    approved: bool
    reason: str
    at: str


class ApprovalStateOut(Out):
    role: str
    needed: int
    status: str
    given: list[GivenOut]


class PolicyUsedOut(Out):
    name: str
    version: int
    digest: str


class SnapshotOut(Out):
    digest: str
    nodes: int
    edges: int
    truncated: bool


class EvaluationOut(Out):
    """A verdict with its reasons; it never changes: asking again makes another one."""

    id: str
    model: ModelName
    stage: str
    verdict: policies.Verdict
    evaluated_at: datetime.datetime
    requested_by: str
    results: list[ResultOut]
    approvals: list[ApprovalStateOut]
    policies: list[PolicyUsedOut]
    snapshot: SnapshotOut


class EvaluationSummary(Out):
    id: str
    model: ModelName
    stage: str
    verdict: policies.Verdict
    evaluated_at: datetime.datetime
    requested_by: str


class ApprovalIn(In):
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


@router.get("/policies", response_model=Listed[PolicyOut])
def list_policies(actor: CurrentActor, loaded: CurrentPolicies) -> Any:
    """What each stage demands, as every model is held to it."""
    return {"items": [_policy(one) for one in policies.all_policies(actor, loaded)]}


@router.get("/stages", response_model=Listed[StageOut])
def list_stages(actor: CurrentActor, loaded: CurrentPolicies) -> Any:
    """The stages, in order."""
    return {
        "items": [
            StageOut(
                name=one.name,
                title=one.title,
                comes_from=list(one.from_),
                exclusive=one.exclusive,
            )
            for one in policies.all_stages(actor, loaded)
        ]
    }


@router.post(
    "/evaluations",
    status_code=201,
    response_model=EvaluationOut,
    responses={200: {"description": "Nothing has changed since"}, **documented(400, 404, 413)},
)
def evaluate(
    session: CurrentSession,
    actor: CurrentActor,
    loaded: CurrentPolicies,
    response: Response,
    asked: EvaluationIn,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Any:
    """May this version enter that stage? A BLOCK is an answer too: read `verdict`."""
    began = db.now()
    found = gate.evaluate(
        session,
        actor,
        namespace=asked.namespace,
        name=asked.name,
        version=asked.version,
        stage=asked.target_stage,
        policies=loaded,
        idempotency_key=idempotency_key,
    )
    response.status_code = 201 if found.evaluated_at >= began else 200
    return _evaluation(session, actor, found)


@router.get("/evaluations", response_model=Listed[EvaluationSummary], responses=documented(404))
def list_evaluations(
    session: CurrentSession,
    actor: CurrentActor,
    namespace: Namespace,
    name: Name,
    version: str | None = None,
    stage: str | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """A model's evaluations, the newest first."""
    found = gate.history(
        session,
        actor,
        namespace=namespace,
        name=name,
        version=version,
        stage=stage,
        cursor=cursor,
        limit=limit,
    )
    return shapes.page(found, lambda row: EvaluationSummary(**_summary(session, row)))


@router.get("/evaluations/{evaluation_id}", response_model=EvaluationOut, responses=documented(404))
def read_evaluation(session: CurrentSession, actor: CurrentActor, evaluation_id: str) -> Any:
    """One evaluation: what is hidden from you is named `restricted`, its fix and owner are not."""
    return _evaluation(session, actor, gate.read(session, actor, evaluation_id))


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
                model=_model(one.version),
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
    return _promotion(session, made)


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
    return shapes.page(found, lambda row: _promotion(session, row))


def _policy(one: policies.Policy) -> PolicyOut:
    return PolicyOut(
        name=one.name,
        version=one.version,
        digest=one.digest,
        owner=one.document.metadata.owner,
        stages=list(one.stages),
        rules=[
            RuleOut(
                **rule.document.model_dump(include={"id", "title", "why", "check", "remediation"}),
                clauses=list(rule.document.clauses or rule.check.clauses),
                severity=rule.document.severity.value,
                parameters=rule.parameters.model_dump(mode="json"),
            )
            for rule in one.rules
        ],
        approvals=[AskedOut(role=asked.role, count=asked.count) for asked in one.approvals],
    )


def _evaluation(session: Session, actor: Actor, row: tables.Evaluation) -> EvaluationOut:
    results = gate.findings_for(actor, row)
    stood_on = gate.input_of(row)
    return EvaluationOut(
        **_summary(session, row),
        results=[
            ResultOut(**{name: one[name] for name in ResultOut.model_fields})
            for one in results
            if one["kind"] != approvals.KIND
        ],
        approvals=[
            ApprovalStateOut(**{name: one[name] for name in ApprovalStateOut.model_fields})
            for one in results
            if one["kind"] == approvals.KIND
        ],
        policies=stood_on["policies"],
        snapshot=stood_on["snapshot"],
    )


def _summary(session: Session, row: tables.Evaluation) -> dict[str, Any]:
    version = registry.by_id(session, row.model_version_id)
    names = ("id", "stage", "verdict", "evaluated_at", "requested_by")
    return {"model": _model(version), **{name: getattr(row, name) for name in names}}


def _model(version: registry.Registered) -> ModelName:
    return ModelName(
        namespace=version.model.namespace,
        name=version.model.name,
        version=version.version.version,
    )


def _promotion(session: Session, row: tables.Promotion) -> PromotionOut:
    names = ("id", "stage", "evaluation_id", "allowed", "refusal", "requested_by", "at")
    previous = row.previous_version_id
    return PromotionOut(
        **{name: getattr(row, name) for name in names},
        version=registry.by_id(session, row.model_version_id).version.version,
        previous_version=registry.by_id(session, previous).version.version if previous else None,
    )
