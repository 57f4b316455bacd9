"""/api/v2/model-versions, evidence: the registry."""

import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlmodel import Session

from catalog import promotion, registry, tables
from catalog.access import Actor
from catalog.api import shapes
from catalog.api.dependencies import CurrentActor, CurrentSession, Cursor, Limit
from catalog.api.problems import documented
from catalog.api.shapes import In, Listed, ModelName, Out, example
from catalog.checks import node

router = APIRouter(tags=["models"], responses=documented())
Digest = Annotated[str, Field(examples=["sha256:" + "0" * 64])]
Namespace = Annotated[str, Query(examples=["models"])]
Name = Annotated[str, Query(examples=["churn"])]


class FileIn(In):
    path: str
    digest: Digest
    size_bytes: int | None = None


class ArtifactIn(In):
    """The digest of the whole, and of every file in it."""

    digest: Digest
    files: list[FileIn] = Field(default_factory=list, max_length=10_000)


class ModelVersionIn(In):
    model_config = example(
        {
            "namespace": "models",
            "name": "churn",
            "version": "2",
            "artifact": {
                "digest": "sha256:" + "0" * 64,
                "files": [{"path": "model.onnx", "digest": "sha256:" + "0" * 64}],
            },
            "training_runs": ["01939f5e-7a4c-7cc3-9d2c-6a1f4cdd4c11"],
        }
    )

    namespace: str
    name: str
    version: str
    artifact: ArtifactIn
    training_runs: list[str] = Field(description="The ids of the OpenLineage runs that trained it")
    owner: str | None = None
    description: str | None = None


class FileOut(Out):
    path: str
    digest: str
    size_bytes: int | None


class ModelVersionOut(Out):
    """`stages` are those that the version holds now."""

    id: str
    node: str
    namespace: str
    name: str
    version: str
    artifact_digest: str
    files: list[FileOut]
    training_runs: list[str]
    registered_by: str
    registered_at: datetime.datetime
    stages: list[str]


class EvidenceIn(In):
    """`body` of a metric is {value, n, ci_low, ci_high, slice, dataset}; n is the sample size."""

    model_config = example(
        {
            "model_version": {"namespace": "models", "name": "churn", "version": "2"},
            "kind": "metric",
            "name": "auc",
            "artifact_digest": "sha256:" + "0" * 64,
            "body": {"value": 0.83, "n": 2_000, "ci_low": 0.81, "ci_high": 0.85},
        }
    )

    model_version: ModelName
    kind: registry.EvidenceKind
    name: str
    artifact_digest: Digest
    body: dict[str, Any]


class EvidenceOut(Out):
    id: str
    kind: str
    name: str
    artifact_digest: str
    body: dict[str, Any]
    added_by: str
    added_at: datetime.datetime


@router.post(
    "/model-versions",
    status_code=201,
    response_model=ModelVersionOut,
    responses={200: {"description": "It was registered before"}, **documented(400, 409, 413)},
)
def register_version(
    session: CurrentSession, actor: CurrentActor, response: Response, version: ModelVersionIn
) -> Any:
    """Registers a version, bound to the digest of its artifact; it never changes afterwards."""
    files = tuple(registry.File(**one.model_dump()) for one in version.artifact.files)
    registered = registry.register_version(
        session,
        actor,
        namespace=version.namespace,
        name=version.name,
        version=version.version,
        artifact=registry.Artifact(version.artifact.digest, files),
        training_runs=version.training_runs,
        owner=version.owner,
        description=version.description,
    )
    response.status_code = 201 if registered.is_new else 200
    held = _stages(session, actor, version.namespace, version.name)
    return _version(registered.version, version.namespace, version.name, held)


@router.get("/model-versions", response_model=Listed[ModelVersionOut], responses=documented(404))
def list_versions(
    session: CurrentSession,
    actor: CurrentActor,
    namespace: Namespace,
    name: Name,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """A model's versions, the newest first."""
    found = registry.versions_of(
        session, actor, namespace=namespace, name=name, cursor=cursor, limit=limit
    )
    held = _stages(session, actor, namespace, name)
    return shapes.page(found, lambda row: _version(row, namespace, name, held))


@router.post(
    "/evidence",
    status_code=201,
    response_model=EvidenceOut,
    responses=documented(400, 404, 413),
)
def add_evidence(session: CurrentSession, actor: CurrentActor, evidence: EvidenceIn) -> Any:
    """Adds what was found out about a version, bound to the digest of the artifact looked at."""
    added = registry.add_evidence(
        session,
        actor,
        registry.Key(**evidence.model_version.model_dump()),
        kind=evidence.kind,
        name=evidence.name,
        body=evidence.body,
        artifact_digest=evidence.artifact_digest,
    )
    return _evidence(added)


@router.get("/evidence", response_model=Listed[EvidenceOut], responses=documented(404))
def list_evidence(
    session: CurrentSession,
    actor: CurrentActor,
    namespace: Namespace,
    name: Name,
    version: str,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """The evidence about a version, the newest first."""
    key = registry.Key(namespace, name, version)
    found = registry.evidence_of(session, actor, key, cursor=cursor, limit=limit)
    return shapes.page(found, _evidence)


def _stages(session: Session, actor: Actor, namespace: str, name: str) -> dict[str, list[str]]:
    """By version id, the stages that it holds now."""
    held: dict[str, list[str]] = {}
    for one in promotion.holders(session, actor, namespace=namespace, name=name):
        held.setdefault(one.version.id, []).append(one.stage)
    return held


def _version(
    row: tables.ModelVersion, namespace: str, name: str, held: dict[str, list[str]]
) -> ModelVersionOut:
    values = row.model_dump(exclude={"model_id", "files"})
    return ModelVersionOut(
        **values,
        node=node.model_version(namespace, name, row.version),
        namespace=namespace,
        name=name,
        files=[FileOut(**{"size_bytes": None, **one}) for one in row.files],
        stages=held.get(row.id, []),
    )


def _evidence(row: tables.Evidence) -> EvidenceOut:
    return EvidenceOut(**row.model_dump(exclude={"model_version_id"}))
