"""Column lineage as flows between fields, from the columnLineage facet or explicit lineage."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

DIRECT = "DIRECT"
INDIRECT = "INDIRECT"


@dataclass(frozen=True, slots=True, order=True)
class DatasetRef:
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class ColumnFlow:
    """Data of `source_field` reaches `target_field`.

    A source field of None is unknown, or the whole dataset; a target field of None is every field.
    `masking` is True only where all transformations of this kind and subtype between the two mask,
    False where one is known not to.
    """

    source: DatasetRef
    source_field: str | None
    target: DatasetRef
    target_field: str | None
    kind: str
    subtype: str | None = None
    masking: bool | None = None
    description: str | None = None


_Reach = tuple[DatasetRef, str | None, str | None, bool | None, str | None]


class _Transformation(NamedTuple):
    kind: str
    subtype: str | None = None
    masking: bool | None = None
    description: str | None = None


def of_facet(target: DatasetRef, facet: dict[str, Any]) -> list[ColumnFlow]:
    """The flows that a columnLineage facet of `target` states."""
    fields = facet.get("fields")
    columns = _objects(fields.items()) if isinstance(fields, dict) else []
    found: list[ColumnFlow] = []
    for column, body in columns:
        otherwise = _deprecated(body)
        for item in _items(body.get("inputFields")):
            found += _flows(target, column or None, item, otherwise)
    for item in _items(facet.get("dataset")):
        found += _flows(target, None, item, _Transformation(INDIRECT))
    return _lifted(found, {column for column, _ in columns})


def of_explicit(
    target: DatasetRef, items: Iterable[tuple[str | None, dict[str, Any]]], columns: set[str]
) -> list[ColumnFlow]:
    """The flows that explicit lineage states; `items` are (column or None, input).

    A whole dataset feeding a whole dataset is no column flow, unless it says how.
    """
    found: list[ColumnFlow] = []
    for column, item in items:
        if item.get("type") != "JOB" and (
            column or item.get("field") or item.get("transformations")
        ):
            otherwise = _Transformation(DIRECT if column else INDIRECT)
            found += _flows(target, column, item, otherwise)
    return _lifted(found, columns)


def merged(flows: Iterable[ColumnFlow]) -> tuple[ColumnFlow, ...]:
    """Sorted, one for each pair of fields, kind and subtype; the least masking one prevails."""
    unique: dict[tuple[str, ...], ColumnFlow] = {}
    for flow in flows:
        key = _sort_key(flow)
        known = unique.get(key)
        unique[key] = flow if known is None else _joined(known, flow)
    return tuple(unique[key] for key in sorted(unique))


def row(flow: ColumnFlow) -> list[str | bool | None]:
    """What makes two flows the same wiring."""
    source, target = flow.source, flow.target
    return [
        *(source.namespace, source.name, flow.source_field),
        *(target.namespace, target.name, flow.target_field),
        *(flow.kind, flow.subtype, flow.masking),
    ]


def _flows(
    target: DatasetRef, column: str | None, item: dict[str, Any], otherwise: _Transformation
) -> Iterator[ColumnFlow]:
    namespace, name, field = item.get("namespace"), item.get("name"), item.get("field")
    if not (isinstance(namespace, str) and isinstance(name, str) and namespace and name):
        return
    source_field = field if isinstance(field, str) and field else None
    source = DatasetRef(namespace, name)
    for transformation in _transformations(item.get("transformations"), otherwise):
        yield ColumnFlow(source, source_field, target, column, *transformation)


def _transformations(value: Any, otherwise: _Transformation) -> list[_Transformation]:
    stated = [_transformation(item, otherwise.kind) for item in _items(value)]
    return stated or [otherwise]


def _transformation(item: dict[str, Any], kind: str) -> _Transformation:
    stated = _upper(item.get("type"))
    masking = item.get("masking")
    return _Transformation(
        # An unknown kind counts as direct, which is the kind that carries the data itself.
        kind if stated is None else (stated if stated == INDIRECT else DIRECT),
        _upper(item.get("subtype")),
        masking if isinstance(masking, bool) else None,
        _text(item.get("description")),
    )


def _deprecated(body: dict[str, Any]) -> _Transformation:
    """What holds for inputs without transformations of their own: the column's older two keys."""
    kind = _upper(body.get("transformationType"))
    description = _text(body.get("transformationDescription"))
    if kind == "MASKED":
        return _Transformation(DIRECT, None, True, description)
    return _Transformation(DIRECT, kind, None, description)


def _lifted(flows: list[ColumnFlow], columns: set[str]) -> list[ColumnFlow]:
    """With one dataset-wide flow for each indirect one that reaches every column.

    Spark repeats a filter or join for each column unless told otherwise, which is a product of
    columns that says no more.
    """
    reached: dict[_Reach, dict[str | None, ColumnFlow]] = {}
    for flow in flows:
        if flow.kind == INDIRECT and flow.target_field is not None:
            reached.setdefault(_reach(flow), {})[flow.target_field] = flow
    everywhere = {reach: found for reach, found in reached.items() if found.keys() >= columns}
    if not everywhere:
        return flows
    kept = [flow for flow in flows if flow.kind == DIRECT or _reach(flow) not in everywhere]
    one_each = (next(iter(found.values())) for found in everywhere.values())
    return [*kept, *(replace(flow, target_field=None) for flow in one_each)]


def _reach(flow: ColumnFlow) -> _Reach:
    """All but the target: what makes two flows one that reaches two columns."""
    return flow.source, flow.source_field, flow.subtype, flow.masking, flow.description


def _joined(a: ColumnFlow, b: ColumnFlow) -> ColumnFlow:
    descriptions = [text for text in (a.description, b.description) if text]
    return replace(
        a,
        masking=_least_masking(a.masking, b.masking),
        description=min(descriptions, default=None),
    )


def _least_masking(a: bool | None, b: bool | None) -> bool | None:
    if a is False or b is False:
        return False
    return True if a and b else None


def _sort_key(flow: ColumnFlow) -> tuple[str, ...]:
    """Unique by kind and subtype: no field and no subtype is the empty text."""
    source, target = flow.source, flow.target
    return (
        *(source.namespace, source.name, flow.source_field or ""),
        *(target.namespace, target.name, flow.target_field or ""),
        *(flow.kind, flow.subtype or ""),
    )


def _items(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _objects(items: Iterable[tuple[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    return [(key, body) for key, body in items if isinstance(body, dict)]


def _upper(value: Any) -> str | None:
    return value.strip().upper() or None if isinstance(value, str) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
