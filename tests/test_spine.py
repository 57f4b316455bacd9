"""The main job on real input: dbt's events in, a promotion blocked, the cause mended, passed."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from catalog.checks import node
from tests.conftest import AsSomeone
from tests.events import run_event, run_id

WAREHOUSE = "duckdb:///srv/warehouse/churn/churn.duckdb"
DIGEST = "sha256:" + "c" * 64
MODEL = {"namespace": "models", "name": "churn", "version": "1"}
DBT_RUNS = Path(__file__).parent / "data" / "dbt-runs.ndjson"


@pytest.fixture
def trained(client: TestClient) -> TestClient:
    """What dbt reported of a seed and a run, then a training run on what it made."""
    told = [json.loads(line) for line in DBT_RUNS.read_bytes().splitlines()]
    answer = client.post("/api/v1/lineage/batch", json=told).json()
    assert answer["summary"]["successful"] == len(told)
    features = {"namespace": WAREHOUSE, "name": "churn.main.churn_features"}
    for kind, minute in (("START", 31_000), ("COMPLETE", 31_005)):
        event = run_event("train churn", kind, minute=minute, inputs=(features,))
        assert client.post("/api/v1/lineage", json=event).status_code == 201
    return client


def test_the_catalog_and_the_graph_of_a_real_dbt_run(trained: TestClient) -> None:
    asked = {"node": node.dataset(WAREHOUSE, "churn.main.churn_features"), "direction": "upstream"}
    graph = trained.get("/api/v2/lineage", params={**asked, "depth": 9, "columns": True}).json()
    short = {one["id"]: (one["name"] or "").removeprefix("churn.main.") for one in graph["nodes"]}
    assert {(short[one["source"]], short[one["target"]]) for one in graph["edges"]} == {
        ("raw_customers", "churn.stg_customers"),
        ("seed.churn.raw_customers", "raw_customers"),
        ("seed.churn.raw_orders", "raw_orders"),
        ("churn.stg_customers", "stg_customers"),
        ("stg_customers", "churn.customer_orders"),
        ("raw_orders", "churn.customer_orders"),
        ("churn.customer_orders", "customer_orders"),
        ("customer_orders", "churn.churn_features"),
        ("stg_customers", "churn.churn_features"),
        ("churn.churn_features", "churn_features"),
    }
    columns = {
        (node.label(one["source"]), node.label(one["target"])) for one in graph["column_edges"]
    }
    assert (
        "email of churn.main.stg_customers",
        "email of churn.main.churn_features",
    ) in columns


def test_a_model_is_blocked_for_a_reason_the_cause_is_mended_and_it_passes(
    trained: TestClient, sign_in: AsSomeone
) -> None:
    mara = sign_in("user:mara", model_owner="models")
    ines = sign_in("user:ines", steward="")
    leo = sign_in("user:leo", legal="")
    ci = sign_in("service:ci", promoter="models")
    _register(trained, mara)
    _curate(trained, ines)

    blocked = _evaluate(trained, ci)
    assert blocked["verdict"] == "BLOCK"
    (broken,) = [
        one for one in blocked["results"] if one["status"] not in {"PASS", "NOT_APPLICABLE"}
    ]
    assert broken["check"] == "lineage.no_personal_data_in_features"
    # The promotion job may not read the warehouse: no name is told, the fix and whom to ask are.
    assert (broken["findings"][0]["subject"], broken["findings"][0]["owner"]) == (
        "restricted",
        "team:data",
    )
    shown = trained.get(f"/api/v2/evaluations/{blocked['id']}", headers=ines).json()
    (broken,) = [one for one in shown["results"] if one["rule"] == broken["rule"]]
    (finding,) = broken["findings"]
    feature = node.field(WAREHOUSE, "churn.main.churn_features", "email")
    assert finding["subject"] == feature
    assert [node.label(one) for one in finding["path"]] == [
        "email of churn.main.raw_customers",
        "email of churn.main.stg_customers",
        "email of churn.main.churn_features",
        f"run {run_id('train churn')}",
        "churn 1",
    ]
    assert finding["owner"] == "team:data"
    assert "churn.main.churn.churn_features" in finding["fix"]
    refused = _promote(trained, ci, blocked["id"])
    assert (refused.status_code, refused.json()["code"]) == (422, "blocked")

    mark = {
        "source": {"namespace": WAREHOUSE, "name": "churn.main.stg_customers", "field": "email"},
        "target": {"namespace": WAREHOUSE, "name": "churn.main.churn_features", "field": "email"},
        "masking": True,
        "reason": "hashed with a key that is thrown away each month",
    }
    assert trained.put("/api/v2/masking", json=mark, headers=ines).status_code == 200

    pending = _evaluate(trained, ci)
    assert pending["verdict"] == "PENDING"
    (waiting,) = trained.get("/api/v2/inbox", headers=leo).json()["items"]
    assert waiting["evaluation_id"] == pending["id"]
    approval = {"role": "legal", "approved": True, "reason": "no personal data left"}
    for subject, status in ((ci, 403), (mara, 403), (leo, 201)):
        body = {"evaluation_id": pending["id"], **approval}
        assert trained.post("/api/v2/approvals", json=body, headers=subject).status_code == status
    assert trained.get("/api/v2/inbox", headers=leo).json()["items"] == []

    stale = _promote(trained, ci, pending["id"])
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_evaluation")
    allowed = _climb(trained, ci)
    assert allowed["verdict"] == "ALLOW"
    versions = trained.get("/api/v2/model-versions", params=_named(MODEL), headers=ci).json()
    assert versions["items"][0]["stages"] == ["production"]
    history = trained.get("/api/v2/promotions", params=_named(MODEL), headers=ci).json()["items"]
    assert [(one["stage"], one["allowed"]) for one in history] == [
        ("production", True),
        ("beta", True),
        ("shadow", True),
        ("production", False),
    ]
    acts = {one["action"] for one in trained.get("/api/v2/audit?limit=200").json()["items"]}
    assert {
        "model:register",
        "evidence:add",
        "gate:evaluate",
        "approval:give",
        "promotion:request",
        "masking:mark",
        "asset:edit",
    } <= acts


def test_a_look_alike_that_drops_the_column_passes(trained: TestClient, sign_in: AsSomeone) -> None:
    """Personal data upstream that reaches no feature blocks nothing."""
    mara = sign_in("user:mara", model_owner="models")
    features = {"namespace": WAREHOUSE, "name": "churn.main.customer_orders"}
    for kind, minute in (("START", 31_000), ("COMPLETE", 31_005)):
        event = run_event("train orders", kind, minute=minute, inputs=(features,))
        trained.post("/api/v1/lineage", json=event)
    _register(trained, mara, run="train orders")
    _curate(trained, sign_in("user:ines", steward=""))
    assert _evaluate(trained, mara)["verdict"] == "PENDING"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"version": "2"}, 404, "not_found"),
        ({"name": "nothing"}, 404, "not_found"),
        ({"target_stage": "heaven"}, 422, "unknown_stage"),
        ({"colour": "blue"}, 422, "invalid"),
    ],
)
def test_a_bad_question_to_the_gate_is_refused_by_name(
    trained: TestClient, change: dict[str, str], status: int, code: str
) -> None:
    _register(trained, {})
    asked = {**MODEL, "target_stage": "production", **change}
    answer = trained.post("/api/v2/evaluations", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert next(iter(change.values())) in answer.text or "colour" in answer.text


def test_policies_and_stages_can_be_read(client: TestClient) -> None:
    policies = client.get("/api/v2/policies").json()["items"]
    production = next(one for one in policies if "production" in one["stages"])
    assert production["approvals"] == [{"role": "legal", "count": 1}]
    assert all(rule["why"] and rule["remediation"] for rule in production["rules"])
    stages = client.get("/api/v2/stages").json()["items"]
    assert [one["name"] for one in stages][:2] == ["development", "shadow"]


def test_evidence_is_listed_and_bad_evidence_names_the_field(trained: TestClient) -> None:
    _register(trained, {})
    (listed,) = trained.get("/api/v2/evidence", params=MODEL).json()["items"]
    assert (listed["name"], listed["body"]["n"]) == ("auc", 2_000)
    body = {"value": "high", "n": 10}
    bad = {"model_version": MODEL, "kind": "metric", "name": "auc", "artifact_digest": DIGEST}
    answer = trained.post("/api/v2/evidence", json={**bad, "body": body})
    assert (answer.status_code, "value" in answer.json()["detail"]) == (422, True)


def test_a_version_never_changes(trained: TestClient) -> None:
    _register(trained, {})
    other = {"digest": "sha256:" + "d" * 64}
    body = {**MODEL, "artifact": other, "training_runs": [run_id("train churn")]}
    answer = trained.post("/api/v2/model-versions", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "digest_mismatch")


def test_the_lineage_of_a_model_leads_through_its_training_job(trained: TestClient) -> None:
    _register(trained, {})
    asked: dict[str, Any] = {
        "node": node.model("models", "churn"),
        "direction": "upstream",
        "depth": 2,
    }
    graph = trained.get("/api/v2/lineage", params=asked).json()
    assert [one["name"] for one in graph["nodes"]] == [
        "churn",
        "train churn",
        "churn.main.churn_features",
    ]


def _register(client: TestClient, headers: dict[str, str], run: str = "train churn") -> None:
    body = {
        **MODEL,
        "artifact": {"digest": DIGEST, "files": [{"path": "model.onnx", "digest": DIGEST}]},
        "training_runs": [run_id(run)],
    }
    for status in (201, 200):
        answer = client.post("/api/v2/model-versions", json=body, headers=headers)
        assert answer.status_code == status, answer.text
    evidence = {
        "model_version": MODEL,
        "kind": "metric",
        "name": "auc",
        "artifact_digest": DIGEST,
        "body": {"value": 0.9, "n": 2_000, "ci_low": 0.88, "ci_high": 0.92},
    }
    assert client.post("/api/v2/evidence", json=evidence, headers=headers).status_code == 201


def _curate(client: TestClient, headers: dict[str, str]) -> None:
    """Everything upstream is owned, every seed declared, certified and classified."""
    for asset in client.get("/api/v2/assets?limit=200").json()["items"]:
        if asset["kind"] == "model":
            continue
        seed = asset["name"].startswith("seed.") or ".raw_" in asset["name"]
        changes: dict[str, Any] = {"owner": "team:data", "is_source": seed}
        if asset["kind"] == "dataset" and seed:
            changes |= {"certification": "certified", "tags": ["not-personal"]}
            if asset["name"].endswith("raw_customers"):
                changes["fields"] = [{"path": "email", "tags": ["pii.email"]}]
        named = {key: asset[key] for key in ("kind", "namespace", "name")}
        answer = client.patch("/api/v2/asset", params=named, json=changes, headers=headers)
        assert answer.status_code == 200, answer.text


def _evaluate(client: TestClient, headers: dict[str, str], stage: str = "production") -> Any:
    asked = {**MODEL, "target_stage": stage}
    answer = client.post("/api/v2/evaluations", json=asked, headers=headers)
    assert answer.status_code in {200, 201}, answer.text
    read = client.get(f"/api/v2/evaluations/{answer.json()['id']}", headers=headers)
    assert read.json() == answer.json()
    return answer.json()


def _promote(client: TestClient, headers: dict[str, str], evaluation_id: str) -> Any:
    body = {"evaluation_id": evaluation_id, "expected_current": None}
    return client.post("/api/v2/promotions", json=body, headers=headers)


def _climb(client: TestClient, headers: dict[str, str]) -> Any:
    """Through every stage to production; the last evaluation."""
    for stage in ("shadow", "beta", "production"):
        evaluation = _evaluate(client, headers, stage)
        answer = _promote(client, headers, evaluation["id"])
        assert answer.status_code == 201, answer.text
    return evaluation


def _named(model: dict[str, str]) -> dict[str, str]:
    return {key: model[key] for key in ("namespace", "name")}
