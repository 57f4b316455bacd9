"""A person's answer holds for what they saw, and nobody answers their own request."""

import pytest
from sqlmodel import Session, select

from catalog import approvals, db, tables
from catalog.access import Rules
from catalog.approvals import weigh
from catalog.errors import Forbidden, Invalid, NotFound
from catalog.tables import Approval
from tests.churn import OTHER_DIGEST, Churn

# What is decided before or after the database is asked needs only one of them.
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def churn(session: Session, rules: Rules) -> Churn:
    """The company, its model ready but for legal."""
    made = Churn(session, rules)
    made.ready()
    return made


@on_one_database
def test_an_approval_does_not_hold_for_another_artifact(churn: Churn) -> None:
    churn.answer(churn.evaluate())
    churn.ready("2", OTHER_DIGEST)
    assert churn.evaluate().verdict == "ALLOW"
    assert churn.evaluate(version="2").verdict == "PENDING"


def test_an_approval_ends_when_a_fact_that_a_rule_reads_changes(churn: Churn) -> None:
    churn.answer(churn.evaluate())
    churn.edit("dataset", "crm.customers", fields=[{"path": "age", "tags": ["not-personal", "x"]}])
    assert churn.evaluate().verdict == "PENDING"
    churn.edit("dataset", "crm.customers", fields=[{"path": "age", "tags": ["not-personal"]}])
    assert churn.evaluate().verdict == "ALLOW"


def test_an_approval_outlives_an_edit_that_no_rule_reads(churn: Churn) -> None:
    churn.answer(churn.evaluate())
    churn.edit("dataset", "crm.customers", description="all who ever bought")
    churn.edit("dataset", "crm.customers", lifecycle="deprecated")
    assert churn.evaluate().verdict == "ALLOW"


@on_one_database
def test_a_measurement_that_a_rule_reads_is_such_a_fact(churn: Churn) -> None:
    churn.answer(churn.evaluate())
    churn.measure(value=0.91)
    assert churn.evaluate().verdict == "PENDING"


@on_one_database
def test_a_machine_cannot_approve(churn: Churn) -> None:
    robot = churn.actor("service:bot", legal="")
    with pytest.raises(Forbidden, match="only a person can approve"):
        churn.answer(churn.evaluate(), actor=robot)


@on_one_database
def test_the_role_must_be_held_where_the_model_is(churn: Churn) -> None:
    evaluation = churn.evaluate()
    for actor in (churn.admin, churn.actor("user:lou", legal="elsewhere")):
        with pytest.raises(Forbidden, match="approval:give"):
            churn.answer(evaluation, actor=actor)
    approver = churn.actor("user:app", approver="models")
    with pytest.raises(Forbidden, match="user:app does not hold legal in models"):
        churn.answer(evaluation, actor=approver)


@on_one_database
def test_who_asked_cannot_answer(churn: Churn) -> None:
    evaluation = churn.evaluate(actor=churn.legal)
    with pytest.raises(Forbidden) as refused:
        churn.answer(evaluation)
    assert refused.value.code == "four_eyes"
    # What the pipeline asks about the same version, they may answer.
    assert churn.answer(churn.evaluate()).approved


@on_one_database
def test_who_registered_the_version_cannot_approve_it(churn: Churn) -> None:
    with pytest.raises(Forbidden, match="registered the version") as refused:
        churn.answer(churn.evaluate(), actor=churn.actor("user:ana", legal=""))
    assert refused.value.code == "four_eyes"


@on_one_database
def test_only_a_role_that_a_policy_asks_for_can_answer(churn: Churn) -> None:
    with pytest.raises(Invalid) as refused:
        churn.answer(churn.evaluate("shadow"))
    assert refused.value.code == "role_not_asked"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2_001, "a\0b"])
@on_one_database
def test_an_answer_needs_a_reason(churn: Churn, reason: str) -> None:
    with pytest.raises(Invalid, match="a reason has 1 to 2000 characters"):
        approvals.answer(
            churn.session,
            churn.legal,
            evaluation_id=churn.evaluate().id,
            role="legal",
            approved=True,
            reason=reason,
        )


@on_one_database
def test_an_unknown_evaluation_is_not_found(churn: Churn) -> None:
    with pytest.raises(NotFound, match="no evaluation nothing"):
        approvals.answer(
            churn.session,
            churn.legal,
            evaluation_id="nothing",
            role="legal",
            approved=True,
            reason="x",
        )


def test_a_rejection_blocks_until_the_role_approves(churn: Churn) -> None:
    churn.answer(churn.evaluate(), approved=False)
    blocked = churn.evaluate()
    assert blocked.verdict == "BLOCK"
    (entry,) = [one for one in blocked.results if one["kind"] == "approval"]
    assert entry["status"] == "FAIL"
    assert entry["message"] == "user:lea refused: the data agreement covers it"
    churn.answer(blocked, actor=churn.actor("user:lou", legal=""))
    assert churn.evaluate().verdict == "ALLOW"


def test_the_same_answer_twice_is_one_answer(churn: Churn) -> None:
    evaluation = churn.evaluate()
    assert churn.answer(evaluation).id == churn.answer(evaluation).id
    assert len(churn.session.exec(select(Approval)).all()) == 1
    rows = churn.session.exec(
        select(tables.AuditEntry).where(tables.AuditEntry.action == "approval:give")
    ).all()
    assert [row.after and row.after["approved"] for row in rows] == [True]


def test_an_approval_can_be_given_again_after_somebody_refused(churn: Churn) -> None:
    evaluation = churn.evaluate()
    first = churn.answer(evaluation)
    churn.answer(evaluation, approved=False, actor=churn.actor("user:lou", legal=""))
    assert churn.answer(evaluation).id != first.id
    assert churn.evaluate().verdict == "ALLOW"


def given(*answers: tuple[str, bool]) -> list[Approval]:
    return [
        Approval(
            id=f"{number}",
            evaluation_id="",
            model_version_id="",
            stage="production",
            role="legal",
            approved=approved,
            binding="",
            reason="",
            subject=subject,
            at=db.now(),
        )
        for number, (subject, approved) in enumerate(answers)
    ]


@pytest.mark.parametrize(
    ("answers", "needed", "status"),
    [
        ([], 1, "PENDING"),
        ([("a", True)], 1, "PASS"),
        ([("a", True)], 2, "PENDING"),
        ([("a", True), ("a", True)], 2, "PENDING"),
        ([("a", True), ("b", True)], 2, "PASS"),
        ([("a", True), ("a", False)], 1, "FAIL"),
        ([("a", True), ("b", False)], 1, "FAIL"),
        ([("a", False), ("b", True)], 1, "PASS"),
        ([("a", True), ("b", False), ("b", True)], 2, "PENDING"),
    ],
)
def test_answers_are_weighed_by_person_and_order(
    answers: list[tuple[str, bool]], needed: int, status: str
) -> None:
    assert weigh(given(*answers), "legal", needed).status == status
    assert weigh(given(*answers), "other", needed).status == "PENDING"


def test_what_waits_for_a_person_is_listed_for_them_alone(churn: Churn) -> None:
    churn.evaluate("shadow")
    churn.evaluate(actor=churn.owner)
    newest = churn.evaluate()
    (waiting,) = approvals.waiting(churn.session, churn.legal)
    assert (waiting.evaluation.id, waiting.role) == (newest.id, "legal")
    assert approvals.waiting(churn.session, churn.actor("user:app", approver="")) == []
    assert approvals.waiting(churn.session, churn.actor("user:lou", legal="elsewhere")) == []
    churn.answer(newest)
    assert approvals.waiting(churn.session, churn.legal) == []


@on_one_database
def test_ones_own_request_does_not_wait_for_oneself(churn: Churn) -> None:
    churn.evaluate(actor=churn.legal)
    assert approvals.waiting(churn.session, churn.legal) == []
    churn.evaluate()
    assert len(approvals.waiting(churn.session, churn.legal)) == 1
