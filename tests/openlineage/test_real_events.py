"""Real events of dbt, Airflow and Spark, and those of OpenLineage's and Marquez's own tests."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from catalog.errors import UnusableEvent
from catalog.openlineage import event, lineage, run
from catalog.openlineage.dataset import describe_dataset
from catalog.openlineage.event import Event
from catalog.openlineage.job import describe_job
from catalog.openlineage.run import RunFacts
from tests.openlineage.examples import bodies, edges, needs_data

pytestmark = needs_data

STORE = "duckdb:///srv/warehouse/churn/churn.duckdb"


def events(*parts: str) -> list[Event]:
    return [event.parse(body) for body in bodies(*parts)]


def runs(read: list[Event]) -> dict[str, RunFacts]:
    found: dict[str, RunFacts] = {}
    for each in read:
        if each.run is not None:
            states = [run.of(each), *([found[each.run.key]] if each.run.key in found else [])]
            found[each.run.key] = run.merge_all(states)
    return found


def named(read: list[Event], name: str) -> Iterator[RunFacts]:
    return (facts for facts in runs(read).values() if facts.newest.name == name)


@pytest.mark.parametrize(
    ("folder", "count", "run_count"),
    [
        ("dbt-runs.ndjson", 228, 114),
        ("dbt-adapters.ndjson", 98, 49),
        ("compatibility", 53, 24),
        ("marquez", 21, 14),
    ],
)
def test_all_real_events_are_read_and_described(folder: str, count: int, run_count: int) -> None:
    read = events(folder)
    assert len(read) == count
    assert len(runs(read)) == run_count
    for each in read:
        assert event.parse(each.body).digest == each.digest
        assert all(describe_dataset(mention) for mention in each.datasets())
        if each.job is not None:
            describe_job(each.job)
        if each.run is None:
            lineage.declared(each)


@pytest.mark.parametrize("folder", ["dbt-runs.ndjson", "dbt-adapters.ndjson", "compatibility"])
def test_runs_are_the_same_in_reverse_order_and_survive_being_stored(folder: str) -> None:
    read = events(folder)
    forwards, backwards = runs(read), runs([*read[::-1], *read])
    assert forwards == backwards
    for key, facts in forwards.items():
        assert run.load(run.dump(facts)) == facts
        assert lineage.derive(facts).digest() == lineage.derive(backwards[key]).digest()


def test_the_states_of_dbts_runs_are_those_that_dbt_reported() -> None:
    found = Counter(str(run.state(facts)) for facts in runs(events("dbt-runs.ndjson")).values())
    assert found == {"COMPLETE": 102, "FAIL": 10, "ABORT": 2}


def test_dbts_compiled_models_show_which_table_feeds_which() -> None:
    read = events("dbt-runs.ndjson")
    found = {
        edge
        for name in ("stg_customers", "customer_orders", "churn_features")
        for facts in named(read, f"churn.main.churn.{name}")
        for edge in edges(lineage.derive(facts))
    }
    assert found == {
        ("churn.main.raw_customers", "churn.main.stg_customers", "column"),
        ("churn.main.stg_customers", "churn.main.customer_orders", "column"),
        ("churn.main.raw_orders", "churn.main.customer_orders", "column"),
        ("churn.main.stg_customers", "churn.main.churn_features", "column"),
        ("churn.main.customer_orders", "churn.main.churn_features", "column"),
    }


def test_seeds_that_only_dbts_column_lineage_names_are_unresolved() -> None:
    read = events("dbt-runs.ndjson")
    facts = next(named(read, "churn.main.churn.customer_orders"))
    unresolved = {flow.source.name: flow.unresolved for flow in lineage.derive(facts).flows}
    assert unresolved == {"churn.main.raw_orders": True, "churn.main.stg_customers": False}


def test_dbts_columns_are_followed_from_the_seeds_to_the_features() -> None:
    read = events("dbt-runs.ndjson")
    facts = next(named(read, "churn.main.churn.churn_features"))
    found = [
        (flow.source.name.rpartition(".")[2], flow.source_field, flow.target_field, flow.kind)
        for flow in lineage.derive(facts).columns
    ]
    assert found == [
        ("customer_orders", "n_orders", "churned", "DIRECT"),
        ("customer_orders", "n_orders", "n_orders", "DIRECT"),
        ("customer_orders", "total", "total", "DIRECT"),
        ("stg_customers", "customer_id", "customer_id", "DIRECT"),
        ("stg_customers", "email", "email", "DIRECT"),
    ]


def test_dbts_structured_logs_flow_through_the_job() -> None:
    read = events("dbt-runs.ndjson")
    found = {
        edge
        for facts in named(read, "model.churn.churn_features")
        for edge in edges(lineage.derive(facts))
    }
    assert found == {
        ("churn.main.customer_orders", "model.churn.churn_features", "inferred"),
        ("churn.main.stg_customers", "model.churn.churn_features", "inferred"),
        ("model.churn.churn_features", "churn.main.churn_features", "inferred"),
    }


def test_a_model_that_dbt_runs_again_keeps_its_wiring() -> None:
    read = events("dbt-runs.ndjson")
    digests = [
        lineage.derive(facts).digest() for facts in named(read, "model.churn.customer_orders")
    ]
    assert len(digests) == 3
    assert len(set(digests)) == 1


def test_every_dbt_model_names_the_dbt_command_as_its_parent() -> None:
    facts = next(named(events("dbt-runs.ndjson"), "model.churn.stg_customers"))
    parent = run.parent(facts)
    assert parent is not None
    assert (parent.namespace, parent.name) == ("dbt", "dbt-run-churn")


def test_dbts_exposure_and_dataset_facts_are_read() -> None:
    read = events("dbt-runs.ndjson")
    mention = next(
        mention
        for each in read
        for mention in each.datasets()
        if mention.name == "churn.main.churn_features" and "dbt_exposures" in mention.facets
    )
    found = describe_dataset(mention)
    assert mention.namespace == STORE
    assert found.fields is not None
    assert [field.path for field in found.fields] == ["churned"]
    (exposure,) = mention.facets["dbt_exposures"]["exposures"]
    assert (exposure["name"], exposure["type"]) == ("churn_model", "ml")


def test_unicode_microseconds_and_missing_zones_are_read() -> None:
    by_name = {
        name: event.parse(bodies("marquez", f"event_{name}.json")[0])
        for name in (
            "unicode",
            "required_nanoseconds",
            "required_no_timezone",
            "without_schema_url",
        )
    }
    assert by_name["required_nanoseconds"].time.microsecond == 641499
    assert by_name["required_no_timezone"].warnings == ("eventTime: no offset, read as UTC",)
    assert by_name["without_schema_url"].warnings == ("schemaURL: missing",)
    assert by_name["unicode"].warnings == ()


def test_of_the_broken_events_only_the_one_without_a_run_id_is_refused() -> None:
    (without_run_id,) = bodies("negative", "event_no_run_id.json")
    others = [body for body in bodies("negative") if body != without_run_id]
    assert len([event.parse(body) for body in others]) == 7
    with pytest.raises(UnusableEvent, match="run has no runId"):
        event.parse(without_run_id)


def _job_with(facet: dict[str, Any]) -> Event:
    body = {
        "eventTime": "2026-01-01T00:00:00Z",
        "run": {"runId": "r"},
        "job": {"namespace": "own", "name": "job", "facets": facet},
    }
    return event.parse(orjson.dumps(body))


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("dataset-to-job", [("public.staging_orders", "daily.load", "explicit")]),
        ("generator", [("job", "public.extracted_data", "inferred")]),
        ("implicit-job", [("public.transactions", "job", "explicit")]),
        ("job-to-dataset", [("daily.extract", "public.daily_summary", "explicit")]),
        ("job-to-job", [("daily.transform", "daily.load", "explicit")]),
        (
            "mixed-sources",
            [
                ("public.orders", "public.enriched_orders", "explicit"),
                ("daily.enrichment", "public.enriched_orders", "explicit"),
            ],
        ),
    ],
)
def test_the_standards_examples_of_explicit_lineage(file: str, expected: list[Any]) -> None:
    (body,) = bodies("facets", "LineageFacet", f"{file}.json")
    facts = run.of(_job_with(orjson.loads(body)))
    assert edges(lineage.derive(facts)) == expected


def test_the_standards_example_of_a_derived_dataset() -> None:
    (body,) = bodies("facets", "LineageFacet", "dataset-to-dataset.json")
    dataset = {"namespace": "n", "name": "view", "facets": orjson.loads(body)}
    read = event.parse(orjson.dumps({"eventTime": "2026-01-01T00:00:00Z", "dataset": dataset}))
    flows = lineage.declared(read)
    assert edges(flows) == [("public.customers", "view", "explicit")]
    (column,) = flows.columns
    assert (column.source_field, column.target_field, column.masking) == (
        "id",
        "customer_id",
        False,
    )
