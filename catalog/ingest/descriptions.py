"""What the facets of events say about assets: the newest facet of each key holds, and a person's
word outranks it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from catalog import db, tables
from catalog.ingest.identities import Identities, Name
from catalog.openlineage import dataset as dataset_facts
from catalog.openlineage import job as job_facts
from catalog.openlineage.event import DatasetMention, Event, JobMention

INGESTED = "ingested"
# The facets that something in the catalog follows from; the others are kept and shown as they are.
PROJECTED = (
    "datasetType",
    "documentation",
    "jobType",
    "lifecycleStateChange",
    "ownership",
    "schema",
    "tags",
)


def fold(session: Session, events: Sequence[Event], identities: Identities) -> None:
    """Keeps the newest body of every facet mentioned, and settles the assets that were touched."""
    newest: dict[tuple[int, str], dict[str, Any]] = {}
    for event in events:
        for name, facets in _facets(event):
            for key, body in facets.items():
                place = (identities[name], key)
                if place in newest and newest[place]["order"] >= event.order_text:
                    continue
                newest[place] = {
                    "asset_id": identities[name],
                    "key": key,
                    "order": event.order_text,
                    "body": None if _is_tombstone(body) else body,
                }
    if not newest:
        return
    db.upsert(
        session,
        db.table(tables.AssetFacet),
        list(newest.values()),
        key=["asset_id", "key"],
        update=["order", "body"],
        newer="order",
    )
    settle(session, {asset_id for asset_id, key in newest if key in PROJECTED})


def settle(session: Session, asset_ids: Iterable[int]) -> None:
    """Brings the ingested columns, schema versions and tags of the assets in line with their
    facets."""
    asset, facet = tables.Asset, tables.AssetFacet
    wanted = set(asset_ids)
    assets = db.select_in(session, sa.select(db.table(asset)), col(asset.id), wanted)
    facets: dict[int, dict[str, Any]] = {}
    query = sa.select(col(facet.asset_id), col(facet.key), col(facet.body)).where(
        col(facet.key).in_(PROJECTED), col(facet.body).is_not(None)
    )
    for asset_id, key, body in db.select_in(session, query, col(facet.asset_id), wanted):
        facets.setdefault(asset_id, {})[key] = body
    found = {row.id: _described(row, facets.get(row.id, {})) for row in assets}
    schemas = _schema_versions(session, found)
    changes = []
    for row in assets:
        values = _columns(row, found[row.id]) | {"schema_version_id": schemas.get(row.id)}
        if any(getattr(row, name) != value for name, value in values.items()):
            changes.append({"id": row.id, "changed_at": db.now(), **values})
    for group in _alike(changes):
        session.execute(sa.update(asset), group)
    _tags(session, found)


def _facets(event: Event) -> list[tuple[Name, Mapping[str, Any]]]:
    mentions: list[tuple[Name, Mapping[str, Any]]] = [
        (Name("dataset", m.namespace, m.name), m.facets) for m in event.datasets()
    ]
    if event.job is not None:
        mentions.append((Name("job", event.job.namespace, event.job.name), event.job.facets))
    return mentions


def _is_tombstone(body: Any) -> bool:
    return isinstance(body, dict) and body.get("_deleted") is True


def _described(
    row: sa.Row[Any], facets: dict[str, Any]
) -> dataset_facts.DatasetDescription | job_facts.JobDescription:
    if row.kind == "job":
        return job_facts.describe_job(JobMention(row.namespace, row.name, facets))
    return dataset_facts.describe_dataset(DatasetMention(row.namespace, row.name, facets, {}))


def _columns(
    row: sa.Row[Any], found: dataset_facts.DatasetDescription | job_facts.JobDescription
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    owner = found.owners[0].name if found.owners else None
    for name, value in (("description", found.description), ("owner", owner)):
        if getattr(row, f"{name}_origin") in (None, INGESTED):
            values |= {name: value, f"{name}_origin": None if value is None else INGESTED}
    if isinstance(found, job_facts.JobDescription):
        return values | {"type": found.job_type}
    if row.lifecycle_origin in (None, INGESTED):
        dropped = found.lifecycle == "DROP"
        values |= {"lifecycle": "dropped" if dropped else "active"}
        values |= {"lifecycle_origin": INGESTED if dropped else None}
    return values | {"type": found.dataset_type}


def _schema_versions(session: Session, found: Mapping[int, Any]) -> dict[int, int]:
    """The id of each dataset's present schema version, made where it is new."""
    version = tables.SchemaVersion
    wanted = {
        (asset_id, one.schema_digest): one.fields
        for asset_id, one in found.items()
        if getattr(one, "schema_digest", None)
    }
    if not wanted:
        return {}
    key = sa.tuple_(col(version.asset_id), col(version.digest))
    query = sa.select(col(version.id), col(version.asset_id), col(version.digest))
    known = {
        (row.asset_id, row.digest): row.id for row in db.select_in(session, query, key, wanted)
    }
    missing = [
        {"asset_id": asset_id, "digest": digest, "fields": _paths(fields)}
        for (asset_id, digest), fields in wanted.items()
        if (asset_id, digest) not in known
    ]
    if missing:
        db.upsert(session, db.table(version), missing, key=["asset_id", "digest"])
        for row in db.select_in(session, query, key, wanted):
            known[row.asset_id, row.digest] = row.id
    return {asset_id: known[asset_id, digest] for asset_id, digest in wanted}


def _paths(fields: Iterable[dataset_facts.FieldFact]) -> list[dict[str, Any]]:
    """What the digest is over: order and descriptions may change within one schema version."""
    return sorted(
        ({"path": one.path, "type": one.type} for one in fields), key=lambda one: one["path"]
    )


def _alike(changes: list[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    """The changes in groups that set the same columns, as a bulk update needs them."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for change in changes:
        groups.setdefault(tuple(sorted(change)), []).append(change)
    return groups.values()


def _tags(session: Session, found: Mapping[int, Any]) -> None:
    """Makes the ingested tags those that the facets name; what people set or removed stays."""
    table = tables.Tag
    wanted = {
        (asset_id, field, text)
        for asset_id, one in found.items()
        for field, text in {(tag.field, _text(tag.key, tag.value)) for tag in one.tags or ()}
        if text
    }
    query = sa.select(col(table.asset_id), col(table.field), col(table.tag), col(table.origin))
    stored = db.select_in(session, query, col(table.asset_id), found)
    stale = [
        tuple(row[:3]) for row in stored if row.origin == INGESTED and tuple(row[:3]) not in wanted
    ]
    key = sa.tuple_(col(table.asset_id), col(table.field), col(table.tag))
    for chunk in db.chunks(stale, 4_000):
        session.execute(sa.delete(table).where(key.in_(chunk)))
    missing = wanted - {tuple(row[:3]) for row in stored}
    rows = [
        {"asset_id": asset_id, "field": field, "tag": text, "origin": INGESTED, "removed": False}
        for asset_id, field, text in missing
    ]
    if rows:
        db.upsert(session, db.table(table), rows, key=["asset_id", "field", "tag"])


def _text(key: str, value: str) -> str:
    """A tag of the facet as one text: `pii` for pii=true, `tier:gold` for tier=gold, nothing for
    pii=false."""
    lowered = (value or "").strip().lower()
    if lowered in {"false", "no", "0"}:
        return ""
    return key if lowered in {"", "true", "yes", "1"} else f"{key}:{value.strip()}"
