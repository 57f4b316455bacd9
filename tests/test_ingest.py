"""What becomes of events: the log, the catalog, the graph, whatever the order and the transport."""

import gzip
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from catalog import db, ingest, tables
from catalog.access import Actor
from catalog.ingest import Entry
from catalog.openlineage import event as openlineage
from tests.conftest import AsSomeone, RunningServer
from tests.events import WAREHOUSE, columns, dataset, run_event, run_id, whole_run

LINEAGE = "/api/v1/lineage"


def entries(events: Sequence[dict[str, Any] | bytes]) -> list[Entry]:
    bodies = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in events]
    return [Entry(body, "service:test", openlineage.parse(body)) for body in bodies]


def written(engine: sa.Engine, batches: Sequence[Sequence[Entry]]) -> bytes:
    """The canonical dump after the batches, and nothing else, were written."""
    for batch in batches:
        with db.transaction(engine) as session:
            ingest.record(session, batch)
    with db.transaction(engine, reading=True) as session:
        return ingest.dump(session)


STORY = [
    *whole_run("extract", minute=0, outputs=(dataset("raw", "id", "email"),)),
    *whole_run(
        "clean",
        minute=5,
        inputs=(dataset("raw", "id", "email"),),
        outputs=(dataset("clean", "id", "email", columnLineage=columns(email="raw.email")),),
    ),
    run_event("clean", "FAIL", run="clean again", minute=9, inputs=(dataset("raw"),)),
    run_event("stream", "RUNNING", minute=3, inputs=(dataset("raw"), dataset("other"))),
    run_event("clean", "OTHER", minute=7, documentation={"description": "cleans"}),
]


def test_an_event_becomes_assets_fields_edges_and_a_run(client: TestClient) -> None:
    for event in STORY[:4]:
        assert client.post(LINEAGE, json=event).status_code == 201
    named = {"kind": "dataset", "namespace": WAREHOUSE, "name": "clean"}
    found = client.get("/api/v2/asset", params=named).json()
    assert [field["path"] for field in found["fields"]] == ["id", "email"]
    assert [run["state"] for run in found["latest_runs"]] == ["COMPLETE"]
    graph = client.get("/api/v2/lineage", params={"node": found["node"], "columns": True}).json()
    assert [(edge["source"][-3:], edge["provenance"]) for edge in graph["edges"]] == [
        ("raw", "column"),
        ("ean", "column"),
    ]
    assert graph["column_edges"][0]["source"].endswith(":raw:email")


def test_the_same_event_twice_changes_nothing(client: TestClient, session: Session) -> None:
    first = client.post(LINEAGE, json=STORY[3]).json()
    again = client.post(LINEAGE, json=STORY[3]).json()
    assert (first["status"], again["status"]) == ("recorded", "known")
    assert first["digest"] == again["digest"]
    assert len(session.exec(select(tables.Event)).all()) == 1


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(order=st.permutations(range(len(STORY))), size=st.integers(1, len(STORY)))
def test_any_order_and_batching_gives_the_same_state(
    order: list[int], size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    told, shuffled = entries(STORY), [entries(STORY)[index] for index in order]
    batches = [shuffled[start : start + size] for start in range(0, len(shuffled), size)]
    dumps = []
    for given_batches in ([told], [*batches, told]):
        made = db.engine(f"sqlite:///{tmp_path_factory.mktemp('order')}/order.db")
        tables.Asset.metadata.create_all(made)
        dumps.append(written(made, given_batches))
        made.dispose()
    assert dumps[0] == dumps[1]


def test_real_dbt_events_in_any_order_give_the_same_state(
    engine: sa.Engine, tmp_path: Path, shared_events: Path
) -> None:
    told = entries((shared_events / "dbt-runs.ndjson").read_bytes().splitlines())
    other = db.engine(f"sqlite:///{tmp_path}/other.db")
    tables.Asset.metadata.create_all(other)
    shuffled = list(told)
    random.Random(7).shuffle(shuffled)
    batches = [shuffled[start : start + 50] for start in range(0, len(shuffled), 50)]
    assert written(engine, [told]) == written(other, batches)
    other.dispose()


def test_a_rebuild_from_the_log_gives_the_same_state(engine: sa.Engine, admin: Actor) -> None:
    before = written(engine, [entries(STORY)])
    told: list[int] = []
    with db.transaction(engine) as session:
        assert ingest.rebuild(session, admin, progress=told.append) == len(STORY)
    assert written(engine, []) == before
    assert sum(told) == len(STORY)


def test_a_late_start_does_not_reopen_a_run_that_ended(client: TestClient) -> None:
    start, end = whole_run("extract")
    client.post(LINEAGE, json=end)
    client.post(LINEAGE, json=start)
    run = client.get("/api/v2/run", params={"key": run_id("extract")}).json()
    assert run["state"] == "COMPLETE"
    assert run["started_at"] < run["ended_at"]


def test_column_lineage_that_comes_at_the_end_replaces_the_guess_made_at_the_start(
    client: TestClient,
) -> None:
    both = (dataset("a", "x"), dataset("b", "y"))
    client.post(LINEAGE, json=run_event("j", "START", inputs=both, outputs=(dataset("o", "x"),)))
    outputs = (dataset("o", "x", columnLineage=columns(x="a.x")),)
    client.post(LINEAGE, json=run_event("j", minute=1, inputs=both, outputs=outputs))
    node = "dataset:postgres%3A%2F%2Fwarehouse%3A5432:o"
    graph = client.get(
        "/api/v2/lineage", params={"node": node, "direction": "upstream", "depth": 5}
    ).json()
    assert sorted(one["name"] for one in graph["nodes"]) == ["a", "j", "o"]


def test_a_source_named_only_in_column_lineage_is_a_reference_until_it_is_seen(
    client: TestClient,
) -> None:
    outputs = (dataset("o", "x", columnLineage=columns(x="seed.x")),)
    client.post(LINEAGE, json=run_event("j", outputs=outputs))
    named = {"kind": "dataset", "namespace": WAREHOUSE, "name": "seed"}
    assert client.get("/api/v2/asset", params=named).json()["is_reference"] is True
    client.post(LINEAGE, json=run_event("k", outputs=(dataset("seed", "x"),)))
    assert client.get("/api/v2/asset", params=named).json()["is_reference"] is False


def test_an_event_never_undoes_what_a_person_wrote(client: TestClient) -> None:
    said = {"documentation": {"description": "from the pipeline"}}
    client.post(LINEAGE, json=run_event("j", outputs=(dataset("o", **said),)))
    named = {"kind": "dataset", "namespace": WAREHOUSE, "name": "o"}
    client.patch("/api/v2/asset", params=named, json={"description": "from a person"})
    again = dataset("o", documentation={"description": "from the pipeline, later"})
    client.post(LINEAGE, json=run_event("j", run="next", minute=9, outputs=(again,)))
    found = client.get("/api/v2/asset", params=named).json()
    assert (found["description"], found["description_origin"]) == ("from a person", "human")
    assert "later" in found["facets"]["documentation"]["description"]


def test_a_job_event_declares_lineage_and_the_newest_replaces_it(client: TestClient) -> None:
    def declared(day: int, source: str) -> dict[str, Any]:
        event = run_event("view", minute=day, inputs=(dataset(source),), outputs=(dataset("v"),))
        return {key: value for key, value in event.items() if key not in {"run", "eventType"}}

    client.post(LINEAGE, json=declared(2, "new"))
    client.post(LINEAGE, json=declared(1, "old"))
    node = "dataset:postgres%3A%2F%2Fwarehouse%3A5432:v"
    graph = client.get("/api/v2/lineage", params={"node": node}).json()
    assert sorted(one["name"] for one in graph["nodes"]) == ["new", "v", "view"]


def test_a_dataset_event_describes_without_a_run(client: TestClient) -> None:
    event = run_event("none")
    static = {"dataset": dataset("ledger", "amount"), **{k: event[k] for k in ("eventTime",)}}
    assert client.post(LINEAGE, json=static).status_code == 201
    found = client.get("/api/v2/assets", params={"q": "LEDGER"}).json()["items"]
    assert [one["name"] for one in found] == ["ledger"]


def test_a_gzipped_event_is_read(client: TestClient) -> None:
    body = gzip.compress(json.dumps(STORY[0]).encode())
    headers = {"Content-Encoding": "gzip"}
    assert client.post("/lineage", content=body, headers=headers).status_code == 201


def test_a_zip_bomb_is_refused(client: TestClient) -> None:
    body = gzip.compress(b" " * 60_000_000)
    answer = client.post(LINEAGE, content=body, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body", [b"\x1f\x8bnonsense", gzip.compress(b"{}", mtime=0)[:-6]], ids=["nonsense", "cut"]
)
def test_damaged_gzip_is_a_400(client: TestClient, body: bytes) -> None:
    answer = client.post(LINEAGE, content=body, headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_body_above_the_cap_is_refused(client: TestClient) -> None:
    assert client.post(LINEAGE, content=b"[" + b" " * 11_000_000).status_code == 413


def test_malformed_json_is_answered_with_the_position(client: TestClient) -> None:
    answer = client.post(LINEAGE, content=b'{"eventTime": oops}')
    assert answer.status_code == 400
    assert answer.json()["position"] == 14


def test_an_event_of_no_use_is_kept_in_quarantine_with_its_reason(client: TestClient) -> None:
    answer = client.post(LINEAGE, json={"eventTime": "2026-11-01T00:00:00Z", "run": {}})
    assert (answer.status_code, answer.json()["code"]) == (400, "unusable_event")
    (kept,) = client.get("/api/v2/quarantine").json()["items"]
    assert kept["reason"] in answer.json()["detail"]
    assert json.loads(kept["body"])["run"] == {}


def test_a_lesser_defect_is_a_201_with_warnings(client: TestClient) -> None:
    event = run_event("j", "complete", inputs=(dataset("a", ownership={"owners": "nobody"}),))
    del event["schemaURL"]
    answer = client.post(LINEAGE, json={**event, "outputs": None})
    assert answer.status_code == 201
    warnings = " ".join(answer.json()["warnings"])
    assert "schemaURL" in warnings
    assert "owners" in warnings


def test_one_bad_event_in_a_batch_never_fails_its_neighbours(client: TestClient) -> None:
    answer = client.post(f"{LINEAGE}/batch", json=[STORY[0], {"no": "event"}, STORY[1]])
    assert (answer.status_code, answer.json()["status"]) == (200, "partial_success")
    assert answer.json()["summary"]["successful"] == 2
    assert [one["index"] for one in answer.json()["failed_events"]] == [1]


def test_a_batch_must_be_an_array(client: TestClient) -> None:
    assert client.post("/lineage/batch", json=STORY[0]).status_code == 400


def test_an_array_on_the_single_route_is_a_batch(client: TestClient) -> None:
    assert client.post(LINEAGE, json=STORY[:2]).json()["summary"]["successful"] == 2


def test_a_producer_posts_only_for_its_own_namespaces(
    client: TestClient, sign_in: AsSomeone
) -> None:
    spark = sign_in("service:spark", producer="etl")
    other = sign_in("service:other", producer="elsewhere")
    assert client.post(LINEAGE, json=STORY[0], headers=spark).status_code == 201
    refused = client.post(LINEAGE, json=STORY[1], headers=other)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "etl" in refused.json()["detail"]
    batch = client.post(f"{LINEAGE}/batch", json=STORY[:2], headers=other).json()
    assert batch["summary"]["failed"] == 2
    denied = client.get("/api/v2/audit", params={"subject": "service:other"}).json()["items"]
    assert [(one["action"], one["allowed"]) for one in denied] == [("event:post", False)] * 2


def test_an_event_that_the_database_refuses_is_set_aside_and_its_neighbours_are_kept(
    client: TestClient,
) -> None:
    # A name longer than an index of PostgreSQL can hold; SQLite takes it.
    events = [STORY[0], run_event("j", outputs=(dataset("n" * 9_000),)), STORY[2]]
    answer = client.post(f"{LINEAGE}/batch", json=events).json()
    assert answer["summary"]["successful"] + len(answer["failed_events"]) == 3
    assert {one["index"] for one in answer["failed_events"]} <= {1}


def test_concurrent_clients_over_real_http_lose_nothing(server: RunningServer) -> None:
    import concurrent.futures  # noqa: PLC0415 - only here

    import httpx2  # noqa: PLC0415

    events = [run_event(f"job{number}", outputs=(dataset("shared"),)) for number in range(60)]
    headers = {"Authorization": f"Bearer {server.admin_token}"}
    with httpx2.Client(base_url=server.url, headers=headers) as http:
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            statuses = list(pool.map(lambda one: http.post(LINEAGE, json=one).status_code, events))
        assert set(statuses) == {201}
        assert http.get("/api/v2/assets", params={"kind": "job"}).json()["total"] == 60
