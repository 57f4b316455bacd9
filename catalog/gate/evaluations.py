"""Evaluations: asked for, stored with all that they stood on, and read."""

import datetime
from collections.abc import Mapping
from typing import Any

import zstandard
from sqlmodel import Session, col, select

from catalog import audit, db, registry, tables
from catalog.access import Action, Actor
from catalog.approvals import target_of
from catalog.errors import Invalid
from catalog.gate.assessment import Assessment, assess, pack, unpack
from catalog.policies import Policies
from catalog.registry import Key
from catalog.tables import Evaluation

MAX_KEY_CHARACTERS = 200


def evaluate(
    session: Session,
    actor: Actor,
    *,
    namespace: str,
    name: str,
    version: str,
    stage: str,
    policies: Policies,
    idempotency_key: str | None = None,
) -> Evaluation:
    """Whether a model version may enter a stage, and why not; stored whatever the verdict.

    Asking again gives the same evaluation while nothing that it stood on has changed. Under an
    `idempotency_key` the first answer is given again whatever has changed; the key with another
    question is Invalid (idempotency_key_reused). Raises NotFound, and Invalid (unknown_stage).
    """
    actor.must(Action.GATE_EVALUATE, registry.target(session, namespace, name))
    policies.stage(stage)
    registered = registry.version_of(session, Key(namespace, name, version))
    if idempotency_key is not None:
        _must_be_a_key(idempotency_key)
        known = _by_key(session, actor, idempotency_key)
        if known is not None:
            return _the_same(known, registered, stage)
    found = assess(session, actor, registered, stage=stage, policies=policies)
    if idempotency_key is None and (newest := _unchanged(session, actor, found)):
        return newest
    return _store(session, actor, found, idempotency_key)


def read(session: Session, actor: Actor, evaluation_id: str) -> Evaluation:
    """One evaluation. Raises NotFound and Forbidden."""
    actor.must(Action.GATE_READ, target_of(session, evaluation_id))
    return session.get_one(Evaluation, evaluation_id)


def latest(
    session: Session,
    actor: Actor,
    *,
    namespace: str,
    name: str,
    version: str | None = None,
    stage: str | None = None,
) -> Evaluation | None:
    """The newest evaluation of a model, or of one version or stage; None where there is none."""
    found = history(
        session, actor, namespace=namespace, name=name, version=version, stage=stage, limit=1
    )
    return next(iter(found.items), None)


def history(
    session: Session,
    actor: Actor,
    *,
    namespace: str,
    name: str,
    version: str | None = None,
    stage: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> db.Page[Evaluation]:
    """The evaluations of a model, newest first. Raises Forbidden."""
    actor.must(Action.GATE_READ, registry.target(session, namespace, name))
    row, model = tables.ModelVersion, tables.Asset
    wanted = [col(model.kind) == registry.MODEL, col(model.namespace) == namespace]
    wanted.append(col(model.name) == name)
    if version is not None:
        wanted.append(col(row.version) == version)
    if stage is not None:
        wanted.append(col(Evaluation.stage) == stage)
    if cursor:
        wanted.append(col(Evaluation.id) < db.place(cursor, str)[0])
    query = (
        select(Evaluation)
        .join(row, col(row.id) == col(Evaluation.model_version_id))
        .join(model, col(model.id) == col(row.model_id))
        .where(*wanted)
        .order_by(col(Evaluation.id).desc())
        .limit(limit + 1)
    )
    return registry.page(list(session.exec(query)), limit)


def input_of(evaluation: Evaluation) -> dict[str, Any]:
    """All that the verdict stood on: snapshot digest, facts, evidence, approvals, policies, now."""
    return unpack(evaluation.input)


def snapshot_of(session: Session, evaluation: Evaluation) -> dict[str, Any]:
    """The snapshot document that the evaluation looked at."""
    return unpack(session.get_one(tables.Snapshot, evaluation.snapshot_digest).body)


def changes(evaluation: Evaluation, now: Assessment) -> list[str]:
    """What has changed, of all that the evaluation stood on; empty if it still holds."""
    before, after = input_of(evaluation), now.input
    changed = [part for part in ("policies", "approvals") if before[part] != after[part]]
    facts = before["facts"].keys() | after["facts"].keys()
    changed += sorted(
        fact for fact in facts if before["facts"].get(fact) != after["facts"].get(fact)
    )
    if not changed and (evaluation.verdict, _statuses(evaluation.results)) != (
        now.verdict,
        _statuses(now.results),
    ):
        # The facts are the same and so are the rules: a certificate ended, or a check was mended.
        changed.append("verdict")
    return changed


def _statuses(results: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["rule"], one["status"]) for one in results]


def _by_key(session: Session, actor: Actor, key: str) -> Evaluation | None:
    row = Evaluation
    mine = select(row).where(row.requested_by == actor.subject, row.idempotency_key == key)
    return session.exec(mine).one_or_none()


def _the_same(known: Evaluation, registered: registry.Registered, stage: str) -> Evaluation:
    if (known.model_version_id, known.stage) != (registered.version.id, stage):
        raise Invalid(
            f"the idempotency key was used for another question (evaluation {known.id})",
            code="idempotency_key_reused",
            evaluation_id=known.id,
        )
    return known


def _must_be_a_key(key: str) -> None:
    if not key.strip() or len(key) > MAX_KEY_CHARACTERS or not registry.can_be_kept(key):
        raise Invalid(f"an idempotency key has 1 to {MAX_KEY_CHARACTERS} characters")


def _unchanged(session: Session, actor: Actor, found: Assessment) -> Evaluation | None:
    """The last evaluation that the actor asked for, if asking again came to the same.

    Somebody else's is not given: they, not the actor, would be who asked (four eyes).
    """
    row = Evaluation
    query = select(row).where(
        row.model_version_id == found.registered.version.id,
        row.stage == found.stage,
        row.requested_by == actor.subject,
    )
    newest = session.exec(query.order_by(col(row.id).desc()).limit(1)).one_or_none()
    same = newest is not None and (newest.input_digest, newest.verdict) == (
        found.input_digest,
        found.verdict,
    )
    return newest if same else None


def _store(
    session: Session, actor: Actor, found: Assessment, idempotency_key: str | None
) -> Evaluation:
    body = {"digest": found.snapshot_digest, "body": zstandard.compress(found.snapshot)}
    db.upsert(session, db.table(tables.Snapshot), [body], key=["digest"])
    _keep_policies(session, found)
    row = Evaluation(
        id=db.uuid7(),
        model_version_id=found.registered.version.id,
        stage=found.stage,
        verdict=found.verdict,
        input_digest=found.input_digest,
        snapshot_digest=found.snapshot_digest,
        input=pack(found.input),
        results=found.results,
        requested_by=actor.subject,
        idempotency_key=idempotency_key,
        evaluated_at=datetime.datetime.fromisoformat(found.input["now"]),
    )
    values: Mapping[str, Any] = row.model_dump()
    key = ["requested_by", "idempotency_key"]
    db.upsert(session, db.table(Evaluation), [values], key=key)
    stored = session.get(Evaluation, row.id)
    if stored is None:
        # The same request came in twice at once, and the other one was first.
        first = _by_key(session, actor, idempotency_key or "")
        assert first is not None
        return _the_same(first, found.registered, found.stage)
    after = {"id": row.id, "stage": row.stage, "verdict": row.verdict}
    audit.record(session, actor, Action.GATE_EVALUATE, found.registered.key.node, after=after)
    return stored


def _keep_policies(session: Session, found: Assessment) -> None:
    rows = [
        {
            "digest": policy.digest,
            "name": policy.name,
            "version": policy.version,
            "document": policy.source,
            "first_used_at": db.now(),
        }
        for policy in found.policies
    ]
    if rows:
        db.upsert(session, db.table(tables.Policy), rows, key=["digest"])
