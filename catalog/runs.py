"""Runs: found, and read with what they read and wrote."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import zstandard
from sqlmodel import Session, col, select

from catalog import db
from catalog.access import Action, Actor, Target
from catalog.errors import NotFound
from catalog.openlineage import run as openlineage
from catalog.tables import ACCOUNTABLE, Asset, Read, Run, Write


@dataclass(frozen=True)
class Summary:
    """A run and the job it is a run of."""

    run: Run
    job: Asset


@dataclass(frozen=True)
class Touch:
    """A dataset that a run read or wrote; None where the actor may not read it."""

    dataset: Asset | None
    version: str


@dataclass(frozen=True)
class Detail:
    """A run with its facets and datasets."""

    summary: Summary
    facets: Mapping[str, Any]
    reads: tuple[Touch, ...]
    writes: tuple[Touch, ...]


def find(
    session: Session,
    actor: Actor,
    *,
    job_namespace: str | None = None,
    job_name: str | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> db.Page[Summary]:
    """The runs of the jobs that the actor may read, those heard of last first."""
    actor.must_somewhere(Action.ASSET_READ)
    wanted = [actor.where(Action.ASSET_READ, col(Asset.namespace), ACCOUNTABLE)]
    exact = {Asset.namespace: job_namespace, Asset.name: job_name, Run.state: state}
    wanted += [col(column) == value for column, value in exact.items() if value is not None]
    query = select(Run, Asset).join(Asset, col(Asset.id) == col(Run.job_id))
    if cursor:
        (key,) = db.place(cursor, str)
        last = sa.select(col(Run.last_event_at)).where(col(Run.key) == key).scalar_subquery()
        wanted.append(
            sa.or_(
                col(Run.last_event_at) < last,
                sa.and_(col(Run.last_event_at) == last, col(Run.key) > key),
            )
        )
    order = (col(Run.last_event_at).desc(), col(Run.key))
    rows = list(session.exec(query.where(*wanted).order_by(*order).limit(limit + 1)))
    items = [Summary(run, job) for run, job in rows[:limit]]
    return db.Page(items, db.cursor(items[-1].run.key) if len(rows) > limit else None)


def read(session: Session, actor: Actor, key: str) -> Detail:
    """One run. Raises NotFound, and Forbidden when its job may not be read."""
    actor.must_somewhere(Action.ASSET_READ)
    found = session.exec(
        select(Run, Asset).join(Asset, col(Asset.id) == col(Run.job_id)).where(Run.key == key)
    ).one_or_none()
    if found is None:
        raise NotFound(f"no run {key}")
    run, job = found
    actor.must(Action.ASSET_READ, Target(job.namespace, job.accountable))
    facts = openlineage.load(zstandard.decompress(run.facts))
    return Detail(
        Summary(run, job),
        {key: body for key, (_, body) in sorted(facts.facets.items())},
        _touched(session, actor, Read, run),
        _touched(session, actor, Write, run),
    )


def _touched(
    session: Session, actor: Actor, table: type[Read] | type[Write], run: Run
) -> tuple[Touch, ...]:
    query = (
        select(Asset, table.version)
        .join(table, col(table.dataset_id) == col(Asset.id))
        .where(table.run_id == run.id)
        .order_by(col(Asset.namespace), col(Asset.name))
    )
    return tuple(
        Touch(asset if _readable(actor, asset) else None, version)
        for asset, version in session.exec(query)
    )


def _readable(actor: Actor, asset: Asset) -> bool:
    return actor.may(Action.ASSET_READ, Target(asset.namespace, asset.accountable))
