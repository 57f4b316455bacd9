"""The standard facets: all forty are known, and what breaks their schemas is told."""

import subprocess
import sys
from typing import Any

import orjson
import pytest

from catalog.openlineage import event, facets
from tests.openlineage.examples import (
    DATA,
    RUN_ID,
    bodies,
    dataset,
    needs_data,
    parsed,
    static_dataset,
)

COUNTS = {"run": 11, "job": 8, "dataset": 15, "input": 4, "output": 2}
BASE = {"_producer": "https://example.com", "_schemaURL": "https://example.com/schema"}


def test_the_registry_holds_all_forty_standard_facets() -> None:
    counts = {entity: sum(pair[0] == entity for pair in facets.STANDARD) for entity in COUNTS}
    assert counts == COUNTS
    assert len(facets.STANDARD) == 40


@pytest.mark.parametrize(("entity", "key"), sorted(facets.STANDARD))
def test_every_standard_facet_has_a_schema_that_asks_for_its_producer(
    entity: str, key: str
) -> None:
    found = facets.schema(entity, key)
    assert {"_producer", "_schemaURL"} <= set(found["required"])
    assert facets.check(entity, key, []) == ('the value is not of type "object"',)
    assert '"_producer" is a required property' in facets.check(entity, key, {})


def test_one_key_on_two_entities_is_two_facets() -> None:
    entries: dict[str, Any] = {**BASE, "inputs": []}
    assert facets.check("dataset", "lineage", entries) == ()
    assert facets.check("job", "lineage", entries) == ('"entries" is a required property',)


WRONG: list[tuple[str, str, dict[str, Any], str]] = [
    (
        "output",
        "outputStatistics",
        {"rowCount": "x"},
        'rowCount: the value is not of type "integer"',
    ),
    ("dataset", "ownership", {"owners": [{}]}, 'owners.0: "name" is a required property'),
    (
        "dataset",
        "schema",
        {"fields": [{"name": 3}]},
        'fields.0.name: the value is not of type "string"',
    ),
    (
        "run",
        "nominalTime",
        {"nominalStartTime": None},
        'nominalStartTime: the value is not of type "string"',
    ),
    ("job", "lineage", {"entries": [{"type": "X"}]}, "entries.0: the value is not valid under any"),
]


@pytest.mark.parametrize(("entity", "key", "body", "warning"), WRONG)
def test_what_breaks_a_schema_is_told_with_its_path_and_without_its_value(
    entity: str, key: str, body: dict[str, Any], warning: str
) -> None:
    (found,) = facets.check(entity, key, {**BASE, **body})
    assert found.startswith(warning)


@pytest.mark.parametrize("body", [{"_deleted": True}, {**BASE, "_deleted": True}])
def test_a_tombstone_is_never_wrong(body: dict[str, Any]) -> None:
    assert facets.check("dataset", "documentation", body) == ()


def test_unknown_facets_further_properties_and_bad_formats_are_fine() -> None:
    assert facets.check("job", "airflow", {"anything": 1}) == ()
    assert facets.check("dataset", "dataSource", {**BASE, "uri": "no uri", "more": 1}) == ()


def test_nested_conditions_are_followed() -> None:
    location = {"type": "location", "locations": ["a"]}
    both = {"type": "binary", "operator": "AND", "left": location, "right": location}
    assert facets.check("input", "subset", {**BASE, "inputCondition": both}) == ()
    without_type = {**both, "left": {"locations": ["a"]}}
    assert len(facets.check("input", "subset", {**BASE, "inputCondition": without_type})) == 1


def test_warnings_of_an_event_name_where_the_facet_stands() -> None:
    read = parsed(
        run={"runId": RUN_ID, "facets": {"errorMessage": {**BASE, "message": "x"}}},
        inputs=[
            dataset("a", facets={"version": BASE}, inputFacets={"inputStatistics": {"size": 1}})
        ],
    )
    assert facets.check_event(read) == (
        'run.facets.errorMessage: "programmingLanguage" is a required property',
        'inputs[0].facets.version: "datasetVersion" is a required property',
        'inputs[0].inputFacets.inputStatistics: "_producer" is a required property',
        'inputs[0].inputFacets.inputStatistics: "_schemaURL" is a required property',
    )
    assert facets.check_event(static_dataset("a", {"version": BASE})) == (
        'dataset.facets.version: "datasetVersion" is a required property',
    )


def test_warnings_of_an_event_are_bounded() -> None:
    read = parsed(inputs=[dataset(str(number), facets={"version": {}}) for number in range(50)])
    found = facets.check_event(read)
    assert len(found) == facets.MAX_WARNINGS
    assert found[-1] == "and more"


def test_the_client_library_is_imported_only_when_a_facet_is_checked() -> None:
    code = (
        "import sys; from catalog.openlineage import facets; sys.exit('openlineage' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _examples() -> list[Any]:
    folders = sorted(DATA.joinpath("facets").glob("*/")) if DATA.is_dir() else []
    return [pytest.param(folder.name, id=folder.name) for folder in folders]


@needs_data
@pytest.mark.parametrize("folder", _examples())
def test_the_standards_own_examples_are_right_on_at_least_one_entity(folder: str) -> None:
    for body in bodies("facets", folder):
        for key, facet in orjson.loads(body).items():
            found = [facets.check(*pair, facet) for pair in facets.STANDARD if pair[1] == key]
            assert () in found, (key, found)


@needs_data
@pytest.mark.parametrize("folder", ["compatibility", "dbt-runs.ndjson", "dbt-adapters.ndjson"])
def test_real_producers_facets_break_no_schema(folder: str) -> None:
    found = {
        warning for body in bodies(folder) for warning in facets.check_event(event.parse(body))
    }
    assert found == set()
