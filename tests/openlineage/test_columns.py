"""What the columnLineage facet says of columns, with the forms that producers send it in."""

from typing import Any

import pytest

from catalog.openlineage import columns
from catalog.openlineage.columns import ColumnFlow, DatasetRef

TARGET = DatasetRef("n", "target")


def source(field: str, *transformations: dict[str, Any]) -> dict[str, Any]:
    return {"namespace": "n", "name": "source", "field": field, "transformations": transformations}


def read(fields: dict[str, Any], dataset: Any = None) -> list[tuple[Any, ...]]:
    facet = {"fields": fields, "dataset": dataset}
    flows = columns.merged(columns.of_facet(TARGET, _plain(facet)))
    return [
        (flow.source_field, flow.target_field, flow.kind, flow.subtype, flow.masking)
        for flow in flows
    ]


def _plain(value: Any) -> Any:
    """As JSON has it: lists for tuples."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def inputs(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"inputFields": items, **more}


def test_a_source_without_transformations_is_direct() -> None:
    assert read({"a": inputs(source("s"))}) == [("s", "a", "DIRECT", None, None)]


@pytest.mark.parametrize(
    ("stated", "subtype", "masking"),
    [("IDENTITY", "IDENTITY", None), ("MASKED", None, True), (None, None, None)],
)
def test_the_older_transformation_type_of_a_column_stands_in(
    stated: str | None, subtype: str | None, masking: bool | None
) -> None:
    found = read({"a": inputs(source("s"), transformationType=stated)})
    assert found == [("s", "a", "DIRECT", subtype, masking)]


def test_a_sources_own_transformations_come_before_the_older_type() -> None:
    own = {"type": "indirect", "subtype": "filter"}
    found = read({"a": inputs(source("s", own), transformationType="MASKED"), "b": inputs()})
    assert found == [("s", "a", "INDIRECT", "FILTER", None)]


def test_dependencies_of_the_whole_dataset_are_stored_once() -> None:
    sort = {"type": "INDIRECT", "subtype": "SORT", "masking": False}
    found = read({"a": inputs(source("s"))}, [source("t", sort), source("u")])
    assert found == [
        ("s", "a", "DIRECT", None, None),
        ("t", None, "INDIRECT", "SORT", False),
        ("u", None, "INDIRECT", None, None),
    ]


def test_an_indirect_source_of_every_column_is_stored_once_for_the_dataset() -> None:
    join = {"type": "INDIRECT", "subtype": "JOIN"}
    fields = {name: inputs(source(name), source("id", join)) for name in ("a", "b", "c")}
    assert read(fields) == [
        ("a", "a", "DIRECT", None, None),
        ("b", "b", "DIRECT", None, None),
        ("c", "c", "DIRECT", None, None),
        ("id", None, "INDIRECT", "JOIN", None),
    ]


def test_an_indirect_source_of_some_columns_stays_with_them() -> None:
    join = {"type": "INDIRECT", "subtype": "JOIN"}
    found = read({"a": inputs(source("id", join)), "b": inputs(source("b"))})
    assert ("id", "a", "INDIRECT", "JOIN", None) in found


def test_a_direct_source_of_every_column_is_never_lifted() -> None:
    found = read({"a": inputs(source("s")), "b": inputs(source("s"))})
    assert [target for _, target, *_ in found] == ["a", "b"]


@pytest.mark.parametrize(
    ("maskings", "expected"),
    [
        ([True, True], True),
        ([True, False], False),
        ([True, None], None),
        ([None, False], False),
        ([None, None], None),
    ],
)
def test_of_two_ways_between_columns_the_least_masking_counts(
    maskings: list[bool | None], expected: bool | None
) -> None:
    ways = [{"type": "DIRECT", "masking": masking} for masking in maskings]
    one_source = read({"a": inputs(source("s", *ways))})
    repeated = read({"a": inputs(*(source("s", way) for way in reversed(ways)))})
    assert one_source == repeated == [("s", "a", "DIRECT", None, expected)]


def test_a_transformation_of_an_unknown_kind_counts_as_direct() -> None:
    assert read({"a": inputs(source("s", {"type": "MAGIC"}))}) == [("s", "a", "DIRECT", None, None)]


@pytest.mark.parametrize(
    "item", [{}, {"name": "s", "field": "f"}, {"namespace": "n", "name": 3}, None, "x"]
)
def test_a_source_without_identity_is_passed_over(item: Any) -> None:
    assert read({"a": inputs(item, source("s"))}) == [("s", "a", "DIRECT", None, None)]


@pytest.mark.parametrize("facet", [{}, {"fields": []}, {"fields": {"a": None}}, {"dataset": {}}])
def test_a_facet_of_another_shape_says_nothing(facet: dict[str, Any]) -> None:
    assert columns.of_facet(TARGET, facet) == []


def test_a_source_without_a_field_is_the_whole_dataset() -> None:
    (flow,) = columns.of_facet(
        TARGET, {"fields": {"a": {"inputFields": [{"namespace": "n", "name": "s"}]}}}
    )
    assert flow == ColumnFlow(DatasetRef("n", "s"), None, TARGET, "a", "DIRECT")


def test_of_several_descriptions_one_is_kept_whatever_their_order() -> None:
    ways = [{"type": "DIRECT", "description": text} for text in ("b", "", "a")]
    for order in (ways, ways[::-1]):
        facet = {"fields": {"x": {"inputFields": [_plain(source("s", *order))]}}}
        (flow,) = columns.merged(columns.of_facet(TARGET, facet))
        assert flow.description == "a"
