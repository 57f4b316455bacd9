"""People's answers in a role: bound to what they saw, given by someone else than who asked."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from catalog import audit, db, registry
from catalog.access import Action, Actor, Target
from catalog.errors import Forbidden, Invalid, NotFound
from catalog.tables import ACCOUNTABLE, Approval, Asset, Evaluation, ModelVersion

MAX_REASON_CHARACTERS = 2_000
KIND = "approval"
PASS, FAIL, PENDING = "PASS", "FAIL", "PENDING"


@dataclass(frozen=True)
class Standing:
    """Where a role stands: PASS, PENDING, or FAIL while a rejection holds. `answers` count now."""

    role: str
    needed: int
    status: str
    answers: tuple[Approval, ...]


@dataclass(frozen=True)
class Waiting:
    """An evaluation that waits for an answer that the actor can give."""

    evaluation: Evaluation
    version: registry.Registered
    role: str


def answer(
    session: Session,
    actor: Actor,
    *,
    evaluation_id: str,
    role: str,
    approved: bool,
    reason: str,
) -> Approval:
    """Records a person's answer to what an evaluation found; the same answer again changes nothing.

    It holds for the artifact, policies and facts of that evaluation: when one of them changes, it
    is asked for again. Raises Forbidden for a machine, for who does not hold the role, and for who
    asked for the evaluation or registered the version (four_eyes); NotFound, and Invalid where no
    policy asks for the role (role_not_asked).
    """
    actor.must(Action.APPROVAL_GIVE, target_of(session, evaluation_id))
    evaluation = session.get_one(Evaluation, evaluation_id)
    version = registry.by_id(session, evaluation.model_version_id)
    _must_be_entitled(actor, role, evaluation, version)
    kept = reason.strip() and registry.can_be_kept(reason)
    if not kept or len(reason) > MAX_REASON_CHARACTERS:
        raise Invalid(f"a reason has 1 to {MAX_REASON_CHARACTERS} characters", field="reason")
    asked = next((entry for entry in _asked(evaluation) if entry["role"] == role), None)
    if asked is None:
        raise Invalid(f"no policy asks {role} about this evaluation", code="role_not_asked")
    given = standing(session, version.version, evaluation.stage, asked["binding"])
    if known := _unchanged([one for one in given if one.role == role], actor, approved=approved):
        return known
    row = Approval(
        id=db.uuid7(),
        evaluation_id=evaluation.id,
        model_version_id=version.version.id,
        stage=evaluation.stage,
        role=role,
        approved=approved,
        binding=asked["binding"],
        reason=reason,
        subject=actor.subject,
        at=db.now(),
    )
    session.add(row)
    session.flush()
    _record(session, actor, version, row)
    return row


def standing(session: Session, version: ModelVersion, stage: str, binding: str) -> list[Approval]:
    """Every answer about exactly these facts, oldest first."""
    query = select(Approval).where(
        Approval.model_version_id == version.id,
        Approval.stage == stage,
        Approval.binding == binding,
    )
    return list(session.exec(query.order_by(col(Approval.at), col(Approval.id))))


def weigh(answers: Sequence[Approval], role: str, needed: int) -> Standing:
    """Where a role stands, by the last answer of each person in it.

    A rejection holds until somebody in the same role approves after it; those who approved before
    it do not count any more.
    """
    mine = [one for one in answers if one.role == role]
    rejections = [place for place, one in enumerate(mine) if not one.approved]
    since = mine[rejections[-1] + 1 :] if rejections else mine
    approvals = {one.subject: one for one in since}
    if len(approvals) >= needed:
        return Standing(role, needed, PASS, tuple(approvals.values()))
    if rejections and not approvals:
        return Standing(role, needed, FAIL, (mine[rejections[-1]],))
    return Standing(role, needed, PENDING, tuple(approvals.values()))


def waiting(session: Session, actor: Actor, *, limit: int = 50) -> list[Waiting]:
    """What waits for the actor's answer, newest first: of each version and stage the last asked."""
    actor.must_somewhere(Action.APPROVAL_GIVE)
    newer = sa.orm.aliased(Evaluation)
    superseded = sa.exists().where(
        col(newer.model_version_id) == col(Evaluation.model_version_id),
        col(newer.stage) == col(Evaluation.stage),
        col(newer.requested_by) != actor.subject,
        sa.tuple_(col(newer.evaluated_at), col(newer.id))
        > sa.tuple_(col(Evaluation.evaluated_at), col(Evaluation.id)),
    )
    query = (
        select(Evaluation, ModelVersion, Asset)
        .join(ModelVersion, col(ModelVersion.id) == col(Evaluation.model_version_id))
        .join(Asset, col(Asset.id) == col(ModelVersion.model_id))
        .where(
            Evaluation.verdict == PENDING,
            Evaluation.requested_by != actor.subject,
            ModelVersion.registered_by != actor.subject,
            actor.where(Action.APPROVAL_GIVE, col(Asset.namespace), ACCOUNTABLE),
            ~superseded,
        )
        .order_by(col(Evaluation.evaluated_at).desc(), col(Evaluation.id).desc())
        .limit(limit)
    )
    found = [
        (evaluation, registry.Registered(version, model))
        for evaluation, version, model in session.exec(query)
    ]
    return [one for pair in found for one in _mine(session, actor, *pair)]


def target_of(session: Session, evaluation_id: str) -> Target:
    """What is asked for rights on an evaluation: its model. Raises NotFound."""
    evaluation = None
    if registry.can_be_kept(evaluation_id):
        evaluation = session.get(Evaluation, evaluation_id)
    if evaluation is None:
        raise NotFound(f"no evaluation {evaluation_id[:100]}")
    return registry.by_id(session, evaluation.model_version_id).target


def _mine(
    session: Session, actor: Actor, evaluation: Evaluation, version: registry.Registered
) -> Iterator[Waiting]:
    for entry in _asked(evaluation):
        given = standing(session, version.version, evaluation.stage, entry["binding"])
        answered = (entry["role"], actor.subject) in {(one.role, one.subject) for one in given}
        settled = weigh(given, entry["role"], entry["needed"]).status == PASS
        if actor.holds(entry["role"], version.target) and not answered and not settled:
            yield Waiting(evaluation, version, entry["role"])


def _unchanged(given: Sequence[Approval], actor: Actor, *, approved: bool) -> Approval | None:
    """The actor's last answer, if it was this one and nobody has answered otherwise since."""
    for one in reversed(given):
        if one.approved != approved:
            return None
        if one.subject == actor.subject:
            return one
    return None


def _asked(evaluation: Evaluation) -> Iterable[dict[str, Any]]:
    return (entry for entry in evaluation.results if entry["kind"] == KIND)


def _must_be_entitled(
    actor: Actor, role: str, evaluation: Evaluation, version: registry.Registered
) -> None:
    if not actor.is_person:
        raise Forbidden(f"{actor.subject} is no person; only a person can approve")
    if not actor.holds(role, version.target):
        raise Forbidden(f"{actor.subject} does not hold {role} in {version.target.namespace}")
    if actor.subject == evaluation.requested_by:
        raise Forbidden("who asked for the evaluation cannot answer it", code="four_eyes")
    if actor.subject == version.version.registered_by:
        raise Forbidden("who registered the version cannot approve it", code="four_eyes")


def _record(session: Session, actor: Actor, version: registry.Registered, row: Approval) -> None:
    said = {"id": row.id, "evaluation": row.evaluation_id, "stage": row.stage, "role": row.role}
    after = said | {"approved": row.approved, "reason": row.reason}
    audit.record(session, actor, Action.APPROVAL_GIVE, version.key.node, after=after)
