"""The catalog as people use it: found, read, curated, and who did what."""

import datetime
import json
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from tests.conftest import AsSomeone
from tests.events import WAREHOUSE, dataset, run_event

ORDERS = {"kind": "dataset", "namespace": WAREHOUSE, "name": "orders"}


@pytest.fixture
def orders(client: TestClient) -> TestClient:
    """A catalog with one job that writes one dataset."""
    said = {
        "documentation": {"description": "every order"},
        "ownership": {"owners": [{"name": "team:sales"}]},
    }
    event = run_event(
        "load orders", outputs=(dataset("orders", "id", "email", "address.city", **said),)
    )
    assert client.post("/api/v1/lineage", json=event).status_code == 201
    return client


def edit(client: TestClient, **changes: Any) -> Any:
    return client.patch("/api/v2/asset", params=ORDERS, json=changes)


def test_what_a_producer_says_is_shown_as_ingested(orders: TestClient) -> None:
    found = orders.get("/api/v2/asset", params=ORDERS).json()
    assert (found["description"], found["description_origin"]) == ("every order", "ingested")
    assert (found["owner"], found["owner_origin"]) == ("team:sales", "ingested")
    assert [one["path"] for one in found["fields"]] == ["id", "email", "address.city"]


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "dataset"},
        {"q": "ORDER", "kind": "dataset"},
        {"q": "every order"},
        {"owner": "team:sales"},
        {"namespace": WAREHOUSE},
        {"certification": "none", "kind": "dataset"},
    ],
)
def test_assets_are_found_by_what_is_known_of_them(
    orders: TestClient, asked: dict[str, str]
) -> None:
    found = orders.get("/api/v2/assets", params=asked).json()
    assert [one["name"] for one in found["items"]] == ["orders"]
    assert found["total"] == 1


@pytest.mark.parametrize("q", ["%", "_", "ord_rs", "\\"])
def test_wildcards_in_a_search_are_letters(orders: TestClient, q: str) -> None:
    assert orders.get("/api/v2/assets", params={"q": q}).json()["items"] == []


def test_pages_follow_one_another_without_gap_or_repeat(client: TestClient) -> None:
    outputs = tuple(dataset(f"t{number % 7}.{number}") for number in range(23))
    client.post("/api/v1/lineage", json=run_event("j", outputs=outputs))
    names: list[str] = []
    cursor = None
    while True:
        asked: dict[str, Any] = {
            "kind": "dataset",
            "limit": 5,
            **({"cursor": cursor} if cursor else {}),
        }
        page = client.get("/api/v2/assets", params=asked).json()
        names += [one["name"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert names == sorted(one["name"] for one in outputs)


@pytest.mark.parametrize("cursor", ["x", "AAAA", "WzEsMl0"])
def test_a_cursor_that_nobody_gave_is_refused(orders: TestClient, cursor: str) -> None:
    answer = orders.get("/api/v2/assets", params={"cursor": cursor})
    assert answer.status_code == 422
    assert cursor in answer.json()["detail"]


def test_a_steward_describes_owns_certifies_and_classifies(
    orders: TestClient, sign_in: AsSomeone
) -> None:
    ines = sign_in("user:ines", steward=WAREHOUSE)
    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=90)
    changes = {
        "description": "orders, one row each",
        "owner": "user:ines",
        "certification": "certified",
        "certified_until": until.isoformat(),
        "is_source": True,
        "tags": ["finance"],
        "fields": [{"path": "email", "tags": ["pii.email"]}],
    }
    answer = orders.patch("/api/v2/asset", params=ORDERS, json=changes, headers=ines)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["certified_by"], found["owner_origin"]) == ("user:ines", "human")
    assert found["fields"][1]["tags"] == [{"tag": "pii.email", "origin": "human"}]
    tagged = orders.get("/api/v2/assets", params={"tag": "pii.email"}).json()
    assert tagged["total"] == 1


def test_every_edit_is_audited_with_what_was_and_what_is(orders: TestClient) -> None:
    edit(orders, owner="user:ana")
    edit(orders, owner="user:ana")
    target = orders.get("/api/v2/asset", params=ORDERS).json()["node"]
    (entry,) = orders.get("/api/v2/audit", params={"target": target}).json()["items"]
    assert (entry["before"], entry["after"]) == ({"owner": "team:sales"}, {"owner": "user:ana"})


def test_a_tag_that_a_person_removed_stays_away_though_events_name_it(orders: TestClient) -> None:
    def told(minute: int) -> list[str]:
        facet = {"tags": [{"key": "gold", "value": "true"}, {"key": "tier", "value": "1a"}]}
        event = run_event(
            "j", run=str(minute), minute=minute, outputs=(dataset("orders", tags=facet),)
        )
        orders.post("/api/v1/lineage", json=event)
        tags: list[str] = orders.get("/api/v2/asset", params=ORDERS).json()["tags"]
        return tags

    assert told(10) == ["gold", "tier:1a"]
    edit(orders, tags=["gold"])
    assert told(20) == ["gold"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"certification": "perhaps"}, "certification"),
        ({"fields": [{"path": "nope", "tags": []}]}, "address.city"),
        ({"tags": [""]}, "tag"),
        ({"certified_until": "soon"}, "certified_until"),
        ({"certified_until": "2030-01-01T00:00:00"}, "certified_until"),
    ],
)
def test_a_bad_edit_names_the_field_and_changes_nothing(
    orders: TestClient, changes: dict[str, Any], named: str
) -> None:
    before = orders.get("/api/v2/asset", params=ORDERS).json()
    answer = edit(orders, owner="user:eve", **changes)
    assert answer.status_code == 422
    assert named in answer.json()["detail"]
    assert orders.get("/api/v2/asset", params=ORDERS).json() == before


def test_malformed_json_names_the_position(orders: TestClient) -> None:
    headers = {"Content-Type": "application/json"}
    answer = orders.patch("/api/v2/asset", params=ORDERS, content=b'{"owner": ', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert answer.json()["position"] == 10


@pytest.mark.parametrize("text", ["\0", "\ud800", "a\0b"])
def test_a_character_that_cannot_be_stored_is_no_crash(orders: TestClient, text: str) -> None:
    if text != "\ud800":
        answer = orders.get("/api/v2/asset", params={**ORDERS, "name": text})
        assert answer.status_code in {404, 422}
        assert orders.get("/api/v2/assets", params={"q": text}).status_code in {200, 422}
    body = json.dumps({"description": text, "tags": [text]})
    headers = {"Content-Type": "application/json"}
    answer = orders.patch("/api/v2/asset", params=ORDERS, content=body, headers=headers)
    assert answer.status_code in {200, 422}


def test_an_unknown_asset_is_a_404(orders: TestClient) -> None:
    answer = orders.get("/api/v2/asset", params={**ORDERS, "name": "nothing"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "nothing" in answer.json()["detail"]


def test_an_asset_one_may_not_read_looks_like_one_that_is_not_there(
    orders: TestClient, sign_in: AsSomeone
) -> None:
    other = sign_in("user:other", viewer="elsewhere")
    there = orders.get("/api/v2/asset", params=ORDERS, headers=other)
    absent = orders.get("/api/v2/asset", params={**ORDERS, "name": "nothing"}, headers=other)
    assert (there.status_code, absent.status_code) == (403, 403)
    assert there.json()["detail"] == absent.json()["detail"]


def test_namespaces_are_listed_with_their_counts(orders: TestClient) -> None:
    items = orders.get("/api/v2/namespaces").json()["items"]
    assert items == [
        {"namespace": "etl", "datasets": 0, "jobs": 1, "models": 0},
        {"namespace": WAREHOUSE, "datasets": 1, "jobs": 0, "models": 0},
    ]


def test_a_dropped_dataset_is_a_tombstone_until_it_is_created_again(orders: TestClient) -> None:
    def lifecycle(change: str, minute: int) -> Any:
        facet = {"lifecycleStateChange": change}
        output = dataset("orders", lifecycleStateChange=facet)
        event = run_event("ddl", run=change, minute=minute, outputs=(output,))
        orders.post("/api/v1/lineage", json=event)
        return orders.get("/api/v2/asset", params=ORDERS).json()["lifecycle"]

    assert lifecycle("DROP", 10) == "dropped"
    assert lifecycle("CREATE", 20) == "active"


def test_a_run_is_listed_and_read_with_what_it_touched(orders: TestClient) -> None:
    (listed,) = orders.get("/api/v2/runs", params={"job_name": "load orders"}).json()["items"]
    run = orders.get("/api/v2/run", params={"key": listed["key"]}).json()
    assert run["writes"] == [{"namespace": WAREHOUSE, "name": "orders", "version": ""}]
    assert orders.get("/api/v2/run", params={"key": "none"}).status_code == 404


def test_runs_are_paged_by_when_they_were_last_heard_of(client: TestClient) -> None:
    for number in range(7):
        client.post("/api/v1/lineage", json=run_event("j", run=str(number), minute=number // 2))
    keys: list[str] = []
    cursor = None
    for _ in range(4):
        asked: dict[str, Any] = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = client.get("/api/v2/runs", params=asked).json()
        keys += [one["key"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert len(keys) == len(set(keys)) == 7
    assert cursor is None


def test_listing_a_page_takes_the_same_number_of_statements_whatever_its_width(
    client: TestClient, engine: sa.Engine, application: Any
) -> None:
    statements: list[str] = []

    def heard(*arguments: Any) -> None:
        statements.append(arguments[2])

    sa.event.listen(application.state.engine, "before_cursor_execute", heard)
    counts = []
    for width in (1, 40):
        outputs = tuple(dataset(f"w{number}", "a") for number in range(width))
        client.post("/api/v1/lineage", json=run_event(f"j{width}", outputs=outputs))
        client.get("/api/v2/me")
        statements.clear()
        assert client.get("/api/v2/assets", params={"kind": "dataset"}).status_code == 200
        counts.append(len(statements))
    sa.event.remove(application.state.engine, "before_cursor_execute", heard)
    assert counts[0] == counts[1]
