"""Runs: the join of their events, and what they read, wrote and wired."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import zstandard
from sqlmodel import Session, col

from catalog import db, tables
from catalog.ingest import wirings
from catalog.ingest.identities import Identities, Name
from catalog.openlineage import lineage, run
from catalog.openlineage.event import Event
from catalog.openlineage.run import RunFacts

# After these a dataset holds nothing of what it held before; anything else may have appended.
REPLACING = frozenset({"OVERWRITE", "CREATE", "TRUNCATE"})


@dataclass(frozen=True)
class Touched:
    """A run whose facts changed, with what follows from them."""

    id: int
    job_id: int
    facts: RunFacts
    flows: lineage.Flows


def fold(session: Session, events: Sequence[Event], identities: Identities) -> None:
    """Joins run events into the stored runs and brings what follows from them in line."""
    arrived: dict[str, RunFacts] = {}
    for event in events:
        facts = run.of(event)
        known = arrived.get(facts.key)
        arrived[facts.key] = run.merge(known, facts) if known else facts
    touched = _join(session, arrived, identities) if arrived else []
    if not touched:
        return
    for one in touched:
        for name in wirings.names(one.flows):
            identities.mention(name, run.first_seen_at(one.facts), reference=True)
    identities.ensure()
    wired = [(one.job_id, one.flows) for one in touched]
    wiring_ids = wirings.ensure(session, wired, identities)
    rows = [_row(one, wiring_id) for one, wiring_id in zip(touched, wiring_ids, strict=True)]
    session.execute(sa.update(tables.Run), rows)
    _replace(session, tables.Read, touched, _reads(touched, identities))
    _replace(session, tables.Write, touched, _writes(touched, identities))


def _join(
    session: Session, arrived: Mapping[str, RunFacts], identities: Identities
) -> list[Touched]:
    """Locks the runs, making those that are new, and gives those that the arrived facts change."""
    table = tables.Run
    blank = [_blank(facts, _job(facts, identities)) for facts in arrived.values()]
    db.upsert(session, db.table(table), blank, key=["key"])
    # The lock keeps another process from joining into the same run between our read and our write.
    query = sa.select(col(table.id), col(table.key), col(table.facts)).with_for_update()
    touched = []
    for row in db.select_in(session, query.order_by(col(table.key)), col(table.key), arrived):
        facts = arrived[row.key]
        if row.facts:
            stored = run.load(zstandard.decompress(row.facts))
            facts = run.merge(stored, facts)
            if run.dump(facts) == run.dump(stored):
                continue
        touched.append(Touched(row.id, _job(facts, identities), facts, lineage.derive(facts)))
    return touched


def _job(facts: RunFacts, identities: Identities) -> int:
    name = Name("job", facts.newest.namespace, facts.newest.name)
    if name not in identities:
        identities.mention(name, run.first_seen_at(facts))
        identities.ensure()
    return identities[name]


def _blank(facts: RunFacts, job_id: int) -> dict[str, Any]:
    return {
        "key": facts.key,
        "job_id": job_id,
        "state": run.state(facts).value,
        "last_event_at": run.last_seen_at(facts),
        "facts": b"",
    }


def _row(one: Touched, wiring_id: int) -> dict[str, Any]:
    parent = run.parent(one.facts)
    return {
        "id": one.id,
        "job_id": one.job_id,
        "wiring_id": wiring_id,
        "state": run.state(one.facts).value,
        "started_at": run.started_at(one.facts),
        "ended_at": run.ended_at(one.facts),
        "last_event_at": run.last_seen_at(one.facts),
        "parent_key": parent.key if parent else None,
        "facts": zstandard.compress(run.dump(one.facts), 1),
    }


def _reads(touched: Iterable[Touched], identities: Identities) -> list[dict[str, Any]]:
    return [
        {
            "run_id": one.id,
            "dataset_id": identities[Name("dataset", *dataset)],
            "version": run.dataset_version(access) or "",
        }
        for one in touched
        for dataset, access in one.facts.inputs.items()
    ]


def _writes(touched: Iterable[Touched], identities: Identities) -> list[dict[str, Any]]:
    return [
        {
            "run_id": one.id,
            "dataset_id": identities[Name("dataset", *dataset)],
            "version": run.dataset_version(access) or "",
            "replaces": run.lifecycle(access) in REPLACING,
        }
        for one in touched
        for dataset, access in one.facts.outputs.items()
    ]


def _replace(
    session: Session,
    table: type[tables.Read] | type[tables.Write],
    touched: Sequence[Touched],
    rows: list[dict[str, Any]],
) -> None:
    """Makes `rows` all there is for the touched runs, writing only what differs."""
    names = [column.name for column in db.table(table).columns]
    query = sa.select(db.table(table))
    stored = db.select_in(session, query, col(table.run_id), [one.id for one in touched])
    known = {tuple(row) for row in stored}
    wanted = {tuple(row[name] for name in names): row for row in rows}
    stale = [row[:3] for row in known - wanted.keys()]
    key = sa.tuple_(col(table.run_id), col(table.dataset_id), col(table.version))
    for chunk in db.chunks(stale, 4_000):
        session.execute(sa.delete(table).where(key.in_(chunk)))
    missing = [wanted[row] for row in wanted.keys() - known]
    if missing:
        db.upsert(session, db.table(table), missing, key=["run_id", "dataset_id", "version"])
