"""A promotion is a compare-and-set on what the gate allowed, and a refusal is kept."""

import dataclasses
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from catalog import db, promotion, tables
from catalog.access import Rules
from catalog.errors import CatalogError, Conflict, Forbidden, NotFound
from catalog.tables import Promotion
from tests.churn import OTHER_DIGEST, UNMASKED, Churn

# What is decided before or after the database is asked needs only one of them.
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def churn(session: Session, rules: Rules) -> Churn:
    return Churn(session, rules)


def approved(churn: Churn, version: str = "1") -> tables.Evaluation:
    churn.answer(churn.evaluate(version=version))
    return churn.evaluate(version=version)


def held(churn: Churn) -> dict[str, str]:
    found = promotion.holders(churn.session, churn.owner, namespace="models", name="churn")
    return {one.stage: one.version.version for one in found}


def test_an_allowed_version_takes_the_stage_and_leaves_its_old_one(churn: Churn) -> None:
    churn.in_beta()
    assert held(churn) == {"beta": "1"}
    made = churn.promote(approved(churn))
    assert (made.allowed, made.refusal, made.previous_version_id) == (True, None, None)
    assert held(churn) == {"production": "1"}


def test_the_next_version_takes_the_place_of_the_one_named_as_current(churn: Churn) -> None:
    churn.in_beta()
    first = churn.promote(approved(churn))
    churn.in_beta("2", OTHER_DIGEST)
    made = churn.promote(approved(churn, "2"), "1")
    assert made.previous_version_id == first.model_version_id
    assert held(churn) == {"production": "2"}


@pytest.mark.parametrize("expected", [None, "2", "0"])
def test_another_current_version_than_expected_is_a_conflict(
    churn: Churn, expected: str | None
) -> None:
    churn.in_beta()
    churn.promote(approved(churn))
    churn.in_beta("2", OTHER_DIGEST)
    with pytest.raises(Conflict, match="production is held by version 1, not by") as refused:
        churn.promote(approved(churn, "2"), expected)
    assert refused.value.code == "current_changed"
    assert refused.value.details["current"] == "1"
    assert held(churn) == {"beta": "2", "production": "1"}


@on_one_database
def test_expecting_a_version_where_there_is_none_is_a_conflict(churn: Churn) -> None:
    churn.in_beta()
    with pytest.raises(Conflict, match="production is held by no version, not by version 1"):
        churn.promote(approved(churn), "1")


def test_a_blocked_promotion_is_kept_with_its_reasons(churn: Churn) -> None:
    churn.trained(UNMASKED)
    churn.register()
    churn.measure()
    made = churn.promote(churn.evaluate())
    assert made.allowed is False
    assert made.refusal is not None
    assert made.refusal.startswith("BLOCK: PRD-06 (No personal data reaches a feature")
    stored = churn.session.exec(select(Promotion)).one()
    assert stored.refusal == made.refusal
    entry = tables.AuditEntry
    row = churn.session.exec(select(entry).where(entry.action == "promotion:request")).one()
    assert row.allowed is False


@on_one_database
def test_a_promotion_that_waits_for_approval_is_refused(churn: Churn) -> None:
    churn.in_beta()
    made = churn.promote(churn.evaluate())
    assert made.allowed is False
    assert made.refusal == (
        "PENDING: approval:legal (Approved by one person in the role legal): PENDING"
    )


@on_one_database
def test_stages_are_taken_one_after_the_other(churn: Churn) -> None:
    churn.ready()
    made = churn.promote(approved(churn))
    assert made.allowed is False
    assert made.refusal == "churn 1 is in development; production is reached from beta"


def test_a_version_that_was_displaced_begins_again(churn: Churn) -> None:
    churn.in_beta()
    churn.ready("2", OTHER_DIGEST)
    churn.promote(churn.evaluate("shadow", version="2"))
    assert churn.promote(churn.evaluate("beta", version="2"), "1").allowed
    made = churn.promote(approved(churn))
    assert made.refusal == "churn 1 is in development; production is reached from beta"


def test_any_number_of_versions_may_be_retired(churn: Churn) -> None:
    churn.ready()
    churn.ready("2", OTHER_DIGEST)
    for version in ("1", "2"):
        assert churn.promote(churn.evaluate("retired", version=version)).allowed
    assert held(churn) == {}
    made = churn.promote(churn.evaluate("shadow"))
    assert made.refusal == "churn 1 is in retired; shadow is reached from development"


def test_the_same_request_again_is_the_same_promotion_while_it_holds(churn: Churn) -> None:
    churn.in_beta()
    evaluation = approved(churn)
    first = churn.promote(evaluation)
    assert churn.promote(evaluation).id == first.id
    assert len(churn.session.exec(select(Promotion)).all()) == 3


@on_one_database
def test_a_version_is_not_promoted_to_where_it_is(churn: Churn) -> None:
    churn.in_beta()
    churn.promote(approved(churn))
    made = churn.promote(churn.evaluate(actor=churn.owner), "1", actor=churn.owner)
    assert made.refusal == "churn 1 is in production already"


@on_one_database
def test_an_approval_given_since_makes_the_evaluation_stale(churn: Churn) -> None:
    churn.in_beta()
    evaluation = churn.evaluate()
    churn.answer(evaluation)
    with pytest.raises(Conflict) as refused:
        churn.promote(evaluation)
    assert refused.value.code == "stale_evaluation"
    assert refused.value.details["changed"] == ["approvals"]
    assert refused.value.details["verdict"] == "ALLOW"


@pytest.mark.parametrize(
    ("changes", "changed"),
    [
        ({"certification": "none"}, ["approvals", "certification"]),
        ({"owner": "team:other"}, ["approvals", "owners"]),
    ],
)
@on_one_database
def test_a_fact_that_changed_makes_the_evaluation_stale(
    churn: Churn, changes: dict[str, object], changed: list[str]
) -> None:
    churn.in_beta()
    evaluation = approved(churn)
    churn.edit("dataset", "crm.customers", **changes)
    with pytest.raises(Conflict) as refused:
        churn.promote(evaluation)
    assert refused.value.details["changed"] == changed


@on_one_database
def test_a_policy_that_changed_makes_the_evaluation_stale(churn: Churn) -> None:
    churn.in_beta()
    evaluation = approved(churn)
    changed = [dataclasses.replace(one, digest="sha256:0") for one in churn.policies.policies]
    churn.policies = dataclasses.replace(churn.policies, policies=tuple(changed))
    with pytest.raises(Conflict, match="policies"):
        churn.promote(evaluation)


@on_one_database
def test_an_edit_that_no_rule_reads_changes_nothing(churn: Churn) -> None:
    churn.in_beta()
    evaluation = approved(churn)
    churn.edit("dataset", "crm.customers", lifecycle="deprecated", description="old")
    assert churn.promote(evaluation).allowed


@on_one_database
def test_who_approved_cannot_promote(churn: Churn) -> None:
    churn.in_beta()
    evaluation = approved(churn)
    both = churn.actor("user:lea", legal="", promoter="")
    with pytest.raises(Forbidden, match="somebody else must promote it") as refused:
        churn.promote(evaluation, actor=both)
    assert refused.value.code == "four_eyes"


def test_promoting_takes_the_right_to(churn: Churn) -> None:
    churn.ready()
    evaluation = churn.evaluate("shadow")
    with pytest.raises(Forbidden, match="promotion:request"):
        churn.promote(evaluation, actor=churn.legal)
    with pytest.raises(NotFound, match="no evaluation nothing"):
        promotion.promote(
            churn.session,
            churn.pipeline,
            evaluation_id="nothing\0",
            expected_current=None,
            policies=churn.policies,
        )


def test_promotions_and_refusals_are_read_newest_first(churn: Churn) -> None:
    churn.in_beta()
    refused = churn.promote(churn.evaluate())
    asked: dict[str, Any] = {"namespace": "models", "name": "churn"}
    first = promotion.history(churn.session, churn.owner, **asked, limit=1)
    rest = promotion.history(churn.session, churn.owner, **asked, cursor=first.next_cursor)
    stages = [(one.stage, one.allowed) for one in (*first.items, *rest.items)]
    assert stages == [("production", False), ("beta", True), ("shadow", True)]
    assert promotion.read(churn.session, churn.owner, refused.id).refusal == refused.refusal
    with pytest.raises(NotFound):
        promotion.read(churn.session, churn.owner, "nothing")


def test_of_two_promotions_at_once_exactly_one_wins(engine: sa.Engine, rules: Rules) -> None:
    with db.transaction(engine) as session:
        churn = Churn(session, rules)
        churn.ready("1")
        churn.ready("2", OTHER_DIGEST)
        evaluations = [churn.evaluate("shadow", version=version) for version in ("1", "2")]
    start, answers = threading.Barrier(2), list[object]()

    def promote(evaluation: tables.Evaluation) -> None:
        start.wait()
        try:
            with db.transaction(engine) as session:
                answers.append(Churn(session, rules).promote(evaluation).allowed)
        except CatalogError as refused:
            answers.append(refused.code)

    threads = [threading.Thread(target=promote, args=(one,)) for one in evaluations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers, key=str) == [True, "current_changed"]
    with db.transaction(engine, reading=True) as session:
        assert len(session.exec(select(tables.StageHolder)).all()) == 1
        assert [one.allowed for one in session.exec(select(Promotion))] == [True]
