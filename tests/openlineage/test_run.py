"""A run's facts are the same whatever the order, number or batching of its events."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.openlineage import run
from catalog.openlineage.event import Event
from tests.openlineage.examples import RUN_ID, dataset, facts, parsed, static_job

NAMES = st.sampled_from(["a", "b"])
BODY = st.fixed_dictionaries({"v": st.integers(0, 3)})
FACETS = st.dictionaries(st.sampled_from(["x", "version", "columnLineage"]), BODY, max_size=2)
DATASETS = st.lists(
    st.builds(lambda name, facets: dataset(name, facets=facets, inputFacets=facets), NAMES, FACETS),
    max_size=2,
)
INPUTS = st.lists(
    st.fixed_dictionaries({"type": st.just("DATASET"), "namespace": st.just("n"), "name": NAMES}),
    max_size=2,
)
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {"type": st.just("DATASET"), "namespace": st.just("n"), "name": NAMES},
        optional={
            "inputs": INPUTS,
            "fields": st.dictionaries(NAMES, st.fixed_dictionaries({"inputs": INPUTS}), max_size=1),
        },
    ),
    max_size=2,
)


@st.composite
def run_events(draw: st.DrawFn) -> Event:
    facets: dict[str, Any] = draw(FACETS)
    if draw(st.booleans()):
        facets = {**facets, "lineage": {"entries": draw(ENTRIES)}}
    kinds = ["START", "RUNNING", "COMPLETE", "FAIL", "ABORT", "OTHER", None]
    return parsed(
        draw(st.sampled_from(kinds)),
        draw(st.integers(0, 3)),
        run={"runId": RUN_ID, "facets": draw(FACETS)},
        job={"namespace": "etl", "name": draw(NAMES), "facets": facets},
        inputs=draw(DATASETS),
        outputs=draw(DATASETS),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(run_events(), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_no_order_duplication_or_batching_changes_the_facts(
    events: list[Event], random: Any
) -> None:
    states = [run.of(each) for each in events]
    expected = run.dump(run.merge_all(states))
    shuffled = [*states, *random.choices(states, k=2)]
    random.shuffle(shuffled)
    cut = random.randint(1, len(shuffled) - 1)
    first, second = run.merge_all(shuffled[:cut]), run.merge_all(shuffled[cut:])
    assert run.dump(run.merge(first, second)) == expected
    assert run.dump(run.merge(second, first)) == expected


@settings(max_examples=30, deadline=None)
@given(run_events(), run_events())
def test_facts_survive_being_stored(a: Event, b: Event) -> None:
    merged = facts(a, b)
    assert run.load(run.dump(merged)) == merged
    assert run.dump(run.load(run.dump(merged))) == run.dump(merged)


def test_merging_adds_nothing_twice() -> None:
    one = facts(parsed("START", 1), parsed("COMPLETE", 2))
    assert run.merge(one, one) == one


STREAMING = {"jobType": {"processingType": "STREAMING", "integration": "FLINK"}}
SERVICE = {"jobType": {"processingType": "SERVICE", "integration": "X"}}
BATCH = {"jobType": {"processingType": "BATCH", "integration": "X"}}
STATES: list[tuple[dict[str, Any], list[tuple[str | None, int]], str, bool]] = [
    ({}, [(None, 1)], "PENDING", False),
    ({}, [("OTHER", 1)], "PENDING", False),
    ({}, [("START", 1)], "RUNNING", False),
    ({}, [("RUNNING", 1)], "RUNNING", False),
    ({}, [("OTHER", 1), ("RUNNING", 2)], "RUNNING", False),
    ({}, [("COMPLETE", 1)], "COMPLETE", True),
    ({}, [("START", 1), ("COMPLETE", 2)], "COMPLETE", True),
    ({}, [("START", 1), ("COMPLETE", 1)], "COMPLETE", True),
    ({}, [("START", 1), ("FAIL", 2), ("COMPLETE", 3)], "COMPLETE", True),
    ({}, [("FAIL", 2), ("COMPLETE", 2)], "FAIL", True),
    ({}, [("FAIL", 2), ("ABORT", 2)], "FAIL", True),
    ({}, [("ABORT", 2), ("COMPLETE", 2)], "ABORT", True),
    ({}, [("COMPLETE", 2), ("RUNNING", 3)], "COMPLETE", True),
    ({}, [("COMPLETE", 2), ("OTHER", 3), (None, 4)], "COMPLETE", True),
    (BATCH, [("COMPLETE", 2), ("START", 3)], "COMPLETE", True),
    (STREAMING, [("COMPLETE", 2), ("RUNNING", 3)], "RUNNING", False),
    (SERVICE, [("FAIL", 2), ("START", 3)], "RUNNING", False),
    (STREAMING, [("RUNNING", 2), ("COMPLETE", 2)], "COMPLETE", True),
    (STREAMING, [("COMPLETE", 2), ("RUNNING", 3), ("COMPLETE", 4)], "COMPLETE", True),
    ({"jobType": {"_deleted": True}}, [("COMPLETE", 2), ("RUNNING", 3)], "COMPLETE", True),
]


@pytest.mark.parametrize(("job_facets", "events", "state", "ended"), STATES)
def test_the_state_follows_event_time_never_arrival(
    job_facets: dict[str, Any], events: list[tuple[str | None, int]], state: str, ended: bool
) -> None:
    job = {"namespace": "etl", "name": "load", "facets": job_facets}
    read = [parsed(kind, second, job=job) for kind, second in events]
    for order in (read, read[::-1]):
        assert run.state(facts(*order)) == state
        assert (run.ended_at(facts(*order)) is not None) == ended


def test_times_are_the_first_start_and_the_chosen_end() -> None:
    merged = facts(
        parsed("OTHER", 1),
        parsed("START", 3),
        parsed("START", 2),
        parsed("FAIL", 4),
        parsed(None, 9),
    )
    seconds = [
        time.second
        for time in (
            run.first_seen_at(merged),
            run.started_at(merged) or datetime.max.replace(tzinfo=UTC),
            run.ended_at(merged) or datetime.max.replace(tzinfo=UTC),
            run.last_seen_at(merged),
        )
    ]
    assert seconds == [1, 2, 4, 9]


def test_evidence_is_the_digest_of_the_newest_event() -> None:
    late, early = parsed("COMPLETE", 2), parsed("START", 1, inputs=[dataset("a")])
    merged = facts(late, early)
    assert merged.evidence == late.digest
    assert merged.inputs["postgres://warehouse:5432", "a"].evidence == early.digest


def test_reads_and_writes_only_grow() -> None:
    start = parsed("START", 1, inputs=[dataset("a"), dataset("b")])
    merged = facts(start, parsed("RUNNING", 2), parsed("COMPLETE", 3, inputs=[dataset("c")]))
    assert {name for _, name in merged.inputs} == {"a", "b", "c"}


def test_a_facet_is_replaced_whole_by_the_newer_event_even_when_it_arrives_first() -> None:
    new = parsed("COMPLETE", 2, run={"runId": RUN_ID, "facets": {"x": {"a": 1}}})
    old = parsed("START", 1, run={"runId": RUN_ID, "facets": {"x": {"a": 0, "b": 0}, "y": {}}})
    merged = facts(new, old)
    assert run.facet(merged, "x") == {"a": 1}
    assert run.facet(merged, "y") == {}


def test_dataset_facets_that_belong_to_the_run_are_kept_with_the_access() -> None:
    output = dataset(
        "a",
        facets={
            "version": {"datasetVersion": 7},
            "lifecycleStateChange": {"lifecycleStateChange": "overwrite"},
            "schema": {"fields": []},
        },
        outputFacets={"outputStatistics": {"rowCount": 3}},
    )
    (access,) = facts(parsed(outputs=[output])).outputs.values()
    assert run.dataset_version(access) == "7"
    assert run.lifecycle(access) == "OVERWRITE"
    assert access.io_facet("outputStatistics") == {"rowCount": 3}
    assert access.facet("schema") is None


def test_assertions_among_the_dataset_facets_count_as_input_facets() -> None:
    body = {"assertions": [{"assertion": "unique", "success": True}]}
    only_dataset = dataset("a", facets={"dataQualityAssertions": {"assertions": []}})
    both = {**only_dataset, "inputFacets": {"dataQualityAssertions": body}}
    (access,) = facts(parsed(inputs=[only_dataset])).inputs.values()
    (access_of_both,) = facts(parsed(inputs=[both])).inputs.values()
    assert access.io_facet("dataQualityAssertions") == {"assertions": []}
    assert access_of_both.io_facet("dataQualityAssertions") == body


@pytest.mark.parametrize("key", ["parent", "parentRun"])
def test_parent_and_root_are_read_under_the_old_key_too(key: str) -> None:
    body = {
        "run": {"runId": "A"},
        "job": {"namespace": "airflow", "name": "dag.task"},
        "root": {"run": {"runId": "B"}, "job": {"namespace": "airflow", "name": "dag"}},
    }
    merged = facts(parsed(run={"runId": RUN_ID, "facets": {key: body}}))
    parent, root = run.parent(merged), run.root(merged)
    assert parent is not None
    assert root is not None
    assert (parent.id, parent.namespace, parent.name) == ("A", "airflow", "dag.task")
    assert (root.id, root.name) == ("B", "dag")
    assert parent.key != root.key


@pytest.mark.parametrize(
    "body", [{}, {"run": None}, {"run": {"runId": 5}}, {"run": "x", "root": []}]
)
def test_a_parent_facet_without_a_run_names_no_parent(body: dict[str, Any]) -> None:
    merged = facts(parsed(run={"runId": RUN_ID, "facets": {"parent": body}}))
    assert run.parent(merged) is None
    assert run.root(merged) is None


def test_nominal_times_and_the_error_are_read_where_they_are_readable() -> None:
    nominal = {"nominalStartTime": "2026-01-01T00:00:00+01:00", "nominalEndTime": None}
    facets = {"nominalTime": nominal, "errorMessage": {"message": "no space left"}}
    merged = facts(parsed("FAIL", run={"runId": RUN_ID, "facets": facets}))
    assert run.nominal_times(merged) == (datetime(2025, 12, 31, 23, tzinfo=UTC), None)
    assert run.error_message(merged) == "no space left"
    assert run.error_message(facts(parsed())) is None


def test_facts_of_different_runs_do_not_merge() -> None:
    with pytest.raises(ValueError, match="are not the same"):
        run.merge(facts(parsed()), facts(parsed(run={"runId": "other"})))


def test_a_static_event_has_no_run_facts() -> None:
    with pytest.raises(ValueError, match="is not about a run"):
        run.of(static_job())


def test_facts_of_an_unknown_format_are_refused() -> None:
    with pytest.raises(ValueError, match="format 0"):
        run.load(run.dump(facts(parsed())).replace(b'"format":1', b'"format":0'))
