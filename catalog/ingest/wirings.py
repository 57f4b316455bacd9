"""Wirings: each distinct set of flows of a job, written once; runs and declarations refer to it."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from catalog import db, tables
from catalog.ingest.identities import Identities, Name
from catalog.openlineage import lineage
from catalog.openlineage.event import Event


def names(flows: lineage.Flows) -> set[Name]:
    """Every asset that the flows name."""
    ends = {end for flow in flows.flows for end in (flow.source, flow.target)}
    ends |= {end for flow in flows.columns for end in (flow.source, flow.target)}
    return {_name(end) for end in ends}


def ensure(
    session: Session,
    wired: Sequence[tuple[int, lineage.Flows]],
    identities: Identities,
) -> list[int]:
    """The wiring id for each (job id, flows), made with its edges where it is new."""
    wanted = {(asset_id, flows.digest()): flows for asset_id, flows in wired}
    known = _load(session, wanted)
    missing = [key for key in wanted if key not in known]
    if missing:
        made = _insert(session, missing)
        edges = [_edges(made[key], key[0], wanted[key], identities) for key in made]
        columns = [_column_edges(made[key], wanted[key], identities) for key in made]
        for table, rows in ((tables.Edge, edges), (tables.ColumnEdge, columns)):
            flat = [row for some in rows for row in some]
            if flat:
                session.execute(sa.insert(table), flat)
        # A wiring that another process made meanwhile is committed, edges and all.
        known |= made if len(made) == len(missing) else _load(session, missing)
    return [known[asset_id, flows.digest()] for asset_id, flows in wired]


def declare(session: Session, events: Sequence[Event], identities: Identities) -> None:
    """Static events: the newest declaration of a job, or of a dataset, replaces the one before."""
    newest: dict[int, Event] = {}
    for event in events:
        if not lineage.declares(event):
            continue
        asset_id = identities[_subject(event)]
        if asset_id not in newest or newest[asset_id].order_key < event.order_key:
            newest[asset_id] = event
    if not newest:
        return
    declared = {asset_id: lineage.declared(event) for asset_id, event in newest.items()}
    for asset_id, flows in declared.items():
        for name in names(flows):
            identities.mention(name, newest[asset_id].time, reference=True)
    identities.ensure()
    ids = ensure(session, list(declared.items()), identities)
    asset = tables.Asset
    for asset_id, wiring_id in zip(declared, ids, strict=True):
        order = newest[asset_id].order_text
        older = sa.or_(col(asset.wiring_order).is_(None), col(asset.wiring_order) < order)
        session.execute(
            sa.update(asset)
            .where(col(asset.id) == asset_id, older)
            .values(wiring_id=wiring_id, wiring_order=order)
        )


def is_live() -> sa.ColumnElement[bool]:
    """The condition on Wiring that a run, or a declaration, refers to it: its edges are in the
    graph."""
    wiring, run, asset = tables.Wiring, tables.Run, tables.Asset
    return sa.or_(
        sa.exists().where(col(run.wiring_id) == col(wiring.id)),
        sa.exists().where(col(asset.wiring_id) == col(wiring.id)),
    )


def _subject(event: Event) -> Name:
    if event.job is not None:
        return Name("job", event.job.namespace, event.job.name)
    assert event.dataset is not None
    return Name("dataset", event.dataset.namespace, event.dataset.name)


def _name(end: lineage.Ref) -> Name:
    kind = "job" if isinstance(end, lineage.JobRef) else "dataset"
    return Name(kind, end.namespace, end.name)


def _load(session: Session, keys: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    wiring = tables.Wiring
    key = (col(wiring.asset_id), col(wiring.digest))
    query = sa.select(col(wiring.id), *key)
    rows = db.select_in(session, query, sa.tuple_(*key), keys)
    return {(row.asset_id, row.digest): row.id for row in rows}


def _insert(session: Session, keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Makes the wirings and gives the ids of those that this transaction made."""
    wiring = tables.Wiring
    made: dict[tuple[int, str], int] = {}
    for chunk in db.chunks(sorted(keys), 1_000):
        statement = (
            db.dialect_insert(session, db.table(wiring))
            .values([{"asset_id": asset_id, "digest": digest} for asset_id, digest in chunk])
            .on_conflict_do_nothing(index_elements=["asset_id", "digest"])
            .returning(col(wiring.id), col(wiring.asset_id), col(wiring.digest))
        )
        made |= {(row.asset_id, row.digest): row.id for row in session.execute(statement)}
    return made


def _edges(
    wiring_id: int, asset_id: int, flows: lineage.Flows, identities: Identities
) -> list[dict[str, Any]]:
    rows = {}
    for flow in flows.flows:
        source, target = identities[_name(flow.source)], identities[_name(flow.target)]
        rows[source, target] = {
            "wiring_id": wiring_id,
            "source_id": source,
            "target_id": target,
            "job_id": None if asset_id in (source, target) else asset_id,
            "provenance": flow.provenance,
        }
    return list(rows.values())


def _column_edges(
    wiring_id: int, flows: lineage.Flows, identities: Identities
) -> list[dict[str, Any]]:
    """One row per pair of fields and transformation; masked only where every such flow is."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for flow in flows.columns:
        row = {
            "wiring_id": wiring_id,
            "source_id": identities[_name(flow.source)],
            "source_field": flow.source_field or "",
            "target_id": identities[_name(flow.target)],
            "target_field": flow.target_field or "",
            "transformation": flow.kind if flow.subtype is None else f"{flow.kind}:{flow.subtype}",
        }
        known = rows.setdefault(tuple(row.values()), {**row, "masking": True})
        known["masking"] = known["masking"] and bool(flow.masking)
    return list(rows.values())
