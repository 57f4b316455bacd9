"""Which flows follow from what a run, a job or a dataset says."""

from typing import Any

import pytest

from catalog.openlineage import lineage
from catalog.openlineage.columns import ColumnFlow, DatasetRef
from catalog.openlineage.lineage import Flows, JobRef, Provenance
from tests.openlineage.examples import (
    WAREHOUSE,
    dataset,
    edges,
    facts,
    parsed,
    static_dataset,
    static_job,
)


def source(name: str, field: str | None = None, **more: Any) -> dict[str, Any]:
    item = {"type": "DATASET", "namespace": WAREHOUSE, "name": name, **more}
    return item if field is None else {**item, "field": field}


def target(name: str, **more: Any) -> dict[str, Any]:
    return source(name, None, **more)


def job(name: str | None = None, **more: Any) -> dict[str, Any]:
    return {"type": "JOB", **({} if name is None else {"namespace": "etl", "name": name}), **more}


def explicit(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"namespace": "etl", "name": "load", "facets": {"lineage": {"entries": list(entries)}}}


def by_columns(name: str, *sources: tuple[str, str, str]) -> dict[str, Any]:
    """An output whose columnLineage is (source dataset, source field, target field), …"""
    fields: dict[str, Any] = {}
    for table, field, column in sources:
        inputs = fields.setdefault(column, {"inputFields": []})["inputFields"]
        inputs.append({"namespace": WAREHOUSE, "name": table, "field": field})
    return dataset(name, facets={"columnLineage": {"fields": fields}})


def derived(**parts: Any) -> Flows:
    return lineage.derive(facts(parsed(**parts)))


def tables(*names: str) -> list[dict[str, Any]]:
    return [dataset(name) for name in names]


def columns(flows: Flows) -> list[tuple[str, str | None, str, str | None, str, str | None]]:
    return [
        (
            each.source.name,
            each.source_field,
            each.target.name,
            each.target_field,
            each.kind,
            each.subtype,
        )
        for each in flows.columns
    ]


def test_without_a_facet_inputs_reach_outputs_through_the_job_not_as_a_product() -> None:
    flows = derived(inputs=tables("a", "b"), outputs=tables("x", "y"))
    assert edges(flows) == [
        ("a", "load", "inferred"),
        ("b", "load", "inferred"),
        ("load", "x", "inferred"),
        ("load", "y", "inferred"),
    ]
    assert flows.job == JobRef("etl", "load")


def test_column_lineage_makes_flows_precise_and_leaves_the_rest_to_the_job() -> None:
    flows = derived(
        inputs=tables("a", "b", "c"),
        outputs=[by_columns("x", ("a", "id", "id")), by_columns("y", ("b", "id", "id"))],
    )
    assert edges(flows) == [
        ("a", "x", "column"),
        ("b", "y", "column"),
        ("c", "load", "inferred"),
    ]


def test_an_output_without_column_lineage_may_stand_on_every_input() -> None:
    flows = derived(
        inputs=tables("a", "b"), outputs=[by_columns("x", ("a", "id", "id")), dataset("y")]
    )
    assert edges(flows) == [
        ("a", "x", "column"),
        ("a", "load", "inferred"),
        ("b", "load", "inferred"),
        ("load", "y", "inferred"),
    ]


def test_a_source_that_only_column_lineage_names_is_unresolved() -> None:
    flows = derived(
        inputs=tables("a"),
        outputs=[by_columns("x", ("a", "id", "id"), ("cte", "id", "id"), ("x", "id", "id"))],
    )
    assert {flow.source.name: flow.unresolved for flow in flows.flows} == {
        "a": False,
        "cte": True,
        "x": False,
    }


@pytest.mark.parametrize(
    "facet", [{"fields": {}}, {"_deleted": True}, {"dataset": "x", "fields": []}]
)
def test_column_lineage_that_names_no_source_counts_as_none(facet: dict[str, Any]) -> None:
    flows = derived(inputs=tables("a"), outputs=[dataset("x", facets={"columnLineage": facet})])
    assert edges(flows) == [("a", "load", "inferred"), ("load", "x", "inferred")]


# The scenarios below are those of the explicit lineage proposal, in its order.


def test_explicit_lineage_overrides_the_product() -> None:
    flows = derived(
        inputs=tables("a", "b"),
        outputs=tables("c", "d"),
        job=explicit(target("c", inputs=[source("a")]), target("d", inputs=[source("b")])),
    )
    assert edges(flows) == [("a", "c", "explicit"), ("b", "d", "explicit")]
    assert flows.columns == ()


def test_explicit_columns_alone_make_a_flow_between_their_datasets() -> None:
    how = [{"type": "DIRECT", "subtype": "AGGREGATION", "masking": True}]
    fields = {"total": {"inputs": [source("in", "amount", transformations=how)]}}
    flows = derived(
        inputs=tables("in"), outputs=tables("out"), job=explicit(target("out", fields=fields))
    )
    assert edges(flows) == [("in", "out", "explicit")]
    (flow,) = flows.columns
    expected = ColumnFlow(
        *(DatasetRef(WAREHOUSE, "in"), "amount", DatasetRef(WAREHOUSE, "out"), "total"),
        *("DIRECT", "AGGREGATION", True),
    )
    assert flow == expected


def test_explicit_lineage_mixes_granularities() -> None:
    group_by = [{"type": "INDIRECT", "subtype": "GROUP_BY"}]
    entry = target(
        "x",
        inputs=[source("a"), source("a", "grouped", transformations=group_by)],
        fields={"one": {"inputs": [source("a", "col")]}, "two": {"inputs": [source("a")]}},
    )
    flows = derived(inputs=tables("a"), outputs=tables("x"), job=explicit(entry))
    assert edges(flows) == [("a", "x", "explicit")]
    assert columns(flows) == [
        ("a", None, "x", "two", "DIRECT", None),
        ("a", "col", "x", "one", "DIRECT", None),
        ("a", "grouped", "x", None, "INDIRECT", "GROUP_BY"),
    ]


def test_a_dataset_event_derives_a_view_without_a_job() -> None:
    facet = {"lineage": {"inputs": [source("customers"), source("orders")]}}
    flows = lineage.declared(static_dataset("view", facet))
    assert flows.job is None
    assert edges(flows) == [("customers", "view", "explicit"), ("orders", "view", "explicit")]


def test_a_job_event_declares_explicit_lineage() -> None:
    entry = target("out", inputs=[source("in")])
    event = static_job(inputs=tables("in"), outputs=tables("out"), job=explicit(entry))
    assert edges(lineage.declared(event)) == [("in", "out", "explicit")]


def test_a_sink_is_fed_by_its_inputs() -> None:
    assert edges(derived(inputs=tables("a"), outputs=[])) == [("a", "load", "inferred")]


def test_a_generator_makes_its_outputs() -> None:
    assert edges(derived(inputs=[], outputs=tables("x"))) == [("load", "x", "inferred")]


def test_the_events_own_job_as_a_source_adds_no_second_edge() -> None:
    how = [{"type": "DIRECT", "subtype": "AGGREGATION"}]
    entry = target("x", inputs=[], fields={"total": {"inputs": [job(transformations=how)]}})
    flows = derived(inputs=[], outputs=tables("x"), job=explicit(entry))
    assert edges(flows) == [("load", "x", "inferred")]
    assert flows.columns == ()


def test_a_generator_that_lists_no_output_still_makes_it() -> None:
    entry = target("x", inputs=[], fields={"total": {"inputs": [job()]}})
    assert edges(derived(job=explicit(entry))) == [("load", "x", "inferred")]


def test_jobs_may_feed_jobs_and_datasets() -> None:
    flows = derived(
        job=explicit(
            job("task_1", runId="a", inputs=[job("task_0", runId="b")]),
            target("x", inputs=[job("task_1")]),
        )
    )
    assert edges(flows) == [("task_0", "task_1", "explicit"), ("task_1", "x", "explicit")]


def test_the_events_own_job_as_a_target_is_fed_by_what_it_names() -> None:
    entry = job(inputs=[source("a", transformations=[{"type": "INDIRECT"}])])
    flows = derived(inputs=tables("a", "b"), job=explicit(entry))
    assert edges(flows) == [("a", "load", "explicit"), ("b", "load", "inferred")]


def test_columns_of_a_source_may_feed_a_target_without_columns() -> None:
    entry = target("R.pdf", inputs=[source("x", "A"), source("x", "B")])
    flows = derived(inputs=tables("x"), outputs=tables("R.pdf"), job=explicit(entry))
    assert edges(flows) == [("x", "R.pdf", "explicit")]
    assert columns(flows) == [
        ("x", "A", "R.pdf", None, "INDIRECT", None),
        ("x", "B", "R.pdf", None, "INDIRECT", None),
    ]


def test_beside_explicit_lineage_neither_columns_nor_the_product_count() -> None:
    flows = derived(
        inputs=tables("a", "b"),
        outputs=[dataset("x"), by_columns("y", ("a", "id", "id"))],
        job=explicit(target("x", inputs=[source("a")])),
    )
    assert edges(flows) == [
        ("a", "x", "explicit"),
        ("b", "load", "inferred"),
        ("load", "y", "inferred"),
    ]
    assert flows.columns == ()


def test_explicit_lineage_adds_up_over_the_events_of_a_run() -> None:
    first = parsed("START", 1, job=explicit(target("x", inputs=[source("a")])))
    second = parsed(
        "RUNNING", 2, job=explicit(target("x", inputs=[source("b")]), target("y", inputs=[]))
    )
    last = parsed("COMPLETE", 3, outputs=tables("x", "y"))
    for order in ([first, second, last], [last, second, first]):
        assert edges(lineage.derive(facts(*order))) == [
            ("a", "x", "explicit"),
            ("b", "x", "explicit"),
            ("load", "y", "inferred"),
        ]


def test_explicit_lineage_that_was_deleted_counts_as_none() -> None:
    deleted = {"namespace": "etl", "name": "load", "facets": {"lineage": {"_deleted": True}}}
    flows = derived(inputs=tables("a"), outputs=tables("x"), job=deleted)
    assert edges(flows) == [("a", "load", "inferred"), ("load", "x", "inferred")]


def test_explicit_lineage_without_entries_is_still_the_whole_picture() -> None:
    flows = derived(
        inputs=tables("a"), outputs=[by_columns("x", ("a", "id", "id"))], job=explicit()
    )
    assert edges(flows) == [("a", "load", "inferred"), ("load", "x", "inferred")]
    assert flows.columns == ()


@pytest.mark.parametrize(
    "entry", ["x", {}, {"type": "JOB", "name": "half"}, {"type": "DATASET", "inputs": [3, {}]}]
)
def test_entries_that_name_nothing_are_passed_over(entry: Any) -> None:
    flows = derived(
        job=explicit(entry, target("x", inputs=[source("a"), {"name": "no namespace"}]))
    )
    assert edges(flows) == [("a", "x", "explicit")]


def test_a_job_event_declares_its_inputs_and_outputs() -> None:
    event = static_job(inputs=tables("a"), outputs=[dataset("x"), by_columns("y", ("b", "i", "i"))])
    assert edges(lineage.declared(event)) == [
        ("a", "load", "declared"),
        ("b", "y", "column"),
        ("load", "x", "declared"),
    ]


def test_a_dataset_event_may_bring_column_lineage_whose_sources_are_unresolved() -> None:
    facet = by_columns("x", ("a", "id", "id"))["facets"]
    (flow,) = lineage.declared(static_dataset("x", facet)).flows
    assert (flow.provenance, flow.unresolved) == (Provenance.COLUMN, True)


def test_only_a_static_event_that_speaks_of_lineage_replaces_what_was_declared() -> None:
    gone = {"namespace": "etl", "name": "load", "facets": {"lineage": {"_deleted": True}}}
    assert lineage.declares(static_job(inputs=[]))
    assert lineage.declares(static_job(job=gone))
    assert lineage.declares(static_dataset("x", {"lineage": {"_deleted": True}}))
    assert not lineage.declares(static_job())
    assert not lineage.declares(static_dataset("x", {"schema": {}}))
    assert not lineage.declares(parsed(inputs=[]))


def test_a_run_event_declares_nothing() -> None:
    with pytest.raises(ValueError, match="declares nothing"):
        lineage.declared(parsed())


def test_the_same_wiring_has_the_same_digest_in_every_run() -> None:
    def flows(second: int, run_id: str, *names: str, description: str = "") -> str:
        how = [{"type": "DIRECT", "subtype": "IDENTITY", "description": description}]
        fields = {"f": {"inputs": [source("a", "f", transformations=how)]}}
        return derived(
            second=second,
            run={"runId": run_id},
            inputs=tables(*names),
            outputs=tables("x"),
            job=explicit(target("x", fields=fields)),
        ).digest()

    assert flows(1, "one", "a", "b") == flows(2, "two", "b", "a", description="f > 3")
    assert flows(1, "one", "a", "b") != flows(1, "one", "a", "c")
