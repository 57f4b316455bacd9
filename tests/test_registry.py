"""Model versions never change, and evidence is kept as it was given."""

from typing import Any

import pytest
from sqlmodel import Session, select

from catalog import registry, tables
from catalog.access import Actor, Rules
from catalog.errors import Conflict, Forbidden, Invalid, NotFound
from catalog.registry import Artifact, File, Key, Registered
from tests.churn import DIGEST, OTHER_DIGEST, Churn
from tests.events import run_id

KEY = Key("models", "churn", "1")

# What is decided before or after the database is asked needs only one of them.
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def churn(session: Session, rules: Rules) -> Churn:
    return Churn(session, rules)


def register(churn: Churn, *, actor: Actor | None = None, **changes: Any) -> Registered:
    given: dict[str, Any] = {
        "namespace": "models",
        "name": "churn",
        "version": "1",
        "artifact": Artifact(DIGEST, (File("model.bin", DIGEST, 10),)),
        "training_runs": [run_id("train")],
    }
    return registry.register_version(churn.session, actor or churn.owner, **given | changes)


def measure(churn: Churn, body: dict[str, Any], **changes: Any) -> tables.Evidence:
    given: dict[str, Any] = {"kind": "metric", "name": "auc", "artifact_digest": DIGEST}
    return registry.add_evidence(churn.session, churn.owner, KEY, body=body, **given | changes)


def test_the_first_version_makes_the_model_and_its_owner(churn: Churn) -> None:
    made = register(churn, description="who may leave")
    assert made.is_new
    assert (made.model.kind, made.model.owner, made.model.owner_origin) == (
        "model",
        "user:ana",
        "human",
    )
    assert made.model.description == "who may leave"
    assert made.version.files == [{"path": "model.bin", "digest": DIGEST, "size_bytes": 10}]


@on_one_database
def test_a_model_that_has_an_owner_keeps_it(churn: Churn) -> None:
    register(churn)
    other = churn.actor("user:bo", model_owner="models")
    assert register(churn, actor=other, version="2", owner="user:bo").model.owner == "user:ana"


def test_the_same_version_again_is_the_same_version(churn: Churn) -> None:
    first = register(churn)
    again = register(churn)
    assert (again.version.id, again.is_new) == (first.version.id, False)
    assert len(churn.session.exec(select(tables.Training)).all()) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"artifact": Artifact(OTHER_DIGEST)}, "digest_mismatch"),
        ({"artifact": Artifact(DIGEST)}, "version_exists"),
        ({"training_runs": []}, "version_exists"),
    ],
)
def test_a_version_never_changes(churn: Churn, changes: dict[str, Any], code: str) -> None:
    register(churn)
    with pytest.raises(Conflict) as refused:
        register(churn, **changes)
    assert refused.value.code == code


def test_a_training_run_is_known_by_the_same_key_as_its_events(churn: Churn) -> None:
    odd = "scheduled__2026-11-01"
    made = register(churn, training_runs=[run_id("train").upper(), run_id("train"), odd])
    keys = churn.session.exec(select(tables.Training.run_key)).all()
    assert sorted(keys) == made.version.training_runs
    assert run_id("train") in keys
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"artifact": Artifact("sha256:abc")}, "artifact.digest is `sha256:` and 64 hex digits"),
        ({"artifact": Artifact(DIGEST.upper())}, "artifact.digest is"),
        ({"artifact": Artifact(DIGEST, (File("m", "md5:1"),))}, "the digest of m is"),
        (
            {"artifact": Artifact(DIGEST, (File("m", DIGEST), File("m", DIGEST)))},
            "two files of the artifact have the same path",
        ),
        ({"artifact": Artifact(DIGEST, (File("m", DIGEST, -1),))}, "the size of m"),
        ({"version": " "}, "version has 1 to 500 characters"),
        ({"name": "x" * 501}, "name has 1 to 500 characters, not 501"),
        ({"name": "a\0b"}, "name holds a character that is none"),
        ({"namespace": "\ud800"}, "namespace holds a character that is none"),
        ({"training_runs": [str(one) for one in range(101)]}, "at most 100 training runs"),
    ],
)
@on_one_database
def test_what_cannot_be_kept_is_refused(
    churn: Churn, changes: dict[str, Any], problem: str
) -> None:
    with pytest.raises(Invalid, match=problem):
        register(churn, actor=churn.admin, **changes)


@on_one_database
def test_registering_and_adding_evidence_take_the_right_to(churn: Churn) -> None:
    viewer = churn.actor("user:vic", viewer="")
    with pytest.raises(Forbidden, match="model:register"):
        register(churn, actor=viewer)
    register(churn)
    with pytest.raises(Forbidden, match="evidence:add"):
        registry.add_evidence(
            churn.session, viewer, KEY, kind="metric", name="auc", body={}, artifact_digest=DIGEST
        )


@on_one_database
def test_whoever_owns_a_model_may_register_its_next_version(churn: Churn) -> None:
    register(churn, owner="user:bo")
    assert register(churn, actor=churn.actor("user:bo"), version="2").is_new


def test_a_metric_is_kept_as_it_was_measured(churn: Churn) -> None:
    register(churn)
    body = {"value": 0.8, "n": 500, "ci_low": 0.76, "ci_high": 0.84, "slice": "north"}
    assert measure(churn, body).body == body


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "value"),
        ({"value": "0.8"}, "value"),
        ({"value": float("nan")}, "value"),
        ({"value": True}, "value"),
        ({"value": 0.8, "n": 0}, "n"),
        ({"value": 0.8, "samples": 10}, "samples"),
        ({"value": 0.8, "ci_low": 0.9}, "value"),
        ({"value": 0.8, "ci_low": 0.9, "ci_high": 0.7}, "value"),
    ],
)
@on_one_database
def test_a_metric_that_says_something_else_is_refused_by_field(
    churn: Churn, body: dict[str, Any], field: str
) -> None:
    register(churn)
    with pytest.raises(Invalid) as refused:
        measure(churn, body)
    assert refused.value.details["field"] == field


def test_evidence_for_another_artifact_is_kept_but_not_for_an_unknown_version(
    churn: Churn,
) -> None:
    with pytest.raises(NotFound):
        measure(churn, {"value": 0.8})
    register(churn)
    assert measure(churn, {"value": 0.8}, artifact_digest=OTHER_DIGEST).id
    with pytest.raises(Invalid, match="artifact_digest is"):
        measure(churn, {"value": 0.8}, artifact_digest="latest")


def test_the_same_evidence_again_adds_nothing_unless_other_came_between(churn: Churn) -> None:
    register(churn)
    first = measure(churn, {"value": 0.8})
    assert measure(churn, {"value": 0.8}).id == first.id
    measure(churn, {"value": 0.7})
    assert measure(churn, {"value": 0.8}).id != first.id


@pytest.mark.parametrize(
    "body", [{"x": 2**60}, {"x": float("inf")}, {"x": "y" * 100_000}, {"x": "\ud800"}]
)
@on_one_database
def test_a_document_that_cannot_be_kept_is_refused(churn: Churn, body: dict[str, Any]) -> None:
    register(churn)
    assert measure(churn, {"any": ["thing", 1.5]}, kind="document").body == {"any": ["thing", 1.5]}
    with pytest.raises(Invalid):
        measure(churn, body, kind="document")


def test_versions_and_evidence_are_read_newest_first_in_pages(churn: Churn) -> None:
    for number in ("1", "2", "3"):
        register(churn, version=number)
    asked: dict[str, Any] = {"namespace": "models", "name": "churn"}
    first = registry.versions_of(churn.session, churn.owner, **asked, limit=2)
    rest = registry.versions_of(churn.session, churn.owner, **asked, cursor=first.next_cursor)
    assert [one.version for one in (*first.items, *rest.items)] == ["3", "2", "1"]
    for value in (0.1, 0.2, 0.3):
        measure(churn, {"value": value})
    found = registry.evidence_of(churn.session, churn.owner, KEY, limit=2)
    assert [one.body["value"] for one in found.items] == [0.3, 0.2]
    more = registry.evidence_of(churn.session, churn.owner, KEY, cursor=found.next_cursor)
    assert [one.body["value"] for one in more.items] == [0.1]


@on_one_database
def test_reading_a_model_takes_the_right_to_whether_or_not_it_exists(churn: Churn) -> None:
    register(churn)
    assert registry.read(churn.session, churn.owner, KEY).key == KEY
    stranger = churn.actor("user:eve", viewer="other")
    for key in (KEY, Key("models", "none", "1")):
        with pytest.raises(Forbidden):
            registry.read(churn.session, stranger, key)
    with pytest.raises(NotFound, match="no model models/none"):
        registry.versions_of(churn.session, churn.owner, namespace="models", name="none")


@on_one_database
def test_what_was_registered_and_added_is_audited(churn: Churn) -> None:
    register(churn)
    register(churn)
    measure(churn, {"value": 0.8})
    entry = tables.AuditEntry
    rows = churn.session.exec(select(entry.action, entry.target).order_by(entry.id)).all()
    assert rows.count(("model:register", KEY.node)) == 1
    assert rows.count(("evidence:add", KEY.node)) == 1
