"""The upstream closure of a model version: which run read which version of what, how surely.

The document (format 1) is described in catalog/checks/view.py, which reads it. It holds no database
ids and no times of receipt, so that the same facts give the same bytes on every database.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from catalog import assets, db, tables
from catalog.access import Action, Actor, Target
from catalog.checks import node
from catalog.ingest import descriptions
from catalog.tables import Asset, ColumnEdge, Edge, MaskingMark, Read, Run, Write

FORMAT = 1
MAX_NODES = 50_000
# Only a person can say that a column holds no personal data; a producer's word is a claim.
CLEAN = "not-personal"
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
    needed: dict[int, set[int]] = field(default_factory=dict)
    """For every run, the datasets it wrote that are in the closure; empty for a training run:
    all."""
    versions: dict[Version, int | None] = field(default_factory=dict)
    """Every version with the run that wrote it."""
    edges: set[tuple[Any, Any, str, str | None]] = field(default_factory=set)
    attempts: dict[tuple[int, int, int], Written] = field(default_factory=dict)
    declared: set[int] = field(default_factory=set)
    """Jobs whose lineage was declared without runs."""
    wirings: set[int] = field(default_factory=set)
    writes: dict[int, list[Written]] = field(default_factory=dict)
    truncated: bool = False

    def full(self) -> bool:
        self.truncated |= len(self.runs) + len(self.versions) > self.limit
        return self.truncated


def snapshot(
    session: Session,
    actor: Actor,
    model_version: tables.ModelVersion,
    *,
    limit: int = MAX_NODES,
) -> dict[str, Any]:
    """The snapshot document of `model_version`: its whole upstream, whatever the actor may see.

    The right to have the model evaluated is what is asked for; findings are redacted on the way
    out.
    """
    model = session.get(Asset, model_version.model_id)
    assert model is not None
    actor.must(Action.GATE_EVALUATE, Target(model.namespace, model.owner))
    name = node.model_version(model.namespace, model.name, model_version.version)
    closure = Closure(name, limit)
    trained = _runs(session, col(Run.key), model_version.training_runs)
    for row in trained:
        closure.edges.add((row.id, name, "trained", None))
        closure.needed[row.id] = set()
    _close(session, closure, {row.id: row for row in trained})
    return _document(session, closure, model, model_version)


def _close(session: Session, closure: Closure, frontier: dict[int, sa.Row[Any]]) -> None:
    """Level by level: runs → what they read → who wrote that → runs."""
    while frontier and not closure.full():
        closure.runs |= frontier
        closure.wirings |= {row.wiring_id for row in frontier.values() if row.wiring_id}
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
        grown = {
            run: outputs
            for run, outputs in writers.items()
            if run not in closure.needed or outputs - closure.needed[run]
        }
        for run, outputs in grown.items():
            closure.needed.setdefault(run, set()).update(outputs)
        frontier = {row.id: row for row in _runs(session, col(Run.id), grown)}


def _runs(session: Session, column: Any, values: Iterable[Any]) -> list[sa.Row[Any]]:
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


def _flowing_in(edges: list[sa.Row[Any]], job: int, needed: set[int]) -> set[int]:
    """The sources of flows to `needed`, or of all flows of the job when nothing is named.

    An input of which the job does not say where it went may have gone anywhere, unless the job has
    an output whose sources are unknown too: then that is where it is taken to have gone.
    """
    unexplained = {row.target_id for row in edges if row.source_id == job}
    loose = not needed or not unexplained or bool(unexplained & needed)
    return {
        row.source_id
        for row in edges
        if row.source_id != job
        and (loose if row.target_id == job else not needed or row.target_id in needed)
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
    closure.wirings |= {row.wiring_id for row in rows}
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


# ── the document ─────────────────────────────────────────────────────────────────────────────────


def _document(
    session: Session, closure: Closure, model: Asset, version: tables.ModelVersion
) -> dict[str, Any]:
    jobs = {row.job_id for row in closure.runs.values()} | closure.declared
    rows = _assets(session, {one.dataset for one in closure.versions} | jobs)
    runs = {run: node.run(row.key) for run, row in closure.runs.items()}
    columns, hops, touched = _columns(session, closure)
    rows |= _assets(session, touched - rows.keys())
    ids = {asset: node.make(row.kind, row.namespace, row.name) for asset, row in rows.items()}

    def name(end: Any) -> str:
        if isinstance(end, str):
            return end
        if isinstance(end, Version):
            row = rows[end.dataset]
            return node.dataset_version(row.namespace, row.name, end.label)
        return ids[end[1]] if isinstance(end, tuple) else runs[end]

    return {
        "format": FORMAT,
        "truncated": closure.truncated,
        "model_version": {
            "id": closure.model,
            "namespace": model.namespace,
            "name": model.name,
            "version": version.version,
            "artifact_digest": version.artifact_digest,
            "owner": model.owner,
            "training_runs": sorted(node.run(key) for key in version.training_runs),
        },
        "datasets": _datasets(session, rows, ids),
        "jobs": {ids[one]: _job(row) for one, row in rows.items() if row.kind == "job"},
        "runs": {runs[one]: _run(row, ids) for one, row in closure.runs.items()},
        "versions": {
            name(one): {
                "dataset": ids[one.dataset],
                "written_by": None if run is None else runs.get(run),
                "label": one.label,
            }
            for one, run in closure.versions.items()
        },
        "edges": sorted(
            ([name(a), name(b), kind, pin] for a, b, kind, pin in _known(closure)), key=str
        ),
        "attempts": sorted(
            (
                {
                    "dataset": ids[dataset],
                    "run": node.run(one.key),
                    "state": one.state,
                    "ended_at": _text(one.ended_at),
                    "reader": runs[reader],
                }
                for (dataset, _, reader), one in closure.attempts.items()
            ),
            key=str,
        ),
        "columns": sorted((_column(row, ids, runs) for row in columns), key=str),
        "hops": {
            runs[run]: {ids[target]: known for target, known in targets.items()}
            for run, targets in hops.items()
        },
    }


def _known(closure: Closure) -> Iterable[tuple[Any, Any, str, str | None]]:
    """The edges between nodes of the closure: a cut one may have edges into what was left out."""
    for edge in closure.edges:
        ends = [end for end in edge[:2] if isinstance(end, int | Version)]
        if all(
            end in (closure.versions if isinstance(end, Version) else closure.runs) for end in ends
        ):
            yield edge


def _assets(session: Session, ids: Iterable[int]) -> dict[int, Asset]:
    found: dict[int, Asset] = {}
    for chunk in db.chunks(sorted(ids), 4_000):
        for row in session.scalars(sa.select(Asset).where(col(Asset.id).in_(chunk))):
            found[row.id or 0] = row
    return found


def _datasets(
    session: Session, rows: Mapping[int, Asset], ids: Mapping[int, str]
) -> dict[str, Any]:
    datasets = {one: row for one, row in rows.items() if row.kind == "dataset"}
    tags = assets.tags_of(session, list(datasets))
    version = tables.SchemaVersion
    query = sa.select(col(version.id), col(version.fields))
    wanted = {row.schema_version_id for row in datasets.values() if row.schema_version_id}
    fields = {row[0]: row[1] for row in db.select_in(session, query, col(version.id), wanted)}

    def on(asset: int, path: str) -> list[str]:
        return [
            one.tag
            for one in tags.get((asset, path), ())
            if one.tag != CLEAN or one.origin != descriptions.INGESTED
        ]

    return {
        ids[one]: {
            "namespace": row.namespace,
            "name": row.name,
            "type": row.type,
            "registered": not row.is_reference,
            "is_source": row.is_source,
            "certification": row.certification,
            "certified_until": _text(row.certified_until),
            "lifecycle": row.lifecycle,
            "owner": row.owner,
            "tags": on(one, ""),
            "fields": [
                {"path": each["path"], "type": each["type"], "tags": on(one, each["path"])}
                for each in fields[row.schema_version_id]
            ]
            if row.schema_version_id in fields
            else None,
        }
        for one, row in datasets.items()
    }


def _job(row: Asset) -> dict[str, Any]:
    names = ("namespace", "name", "type", "owner", "is_source")
    return {name: getattr(row, name) for name in names}


def _run(row: sa.Row[Any], ids: Mapping[int, str]) -> dict[str, Any]:
    return {
        "job": ids[row.job_id],
        "state": row.state,
        "started_at": _text(row.started_at),
        "ended_at": _text(row.ended_at),
    }


def _columns(
    session: Session, closure: Closure
) -> tuple[list[dict[str, Any]], dict[int, dict[int, bool]], set[int]]:
    """The column edges into what is needed, once per wiring; which hops have any; datasets
    named."""
    edge, mark, wiring = ColumnEdge, MaskingMark, tables.Wiring
    marked = sa.and_(
        col(mark.source_id) == col(edge.source_id),
        col(mark.source_field) == col(edge.source_field),
        col(mark.target_id) == col(edge.target_id),
        col(mark.target_field) == col(edge.target_field),
    )
    query = (
        sa.select(
            db.table(edge), col(wiring.asset_id), col(mark.masking).label("mark"), col(mark.subject)
        )
        .join(wiring, col(wiring.id) == col(edge.wiring_id))
        .outerjoin(mark, marked)
    )
    by_wiring: dict[int, list[sa.Row[Any]]] = {}
    for row in db.select_in(session, query, col(edge.wiring_id), closure.wirings):
        by_wiring.setdefault(row.wiring_id, []).append(row)
    # The wiring is the same in all its runs: its columns are told once, with the run of the last
    # key.
    users: dict[int, list[int]] = {}
    for run, found in sorted(closure.runs.items(), key=lambda item: item[1].key):
        users.setdefault(found.wiring_id or 0, []).append(run)
    written = _outputs(session, closure)
    hops: dict[int, dict[int, bool]] = {}
    columns = []
    for wiring_id, rows in by_wiring.items():
        runs = users.get(wiring_id, [])
        needed: set[int] = set().union(
            *(closure.needed[run] or written.get(run, set()) for run in runs)
        )
        for row in rows:
            if not runs or row.target_id in needed:
                columns.append({**row._mapping, "run": runs[-1] if runs else None})
    for run, found in closure.runs.items():
        told = {row.target_id for row in by_wiring.get(found.wiring_id or 0, [])}
        targets = closure.needed[run] or written.get(run, set())
        hops[run] = {target: target in told for target in targets}
    touched = {row[end] for row in columns for end in ("source_id", "target_id")}
    touched |= {target for targets in hops.values() for target in targets}
    return columns, hops, touched


def _outputs(session: Session, closure: Closure) -> dict[int, set[int]]:
    """What the training runs wrote: the model, as a dataset, may be among it."""
    training = [run for run, needed in closure.needed.items() if not needed]
    query = sa.select(col(Write.run_id), col(Write.dataset_id))
    written: dict[int, set[int]] = {}
    for run, dataset in db.select_in(session, query, col(Write.run_id), training):
        written.setdefault(run, set()).add(dataset)
    return written


def _column(
    row: Mapping[str, Any], ids: Mapping[int, str], runs: Mapping[int, str]
) -> dict[str, Any]:
    return {
        "source": ids[row["source_id"]],
        "source_field": row["source_field"],
        "target": ids[row["target_id"]],
        "target_field": row["target_field"],
        "direct": row["transformation"].startswith("DIRECT"),
        "masking": bool(row["masking"] if row["mark"] is None else row["mark"]),
        "marked_by": row["subject"],
        "run": None if row["run"] is None else runs[row["run"]],
        "job": ids.get(row["asset_id"]),
    }


def _text(moment: datetime.datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
