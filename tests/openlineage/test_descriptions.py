"""What a mention says of a dataset or a job, and what it leaves unsaid."""

from dataclasses import asdict
from typing import Any

import pytest

from catalog.openlineage.bodies import Owner, Tag
from catalog.openlineage.dataset import (
    CatalogEntry,
    DatasetDescription,
    DataSource,
    FieldFact,
    Identifier,
    Level,
    Storage,
    describe_dataset,
)
from catalog.openlineage.event import DatasetMention, JobMention
from catalog.openlineage.job import describe_job


def described(**facets: Any) -> DatasetDescription:
    return describe_dataset(DatasetMention("n", "d", facets, {}))


def fields(*items: Any) -> tuple[FieldFact, ...] | None:
    return described(schema={"fields": list(items)}).fields


def test_a_mention_without_facets_says_nothing() -> None:
    found = described()
    assert found.deleted == frozenset()
    stated = asdict(found)
    assert {value for key, value in stated.items() if key != "deleted"} == {None}


def test_nested_fields_get_dotted_paths_in_the_order_sent() -> None:
    found = fields(
        {"name": "id", "type": "INT", "description": "key"},
        {"name": "address", "type": "struct", "fields": [{"name": "city", "type": "TEXT"}]},
        {"name": "last"},
    )
    assert found == (
        FieldFact("id", "INT", "key", 1),
        FieldFact("address", "struct", None, 2),
        FieldFact("address.city", "TEXT", None, 3),
        FieldFact("last", None, None, 4),
    )


@pytest.mark.parametrize(
    ("kind", "expected"), [(5, "5"), (["null", "int"], '["null","int"]'), ("", None), (None, None)]
)
def test_a_type_of_any_shape_becomes_text(kind: Any, expected: str | None) -> None:
    assert fields({"name": "a", "type": kind}) == (FieldFact("a", expected, None, 1),)


def test_fields_without_a_name_or_named_twice_are_passed_over() -> None:
    found = fields(
        {"type": "INT"}, "x", None, {"name": "a", "type": "1"}, {"name": "a", "type": "2"}
    )
    assert found == (FieldFact("a", "1", None, 1),)


def test_endless_nesting_ends() -> None:
    nested: dict[str, Any] = {"name": "leaf"}
    for _ in range(200):
        nested = {"name": "a", "fields": [nested]}
    found = fields(nested)
    assert found is not None
    assert len(found) == 51


def test_a_schema_without_a_list_of_fields_is_no_schema_but_an_empty_list_is_one() -> None:
    assert described(schema={"fields": None}).fields is None
    assert described(schema={"fields": []}).fields == ()


def test_the_schema_digest_ignores_order_and_descriptions_but_not_types() -> None:
    a, b = {"name": "a", "type": "INT"}, {"name": "b", "type": "INT", "description": "x"}
    plain = described(schema={"fields": [a, b]}).schema_digest
    assert described(schema={"fields": [{**b, "description": "y"}, a]}).schema_digest == plain
    assert described(schema={"fields": [a, {**b, "type": "TEXT"}]}).schema_digest != plain


def test_every_standard_facet_of_a_dataset_is_read() -> None:
    found = described(
        documentation={"description": "all orders"},
        ownership={"owners": [{"name": "team:sales", "type": "OWNER"}, {"type": "nobody"}]},
        tags={
            "tags": [{"key": "pii", "value": True, "field": "email"}, {"key": "k", "source": "s"}]
        },
        datasetType={"datasetType": "model", "subType": "TEMPORARY"},
        lifecycleStateChange={
            "lifecycleStateChange": "RENAME",
            "previousIdentifier": {"namespace": "n", "name": "old"},
        },
        version={"datasetVersion": "3"},
        symlinks={
            "identifiers": [{"namespace": "hive", "name": "db.t", "type": "TABLE"}, {"name": "x"}]
        },
        dataSource={"name": "warehouse", "uri": "file"},
        storage={"storageLayer": "delta", "fileFormat": "parquet"},
        catalog={"framework": "iceberg", "type": "glue", "name": "main"},
        hierarchy={
            "hierarchy": [{"type": "DATABASE", "name": "db"}, {"type": "SCHEMA", "name": "s"}]
        },
    )
    assert found.description == "all orders"
    assert found.owners == (Owner("team:sales", "OWNER"),)
    assert found.tags == (Tag("email", "pii", "true", None), Tag("", "k", "", "s"))
    assert (found.dataset_type, found.sub_type) == ("MODEL", "TEMPORARY")
    assert (found.lifecycle, found.previous) == ("RENAME", Identifier("n", "old"))
    assert found.version == "3"
    assert found.symlinks == (Identifier("hive", "db.t", "TABLE"),)
    assert found.source == DataSource("warehouse", "file")
    assert found.storage == Storage("delta", "parquet")
    assert found.catalog == CatalogEntry("iceberg", "glue", "main", None, None, None)
    assert found.hierarchy == (Level("DATABASE", "db"), Level("SCHEMA", "s"))


TOMBSTONES = [
    {"_deleted": True},
    {"_producer": "p", "_schemaURL": "s", "_deleted": True},
    {"_producer": "p", "_schemaURL": "s", "_deleted": True, "description": "kept by mistake"},
]


@pytest.mark.parametrize("tombstone", TOMBSTONES)
def test_a_tombstone_removes_whatever_else_it_carries(tombstone: dict[str, Any]) -> None:
    found = described(documentation=tombstone, tags={"tags": []})
    assert found.description is None
    assert found.deleted == {"documentation"}
    assert found.tags == ()
    assert describe_job(JobMention("n", "j", {"documentation": tombstone})).deleted == {
        "documentation"
    }


def test_bodies_of_another_shape_say_nothing() -> None:
    odd = {"fields": {}, "owners": 3, "tags": "x", "identifiers": [3], "hierarchy": None}
    keys = ["schema", "ownership", "tags", "symlinks", "hierarchy", "version", "documentation"]
    found = described(**{key: {**odd, "description": [1], "datasetVersion": {}} for key in keys})
    assert (found.fields, found.description, found.version) == (None, None, None)
    assert (found.owners, found.tags, found.symlinks, found.hierarchy) == ((), (), (), ())


def test_every_standard_facet_of_a_job_is_read() -> None:
    location = {
        "type": "git",
        "url": "https://h/r/f.sql",
        "repoUrl": "https://h/r",
        "version": "abc",
    }
    facets = {
        "documentation": {"description": "loads orders"},
        "ownership": {"owners": [{"name": "sam"}]},
        "tags": {"tags": [{"key": "tier", "value": "1"}]},
        "jobType": {"jobType": "MODEL", "processingType": "batch", "integration": "DBT"},
        "sql": {"query": "select 1", "dialect": "duckdb"},
        "sourceCodeLocation": location,
    }
    found = describe_job(JobMention("n", "j", facets))
    assert (found.description, found.sql, found.sql_dialect) == (
        "loads orders",
        "select 1",
        "duckdb",
    )
    assert found.owners == (Owner("sam", None),)
    assert found.tags == (Tag("", "tier", "1", None),)
    assert (found.job_type, found.processing_type, found.integration) == ("MODEL", "BATCH", "DBT")
    assert found.source_code_location is not None
    assert found.source_code_location.repository == "https://h/r"
    assert found.source_code_location.branch is None
