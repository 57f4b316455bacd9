"""Datasets, jobs and models: found, read, and curated by people."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

import sqlalchemy as sa
from sqlmodel import Session, col, select

from catalog import audit, db, tables
from catalog.access import Action, Actor, Target
from catalog.checks import node
from catalog.errors import Invalid, NotFound
from catalog.openlineage.dataset import describe_dataset
from catalog.openlineage.event import DatasetMention
from catalog.tables import ACCOUNTABLE, HUMAN, Asset, Tag

MAX_TAG_CHARACTERS = 100
Kind = Literal["dataset", "job", "model"]
Certification = Literal["none", "certified", "rejected"]
Lifecycle = Literal["active", "deprecated", "dropped"]


@dataclass(frozen=True)
class TagOn:
    """A tag and who set it: human, rule, propagated or ingested."""

    tag: str
    origin: str


@dataclass(frozen=True)
class FieldOf:
    """A field of the present schema version, `path` being dotted for nested ones."""

    path: str
    type: str | None
    description: str | None
    tags: tuple[TagOn, ...]


@dataclass(frozen=True)
class Summary:
    """An asset as a list shows it."""

    asset: Asset
    tags: tuple[TagOn, ...]


@dataclass(frozen=True)
class Detail:
    """An asset with its fields (None: no schema is known), facets and counts."""

    asset: Asset
    tags: tuple[TagOn, ...]
    fields: tuple[FieldOf, ...] | None
    facets: Mapping[str, Any]
    schema_versions: int
    runs: tuple[tuple[tables.Run, str, str], ...]


class FieldTags(TypedDict):
    """The whole list of tags that a field shall have."""

    path: str
    tags: list[str]


class Changes(TypedDict, total=False):
    """What a person may set; what is absent stays."""

    description: str | None
    owner: str | None
    lifecycle: Lifecycle
    certification: Certification
    certified_until: datetime.datetime | None
    is_source: bool
    tags: list[str]
    fields: list[FieldTags]


NEEDED: Mapping[str, Action] = {
    "description": Action.ASSET_EDIT,
    "owner": Action.ASSET_EDIT,
    "lifecycle": Action.ASSET_EDIT,
    "certification": Action.ASSET_CERTIFY,
    "certified_until": Action.ASSET_CERTIFY,
    "is_source": Action.ASSET_CERTIFY,
    "tags": Action.ASSET_CLASSIFY,
    "fields": Action.ASSET_CLASSIFY,
}


def find(
    session: Session,
    actor: Actor,
    *,
    kind: str | None = None,
    namespace: str | None = None,
    q: str | None = None,
    tag: str | None = None,
    owner: str | None = None,
    certification: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> db.Page[Summary]:
    """The assets the actor may read, by name; `q` is looked for in name, namespace and
    description."""
    actor.must_somewhere(Action.ASSET_READ)
    wanted = [actor.where(Action.ASSET_READ, col(Asset.namespace), ACCOUNTABLE)]
    exact = {
        Asset.kind: kind,
        Asset.namespace: namespace,
        Asset.owner: owner,
        Asset.certification: certification,
    }
    wanted += [col(column) == value for column, value in exact.items() if value is not None]
    if q:
        wanted.append(_mentions(q))
    if tag:
        tagged = select(Tag.asset_id).where(Tag.tag == tag, col(Tag.removed).is_(False))
        wanted.append(col(Asset.id).in_(tagged))
    total = session.exec(select(sa.func.count()).select_from(Asset).where(*wanted)).one()
    if cursor:
        name, last = db.place(cursor, str, int)
        wanted.append(sa.tuple_(col(Asset.name), col(Asset.id)) > sa.tuple_(sa.literal(name), last))
    order = (col(Asset.name), col(Asset.id))
    rows = list(session.exec(select(Asset).where(*wanted).order_by(*order).limit(limit + 1)))
    tags = tags_of(session, [row.id for row in rows])
    items = [Summary(row, tags.get((row.id or 0, ""), ())) for row in rows[:limit]]
    end = rows[limit - 1] if len(rows) > limit else None
    following = db.cursor(end.name, end.id or 0) if end else None
    return db.Page(items, following, total)


def namespaces(session: Session, actor: Actor, *, limit: int = 1_000) -> list[dict[str, Any]]:
    """The namespaces in which the actor may read something, with the number of assets by kind."""
    actor.must_somewhere(Action.ASSET_READ)
    counts = {
        f"{kind}s": sa.func.sum(sa.case((col(Asset.kind) == kind, 1), else_=0))
        for kind in ("dataset", "job", "model")
    }
    readable = actor.where(Action.ASSET_READ, col(Asset.namespace), ACCOUNTABLE)
    query = sa.select(col(Asset.namespace), *(count.label(name) for name, count in counts.items()))
    query = query.where(readable).group_by(col(Asset.namespace)).order_by(col(Asset.namespace))
    return [dict(row._mapping) for row in session.execute(query.limit(limit))]


def get(session: Session, actor: Actor, kind: str, namespace: str, name: str) -> Asset:
    """One asset. Raises Forbidden where the actor may not read, whether or not it exists, and
    NotFound."""
    asset = named(session, kind, namespace, name)
    actor.must(Action.ASSET_READ, Target(namespace, asset.accountable if asset else None))
    if asset is None:
        raise NotFound(f"no {kind} {namespace}/{name}")
    return asset


def read(session: Session, actor: Actor, kind: str, namespace: str, name: str) -> Detail:
    """One asset with all that is known of it. Raises as `get` does."""
    actor.must_somewhere(Action.ASSET_READ)
    asset = get(session, actor, kind, namespace, name)
    assert asset.id is not None
    tags = tags_of(session, [asset.id])
    facet, version = tables.AssetFacet, tables.SchemaVersion
    found: dict[str, Any] = dict(
        session.exec(
            select(facet.key, facet.body)
            .where(facet.asset_id == asset.id, col(facet.body).is_not(None))
            .order_by(col(facet.key))
        ).all()
    )
    known = session.exec(
        select(sa.func.count()).select_from(version).where(version.asset_id == asset.id)
    ).one()
    return Detail(
        asset,
        tags.get((asset.id, ""), ()),
        _fields(asset, found, tags),
        found,
        known,
        _latest_runs(session, asset),
    )


def edit(
    session: Session, actor: Actor, kind: str, namespace: str, name: str, *, changes: Changes
) -> Asset:
    """Sets what a person says of an asset; from then on no event changes it.

    Raises Forbidden naming the first change the actor may not make, NotFound, and Invalid for a
    field that the dataset does not have.
    """
    actor.must_somewhere(Action.ASSET_READ)
    asset = get(session, actor, kind, namespace, name)
    for change in changes:
        actor.must(NEEDED[change], Target(namespace, asset.accountable))
    before = _curated(session, asset)
    _set_columns(actor, asset, changes)
    if "tags" in changes:
        _set_tags(session, asset, "", changes["tags"])
    for one in changes.get("fields", []):
        _set_field_tags(session, asset, one)
    session.add(asset)
    session.flush()  # what follows reads the tags back
    after = _curated(session, asset)
    changed = {key for key in after if after[key] != before[key]}
    if changed:
        asset.changed_at = db.now()
        audit.record(
            session,
            actor,
            "asset:edit",
            node.make(kind, namespace, name),
            before={key: before[key] for key in changed},
            after={key: after[key] for key in changed},
        )
    return asset


def named(session: Session, kind: str, namespace: str, name: str) -> Asset | None:
    """The asset of that identity, without asking whether anybody may see it."""
    return session.exec(
        select(Asset).where(Asset.kind == kind, Asset.namespace == namespace, Asset.name == name)
    ).one_or_none()


def tags_of(
    session: Session, asset_ids: list[int | None]
) -> dict[tuple[int, str], tuple[TagOn, ...]]:
    """The tags that hold, by asset and field ("" is the asset itself)."""
    query = sa.select(col(Tag.asset_id), col(Tag.field), col(Tag.tag), col(Tag.origin))
    query = query.where(col(Tag.removed).is_(False))
    found: dict[tuple[int, str], list[TagOn]] = {}
    ids = [one for one in asset_ids if one is not None]
    for asset_id, field, tag, origin in db.select_in(session, query, col(Tag.asset_id), ids):
        found.setdefault((asset_id, field), []).append(TagOn(tag, origin))
    return {key: tuple(sorted(tags, key=lambda one: one.tag)) for key, tags in found.items()}


def fields_of(session: Session, asset: Asset) -> list[dict[str, Any]] | None:
    """The fields of the present schema version, or None when no schema is known."""
    if asset.schema_version_id is None:
        return None
    version = session.get(tables.SchemaVersion, asset.schema_version_id)
    return version.fields if version else None


def _mentions(q: str) -> sa.ColumnElement[bool]:
    escaped = q.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    columns = (col(Asset.name), col(Asset.namespace), col(Asset.description))
    return sa.or_(*(sa.func.lower(column).like(f"%{escaped}%", escape="\\") for column in columns))


def _fields(
    asset: Asset,
    facets: Mapping[str, Any],
    tags: Mapping[tuple[int, str], tuple[TagOn, ...]],
) -> tuple[FieldOf, ...] | None:
    """The fields in the producer's order, which the schema version leaves out."""
    mention = DatasetMention(asset.namespace, asset.name, dict(facets), {})
    described = describe_dataset(mention).fields if asset.kind == "dataset" else None
    if described is None:
        return None
    return tuple(
        FieldOf(one.path, one.type, one.description, tags.get((asset.id or 0, one.path), ()))
        for one in described
    )


def _latest_runs(session: Session, asset: Asset) -> tuple[tuple[tables.Run, str, str], ...]:
    """A job's last runs, or the runs that last wrote a dataset, with the job's namespace and
    name."""
    run = tables.Run
    query = select(run, Asset.namespace, Asset.name).join(Asset, col(Asset.id) == col(run.job_id))
    if asset.kind == "job":
        query = query.where(run.job_id == asset.id)
    else:
        writers = select(tables.Write.run_id).where(tables.Write.dataset_id == asset.id)
        query = query.where(col(run.id).in_(writers))
    newest = query.order_by(col(run.last_event_at).desc(), col(run.key)).limit(20)
    return tuple((found, namespace, name) for found, namespace, name in session.exec(newest))


def _set_columns(actor: Actor, asset: Asset, changes: Changes) -> None:
    for name in ("description", "owner", "lifecycle"):
        if name in changes:
            setattr(asset, name, changes[name])
            setattr(asset, f"{name}_origin", HUMAN)
    if "is_source" in changes:
        asset.is_source = changes["is_source"]
    if "certification" in changes:
        asset.certification = changes["certification"]
        asset.certified_by = actor.subject
        asset.certified_until = None
    if "certified_until" in changes:
        asset.certified_until = changes["certified_until"]


def _set_field_tags(session: Session, asset: Asset, wanted: FieldTags) -> None:
    fields = fields_of(session, asset)
    if fields is None or all(one["path"] != wanted["path"] for one in fields):
        known = (
            ", ".join(one["path"] for one in (fields or [])[:20]) or "none, for no schema is known"
        )
        raise Invalid(f"{asset.name} has no field {wanted['path']!r}; its fields are {known}")
    _set_tags(session, asset, wanted["path"], wanted["tags"])


def _set_tags(session: Session, asset: Asset, field: str, wanted: list[str]) -> None:
    """Makes `wanted` the tags that hold; what is taken away stays removed though events name it
    again."""
    for tag in wanted:
        if not tag.strip() or len(tag) > MAX_TAG_CHARACTERS:
            raise Invalid(f"a tag has 1 to {MAX_TAG_CHARACTERS} characters, not {tag[:120]!r}")
    stored = {
        row.tag: row
        for row in session.exec(select(Tag).where(Tag.asset_id == asset.id, Tag.field == field))
    }
    for tag in set(wanted) | set(stored):
        row = stored.get(tag)
        if row is None:
            row = Tag(asset_id=asset.id or 0, field=field, tag=tag, origin=HUMAN)
        elif row.removed == (tag not in wanted):
            continue
        row.removed, row.origin = tag not in wanted, HUMAN
        session.add(row)


def _curated(session: Session, asset: Asset) -> dict[str, Any]:
    """What people may set, as JSON for the audit."""
    values: dict[str, Any] = {name: getattr(asset, name) for name in NEEDED if hasattr(asset, name)}
    until = asset.certified_until
    values["certified_until"] = until.isoformat() if until else None
    tags = tags_of(session, [asset.id])
    values["tags"] = [one.tag for one in tags.get((asset.id or 0, ""), ())]
    values["fields"] = {
        field: [one.tag for one in on] for (_, field), on in sorted(tags.items()) if field
    }
    return values
