"""Who may do what: rules, grants, tokens, and that lists show exactly what a get allows."""

import ast
import datetime
from pathlib import Path

import casbin
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

import catalog
from catalog import access, assets, db
from catalog.access import Action, Actor, Held, Rules, Target, covers
from catalog.errors import CatalogError, Forbidden, Misconfigured
from catalog.settings import resource
from catalog.tables import ACCOUNTABLE, Asset
from tests.conftest import ADMIN_TOKEN, AsSomeone, bearer
from tests.events import WAREHOUSE, dataset, run_event

NAMESPACES = ["s3://a", "s3://a/b", "s3://ab", "s3://a.b", "s3://a_b", "pg", "PG", "p%"]
OWNERS = [None, "user:ana", "user:ben"]


def test_the_compiled_answer_is_always_casbins(rules: Rules) -> None:
    folder = resource("policies")
    enforcer = casbin.Enforcer(str(folder / "access.conf"), str(folder / "access.csv"))
    for role in [*rules.actions, "nobody", ""]:
        for action in Action:
            compiled = action in rules.actions.get(role, ())
            assert compiled == enforcer.enforce(role, action.value), (role, action)


def test_the_nine_roles_and_ownership_are_shipped(rules: Rules) -> None:
    people = {"admin", "steward", "legal", "model-owner", "approver", "auditor", "viewer"}
    machines = {"producer", "promoter"}
    assert set(rules.actions) == people | machines | {access.OWNER}


@pytest.mark.parametrize(
    ("role", "never"),
    [
        ("promoter", Action.APPROVAL_GIVE),
        ("admin", Action.APPROVAL_GIVE),
        ("model-owner", Action.ASSET_CLASSIFY),
        ("owner", Action.ASSET_CERTIFY),
        ("viewer", Action.ASSET_EDIT),
        ("producer", Action.ASSET_READ),
        ("auditor", Action.GRANT_MANAGE),
    ],
)
def test_duties_are_separated(rules: Rules, role: str, never: Action) -> None:
    assert never not in rules.actions[role]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("p, viewer, asset:*", "line 1: unknown action 'asset:*'"),
        ("p, viewer", "line 1"),
        ("p, viewer, asset:read\nq, a, b", "line 2"),
    ],
)
def test_rules_that_do_not_hold_together_are_refused_by_line(
    tmp_path: Path, line: str, complaint: str
) -> None:
    (tmp_path / "access.conf").write_text((resource("policies") / "access.conf").read_text())
    (tmp_path / "access.csv").write_text(line)
    with pytest.raises(Misconfigured, match=complaint.replace("*", r"\*")):
        Rules.load(tmp_path)


@pytest.mark.parametrize(
    ("prefix", "namespace", "covered"),
    [
        ("", "anything", True),
        ("s3://a", "s3://a", True),
        ("s3://a", "s3://a/b", True),
        ("s3://a", "s3://a.b", True),
        ("s3://a", "s3://ab", False),
        ("s3://a/", "s3://a/b", True),
        ("s3://a/b", "s3://a", False),
        ("pg", "PG", False),
    ],
)
def test_a_grant_covers_what_stands_below_it(prefix: str, namespace: str, covered: bool) -> None:
    assert covers(prefix, namespace) is covered


@pytest.fixture
def organised(engine: sa.Engine) -> sa.Engine:
    """Assets in namespaces that are easily confused, with owners and without."""
    with db.transaction(engine) as session:
        for namespace in NAMESPACES:
            for owner in OWNERS:
                name = f"of {owner}"
                moment = db.now()
                session.add(
                    Asset(
                        kind="dataset",
                        namespace=namespace,
                        name=name,
                        owner=owner,
                        owner_origin=owner and "human",
                        first_seen=moment,
                        changed_at=moment,
                    )
                )
    return engine


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    held=st.lists(
        st.tuples(
            st.sampled_from(["viewer", "steward", "producer", "legal", "promoter"]),
            st.sampled_from(["", "s3://a", "s3://a/", "s3://ab", "pg", "p%", "s3://a_b"]),
        ),
        max_size=3,
    ),
    subject=st.sampled_from(["user:ana", "user:cleo"]),
    action=st.sampled_from([Action.ASSET_READ, Action.ASSET_EDIT, Action.ASSET_CLASSIFY]),
)
def test_a_list_shows_exactly_what_a_get_allows(
    organised: sa.Engine,
    rules: Rules,
    held: list[tuple[str, str]],
    subject: str,
    action: Action,
) -> None:
    actor = Actor(subject, tuple(Held(*one) for one in held), rules)
    with db.transaction(organised, reading=True) as session:
        condition = actor.where(action, col(Asset.namespace), ACCOUNTABLE)
        listed = {
            (row.namespace, row.owner) for row in session.exec(select(Asset).where(condition))
        }
        one_by_one = {
            (row.namespace, row.owner)
            for row in session.exec(select(Asset))
            if actor.may(action, Target(row.namespace, row.owner))
        }
        assert listed == one_by_one
        if action is Action.ASSET_READ:
            found = assets.find(session, actor, limit=200)
            assert {(one.asset.namespace, one.asset.owner) for one in found.items} == listed
            assert found.total == len(listed)


def test_every_use_case_asks_before_it_does_anything() -> None:
    """A public function that takes (session, actor, …) begins with a permission, or hands on."""
    package = Path(catalog.__file__).parent
    silent = []
    for path in sorted(package.rglob("*.py")):
        if "api" in path.parts or path.name == "audit.py":
            continue
        for found in ast.parse(path.read_text()).body:
            if not isinstance(found, ast.FunctionDef) or found.name.startswith("_"):
                continue
            arguments = [one.arg for one in found.args.args][:2]
            if arguments == ["session", "actor"] and not _asks(found):
                silent.append(f"{path.relative_to(package)}: {found.name}")
    assert silent == []


def _asks(function: ast.FunctionDef) -> bool:
    """Whether actor.must… is called, or a use case that does, with the same session and actor."""
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and node.attr in {"must", "must_somewhere"}:
            return isinstance(node.value, ast.Name) and node.value.id == "actor"
        if isinstance(node, ast.Call):
            names = [one.id for one in node.args[:2] if isinstance(one, ast.Name)]
            if names == ["session", "actor"]:
                return True
    return False


def test_a_stranger_is_refused_on_every_route(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    asked = 0
    for path, methods in document["paths"].items():
        for method in methods:
            for headers in (
                {"Authorization": ""},
                bearer("slc_unknown"),
                {"Authorization": "Basic x"},
            ):
                answer = client.request(
                    method, path.replace("{", "").replace("}", ""), headers=headers
                )
                assert answer.status_code == 401, (method, path)
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.headers["www-authenticate"] == "Bearer"
            asked += 1
    assert asked > 15


def test_someone_without_a_role_is_refused_on_every_route(
    client: TestClient, sign_in: AsSomeone
) -> None:
    nobody = sign_in("user:nobody")
    document = client.get("/openapi.json").json()
    # Who one is and what is demanded of models is for everybody who can sign in.
    open_to_all = {"/api/v2/me", "/api/v2/policies", "/api/v2/stages"}
    paths = document["paths"].items()
    reads = {path for path, methods in paths if "get" in methods} - open_to_all
    params = {"kind": "dataset", "namespace": "n", "name": "x", "node": "dataset:n:x", "key": "k"}
    params["version"] = "1"
    for path in sorted(reads):
        answer = client.get(path.replace("{", "").replace("}", ""), params=params, headers=nobody)
        listed = answer.json().get("items") if answer.status_code == 200 else None
        assert answer.status_code in {403, 404} or listed == [], path


def test_a_token_is_shown_once_ends_when_it_should_and_can_be_revoked(client: TestClient) -> None:
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    made = client.post(
        "/api/v2/tokens", json={"subject": "service:ci", "expires_at": soon.isoformat()}
    ).json()
    as_ci = bearer(made["secret"])
    assert client.get("/api/v2/me", headers=as_ci).json()["subject"] == "service:ci"
    listed = client.get("/api/v2/tokens").json()["items"]
    assert all("secret" not in one and "hash" not in one for one in listed)
    assert listed[0]["last_used_at"] is not None
    assert client.delete(f"/api/v2/tokens/{made['id']}").status_code == 200
    assert client.get("/api/v2/me", headers=as_ci).status_code == 401


def test_an_expired_token_is_refused(client: TestClient, engine: sa.Engine) -> None:
    made = client.post("/api/v2/tokens", json={"subject": "service:ci"}).json()
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE tokens SET expires_at = '2020-01-01 00:00:00+00:00'"))
    assert client.get("/api/v2/me", headers=bearer(made["secret"])).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"subject": "ana"},
        {"subject": "user:"},
        {"subject": "user:ana", "expires_at": "2020-01-01T00:00:00Z"},
        {"subject": "user:ana", "colour": "blue"},
    ],
)
def test_a_token_for_nobody_or_for_the_past_is_refused(
    client: TestClient, body: dict[str, str]
) -> None:
    assert client.post("/api/v2/tokens", json=body).status_code == 422


def test_a_grant_takes_effect_at_once_and_so_does_its_end(
    client: TestClient, sign_in: AsSomeone
) -> None:
    client.post("/api/v1/lineage", json=run_event("j", outputs=(dataset("o", "x"),)))
    ana = sign_in("user:ana")
    named = {"kind": "dataset", "namespace": WAREHOUSE, "name": "o"}
    assert client.get("/api/v2/asset", params=named, headers=ana).status_code == 403
    grant = {"subject": "user:ana", "role": "viewer", "namespace": WAREHOUSE, "reason": "new"}
    given_ = client.post("/api/v2/grants", json=grant).json()
    assert client.post("/api/v2/grants", json=grant).json()["id"] == given_["id"]
    assert client.get("/api/v2/asset", params=named, headers=ana).status_code == 200
    assert client.delete(f"/api/v2/grants/{given_['id']}").status_code == 200
    assert client.get("/api/v2/asset", params=named, headers=ana).status_code == 403


@pytest.mark.parametrize("role", ["owner", "emperor", ""])
def test_an_unknown_role_cannot_be_granted(client: TestClient, role: str) -> None:
    body = {"subject": "user:ana", "role": role, "reason": "x"}
    answer = client.post("/api/v2/grants", json=body)
    assert answer.status_code == 422
    assert "steward" in answer.json()["detail"]


def test_the_last_administrator_cannot_be_removed(client: TestClient) -> None:
    def admin(subject: str) -> str:
        body = {"subject": subject, "role": "admin", "reason": "runs it"}
        return str(client.post("/api/v2/grants", json=body).json()["id"])

    first = admin("user:ana")
    refused = client.delete(f"/api/v2/grants/{first}")
    assert (refused.status_code, refused.json()["code"]) == (409, "last_administrator")
    admin("user:ben")
    assert client.delete(f"/api/v2/grants/{first}").status_code == 200


def test_a_refusal_names_the_action_and_who_could(client: TestClient, sign_in: AsSomeone) -> None:
    vera = sign_in("user:vera", viewer="")
    client.post("/api/v1/lineage", json=run_event("j", outputs=(dataset("o"),)))
    named = {"kind": "dataset", "namespace": WAREHOUSE, "name": "o"}
    answer = client.patch("/api/v2/asset", params=named, json={"owner": "user:vera"}, headers=vera)
    assert answer.status_code == 403
    assert "asset:edit" in answer.json()["detail"]
    assert "steward" in answer.json()["detail"]


def test_a_denied_write_is_audited_and_a_denied_read_is_not(
    client: TestClient, sign_in: AsSomeone
) -> None:
    vera = sign_in("user:vera", viewer="")
    client.post(
        "/api/v2/grants", json={"subject": "user:x", "role": "admin", "reason": "y"}, headers=vera
    )
    client.get("/api/v2/audit", headers=vera)
    (denied,) = client.get("/api/v2/audit", params={"subject": "user:vera"}).json()["items"]
    assert (denied["action"], denied["allowed"]) == ("grant:manage", False)
    assert denied["request_id"]


def test_owning_an_asset_allows_editing_it_and_nothing_more(
    client: TestClient, sign_in: AsSomeone
) -> None:
    ana = sign_in("user:ana")
    client.post("/api/v1/lineage", json=run_event("j", outputs=(dataset("o"),)))
    named = {"kind": "dataset", "namespace": WAREHOUSE, "name": "o"}
    client.patch("/api/v2/asset", params=named, json={"owner": "user:ana"})

    def edit(**change: object) -> int:
        return client.patch("/api/v2/asset", params=named, json=change, headers=ana).status_code

    assert edit(description="mine") == 200
    assert edit(certification="certified") == 403
    assert edit(tags=["not-personal"]) == 403
    assert client.get("/api/v2/assets", headers=ana).json()["total"] == 1


def test_an_owner_whom_only_a_producer_named_has_no_rights(
    client: TestClient, sign_in: AsSomeone
) -> None:
    eve = sign_in("user:eve")
    facet = {"owners": [{"name": "user:eve"}]}
    client.post("/api/v1/lineage", json=run_event("j", outputs=(dataset("o", ownership=facet),)))
    named = {"kind": "dataset", "namespace": WAREHOUSE, "name": "o"}
    assert client.get("/api/v2/asset", params=named).json()["owner"] == "user:eve"
    assert client.get("/api/v2/asset", params=named, headers=eve).status_code == 403
    assert client.get("/api/v2/assets", headers=eve).json()["items"] == []


def test_the_first_administrators_token_is_not_stored(
    client: TestClient, engine: sa.Engine
) -> None:
    assert client.get("/api/v2/me").json()["roles"] == [{"role": "admin", "namespace": ""}]
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM tokens")).scalar() == 0
    assert client.get("/api/v2/me", headers=bearer(ADMIN_TOKEN + "x")).status_code == 401


def test_an_action_without_a_target_needs_a_grant_that_holds_everywhere(rules: Rules) -> None:
    local = Actor("user:ana", (Held("admin", "s3://a"),), rules)
    assert not local.may(Action.TOKEN_MANAGE)
    assert not local.may(Action.TOKEN_MANAGE, "s3://a")
    with pytest.raises(Forbidden) as refused:
        local.must(Action.AUDIT_READ)
    assert isinstance(refused.value, CatalogError)
