"""The immutable upstream closure of a model version, as the document a decision stands on.

The document (format 1) is described in catalog/checks/view.py, which reads it. It holds no database
ids and no times of receipt, so that the same facts give the same bytes on every database.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from catalog import assets, db, tables
from catalog.access import Action, Actor, Target
from catalog.checks import node
from catalog.checks.view import MODEL
from catalog.ingest import descriptions
from catalog.lineage.closure import Closure, Version, find, runs
from catalog.tables import Asset, ColumnEdge, MaskingMark, Run, Write

FORMAT = 1
MAX_NODES = 50_000
# Only a person can say that a column holds no personal data; a producer's word is a claim.
CLEAN = "not-personal"
DIGEST = "sha256:"
# Jobs that are not expected to end: what they write while running is there to be read.
UNENDING = {"STREAMING", "SERVICE"}


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
    actor.must(Action.GATE_EVALUATE, Target(model.namespace, model.accountable))
    name = node.model_version(model.namespace, model.name, model_version.version)
    closure = find(session, name, model_version.training_runs, limit=limit)
    return _document(session, closure, model, model_version)


@dataclass(frozen=True)
class _Names:
    """The node ids of assets, by their database id, and of runs."""

    assets: dict[int, Asset]
    ids: dict[int, str]
    runs: dict[int, str]

    def of(self, end: Any) -> str:
        """The node id of whatever an edge of the closure ends in."""
        if isinstance(end, str):
            return end
        if isinstance(end, Version):
            asset = self.assets[end.dataset]
            return node.dataset_version(asset.namespace, asset.name, end.label)
        return self.ids[end[1]] if isinstance(end, tuple) else self.runs[end]


def _document(
    session: Session, closure: Closure, model: Asset, version: tables.ModelVersion
) -> dict[str, Any]:
    tried = runs(session, col(Run.id), {run for _, run, _ in closure.attempts})
    jobs = {row.job_id for row in (*closure.runs.values(), *tried)} | closure.declared
    outputs = _outputs(session, closure)
    columns = _columns(session, closure, outputs)
    datasets = {one.dataset for one in closure.versions} | columns.datasets
    rows = _assets(session, datasets | jobs)
    ids = {asset: node.make(row.kind, row.namespace, row.name) for asset, row in rows.items()}
    names = _Names(rows, ids, {run: node.run(row.key) for run, row in closure.runs.items()})
    edges = ([names.of(a), names.of(b), kind, pin] for a, b, kind, pin in _known(closure))
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
            "accountable": model.accountable,
            "training_runs": sorted(node.run(key) for key in version.training_runs),
            "recorded_digests": {names.of(run): made for run, made in outputs.digests.items()},
        },
        "datasets": _datasets(session, rows, ids),
        "jobs": _jobs(session, rows, ids),
        "runs": {
            names.of(one): _run(row, ids, closure.wirings) for one, row in closure.runs.items()
        },
        "versions": _versions(closure, names),
        "edges": sorted(edges, key=str),
        "attempts": _attempts(closure, names, {row.id: ids[row.job_id] for row in tried}),
        "columns": sorted((_column(row, names, closure.wirings) for row in columns.edges), key=str),
        "hops": {
            names.of(run): {ids[target]: known for target, known in targets.items()}
            for run, targets in columns.hops.items()
        },
    }


def _versions(closure: Closure, names: _Names) -> dict[str, Any]:
    return {
        names.of(one): {
            "dataset": names.ids[one.dataset],
            "written_by": None if run is None else names.runs.get(run),
            "label": one.label,
        }
        for one, run in closure.versions.items()
    }


def _attempts(closure: Closure, names: _Names, jobs: Mapping[int, str]) -> list[dict[str, Any]]:
    found = (
        {
            "dataset": names.ids[dataset],
            "run": node.run(one.key),
            "job": jobs[one.run],
            "state": one.state,
            "ended_at": _text(one.ended_at),
            "reader": names.of(reader),
        }
        for (dataset, _, reader), one in closure.attempts.items()
    )
    return sorted(found, key=str)


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
            "accountable": row.accountable,
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


def _jobs(session: Session, rows: Mapping[int, Asset], ids: Mapping[int, str]) -> dict[str, Any]:
    jobs = {one: row for one, row in rows.items() if row.kind == "job"}
    facet = tables.AssetFacet
    query = sa.select(col(facet.asset_id), col(facet.body)).where(col(facet.key) == "jobType")
    facets = {row[0]: row[1] for row in db.select_in(session, query, col(facet.asset_id), jobs)}
    names = ("namespace", "name", "type", "owner", "accountable", "is_source")
    return {
        ids[one]: {
            **{name: getattr(row, name) for name in names},
            "streaming": str((facets.get(one) or {}).get("processingType")).upper() in UNENDING,
        }
        for one, row in jobs.items()
    }


def _run(
    row: sa.Row[Any], ids: Mapping[int, str], wirings: Mapping[int | None, str]
) -> dict[str, Any]:
    return {
        "job": ids[row.job_id],
        "wiring": wirings.get(row.wiring_id),
        "state": row.state,
        "started_at": _text(row.started_at),
        "ended_at": _text(row.ended_at),
    }


@dataclass(frozen=True)
class _Columns:
    """The column edges into what is needed, each told once per wiring; for every run, of which of
    its outputs columns are known."""

    edges: list[dict[str, Any]]
    hops: dict[int, dict[int, bool]]

    @property
    def datasets(self) -> set[int]:
        ends = {row[end] for row in self.edges for end in ("source_id", "target_id")}
        return ends | {target for targets in self.hops.values() for target in targets}


@dataclass(frozen=True)
class _Outputs:
    """What each run wrote that is needed, and the digests that training runs recorded of it."""

    needed: dict[int, set[int]]
    digests: dict[int, str]


def _columns(session: Session, closure: Closure, outputs: _Outputs) -> _Columns:
    by_wiring: dict[int, list[sa.Row[Any]]] = {}
    for row in _column_edges(session, closure):
        by_wiring.setdefault(row.wiring_id, []).append(row)
    users: dict[int, list[int]] = {}
    for run, found in sorted(closure.runs.items(), key=lambda item: item[1].key):
        users.setdefault(found.wiring_id or 0, []).append(run)
    edges = []
    for wiring_id, rows in by_wiring.items():
        using = users.get(wiring_id, [])
        needed: set[int] = set().union(*(outputs.needed[run] for run in using))
        # The wiring is the same in all its runs: its columns are told with the last of them.
        last = using[-1] if using else None
        edges += [
            {**row._mapping, "run": last} for row in rows if not using or row.target_id in needed
        ]
    told = {wiring_id: {row.target_id for row in rows} for wiring_id, rows in by_wiring.items()}
    hops = {
        run: {
            target: target in told.get(closure.runs[run].wiring_id or 0, ()) for target in targets
        }
        for run, targets in outputs.needed.items()
    }
    return _Columns(edges, hops)


def _column_edges(session: Session, closure: Closure) -> list[sa.Row[Any]]:
    """The column edges of the wirings, with what people said of their masking."""
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
    return db.select_in(session, query, col(edge.wiring_id), closure.wirings)


def _outputs(session: Session, closure: Closure) -> _Outputs:
    """Of training runs all that they wrote: the model, as a dataset whose version is its digest,
    may be among it."""
    training = [run for run in closure.runs if closure.needed[run] is None]
    needed = {run: set(closure.needed[run] or ()) for run in closure.runs}
    digests: dict[int, str] = {}
    query = sa.select(
        col(Write.run_id), col(Write.dataset_id), col(Write.version), col(Asset.type)
    ).join(Asset, col(Asset.id) == col(Write.dataset_id))
    for run, dataset, version, kind in db.select_in(session, query, col(Write.run_id), training):
        needed[run].add(dataset)
        if kind == MODEL and version.startswith(DIGEST):
            digests[run] = version
    return _Outputs(needed, digests)


def _column(
    row: Mapping[str, Any], names: _Names, wirings: Mapping[int | None, str]
) -> dict[str, Any]:
    return {
        "wiring": wirings[row["wiring_id"]],
        "source": names.ids[row["source_id"]],
        "source_field": row["source_field"],
        "target": names.ids[row["target_id"]],
        "target_field": row["target_field"],
        "direct": row["transformation"].startswith("DIRECT"),
        "masking": bool(row["masking"] if row["mark"] is None else row["mark"]),
        "marked_by": row["subject"],
        "run": None if row["run"] is None else names.of(row["run"]),
        "job": names.ids.get(row["asset_id"]),
    }


def _text(moment: datetime.datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
