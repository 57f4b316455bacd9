"""/api/v2/policies, stages, evaluations: may this model pass, and why not."""

import datetime
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from sqlmodel import Session

from catalog import approvals, db, gate, policies, registry, tables
from catalog.access import Actor
from catalog.api import shapes
from catalog.api.dependencies import (
    CurrentActor,
    CurrentPolicies,
    CurrentSession,
    Cursor,
    Limit,
)
from catalog.api.problems import documented
from catalog.api.shapes import In, Listed, ModelName, Out, example

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
    model_config = example(
        {"namespace": "models", "name": "churn", "version": "2", "target_stage": "production"}
    )

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
    versions = registry.by_ids(session, [row.model_version_id for row in found.items])
    return shapes.page(found, lambda row: EvaluationSummary(**_summary(row, versions)))


@router.get("/evaluations/{evaluation_id}", response_model=EvaluationOut, responses=documented(404))
def read_evaluation(session: CurrentSession, actor: CurrentActor, evaluation_id: str) -> Any:
    """One evaluation: what is hidden from you is named `restricted`, its fix and owner are not."""
    return _evaluation(session, actor, gate.read(session, actor, evaluation_id))


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
        **_summary(row, registry.by_ids(session, [row.model_version_id])),
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


def _summary(row: tables.Evaluation, versions: Mapping[str, registry.Registered]) -> dict[str, Any]:
    version = versions[row.model_version_id]
    names = ("id", "stage", "verdict", "evaluated_at", "requested_by")
    return {"model": shapes.model(version), **{name: getattr(row, name) for name in names}}
