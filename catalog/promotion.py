"""Promotions: a model version moved to a stage by compare-and-set, or refused and why."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from catalog import audit, db, gate, registry, tables
from catalog.access import Action, Actor, Target
from catalog.errors import Conflict, Forbidden, NotFound
from catalog.policies import Policies
from catalog.tables import Evaluation, ModelVersion, Promotion, StageHolder


@dataclass(frozen=True)
class Held:
    """A stage of a model, and the version that holds it."""

    stage: str
    version: ModelVersion
    promotion_id: str


def promote(
    session: Session,
    actor: Actor,
    *,
    evaluation_id: str,
    expected_current: str | None,
    policies: Policies,
) -> Promotion:
    """Moves the evaluated version to the stage, if the gate still allows it as it did then.

    `expected_current` is the version that holds the stage, None if none does. Returns the promotion
    with `allowed` False and the refusal where the verdict is not ALLOW or the stages do not allow
    the move: it is to be committed. The same request again gives the same promotion while it holds.

    Raises Conflict when something that the evaluation stood on has changed (stale_evaluation) or
    another version holds the stage (current_changed), Forbidden where the actor is one of the
    approvers (four_eyes), and NotFound.
    """
    actor.must(Action.PROMOTION_REQUEST, gate.target_of(session, evaluation_id))
    evaluation = session.get_one(Evaluation, evaluation_id)
    version = registry.by_id(session, evaluation.model_version_id)
    # From here to the commit nobody else promotes this model: its rows are read, then written.
    lock = sa.select(col(tables.Asset.id)).where(col(tables.Asset.id) == version.model.id)
    session.execute(lock.with_for_update(key_share=True))
    if done := _done(session, actor, evaluation, policies):
        return done
    found = gate.assess(session, actor, version, stage=evaluation.stage, policies=policies)
    _must_hold(evaluation, found)
    _must_not_be_an_approver(actor, found)
    refusal = _refusal(found) or _wrong_move(session, version, evaluation.stage, policies)
    if refusal:
        return _record(session, actor, version, evaluation, refusal=refusal)
    exclusive = policies.stage(evaluation.stage).exclusive
    holder = _holder(session, version.version.model_id, evaluation.stage) if exclusive else None
    _must_be_expected(session, holder, evaluation.stage, expected_current)
    previous = holder.model_version_id if holder else None
    made = _record(session, actor, version, evaluation, previous=previous)
    _move(session, version, made, exclusive=exclusive)
    return made


def read(session: Session, actor: Actor, promotion_id: str) -> Promotion:
    """One promotion, allowed or refused. Raises NotFound and Forbidden."""
    actor.must(Action.GATE_READ, _target_of(session, promotion_id))
    return session.get_one(Promotion, promotion_id)


def history(
    session: Session,
    actor: Actor,
    *,
    namespace: str,
    name: str,
    cursor: str | None = None,
    limit: int = 50,
) -> db.Page[Promotion]:
    """A model's promotions and refusals, newest first. Raises Forbidden."""
    actor.must(Action.GATE_READ, registry.target(session, namespace, name))
    model = tables.Asset
    wanted = [col(model.kind) == registry.MODEL, col(model.namespace) == namespace]
    wanted.append(col(model.name) == name)
    if cursor:
        wanted.append(col(Promotion.id) < db.place(cursor, str)[0])
    query = select(Promotion).join(model, col(model.id) == col(Promotion.model_id)).where(*wanted)
    rows = session.exec(query.order_by(col(Promotion.id).desc()).limit(limit + 1))
    return registry.page(list(rows), limit)


def holders(session: Session, actor: Actor, *, namespace: str, name: str) -> list[Held]:
    """Which version holds each stage of a model, by stage. Raises Forbidden."""
    actor.must(Action.GATE_READ, registry.target(session, namespace, name))
    model = tables.Asset
    query = (
        select(StageHolder, ModelVersion)
        .join(ModelVersion, col(ModelVersion.id) == col(StageHolder.model_version_id))
        .join(model, col(model.id) == col(StageHolder.model_id))
        .where(model.kind == registry.MODEL, model.namespace == namespace, model.name == name)
        .order_by(col(StageHolder.stage))
    )
    return [Held(held.stage, row, held.promotion_id) for held, row in session.exec(query)]


def stage_of(session: Session, version: ModelVersion, policies: Policies) -> str:
    """Where a version is now: where it was last promoted to, unless another one took its place."""
    last = _standing(session, version, policies)
    return policies.first_stage if last is None else last.stage


def _standing(session: Session, version: ModelVersion, policies: Policies) -> Promotion | None:
    """The last promotion of a version, unless another version took its place since."""
    row = Promotion
    query = select(row).where(row.model_version_id == version.id, col(row.allowed).is_(True))
    last = session.exec(query.order_by(col(row.at).desc(), col(row.id).desc()).limit(1)).first()
    stage = None if last is None else policies.stages.get(last.stage)
    if last is None or stage is None or not stage.exclusive:
        return last
    held = _holder(session, version.model_id, last.stage)
    return last if held is not None and held.model_version_id == version.id else None


def _must_hold(evaluation: Evaluation, found: gate.Assessment) -> None:
    changed = gate.changes(evaluation, found)
    if changed:
        raise Conflict(
            f"since the evaluation {evaluation.id} these changed: {', '.join(changed)}; "
            "evaluate again",
            code="stale_evaluation",
            changed=changed,
            verdict=found.verdict,
        )


def _must_not_be_an_approver(actor: Actor, found: gate.Assessment) -> None:
    approvers = {one["subject"] for one in found.input["approvals"] if one["approved"]}
    if actor.subject in approvers:
        raise Forbidden(
            f"{actor.subject} approved this; somebody else must promote it", code="four_eyes"
        )


def _must_be_expected(
    session: Session, holder: StageHolder | None, stage: str, expected: str | None
) -> None:
    current = None
    if holder is not None:
        current = session.get_one(ModelVersion, holder.model_version_id).version
    if current != expected:
        raise Conflict(
            f"{stage} is held by {_version(current)}, not by {_version(expected)}",
            code="current_changed",
            current=current,
        )


def _version(version: str | None) -> str:
    return "no version" if version is None else f"version {version}"


def _refusal(found: gate.Assessment) -> str | None:
    """Why the gate does not let the version pass, by the rules that stop it."""
    if found.verdict == gate.ALLOW:
        return None
    stopping = [
        one
        for one in found.results
        if one["severity"] == "block" and one["status"] in {"FAIL", "ERROR", gate.PENDING}
    ]
    reasons = "; ".join(f"{one['rule']} ({one['title']}): {one['status']}" for one in stopping)
    return f"{found.verdict}: {reasons}"


def _wrong_move(
    session: Session, version: registry.Registered, stage: str, policies: Policies
) -> str | None:
    here = stage_of(session, version.version, policies)
    before = policies.stage(stage).from_
    if here in before:
        return None
    name = f"{version.key.name} {version.key.version}"
    if here == stage:
        return f"{name} is in {stage} already"
    return f"{name} is in {here}; {stage} is reached from {' or '.join(before) or 'nowhere'}"


def _holder(session: Session, model_id: int, stage: str) -> StageHolder | None:
    return session.get(StageHolder, (model_id, stage), populate_existing=True)


def _done(
    session: Session, actor: Actor, evaluation: Evaluation, policies: Policies
) -> Promotion | None:
    """What the same request made before, where it still holds: the answer may have been lost."""
    version = session.get_one(ModelVersion, evaluation.model_version_id)
    last = _standing(session, version, policies)
    same = last is not None and (last.evaluation_id, last.requested_by) == (
        evaluation.id,
        actor.subject,
    )
    return last if same else None


def _record(
    session: Session,
    actor: Actor,
    version: registry.Registered,
    evaluation: Evaluation,
    *,
    refusal: str | None = None,
    previous: str | None = None,
) -> Promotion:
    row = Promotion(
        id=db.uuid7(),
        model_id=version.model.id or 0,
        stage=evaluation.stage,
        model_version_id=version.version.id,
        previous_version_id=previous,
        evaluation_id=evaluation.id,
        allowed=refusal is None,
        refusal=refusal,
        requested_by=actor.subject,
        at=db.now(),
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        Action.PROMOTION_REQUEST,
        version.key.node,
        after={"id": row.id, "stage": row.stage, "refusal": refusal, "previous": previous},
        allowed=row.allowed,
    )
    return row


def _move(
    session: Session, version: registry.Registered, made: Promotion, *, exclusive: bool
) -> None:
    """Takes the version out of where it was, and puts it in the place of who held the stage."""
    held = StageHolder
    mine = (col(held.model_id) == made.model_id, col(held.model_version_id) == version.version.id)
    session.execute(sa.delete(held).where(*mine))
    if not exclusive:
        return
    row = {"model_id": made.model_id, "stage": made.stage}
    row |= {"model_version_id": version.version.id, "promotion_id": made.id}
    update = ["model_version_id", "promotion_id"]
    db.upsert(session, db.table(held), [row], key=["model_id", "stage"], update=update)


def _target_of(session: Session, promotion_id: str) -> Target:
    promotion = None
    if registry.can_be_kept(promotion_id):
        promotion = session.get(Promotion, promotion_id)
    if promotion is None:
        raise NotFound(f"no promotion {promotion_id[:100]}")
    return registry.by_id(session, promotion.model_version_id).target
