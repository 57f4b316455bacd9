"""The gate's verdicts on real lineage: closed unless everything is shown to hold."""

import dataclasses
import datetime
import threading

import pytest
import rfc8785
import sqlalchemy as sa
import zstandard
from sqlmodel import Session, func, select

from catalog import db, gate, lineage, registry, tables
from catalog.access import Rules
from catalog.errors import Forbidden, Invalid, NotFound
from catalog.tables import Evaluation
from tests.churn import DIGEST, OTHER_DIGEST, UNMASKED, Churn, failing
from tests.events import WAREHOUSE

# What is decided before or after the database is asked needs only one of them.
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def churn(session: Session, rules: Rules) -> Churn:
    return Churn(session, rules)


def test_a_version_that_holds_everything_waits_for_legal(churn: Churn) -> None:
    churn.ready()
    evaluation = churn.evaluate()
    assert evaluation.verdict == "PENDING"
    assert failing(evaluation) == {"approval:legal": "PENDING"}
    (asked,) = [one for one in evaluation.results if one["kind"] == "approval"]
    assert (asked["role"], asked["needed"], asked["given"]) == ("legal", 1, [])


def test_it_is_allowed_once_legal_has_approved(churn: Churn) -> None:
    churn.ready()
    churn.answer(churn.evaluate())
    evaluation = churn.evaluate()
    assert evaluation.verdict == "ALLOW"
    assert failing(evaluation) == {}


def test_personal_data_in_a_feature_blocks_and_says_how_to_mend_it(churn: Churn) -> None:
    churn.trained(UNMASKED)
    churn.register()
    churn.measure()
    evaluation = churn.evaluate()
    assert evaluation.verdict == "BLOCK"
    assert failing(evaluation)["PRD-06"] == "FAIL"
    (rule,) = [one for one in gate.findings_for(churn.admin, evaluation) if one["rule"] == "PRD-06"]
    (finding,) = rule["findings"]
    assert finding["message"] == (
        "email of crm.customers reaches feature domain of features.churn unmasked"
    )
    assert finding["owner"] == "team:features"
    assert "Mask email of crm.customers where features makes domain" in finding["fix"]


def test_the_same_version_passes_once_a_steward_marked_the_masking(churn: Churn) -> None:
    churn.trained(UNMASKED)
    churn.register()
    churn.measure()
    lineage.mark_masking(
        churn.session,
        churn.admin,
        source=lineage.masking.FieldName(WAREHOUSE, "crm.customers", "email"),
        target=lineage.masking.FieldName(WAREHOUSE, "features.churn", "domain"),
        masking=True,
        reason="the domain of a mail address is kept only for public providers",
    )
    assert failing(churn.evaluate()) == {"approval:legal": "PENDING"}


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"certification": "rejected"}, {"PRD-02"}),
        ({"is_source": False}, {"PRD-03"}),
        ({"owner": None}, {"PRD-07"}),
    ],
)
@on_one_database
def test_each_fact_that_does_not_hold_blocks(
    churn: Churn, changes: dict[str, object], broken: set[str]
) -> None:
    churn.ready()
    churn.edit("dataset", "crm.customers", **changes)
    evaluation = churn.evaluate()
    assert evaluation.verdict == "BLOCK"
    assert failing(evaluation).keys() - {"approval:legal"} == broken


@on_one_database
def test_evidence_for_another_artifact_cannot_be_used(churn: Churn) -> None:
    churn.trained()
    churn.register()
    churn.measure(digest=OTHER_DIGEST)
    evaluation = churn.evaluate()
    assert failing(evaluation)["PRD-09"] == "ERROR"
    assert evaluation.verdict == "BLOCK"


@on_one_database
def test_a_certificate_that_ends_is_noticed_though_no_fact_changed(
    churn: Churn, monkeypatch: pytest.MonkeyPatch
) -> None:
    churn.ready()
    until = db.now() + datetime.timedelta(days=1)
    churn.edit("dataset", "crm.customers", certification="certified", certified_until=until)
    first = churn.evaluate()
    monkeypatch.setattr(db, "now", lambda: until + datetime.timedelta(days=1))
    second = churn.evaluate()
    assert (first.verdict, second.verdict) == ("PENDING", "BLOCK")
    assert first.input_digest == second.input_digest


@on_one_database
def test_what_only_warns_does_not_stop(churn: Churn) -> None:
    churn.ready()
    churn.edit("dataset", "crm.customers", certification="none", owner=None)
    evaluation = churn.evaluate("shadow")
    assert failing(evaluation) == {"SHD-04": "FAIL", "SHD-06": "FAIL"}
    assert evaluation.verdict == "ALLOW"


@on_one_database
def test_a_stage_that_no_policy_speaks_of_is_closed(churn: Churn) -> None:
    churn.ready()
    evaluation = churn.evaluate("development")
    assert evaluation.verdict == "BLOCK"
    assert failing(evaluation) == {"gate:no-policy": "ERROR"}


@on_one_database
def test_policies_without_rules_leave_the_gate_closed(churn: Churn) -> None:
    churn.ready()
    emptied = tuple(dataclasses.replace(one, rules=()) for one in churn.policies.policies)
    churn.policies = dataclasses.replace(churn.policies, policies=emptied)
    assert churn.evaluate("shadow").verdict == "BLOCK"


def test_lineage_that_was_cut_short_decides_nothing(churn: Churn) -> None:
    version = registry.version_of(churn.session, churn.ready())
    found = gate.assess(
        churn.session,
        churn.pipeline,
        version,
        stage="shadow",
        policies=churn.policies,
        max_nodes=2,
    )
    assert found.verdict == "BLOCK"
    assert {one["status"] for one in found.results} == {"ERROR"}
    assert found.results[0]["rule"] == "gate:lineage-cut-short"


@on_one_database
def test_every_matching_policy_must_hold(churn: Churn) -> None:
    churn.ready()
    strict, mild = churn.policies.matching("production")[0], churn.policies.matching("shadow")[0]
    everywhere = mild.document.applies_to.model_copy(update={"stages": ("production",)})
    document = mild.document.model_copy(update={"applies_to": everywhere})
    both = (strict, dataclasses.replace(mild, document=document))
    churn.policies = dataclasses.replace(churn.policies, policies=both)
    policies = {one["policy"] for one in churn.evaluate().results}
    assert policies == {"production", "shadow"}


@on_one_database
def test_an_unknown_stage_is_refused(churn: Churn) -> None:
    churn.ready()
    with pytest.raises(Invalid, match="no stage 'prod'") as refused:
        churn.evaluate("prod")
    assert refused.value.code == "unknown_stage"


def test_an_unknown_version_is_not_found(churn: Churn) -> None:
    churn.ready()
    with pytest.raises(NotFound, match="no model version models/churn 9"):
        churn.evaluate(version="9")
    for unknown in ("a\0b", "\ud800"):
        with pytest.raises(NotFound):
            churn.evaluate(version=unknown)


@on_one_database
def test_who_may_not_evaluate_learns_nothing_about_what_exists(churn: Churn) -> None:
    churn.ready()
    stranger = churn.actor("user:eve", viewer="")
    for version in ("1", "9"):
        with pytest.raises(Forbidden, match="gate:evaluate"):
            churn.evaluate(version=version, actor=stranger)


def test_asking_again_gives_the_same_evaluation_until_something_changes(churn: Churn) -> None:
    churn.ready()
    first = churn.evaluate()
    assert churn.evaluate().id == first.id
    churn.edit("dataset", "crm.customers", owner="team:other")
    assert churn.evaluate().id != first.id


def test_somebody_elses_evaluation_is_not_given_as_ones_own(churn: Churn) -> None:
    churn.ready()
    assert churn.evaluate().requested_by == "service:ci"
    assert churn.evaluate(actor=churn.owner).requested_by == "user:ana"


def test_a_repeated_request_gets_the_first_answer_whatever_changed(churn: Churn) -> None:
    churn.ready()
    first = churn.evaluate(key="run-17")
    churn.edit("dataset", "crm.customers", certification="none")
    assert churn.evaluate(key="run-17").id == first.id
    assert churn.evaluate(key="run-18").verdict == "BLOCK"
    # The same key from another requester is another request.
    assert churn.evaluate(key="run-17", actor=churn.owner).id != first.id


def test_a_key_used_for_another_question_is_refused(churn: Churn) -> None:
    churn.ready()
    churn.evaluate(key="run-17")
    with pytest.raises(Invalid) as refused:
        churn.evaluate("shadow", key="run-17")
    assert refused.value.code == "idempotency_key_reused"


def test_the_same_request_twice_at_once_gets_one_answer(engine: sa.Engine, rules: Rules) -> None:
    with db.transaction(engine) as session:
        Churn(session, rules).ready()
    start, answers = threading.Barrier(2), list[str]()

    def evaluate() -> None:
        start.wait()
        with db.transaction(engine) as session:
            answers.append(Churn(session, rules).evaluate(key="run-17").id)

    threads = [threading.Thread(target=evaluate) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 2
    assert len(set(answers)) == 1


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "a\0b"])
@on_one_database
def test_a_key_that_cannot_be_kept_is_refused(churn: Churn, key: str) -> None:
    churn.ready()
    with pytest.raises(Invalid, match="an idempotency key has 1 to 200 characters"):
        churn.evaluate(key=key)


def test_all_that_a_verdict_stood_on_is_kept(churn: Churn) -> None:
    churn.ready()
    churn.answer(churn.evaluate())
    evaluation = churn.evaluate()
    stood_on = gate.input_of(evaluation)
    assert stood_on["artifact_digest"] == DIGEST
    assert [one["name"] for one in stood_on["policies"]] == ["production"]
    assert [one["body"] for one in stood_on["evidence"]] == [{"value": 0.9, "n": 1_000}]
    assert [one["subject"] for one in stood_on["approvals"]] == ["user:lea"]
    assert stood_on["now"] == evaluation.evaluated_at.isoformat()
    snapshot = stood_on["snapshot"]
    assert (snapshot["nodes"], snapshot["edges"], snapshot["truncated"]) == (5, 4, False)
    policy = churn.session.get_one(tables.Policy, stood_on["policies"][0]["digest"])
    assert policy.document["metadata"]["name"] == "production"


def test_the_snapshot_is_kept_by_the_digest_of_its_canonical_form(churn: Churn) -> None:
    churn.ready()
    evaluation = churn.evaluate()
    stored = churn.session.get_one(tables.Snapshot, evaluation.snapshot_digest)
    document = gate.snapshot_of(churn.session, evaluation)
    assert zstandard.decompress(stored.body) == rfc8785.dumps(document)


@on_one_database
def test_names_that_a_reader_may_not_know_are_withheld_but_not_the_fix(churn: Churn) -> None:
    churn.trained(UNMASKED)
    churn.register()
    evaluation = churn.evaluate()
    reader = churn.actor("user:vic", viewer="models")
    (rule,) = [one for one in gate.findings_for(reader, evaluation) if one["rule"] == "PRD-06"]
    (finding,) = rule["findings"]
    assert finding["message"] == "a restricted field reaches feature a restricted field unmasked"
    assert finding["subject"] == "restricted"
    assert finding["path"][:2] == ["restricted", "restricted"]
    assert finding["path"][-1] == "model-version:models:churn:1"
    assert finding["fix"].startswith("Mask a restricted field where a restricted job makes")
    assert finding["owner"] == "team:features"
    assert finding["data"]["hop"]["job"] == "restricted"
    shown = str(gate.findings_for(reader, evaluation))
    assert not any(name in shown for name in ("crm", "email", "features.churn"))


@on_one_database
def test_the_owner_of_a_dataset_may_know_its_name_in_a_finding(churn: Churn) -> None:
    churn.trained(UNMASKED)
    churn.register()
    churn.edit("dataset", "crm.customers", owner="user:cyd")
    evaluation = churn.evaluate()
    shown = gate.findings_for(churn.actor("user:cyd"), evaluation)
    (rule,) = [one for one in shown if one["rule"] == "PRD-06"]
    assert rule["findings"][0]["message"] == (
        "email of crm.customers reaches feature a restricted field unmasked"
    )


def test_reading_an_evaluation_takes_the_right_to(churn: Churn) -> None:
    churn.ready()
    evaluation = churn.evaluate()
    reader = churn.actor("user:vic", viewer="models")
    assert gate.read(churn.session, reader, evaluation.id).id == evaluation.id
    with pytest.raises(Forbidden):
        gate.read(churn.session, churn.actor("user:eve", viewer="other"), evaluation.id)
    for unknown in ("none", "a\0b", "\ud800"):
        with pytest.raises(NotFound):
            gate.read(churn.session, reader, unknown)


def test_the_history_of_a_model_is_paged_newest_first(churn: Churn) -> None:
    churn.ready()
    made = [churn.evaluate(stage).id for stage in ("shadow", "beta", "production")]
    asked = {"namespace": "models", "name": "churn"}
    first = gate.history(churn.session, churn.owner, **asked, limit=2)
    rest = gate.history(churn.session, churn.owner, **asked, limit=2, cursor=first.next_cursor)
    assert [one.id for one in (*first.items, *rest.items)] == made[::-1]
    assert rest.next_cursor is None
    newest = gate.latest(churn.session, churn.owner, **asked, version="1", stage="beta")
    assert newest is not None
    assert newest.id == made[1]
    assert gate.latest(churn.session, churn.owner, **asked, version="9") is None


def test_an_evaluation_is_audited_once(churn: Churn) -> None:
    churn.ready()
    evaluation = churn.evaluate()
    churn.evaluate()
    entry = tables.AuditEntry
    query = select(entry).where(entry.action == "gate:evaluate")
    (row,) = churn.session.exec(query).all()
    assert row.target == "model-version:models:churn:1"
    assert row.after == {"id": evaluation.id, "stage": "production", "verdict": "PENDING"}
    assert churn.session.exec(select(func.count()).select_from(Evaluation)).one() == 1
