"""The neighbourhood of one asset: bounded by depth and count, honest about what was cut and what is
hidden."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from catalog import assets, db, tables
from catalog.access import Action, Actor, Target
from catalog.checks import node
from catalog.errors import Invalid
from catalog.ingest import wirings
from catalog.tables import Asset, ColumnEdge, Edge, MaskingMark

MAX_DEPTH = 20
MAX_NODES = 1_000
MAX_COLUMN_EDGES = 10_000


class Direction(StrEnum):
    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"
    BOTH = "both"


@dataclass(frozen=True)
class Node:
    """An asset of the answer; a restricted one has an id that means nothing and no name."""

    id: str
    kind: str
    depth: int
    restricted: bool
    asset: Asset | None
    tags: tuple[str, ...]
    more_upstream: int
    more_downstream: int


@dataclass(frozen=True)
class Link:
    """A flow between two nodes of the answer."""

    source: str
    target: str
    provenance: str


@dataclass(frozen=True)
class ColumnLink:
    """A flow between two fields; an empty path in an id is the whole dataset."""

    source: str
    target: str
    direct: bool
    masking: bool
    transformation: str
    marked_by: str | None
    job: str | None


@dataclass(frozen=True)
class Graph:
    """What was walked from `root`; `truncated` when depth apart, the limit cut it."""

    root: str
    nodes: tuple[Node, ...]
    edges: tuple[Link, ...]
    columns: tuple[ColumnLink, ...] = ()
    truncated: bool = False


class Port(NamedTuple):
    """Where the walk stands: at an asset, or inside `job` on the way to or from `only`.

    A job that says which input feeds which output is passed through only along that flow; standing
    at the job itself would lead to all of its inputs.
    """

    asset: int
    only: int | None = None


@dataclass
class _Walk:
    """What was reached so far, from the root outwards."""

    limit: int
    depth: dict[int, int]
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    truncated: bool = False

    def reach(self, asset: int, depth: int) -> bool:
        if asset in self.depth:
            return True
        if len(self.depth) >= self.limit:
            self.truncated = True
            return False
        self.depth[asset] = depth
        return True


def walk(
    session: Session,
    actor: Actor,
    *,
    root: str,
    direction: Direction = Direction.BOTH,
    depth: int = 2,
    columns: bool = False,
    limit: int = MAX_NODES,
) -> Graph:
    """The assets within `depth` steps of `root` (a node id), with at most `limit` of them.

    A dataset → job → dataset way is two steps. Raises Invalid for a bad node id, NotFound and
    Forbidden.
    """
    actor.must_somewhere(Action.ASSET_READ)
    asset = _root(session, actor, root)
    assert asset.id is not None
    walked = _Walk(limit, {asset.id: 0})
    for upstream in _directions(direction):
        _spread(session, walked, asset.id, depth, upstream=upstream)
    return _shown(session, actor, asset, walked, columns=columns)


def _root(session: Session, actor: Actor, root: str) -> Asset:
    try:
        parsed = node.parse(root)
    except ValueError as error:
        raise Invalid(str(error), code="bad_node") from error
    if parsed.namespace is None or parsed.asset is None:
        raise Invalid(f"{root!r} is not a dataset, job or model", code="bad_node")
    kind = node.ASSETS[parsed.kind]
    return assets.get(session, actor, kind, parsed.namespace, parsed.name)


def _directions(direction: Direction) -> tuple[bool, ...]:
    both = (True, False)
    return both if direction is Direction.BOTH else (direction is Direction.UPSTREAM,)


def _spread(session: Session, walked: _Walk, root: int, depth: int, *, upstream: bool) -> None:
    """Breadth first, a level at a time, each level by the same few statements whatever its
    width."""
    frontier = {Port(root)}
    seen = set(frontier)
    for level in range(1, depth + 1):
        following: set[Port] = set()
        for here, port, provenance in _steps(session, frontier, upstream=upstream, root=root):
            if not walked.reach(port.asset, level):
                continue
            ends = (port.asset, here) if upstream else (here, port.asset)
            walked.links.setdefault(ends, provenance)
            following.add(port)
        frontier = following - seen
        seen |= frontier
        if not frontier:
            return


def _steps(
    session: Session, frontier: set[Port], *, upstream: bool, root: int
) -> Iterable[tuple[int, Port, str]]:
    """(asset stood at, next port, provenance) for every edge that leaves the frontier."""
    near, far = ("target_id", "source_id") if upstream else ("source_id", "target_id")
    ids = {port.asset for port in frontier if port.only is None}
    for row in _edges(session, getattr(Edge, near), ids):
        here, there = getattr(row, near), getattr(row, far)
        if row.job_id is None:
            yield here, Port(there), row.provenance
        else:
            yield here, Port(row.job_id, here), row.provenance
    # Inside a job: on to the other ends of the flows that reach, or leave, the one dataset.
    inside = {port for port in frontier if port.only is not None}
    if root in ids:
        inside.add(Port(root, None))
    for row in _edges(session, col(Edge.job_id), {port.asset for port in inside}):
        if {Port(row.job_id, getattr(row, near)), Port(row.job_id, None)} & inside:
            yield row.job_id, Port(getattr(row, far)), row.provenance
    yield from _trainings(session, ids, upstream=upstream)


def _edges(session: Session, column: Any, ids: Iterable[int]) -> list[sa.Row[Any]]:
    columns = (Edge.source_id, Edge.target_id, Edge.job_id, Edge.provenance)
    query = sa.select(*(col(one) for one in columns)).join(tables.Wiring).where(wirings.is_live())
    return sorted(db.select_in(session, query.distinct(), column, ids), key=str)


def _trainings(
    session: Session, ids: set[int], *, upstream: bool
) -> Iterable[tuple[int, Port, str]]:
    """Training job → model, as the versions' registrations say."""
    version, run, training = tables.ModelVersion, tables.Run, tables.Training
    query = (
        sa.select(col(version.model_id), col(run.job_id))
        .join(training, col(training.model_version_id) == col(version.id))
        .join(run, col(run.key) == col(training.run_key))
        .distinct()
    )
    near = col(version.model_id) if upstream else col(run.job_id)
    for model_id, job_id in db.select_in(session, query, near, ids):
        here, there = (model_id, job_id) if upstream else (job_id, model_id)
        yield here, Port(there), "trained"


def _shown(session: Session, actor: Actor, root: Asset, walked: _Walk, *, columns: bool) -> Graph:
    """The answer as this actor may see it: connectivity whole, names only where they may be
    read."""
    rows = {
        row.id or 0: row
        for chunk in db.chunks(sorted(walked.depth), 4_000)
        for row in session.scalars(sa.select(Asset).where(col(Asset.id).in_(chunk)))
    }
    ids = {
        asset_id: node.make(row.kind, row.namespace, row.name)
        for asset_id, row in rows.items()
        if actor.may(Action.ASSET_READ, Target(row.namespace, row.accountable))
    }
    hidden = sorted(walked.depth.keys() - ids.keys(), key=lambda one: (walked.depth[one], one))
    shown = ids | {asset_id: f"restricted:{number}" for number, asset_id in enumerate(hidden, 1)}
    tags = assets.tags_of(session, list(ids))
    more = _left_out(session, walked)
    nodes = [
        Node(
            shown[asset_id],
            rows[asset_id].kind,
            depth,
            asset_id not in ids,
            rows[asset_id] if asset_id in ids else None,
            tuple(one.tag for one in tags.get((asset_id, ""), ())),
            more.get((asset_id, True), 0),
            more.get((asset_id, False), 0),
        )
        for asset_id, depth in walked.depth.items()
    ]
    links = [Link(shown[a], shown[b], provenance) for (a, b), provenance in walked.links.items()]
    return Graph(
        shown[root.id or 0],
        tuple(sorted(nodes, key=lambda one: (one.depth, one.id))),
        tuple(sorted(links, key=lambda one: (one.source, one.target))),
        _columns(session, ids) if columns else (),
        walked.truncated,
    )


def _left_out(session: Session, walked: _Walk) -> dict[tuple[int, bool], int]:
    """For each asset reached, how many neighbours upstream (True) and downstream were not."""
    neighbours: dict[tuple[int, bool], set[int]] = {}
    for near, far, upstream in (
        (col(Edge.target_id), "source_id", True),
        (col(Edge.source_id), "target_id", False),
    ):
        for row in _edges(session, near, walked.depth):
            here = row.target_id if upstream else row.source_id
            there = row.job_id or getattr(row, far)
            if there not in walked.depth:
                neighbours.setdefault((here, upstream), set()).add(there)
    for row in _edges(session, col(Edge.job_id), walked.depth):
        for there, upstream in ((row.source_id, True), (row.target_id, False)):
            if there not in walked.depth:
                neighbours.setdefault((row.job_id, upstream), set()).add(there)
    return {key: len(found) for key, found in neighbours.items()}


def _columns(session: Session, ids: dict[int, str]) -> tuple[ColumnLink, ...]:
    """The column edges between the datasets that may be read."""
    edge, mark = ColumnEdge, MaskingMark
    marked = sa.and_(
        col(mark.source_id) == col(edge.source_id),
        col(mark.source_field) == col(edge.source_field),
        col(mark.target_id) == col(edge.target_id),
        col(mark.target_field) == col(edge.target_field),
    )
    query: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            col(edge.source_id),
            col(edge.source_field),
            col(edge.target_id),
            col(edge.target_field),
            col(edge.transformation),
            sa.func.coalesce(col(mark.masking), col(edge.masking)).label("masking"),
            col(mark.subject).label("marked_by"),
            col(tables.Wiring.asset_id).label("job_id"),
        )
        .join(tables.Wiring, col(tables.Wiring.id) == col(edge.wiring_id))
        .outerjoin(mark, marked)
        .where(wirings.is_live(), col(edge.source_id).in_(list(ids)))
        .distinct()
    )
    rows = db.select_in(session, query, col(edge.target_id), ids)
    links = {
        ColumnLink(
            node.field_of(ids[row.source_id], row.source_field),
            node.field_of(ids[row.target_id], row.target_field),
            row.transformation.startswith("DIRECT"),
            bool(row.masking),
            row.transformation,
            row.marked_by,
            ids.get(row.job_id),
        )
        for row in rows[:MAX_COLUMN_EDGES]
    }
    return tuple(sorted(links, key=lambda one: (one.source, one.target, one.transformation)))
