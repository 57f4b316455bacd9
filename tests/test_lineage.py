"""Walks over the graph: what is reached, what was cut, and what must stay nameless."""

from typing import Any

import networkx as nx
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.checks import node
from tests.conftest import AsSomeone
from tests.events import WAREHOUSE, columns, dataset, run_event


def walk(client: TestClient, name: str, **asked: Any) -> dict[str, Any]:
    params: dict[str, Any] = {"node": node.dataset(WAREHOUSE, name), **asked}
    answer = client.get("/api/v2/lineage", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def names(graph: dict[str, Any]) -> set[str]:
    return {one["name"] for one in graph["nodes"]}


def post(client: TestClient, job: str, sources: list[str], targets: list[str]) -> None:
    inputs, outputs = (tuple(dataset(one) for one in some) for some in (sources, targets))
    event = run_event(job, inputs=inputs, outputs=outputs)
    assert client.post("/api/v1/lineage", json=event).status_code == 201


@pytest.fixture
def chain(client: TestClient) -> TestClient:
    """a → j1 → b → j2 → c, and b → j3 → d."""
    post(client, "j1", ["a"], ["b"])
    post(client, "j2", ["b"], ["c"])
    post(client, "j3", ["b"], ["d"])
    return client


def test_upstream_downstream_and_both(chain: TestClient) -> None:
    assert names(walk(chain, "b", direction="upstream", depth=9)) == {"a", "j1", "b"}
    assert names(walk(chain, "b", direction="downstream", depth=9)) == {"b", "j2", "j3", "c", "d"}
    assert names(walk(chain, "b", depth=1)) == {"j1", "b", "j2", "j3"}


def test_what_was_left_out_is_counted_where_it_was_cut(chain: TestClient) -> None:
    graph = walk(chain, "a", direction="downstream", depth=2)
    more = {one["name"]: one["more_downstream"] for one in graph["nodes"]}
    assert more == {"a": 0, "j1": 0, "b": 2}
    assert graph["truncated"] is False


def test_a_limit_that_cuts_says_so(chain: TestClient) -> None:
    graph = walk(chain, "a", depth=9, limit=3)
    assert len(names(graph)) == 3
    assert graph["truncated"] is True


def test_a_job_that_says_which_input_feeds_which_output_joins_no_others(
    client: TestClient,
) -> None:
    outputs = (
        dataset("x", "v", columnLineage=columns(v="a.v")),
        dataset("y", "v", columnLineage=columns(v="b.v")),
    )
    event = run_event("j", inputs=(dataset("a"), dataset("b")), outputs=outputs)
    client.post("/api/v1/lineage", json=event)
    assert names(walk(client, "x", direction="upstream", depth=9)) == {"a", "j", "x"}
    assert names(walk(client, "b", direction="downstream", depth=9)) == {"b", "j", "y"}
    job = client.get("/api/v2/lineage", params={"node": node.job("etl", "j")}).json()
    assert names(job) == {"a", "b", "j", "x", "y"}


def test_what_may_not_be_read_is_there_without_a_name(
    chain: TestClient, sign_in: AsSomeone
) -> None:
    event = run_event("j4", inputs=(dataset("c"),), outputs=())
    event["outputs"] = [{"namespace": "secret", "name": "payroll"}]
    chain.post("/api/v1/lineage", json=event)
    vera = sign_in("user:vera", viewer=WAREHOUSE)
    asked: dict[str, Any] = {
        "node": node.dataset(WAREHOUSE, "c"),
        "direction": "downstream",
        "columns": True,
    }
    answer = chain.get("/api/v2/lineage", params=asked, headers=vera)
    graph = answer.json()
    hidden = [one for one in graph["nodes"] if one["restricted"]]
    assert [(one["kind"], one["name"], one["owner"]) for one in hidden] == [
        ("job", None, None),
        ("dataset", None, None),
    ]
    assert len(graph["edges"]) == 2
    assert "payroll" not in answer.text
    assert "secret" not in answer.text


def test_columns_on_demand_carry_transformation_and_masking(client: TestClient) -> None:
    outputs = (dataset("o", "h", columnLineage=columns(h="!a.email")),)
    event = run_event("j", inputs=(dataset("a", "email"),), outputs=outputs)
    client.post("/api/v1/lineage", json=event)
    (found,) = walk(client, "o", columns=True)["column_edges"]
    assert (found["masking"], found["direct"]) == (True, True)
    assert found["transformation"] == "DIRECT:TRANSFORMATION"
    assert walk(client, "o")["column_edges"] == []


MARK = {
    "source": {"namespace": WAREHOUSE, "name": "a", "field": "email"},
    "target": {"namespace": WAREHOUSE, "name": "o", "field": "h"},
    "masking": True,
    "reason": "hashed with a rotating key",
}


def test_a_persons_word_on_masking_outranks_the_producers(
    client: TestClient, sign_in: AsSomeone
) -> None:
    outputs = (dataset("o", "h", columnLineage=columns(h="a.email")),)
    event = run_event("j", inputs=(dataset("a", "email"),), outputs=outputs)
    client.post("/api/v1/lineage", json=event)
    ines = sign_in("user:ines", steward=WAREHOUSE)
    assert client.put("/api/v2/masking", json=MARK, headers=ines).status_code == 200
    (found,) = walk(client, "o", columns=True)["column_edges"]
    assert (found["masking"], found["marked_by"]) == (True, "user:ines")
    (entry,) = client.get("/api/v2/audit", params={"action": "masking:mark"}).json()["items"]
    assert entry["after"]["reason"] == MARK["reason"]


def test_masking_can_be_marked_only_on_a_flow_that_exists_by_who_may_and_with_a_reason(
    client: TestClient, sign_in: AsSomeone
) -> None:
    assert client.put("/api/v2/masking", json=MARK).status_code == 404
    assert client.put("/api/v2/masking", json={**MARK, "reason": " "}).status_code == 422
    vera = sign_in("user:vera", viewer="")
    assert client.put("/api/v2/masking", json=MARK, headers=vera).status_code == 403


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"node": "dataset:x:y"}, 404),
        ({"node": "nonsense"}, 422),
        ({"node": "run:123"}, 422),
        ({"node": "dataset:x:y", "depth": 21}, 422),
        ({"node": "dataset:x:y", "depth": 0}, 422),
        ({"node": "dataset:x:y", "limit": 1_001}, 422),
        ({"node": "dataset:x:y", "direction": "sideways"}, 422),
        ({}, 422),
    ],
)
def test_a_bad_question_is_refused_by_name(
    client: TestClient, asked: dict[str, Any], status: int
) -> None:
    answer = client.get("/api/v2/lineage", params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    jobs=st.lists(
        st.tuples(
            st.sets(st.integers(0, 7), min_size=1, max_size=3),
            st.sets(st.integers(0, 7), min_size=1, max_size=3),
        ),
        min_size=1,
        max_size=8,
    ),
    root=st.integers(0, 7),
    depth=st.integers(1, 8),
)
def test_a_walk_finds_what_an_obvious_walk_finds(
    client: TestClient, jobs: list[tuple[set[int], set[int]]], root: int, depth: int
) -> None:
    space = f"hypothesis://{abs(hash((str(jobs), root, depth)))}"
    whole: nx.DiGraph[tuple[str, int]] = nx.DiGraph()
    whole.add_node(("d", root))
    events = []
    for number, (reads, writes) in enumerate(jobs):
        event = run_event(f"{space} j{number}")
        event["job"]["namespace"] = space
        event["inputs"] = [{"namespace": space, "name": f"d{one}"} for one in reads]
        event["outputs"] = [{"namespace": space, "name": f"d{one}"} for one in writes | {root}]
        events.append(event)
        whole.add_edges_from((("d", one), ("j", number)) for one in reads)
        whole.add_edges_from((("j", number), ("d", one)) for one in writes | {root})
    assert client.post("/api/v1/lineage/batch", json=events).json()["status"] == "success"
    for direction, graph in (("downstream", whole), ("upstream", whole.reverse())):
        expected = nx.single_source_shortest_path_length(graph, ("d", root), cutoff=depth)
        asked: dict[str, Any] = {
            "node": node.dataset(space, f"d{root}"),
            "direction": direction,
            "depth": depth,
        }
        found = client.get("/api/v2/lineage", params=asked).json()["nodes"]
        reached = {
            ("d", int(one["name"][1:]))
            if one["kind"] == "dataset"
            else ("j", int(one["name"].rpartition("j")[2])): one["depth"]
            for one in found
        }
        assert reached == expected
