"""The snapshot that a decision stands on: what was read, how surely, and what lies behind."""

import random
import string
from typing import Any

import orjson
import pytest
from sqlmodel import Session

from catalog import ingest, lineage, registry, tables
from catalog.access import Actor
from catalog.checks import node
from catalog.openlineage import event as openlineage
from tests.events import WAREHOUSE, columns, dataset, run_event, run_id, whole_run

DIGEST = "sha256:" + "e" * 64


class Story:
    """Events told to a catalog, and the snapshot of a model trained at the end of them."""

    def __init__(self, session: Session, admin: Actor) -> None:
        self.session = session
        self.admin = admin

    def tell(self, *events: dict[str, Any]) -> None:
        bodies = [orjson.dumps(event) for event in events]
        entries = [ingest.Entry(one, "service:etl", openlineage.parse(one)) for one in bodies]
        ingest.record(self.session, entries)

    def snapshot(self, *inputs: dict[str, Any], limit: int = 1_000) -> dict[str, Any]:
        """The document after a training run at minute 1,000 that read `inputs`."""
        self.tell(*whole_run("train", minute=1_000, inputs=inputs))
        version = self._version()
        document = lineage.snapshot(self.session, self.admin, version, limit=limit)
        assert document == orjson.loads(orjson.dumps(document))
        return document

    def _version(self) -> tables.ModelVersion:
        registered = registry.register_version(
            self.session,
            self.admin,
            namespace="models",
            name="m",
            version="1",
            artifact=registry.Artifact(DIGEST),
            training_runs=[run_id("train")],
        )
        return registered.version


@pytest.fixture
def story(session: Session, admin: Actor) -> Story:
    return Story(session, admin)


def names(document: dict[str, Any], kind: str) -> list[tuple[str, str, str | None]]:
    """The edges of a kind, in short."""
    return [(_short(a), _short(b), pin) for a, b, one, pin in document["edges"] if one == kind]


def _short(node_id: str) -> str:
    if node_id.startswith("model-version"):
        return "model"
    if node_id.startswith("run:"):
        return RUNS.get(node_id, node_id)
    return ":".join(node.parse(node_id).parts[1:])


RUNS = {node.run(run_id(name)): name for name in ("train", "load", "again", "third", "clean")}


def version(name: str, run: str) -> str:
    return f"{name}:{run_id(run)}"


def test_the_version_read_is_the_last_that_was_complete_when_the_reader_began(
    story: Story,
) -> None:
    replace = {"lifecycleStateChange": {"lifecycleStateChange": "OVERWRITE"}}
    for run, minute in (("load", 1), ("again", 10), ("third", 2_000)):
        story.tell(*whole_run("load", run=run, minute=minute, outputs=(dataset("raw", **replace),)))
    document = story.snapshot(dataset("raw"))
    assert names(document, "read") == [(version("raw", "again"), "train", "inferred")]
    assert names(document, "write") == [("again", version("raw", "again"), None)]
    assert names(document, "stands_on") == []
    assert names(document, "trained") == [("train", "model", None)]


def test_a_version_stands_on_the_one_before_unless_the_write_replaced_everything(
    story: Story,
) -> None:
    for run, minute in (("load", 1), ("again", 10)):
        story.tell(*whole_run("load", run=run, minute=minute, outputs=(dataset("raw"),)))
    document = story.snapshot(dataset("raw"))
    expected = [(version("raw", "load"), version("raw", "again"), None)]
    assert names(document, "stands_on") == expected
    assert len(document["runs"]) == 3


def test_a_version_that_the_reader_named_is_pinned(story: Story) -> None:
    for run, label, minute in (("load", "v1", 1), ("again", "v2", 10)):
        output = dataset("raw", version={"datasetVersion": label})
        story.tell(*whole_run("load", run=run, minute=minute, outputs=(output,)))
    document = story.snapshot(dataset("raw", version={"datasetVersion": "v1"}))
    assert names(document, "read") == [("raw:v1", "train", "explicit")]
    assert names(document, "write") == [("load", "raw:v1", None)]


def test_a_failed_attempt_makes_no_version_and_is_told(story: Story) -> None:
    story.tell(*whole_run("load", minute=1, outputs=(dataset("raw"),)))
    failed = whole_run("load", run="again", minute=10, outputs=(dataset("raw"),), end="FAIL")
    story.tell(*failed)
    document = story.snapshot(dataset("raw"))
    assert names(document, "read") == [(version("raw", "load"), "train", "inferred")]
    (attempt,) = document["attempts"]
    assert (attempt["state"], attempt["run"]) == ("FAIL", node.run(run_id("again")))
    assert attempt["job"] in document["jobs"]


def test_a_retry_that_succeeded_before_the_read_leaves_no_attempt(story: Story) -> None:
    failed = whole_run("load", run="again", minute=1, outputs=(dataset("raw"),), end="FAIL")
    story.tell(*failed, *whole_run("load", minute=10, outputs=(dataset("raw"),)))
    assert story.snapshot(dataset("raw"))["attempts"] == []


def test_where_no_version_was_complete_every_writer_is_taken_to_be_behind_it(
    story: Story,
) -> None:
    story.tell(run_event("load", "RUNNING", run="load", minute=1, outputs=(dataset("raw"),)))
    document = story.snapshot(dataset("raw"))
    assert names(document, "read") == [(version("raw", "load"), "train", "none")]


def test_a_dataset_that_nobody_writes_is_a_version_that_nobody_knows(story: Story) -> None:
    document = story.snapshot(dataset("raw"))
    assert names(document, "read") == [("raw:unknown", "train", "none")]


def test_only_what_flowed_into_what_was_read_is_behind_the_model(story: Story) -> None:
    outputs = (
        dataset("x", "v", columnLineage=columns(v="a.v")),
        dataset("y", "v", columnLineage=columns(v="b.v")),
    )
    inputs = (dataset("a", "v"), dataset("b", "v"))
    story.tell(*whole_run("clean", minute=1, inputs=inputs, outputs=outputs))
    document = story.snapshot(dataset("x"))
    assert {_short(one) for one in document["datasets"]} == {"a", "x"}
    assert [_short(one["source"]) for one in document["columns"]] == ["a"]


def test_an_input_of_which_the_job_does_not_say_where_it_went_is_behind_everything(
    story: Story,
) -> None:
    outputs = (dataset("x", "v", columnLineage=columns(v="a.v")),)
    inputs = (dataset("a", "v"), dataset("filter"))
    story.tell(*whole_run("clean", minute=1, inputs=inputs, outputs=outputs))
    document = story.snapshot(dataset("x"))
    assert {_short(one) for one in document["datasets"]} == {"a", "filter", "x"}


def test_a_training_run_that_also_writes_what_others_read_keeps_all_its_inputs(
    story: Story,
) -> None:
    own = dataset("state", "v", columnLineage=columns(v="a.v"))
    loop = run_event("train", minute=990, inputs=(dataset("a"), dataset("b")), outputs=(own,))
    story.tell(loop, *whole_run("clean", minute=1, outputs=(dataset("b"),)))
    document = story.snapshot(dataset("a"), dataset("b"))
    assert {"a", "b"} <= {_short(one) for one in document["datasets"]}


def test_lineage_declared_without_runs_is_followed(story: Story) -> None:
    declared = run_event("view", minute=1, inputs=(dataset("base"),), outputs=(dataset("v"),))
    story.tell({key: one for key, one in declared.items() if key not in {"run", "eventType"}})
    story.tell(*whole_run("load", minute=2, outputs=(dataset("base"),)))
    document = story.snapshot(dataset("v"))
    assert names(document, "declared") == [
        (version("base", "load"), "view", None),
        ("view", "v:unknown", None),
    ]
    assert names(document, "write") == [("load", version("base", "load"), None)]


def test_a_derivation_declared_on_a_dataset_is_followed(story: Story) -> None:
    facet = {"inputs": [{"type": "DATASET", "namespace": WAREHOUSE, "name": "base"}]}
    event = run_event("none", minute=1)
    story.tell({"eventTime": event["eventTime"], "dataset": dataset("v", lineage=facet)})
    document = story.snapshot(dataset("v"))
    assert names(document, "declared") == [("base:unknown", "v:unknown", None)]


def test_a_limit_that_cuts_is_told(story: Story) -> None:
    for number in range(12):
        inputs, outputs = (dataset(f"d{number}"),), (dataset(f"d{number + 1}"),)
        story.tell(*whole_run(f"j{number}", minute=number * 3, inputs=inputs, outputs=outputs))
    assert story.snapshot(dataset("d12"), limit=6)["truncated"] is True
    assert story.snapshot(dataset("d12"))["truncated"] is False


def test_a_producers_word_that_a_column_is_clean_is_no_persons_word(story: Story) -> None:
    said = {"tags": [{"key": "not-personal", "value": "true"}, {"key": "pii", "value": "true"}]}
    story.tell(*whole_run("load", minute=1, outputs=(dataset("raw", "v", tags=said),)))
    (found,) = story.snapshot(dataset("raw"))["datasets"].values()
    assert found["tags"] == ["pii"]


def test_the_digest_that_a_training_run_recorded_is_kept(story: Story) -> None:
    kind = {"datasetType": {"datasetType": "MODEL"}, "version": {"datasetVersion": DIGEST}}
    story.tell(run_event("train", minute=1_001, outputs=(dataset("m", **kind),)))
    recorded = story.snapshot(dataset("raw"))["model_version"]["recorded_digests"]
    assert recorded == {node.run(run_id("train")): DIGEST}


def test_the_writer_sets_aside_what_the_database_refuses_and_keeps_the_rest(
    client: Any,
) -> None:
    # Longer than an index entry of PostgreSQL, and not to be compressed; SQLite takes it.
    letters = random.Random(5).choices(string.ascii_letters, k=9_000)
    events = [run_event("a"), run_event("b", outputs=(dataset("".join(letters)),)), run_event("c")]
    answer = client.post("/api/v1/lineage/batch", json=events).json()
    assert client.get("/api/v2/assets", params={"kind": "job", "q": "c"}).json()["total"] == 1
    kept = client.get("/api/v2/quarantine").json()["items"]
    assert len(kept) == len(answer["failed_events"]) == 3 - answer["summary"]["successful"]
    if kept:
        assert "could not be projected" in kept[0]["reason"]
        assert client.post("/api/v1/lineage", json=events[1]).status_code == 400
