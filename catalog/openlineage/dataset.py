"""What one mention of a dataset says about it as an asset."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from catalog.openlineage.bodies import (
    Owner,
    Tag,
    bodies,
    items,
    owners,
    tags,
    text,
    upper,
)
from catalog.openlineage.event import DatasetMention

MAX_FIELD_DEPTH = 50


@dataclass(frozen=True, slots=True)
class FieldFact:
    """`path` joins the names of nested fields with dots; `ordinal` counts in the order sent."""

    path: str
    type: str | None
    description: str | None
    ordinal: int


@dataclass(frozen=True, slots=True)
class Identifier:
    """Another name of a dataset; `type` is TABLE or LOCATION for a symlink, None for a rename."""

    namespace: str
    name: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class DataSource:
    """The store that holds the dataset: it never identifies the dataset itself."""

    name: str | None
    uri: str | None


@dataclass(frozen=True, slots=True)
class Storage:
    layer: str | None
    file_format: str | None


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """The catalog (Hive, Glue, Iceberg …) that the producer found the dataset in."""

    framework: str | None
    type: str | None
    name: str | None
    metadata_uri: str | None
    warehouse_uri: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Level:
    type: str | None
    name: str


@dataclass(frozen=True, slots=True)
class DatasetDescription:
    """None, or nothing in it, is what the mention is silent about; `deleted` are its tombstones.

    `fields` is None without a schema facet and empty with a schema of no fields.
    """

    description: str | None
    owners: tuple[Owner, ...] | None
    fields: tuple[FieldFact, ...] | None
    schema_digest: str | None
    tags: tuple[Tag, ...] | None
    dataset_type: str | None
    sub_type: str | None
    lifecycle: str | None
    previous: Identifier | None
    version: str | None
    symlinks: tuple[Identifier, ...] | None
    source: DataSource | None
    storage: Storage | None
    catalog: CatalogEntry | None
    hierarchy: tuple[Level, ...] | None
    deleted: frozenset[str]


def describe_dataset(mention: DatasetMention) -> DatasetDescription:
    """Whatever can be read; a part of a facet that is not what the standard says is left out."""
    present, deleted = bodies(mention.facets)
    kind = present.get("datasetType") or {}
    change = present.get("lifecycleStateChange") or {}
    fields = _fields(present.get("schema"))
    return DatasetDescription(
        description=text((present.get("documentation") or {}).get("description")),
        owners=owners(present.get("ownership")),
        fields=fields,
        schema_digest=None if fields is None else schema_digest(fields),
        tags=tags(present.get("tags")),
        dataset_type=upper(kind.get("datasetType")),
        sub_type=upper(kind.get("subType")),
        lifecycle=upper(change.get("lifecycleStateChange")),
        previous=_identifier(change.get("previousIdentifier")),
        version=text((present.get("version") or {}).get("datasetVersion")),
        symlinks=_symlinks(present.get("symlinks")),
        source=_data_source(present.get("dataSource")),
        storage=_storage(present.get("storage")),
        catalog=_catalog_entry(present.get("catalog")),
        hierarchy=_hierarchy(present.get("hierarchy")),
        deleted=deleted,
    )


def schema_digest(fields: tuple[FieldFact, ...]) -> str:
    """Over paths and types, not their order: producers list the same columns in changing order."""
    rows = sorted([field.path, field.type or ""] for field in fields)
    return hashlib.sha256(orjson.dumps(rows)).hexdigest()


def _fields(facet: dict[str, Any] | None) -> tuple[FieldFact, ...] | None:
    if facet is None or not isinstance(facet.get("fields"), list):
        return None
    found: dict[str, FieldFact] = {}
    for path, item in _walk(facet["fields"], "", 0):
        kind, description = _type(item.get("type")), text(item.get("description"))
        found.setdefault(path, FieldFact(path, kind, description, len(found) + 1))
    return tuple(found.values())


def _walk(fields: Any, prefix: str, depth: int) -> Iterator[tuple[str, dict[str, Any]]]:
    for item in items(fields):
        name = text(item.get("name"))
        if name is None:
            continue
        path = prefix + name
        yield path, item
        if "fields" in item and depth < MAX_FIELD_DEPTH:
            yield from _walk(item["fields"], f"{path}.", depth + 1)


def _type(value: Any) -> str | None:
    """A type that is no text (Avro's unions and records, say) as its JSON."""
    if value is None or isinstance(value, str):
        return value or None
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _identifier(value: Any) -> Identifier | None:
    if not isinstance(value, dict):
        return None
    namespace, name = text(value.get("namespace")), text(value.get("name"))
    if namespace is None or name is None:
        return None
    return Identifier(namespace, name, text(value.get("type")))


def _symlinks(facet: dict[str, Any] | None) -> tuple[Identifier, ...] | None:
    if facet is None:
        return None
    found = (_identifier(item) for item in items(facet.get("identifiers")))
    return tuple(dict.fromkeys(identifier for identifier in found if identifier))


def _data_source(facet: dict[str, Any] | None) -> DataSource | None:
    if facet is None:
        return None
    return DataSource(text(facet.get("name")), text(facet.get("uri")))


def _storage(facet: dict[str, Any] | None) -> Storage | None:
    if facet is None:
        return None
    return Storage(text(facet.get("storageLayer")), text(facet.get("fileFormat")))


def _catalog_entry(facet: dict[str, Any] | None) -> CatalogEntry | None:
    if facet is None:
        return None
    keys = ("framework", "type", "name", "metadataUri", "warehouseUri", "source")
    return CatalogEntry(*(text(facet.get(key)) for key in keys))


def _hierarchy(facet: dict[str, Any] | None) -> tuple[Level, ...] | None:
    if facet is None:
        return None
    levels = items(facet.get("hierarchy"))
    named = ((text(level.get("type")), text(level.get("name"))) for level in levels)
    return tuple(Level(kind, name) for kind, name in named if name)
