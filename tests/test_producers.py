"""Real producers: what the catalog shows of the dbt project in examples/dbt-churn."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from catalog.checks import node
from tests.conftest import AsSomeone, RunningServer, bearer

RECORDED = Path(__file__).parent / "data" / "dbt-churn.ndjson"
PROJECT = Path(__file__).parents[1] / "examples" / "dbt-churn"
DUCKDB = "duckdb://churn.duckdb"
TABLES = ("raw_customers", "raw_payments", "stg_customers", "stg_payments", "churn_features")
MODELS = ("churn_features", "stg_customers", "stg_payments")
COLUMNS = {
    ("raw_customers.country", "stg_customers.country"),
    ("raw_customers.customer_id", "stg_customers.customer_id"),
    ("raw_customers.email", "stg_customers.email"),
    ("raw_customers.joined_on", "stg_customers.joined_on"),
    ("raw_payments.amount", "stg_payments.amount"),
    ("raw_payments.customer_id", "stg_payments.customer_id"),
    ("raw_payments.paid_on", "stg_payments.paid_on"),
    ("raw_payments.payment_id", "stg_payments.payment_id"),
    ("stg_customers.country", "churn_features.country"),
    ("stg_customers.customer_id", "churn_features.customer_id"),
    ("stg_customers.email", "churn_features.email_domain"),
    ("stg_payments.amount", "churn_features.amount_paid"),
    ("stg_payments.paid_on", "churn_features.last_paid_on"),
    ("stg_payments.payment_id", "churn_features.payments"),
}


@pytest.fixture
def dbt(client: TestClient, sign_in: AsSomeone) -> TestClient:
    """The catalog after dbt posted the events of `seed`, `run` and `test`, one by one."""
    headers = sign_in("service:dbt", producer="dbt")
    for line in RECORDED.read_bytes().splitlines():
        answer = client.post("/api/v1/lineage", content=line, headers=headers)
        assert answer.status_code == 201, answer.text
    return client


def names(client: Any, **query: str) -> list[str]:
    items = client.get("/api/v2/assets", params=query).json()["items"]
    return [one["name"] for one in items]


def lineage(client: Any) -> dict[str, Any]:
    """Everything upstream of the table of features, with its columns."""
    root = node.dataset(DUCKDB, "churn.main.churn_features")
    query = {"node": root, "direction": "upstream", "depth": 6, "columns": True}
    found: dict[str, Any] = client.get("/api/v2/lineage", params=query).json()
    return found


def columns(graph: dict[str, Any]) -> set[tuple[str, str]]:
    """The column edges as (table.column, table.column)."""
    return {(_column(one["source"]), _column(one["target"])) for one in graph["column_edges"]}


def _column(field_id: str) -> str:
    field = node.parse(field_id)
    assert field.namespace == DUCKDB
    return f"{field.name.removeprefix('churn.main.')}.{field.detail}"


def test_dbt_shows_every_table_of_the_project(dbt: TestClient) -> None:
    assert names(dbt, namespace=DUCKDB) == sorted(f"churn.main.{table}" for table in TABLES)


def test_dbt_shows_a_job_for_each_model_and_its_tests_and_the_invocation(dbt: TestClient) -> None:
    models = [f"churn.main.churn.{model}" for model in MODELS]
    tests = [f"{model}.test" for model in models]
    assert names(dbt, kind="job") == sorted([*models, *tests, "dbt-run-churn"])


def test_dbt_column_lineage_is_shown_edge_by_edge(dbt: TestClient) -> None:
    assert columns(lineage(dbt)) == COLUMNS


def test_dbt_tables_and_jobs_form_the_graph(dbt: TestClient) -> None:
    edges = {
        (node.parse(one["source"]).name, node.parse(one["target"]).name)
        for one in lineage(dbt)["edges"]
    }
    job, table = "churn.main.churn.", "churn.main."
    made_from = {
        "stg_customers": ["raw_customers"],
        "stg_payments": ["raw_payments"],
        "churn_features": ["stg_customers", "stg_payments"],
    }
    expected = {(f"{job}{model}", f"{table}{model}") for model in made_from}
    for model, sources in made_from.items():
        expected |= {(f"{table}{source}", f"{job}{model}") for source in sources}
    assert edges == expected


def test_dbt_descriptions_and_types_of_columns_are_shown(dbt: TestClient) -> None:
    place = {"kind": "dataset", "namespace": DUCKDB, "name": "churn.main.churn_features"}
    detail = dbt.get("/api/v2/asset", params=place).json()
    assert detail["description"] == "One row for each customer, as the churn model reads it."
    described = {one["path"]: one["description"] for one in detail["fields"]}
    assert described["email_domain"] == "What stands after the @ of the address."
    assert detail["latest_runs"][0]["state"] == "COMPLETE"


def test_a_dbt_seed_is_known_by_what_reads_it(dbt: TestClient) -> None:
    # dbt-ol posts no event for a seed: it is named by column lineage alone.
    place = {"kind": "dataset", "namespace": DUCKDB, "name": "churn.main.raw_customers"}
    detail = dbt.get("/api/v2/asset", params=place).json()
    assert detail["is_reference"] is True
    assert detail["fields"] is None


def test_every_dbt_run_is_complete_and_knows_the_invocation_it_belongs_to(dbt: TestClient) -> None:
    runs = dbt.get("/api/v2/runs", params={"job_namespace": "dbt"}).json()["items"]
    assert {one["state"] for one in runs} == {"COMPLETE"}
    invocations = {one["key"] for one in runs if one["job"]["name"] == "dbt-run-churn"}
    (model,) = (one for one in runs if one["job"]["name"] == "churn.main.churn.churn_features")
    detail = dbt.get("/api/v2/run", params={"key": model["key"]}).json()
    assert detail["parent"] in invocations


@pytest.mark.slow
def test_a_live_dbt_run_shows_its_column_lineage(server: RunningServer, tmp_path: Path) -> None:
    dbt_ol = os.environ.get("SLUICE_TEST_DBT_OL") or shutil.which("dbt-ol")
    if dbt_ol is None:
        pytest.skip("no dbt-ol here: pip install openlineage-dbt dbt-duckdb, or SLUICE_TEST_DBT_OL")
    shutil.copytree(PROJECT, tmp_path, dirs_exist_ok=True)
    auth = {"type": "api_key", "apiKey": server.admin_token}
    environment = {
        **os.environ,
        "PATH": f"{Path(dbt_ol).parent}{os.pathsep}{os.environ['PATH']}",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "OPENLINEAGE__TRANSPORT": json.dumps({"type": "http", "url": server.url, "auth": auth}),
    }
    for command in ("seed", "run", "test"):
        called = [dbt_ol, command, "--profiles-dir", "."]
        subprocess.run(called, cwd=tmp_path, env=environment, check=True, capture_output=True)
    with httpx2.Client(base_url=server.url, headers=bearer(server.admin_token)) as client:
        assert columns(lineage(client)) == COLUMNS
