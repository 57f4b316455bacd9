"""The catalog made again from the event log alone, and the canonical dump that shows it is the
same."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import orjson
import sqlalchemy as sa
import zstandard
from sqlmodel import Session, col, select

from catalog import db, tables
from catalog.access import Action, Actor
from catalog.ingest import descriptions, log, projection, wirings
from catalog.tables import Asset

Names: TypeAlias = dict[int | None, list[str]]

BATCH = 500
# In the order in which rows may be deleted.
DERIVED = (
    tables.ColumnEdge,
    tables.Edge,
    tables.Read,
    tables.Write,
    tables.Run,
    tables.Wiring,
    tables.AssetFacet,
    tables.SchemaVersion,
)


def rebuild(
    session: Session, actor: Actor, *, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Throws away what was derived and projects the log again; asset ids and people's words stay.

    `progress` is told the number of events of each batch. Gives the number of events.
    """
    actor.must(Action.QUARANTINE_MANAGE)
    _forget(session)
    count = 0
    for events in log.stored(session, batch=BATCH):
        projection.project(session, events)
        count += len(events)
        progress(len(events))
    return count


def _forget(session: Session) -> None:
    for table in DERIVED:
        session.execute(sa.delete(table))
    session.execute(sa.delete(tables.Tag).where(col(tables.Tag.origin) == descriptions.INGESTED))
    session.execute(sa.update(Asset).values(wiring_id=None, wiring_order=None, type=None))
    session.execute(sa.update(Asset).values(schema_version_id=None))
    for name in ("description", "owner"):
        ingested = getattr(Asset, f"{name}_origin") == descriptions.INGESTED
        session.execute(
            sa.update(Asset).where(ingested).values({name: None, f"{name}_origin": None})
        )
    session.expire_all()


def dump(session: Session) -> bytes:
    """The derived state as JSON lines in canonical order: no database ids, no times of receipt."""
    query = sa.select(col(Asset.id), col(Asset.kind), col(Asset.namespace), col(Asset.name))
    names = {row[0]: list(row[1:]) for row in session.execute(query)}
    facts = (*_assets(session, names), *_runs(session, names), *_graph(session, names))
    return b"\n".join(sorted(orjson.dumps(fact, option=orjson.OPT_SORT_KEYS) for fact in facts))


def _digests(
    session: Session, table: type[tables.SchemaVersion] | type[tables.Wiring]
) -> dict[int | None, str]:
    query = sa.select(col(table.id), col(table.digest))
    return {row.id: row.digest for row in session.execute(query)}


def _assets(session: Session, names: Names) -> Iterator[dict[str, Any]]:
    schemas = _digests(session, tables.SchemaVersion)
    for asset in session.exec(select(Asset)):
        yield {
            "asset": names[asset.id],
            "type": asset.type,
            "description": asset.description,
            "owner": asset.owner,
            "lifecycle": asset.lifecycle,
            "first_seen": asset.first_seen,
            "is_reference": asset.is_reference,
            "schema": schemas.get(asset.schema_version_id),
        }
    for tag in session.exec(select(tables.Tag)):
        yield {"tag": tag.tag, "on": names[tag.asset_id], "field": tag.field, "origin": tag.origin}
    for facet in session.exec(select(tables.AssetFacet)):
        yield {
            "facet": facet.key,
            "of": names[facet.asset_id],
            "order": facet.order,
            "body": facet.body,
        }


def _runs(session: Session, names: Names) -> Iterator[dict[str, Any]]:
    keys, digests = {}, _digests(session, tables.Wiring)
    for run in session.exec(select(tables.Run)):
        keys[run.id] = run.key
        yield {
            "run": run.key,
            "job": names[run.job_id],
            "wiring": digests[run.wiring_id or 0],
            "facts": zstandard.decompress(run.facts).decode(),
            **{name: getattr(run, name) for name in ("state", "started_at", "ended_at")},
            **{name: getattr(run, name) for name in ("last_event_at", "parent_key")},
        }
    for read in session.exec(select(tables.Read)):
        yield {"read": keys[read.run_id], "of": names[read.dataset_id], "version": read.version}
    for write in session.exec(select(tables.Write)):
        yield {
            "write": keys[write.run_id],
            "of": names[write.dataset_id],
            "version": write.version,
            "replaces": write.replaces,
        }


def _graph(session: Session, names: Names) -> Iterator[dict[str, Any]]:
    """The edges in the graph: of wirings that a run or a declaration refers to."""
    for table in (tables.Edge, tables.ColumnEdge):
        columns = [c for c in db.table(table).columns if c.name not in ("id", "wiring_id")]
        digest = col(tables.Wiring.digest)
        query = sa.select(*columns, digest).join(tables.Wiring).where(wirings.is_live())
        for row in session.execute(query).mappings():
            yield {
                "edge": table.__tablename__,
                **{
                    name: names.get(value) if name.endswith("_id") else value
                    for name, value in row.items()
                },
            }
