"""What is known about a model version, bound to the digest of the artifact that was looked at."""

from collections.abc import Mapping
from typing import Any, Literal

import rfc8785
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session, col, select

from catalog import audit, db, tables
from catalog.access import Action, Actor
from catalog.errors import Invalid
from catalog.registry.artifact import MAX_NAME_CHARACTERS, must_be_a_digest, must_be_a_name
from catalog.registry.versions import Key, page, target, version_of

MAX_EVIDENCE_BYTES = 100_000
EvidenceKind = Literal["metric", "document", "scan", "profile"]


class Metric(BaseModel):
    """A measurement on `n` samples, with its confidence interval where one was computed.

    `slice` names the part of the data it was made on (None: all of it), `dataset` the data.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    value: float
    n: int | None = Field(default=None, ge=1, le=2**53 - 1)
    ci_low: float | None = None
    ci_high: float | None = None
    slice: str | None = Field(default=None, min_length=1, max_length=MAX_NAME_CHARACTERS)
    dataset: str | None = Field(default=None, min_length=1, max_length=MAX_NAME_CHARACTERS)


def add_evidence(
    session: Session,
    actor: Actor,
    model_version: Key,
    *,
    kind: EvidenceKind,
    name: str,
    body: Mapping[str, Any],
    artifact_digest: str,
) -> tables.Evidence:
    """Adds what is known of an artifact; the same as the newest of its name changes nothing.

    The digest is of the artifact that was looked at: it is kept whatever it is, and counts only
    where it is the version's. Raises NotFound, and Invalid naming what is wrong in a metric.
    """
    actor.must(Action.EVIDENCE_ADD, target(session, model_version.namespace, model_version.name))
    must_be_a_name("name", name)
    must_be_a_digest("artifact_digest", artifact_digest)
    version = version_of(session, model_version).version
    said = _body(kind, body)
    row = tables.Evidence
    same = (
        row.model_version_id == version.id,
        row.kind == kind,
        row.name == name,
        row.artifact_digest == artifact_digest,
    )
    newest = select(row).where(*same).order_by(col(row.added_at).desc(), col(row.id).desc())
    known = session.exec(newest.limit(1)).one_or_none()
    if known is not None and known.body == said:
        return known
    made = tables.Evidence(
        id=db.uuid7(),
        model_version_id=version.id,
        kind=kind,
        name=name,
        artifact_digest=artifact_digest,
        body=said,
        added_by=actor.subject,
        added_at=db.now(),
    )
    session.add(made)
    session.flush()
    after = {"id": made.id, "kind": kind, "name": name, "artifact_digest": artifact_digest}
    audit.record(session, actor, Action.EVIDENCE_ADD, model_version.node, after=after)
    return made


def evidence_of(
    session: Session,
    actor: Actor,
    model_version: Key,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> db.Page[tables.Evidence]:
    """What is known of a version, newest first. Raises Forbidden and NotFound."""
    actor.must(Action.ASSET_READ, target(session, model_version.namespace, model_version.name))
    row = tables.Evidence
    wanted = [col(row.model_version_id) == version_of(session, model_version).version.id]
    if cursor:
        wanted.append(col(row.id) < db.place(cursor, str)[0])
    query = select(row).where(*wanted).order_by(col(row.id).desc()).limit(limit + 1)
    return page(list(session.exec(query)), limit)


def all_evidence(session: Session, version: tables.ModelVersion) -> list[tables.Evidence]:
    """Everything known of a version in the order it was added: what the gate decides on."""
    row = tables.Evidence
    mine = select(row).where(row.model_version_id == version.id)
    return list(session.exec(mine.order_by(col(row.added_at), col(row.id))))


def _body(kind: EvidenceKind, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body as it is kept; of a metric, only what was said."""
    if kind == "metric":
        try:
            metric = Metric.model_validate(dict(body))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "body"
            raise Invalid(f"{where}: {first['msg']}", field=where) from error
        bounds = (metric.ci_low, metric.value, metric.ci_high)
        known = [bound for bound in bounds if bound is not None]
        if known != sorted(known):
            raise Invalid("the value lies outside its confidence interval", field="value")
        return metric.model_dump(exclude_unset=True, exclude_none=True)
    try:
        size = len(rfc8785.dumps(dict(body)))
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise Invalid(f"the body cannot be kept: {error}", field="body") from error
    if size > MAX_EVIDENCE_BYTES:
        raise Invalid(f"the body has {size} bytes; at most {MAX_EVIDENCE_BYTES} are kept")
    return dict(body)
