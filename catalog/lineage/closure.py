"""The upstream closure of training runs: which run read which version of what, how surely.

Found level by level from the database, by a number of statements that grows with the depth of the
graph and not with its width.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from catalog import db, tables
from catalog.checks import node
from catalog.tables import Asset, Edge, Read, Run, Write

EPOCH = datetime.datetime.min.replace(tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Written:
    """A run's write of a dataset: where the run completed, a dataset version."""

    dataset: int
    version: str
    replaces: bool
    run: int
    key: str
    state: str
    started_at: datetime.datetime | None
    ended_at: datetime.datetime | None

    @property
    def label(self) -> str:
        return self.version or self.key

    @property
    def order(self) -> tuple[datetime.datetime, str]:
        return self.ended_at or EPOCH, self.key

    @property
    def is_version(self) -> bool:
        return self.state == "COMPLETE"


@dataclass(frozen=True, order=True)
class Version:
    """A dataset version as a node of the closure; label "unknown" where none is known."""

    dataset: int
    label: str


@dataclass
class Closure:
    """What was found so far, by database id; nodes are runs (int) and versions."""

    model: str
    limit: int
    runs: dict[int, sa.Row[Any]] = field(default_factory=dict)
    needed: dict[int, set[int] | None] = field(default_factory=dict)
    """For every run, the datasets it wrote that are in the closure; None for a training run: all
    that it read."""
    versions: dict[Version, int | None] = field(default_factory=dict)
    """Every version with the run that wrote it."""
    edges: set[tuple[Any, Any, str, str | None]] = field(default_factory=set)
    attempts: dict[tuple[int, int, int], Written] = field(default_factory=dict)
    declared: set[int] = field(default_factory=set)
    """Jobs whose lineage was declared without runs."""
    wirings: dict[int | None, str] = field(default_factory=dict)
    """Every wiring, with its digest."""
    writes: dict[int, list[Written]] = field(default_factory=dict)
    truncated: bool = False

    def full(self) -> bool:
        self.truncated |= len(self.runs) + len(self.versions) > self.limit
        return self.truncated

    def need(self, run: int, outputs: set[int]) -> bool:
        """Notes that `outputs` of a run are in the closure; whether that is more than was known."""
        known = self.needed.setdefault(run, set())
        if known is None or (outputs <= known and run in self.runs):
            return False
        known |= outputs
        return True


def find(session: Session, name: str, run_keys: Iterable[str], *, limit: int) -> Closure:
    """Everything upstream of the runs, which trained the model version called `name`.

    `truncated` when there are more than `limit` nodes.
    """
    closure = Closure(name, limit)
    trained = {row.id: row for row in runs(session, col(Run.key), run_keys)}
    for run in trained:
        closure.edges.add((run, name, "trained", None))
        closure.needed[run] = None
    _close(session, closure, trained)
    wiring = tables.Wiring
    digests = sa.select(col(wiring.id), col(wiring.digest))
    for one, digest in db.select_in(session, digests, col(wiring.id), closure.wirings):
        closure.wirings[one] = digest
    return closure


def _close(session: Session, closure: Closure, frontier: dict[int, sa.Row[Any]]) -> None:
    """Level by level: runs → what they read → who wrote that → runs."""
    while frontier and not closure.full():
        closure.runs |= frontier
        closure.wirings |= {row.wiring_id: "" for row in frontier.values() if row.wiring_id}
        found = _read_versions(session, closure, frontier)
        writers: dict[int, set[int]] = {}
        while found and not closure.full():
            for version, writer in found.items():
                closure.versions[version] = writer.run if writer else None
                if writer:
                    closure.edges.add((writer.run, version, "write", None))
                    writers.setdefault(writer.run, set()).add(version.dataset)
            before = _stands_on(closure, found)
            found = before | _declared(session, closure, found)
            found = {key: writer for key, writer in found.items() if key not in closure.versions}
        grown = [run for run, outputs in writers.items() if closure.need(run, outputs)]
        frontier = {row.id: row for row in runs(session, col(Run.id), grown)}


def runs(session: Session, column: Any, values: Iterable[Any]) -> list[sa.Row[Any]]:
    """What the closure keeps of the runs whose `column` is one of `values`."""
    columns = (Run.id, Run.key, Run.job_id, Run.wiring_id, Run.state, Run.started_at, Run.ended_at)
    return db.select_in(session, sa.select(*(col(one) for one in columns)), column, values)


def _read_versions(
    session: Session, closure: Closure, runs: Mapping[int, sa.Row[Any]]
) -> dict[Version, Written | None]:
    """The dataset versions that the runs read for the sake of what is needed of them."""
    sources = _sources(session, closure, runs)
    query = sa.select(col(Read.run_id), col(Read.dataset_id), col(Read.version))
    labels: dict[tuple[int, int], list[str]] = {}
    for run, dataset, version in db.select_in(session, query, col(Read.run_id), runs):
        labels.setdefault((run, dataset), []).append(version)
    _load_writes(session, closure, {dataset for some in sources.values() for dataset in some})
    found: dict[Version, Written | None] = {}
    for run, datasets in sources.items():
        for dataset in datasets:
            for label in labels.get((run, dataset), [""]):
                for version, writer, pin in _resolve(closure, runs[run], dataset, label):
                    closure.edges.add((version, run, "read", pin))
                    if version not in closure.versions:
                        found[version] = writer
    return found


def _sources(
    session: Session, closure: Closure, runs: Mapping[int, sa.Row[Any]]
) -> dict[int, set[int]]:
    """For each run the datasets that flowed into what is needed of it; for a training run, all it
    read."""
    columns = (Edge.wiring_id, Edge.source_id, Edge.target_id, Edge.job_id)
    query = sa.select(*(col(one) for one in columns))
    wanted = {row.wiring_id for row in runs.values() if row.wiring_id}
    edges: dict[int, list[sa.Row[Any]]] = {}
    for row in db.select_in(session, query, col(Edge.wiring_id), wanted):
        edges.setdefault(row.wiring_id, []).append(row)
    return {
        run: _flowing_in(edges.get(row.wiring_id or 0, []), row.job_id, closure.needed[run])
        for run, row in runs.items()
    }


def _flowing_in(edges: list[sa.Row[Any]], job: int, needed: set[int] | None) -> set[int]:
    """The sources of flows to `needed`, or of all flows of the job for None.

    An input of which the job does not say where it went may have gone anywhere, unless the job has
    an output whose sources are unknown too: then that is where it is taken to have gone.
    """
    unexplained = {row.target_id for row in edges if row.source_id == job}
    loose = needed is None or not unexplained or bool(unexplained & needed)
    return {
        row.source_id
        for row in edges
        if row.source_id != job
        and (loose if row.target_id == job else needed is None or row.target_id in needed)
    }


def _load_writes(session: Session, closure: Closure, datasets: set[int]) -> None:
    """Every write of the datasets, by the end of the run; each dataset is asked for once."""
    missing = datasets - closure.writes.keys()
    closure.writes |= {dataset: [] for dataset in missing}
    query = sa.select(
        col(Write.dataset_id),
        col(Write.version),
        col(Write.replaces),
        *(col(one) for one in (Run.id, Run.key, Run.state, Run.started_at, Run.ended_at)),
    ).join(Run, col(Run.id) == col(Write.run_id))
    for row in db.select_in(session, query, col(Write.dataset_id), missing):
        closure.writes[row[0]].append(Written(*row))
    for dataset in missing:
        closure.writes[dataset].sort(key=lambda one: one.order)


def _resolve(
    closure: Closure, reader: sa.Row[Any], dataset: int, label: str
) -> list[tuple[Version, Written | None, str]]:
    """Which version the reader read: the one it named, else the last complete when it began.

    Where neither is known, every run that writes the dataset may have written what was read.
    """
    writes = [one for one in closure.writes[dataset] if one.run != reader.id]
    if label:
        named = [one for one in writes if one.version == label]
        return [(Version(dataset, label), named[-1] if named else None, "explicit")]
    began = reader.started_at or reader.ended_at
    ended = [one for one in writes if one.ended_at and (began is None or one.ended_at <= began)]
    complete = [one for one in ended if one.is_version]
    if ended and not ended[-1].is_version:
        closure.attempts[dataset, ended[-1].run, reader.id] = ended[-1]
    if complete:
        return [(Version(dataset, complete[-1].label), complete[-1], "inferred")]
    if not writes:
        return [(Version(dataset, node.UNKNOWN_VERSION), None, "none")]
    return [(Version(dataset, one.label), one, "none") for one in writes]


def _stands_on(
    closure: Closure, found: Mapping[Version, Written | None]
) -> dict[Version, Written | None]:
    """The version before each one, unless the write is known to replace everything."""
    before: dict[Version, Written | None] = {}
    for version, writer in found.items():
        if writer is None or writer.replaces:
            continue
        earlier = [
            one
            for one in closure.writes[version.dataset]
            if one.is_version and one.order < writer.order and one.label != version.label
        ]
        if earlier:
            older = Version(version.dataset, earlier[-1].label)
            closure.edges.add((older, version, "stands_on", None))
            before[older] = earlier[-1]
    return before


def _declared(
    session: Session, closure: Closure, found: Mapping[Version, Written | None]
) -> dict[Version, Written | None]:
    """What feeds datasets that no run is known to write, where a static event declared it."""
    orphans = {one.dataset: one for one in found if not closure.writes.get(one.dataset)}
    if not orphans:
        return {}
    wired = col(Asset.wiring_id) == col(Edge.wiring_id)
    columns = (Edge.wiring_id, Edge.source_id, Edge.target_id, Edge.job_id, Asset.id)
    query = sa.select(*(col(one) for one in columns)).join(Asset, wired)
    rows = db.select_in(session, query, col(Edge.target_id), orphans)
    closure.wirings |= {row.wiring_id: "" for row in rows}
    through = {row.source_id: orphans[row.target_id] for row in rows if row.source_id == row.id}
    pairs = [(row.source_id, row.job_id, orphans[row.target_id]) for row in rows]
    pairs = [pair for pair in pairs if pair[0] not in through]
    for row in db.select_in(session, query, col(Edge.target_id), through):
        pairs.append((row.source_id, row.target_id, through[row.target_id]))
    for job, version in through.items():
        closure.declared.add(job)
        closure.edges.add((("job", job), version, "declared", None))
    _load_writes(session, closure, {source for source, _, _ in pairs})
    return _declared_sources(closure, pairs)


def _declared_sources(
    closure: Closure, pairs: Iterable[tuple[int, int | None, Version]]
) -> dict[Version, Written | None]:
    """The newest version of each declared source, with its edges to what it feeds."""
    sources: dict[Version, Written | None] = {}
    for dataset, job, version in pairs:
        complete = [one for one in closure.writes[dataset] if one.is_version]
        writer = complete[-1] if complete else None
        source = Version(dataset, writer.label if writer else node.UNKNOWN_VERSION)
        if source == version:
            continue
        sources[source] = writer
        if job is None:
            closure.edges.add((source, version, "declared", None))
            continue
        closure.declared.add(job)
        closure.edges.add((source, ("job", job), "declared", None))
        closure.edges.add((("job", job), version, "declared", None))
    return sources
