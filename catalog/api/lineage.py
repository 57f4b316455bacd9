"""/api/v2/lineage, masking, runs: what flows where."""

import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from catalog import lineage, runs
from catalog.api import shapes
from catalog.api.dependencies import CurrentActor, CurrentSession, Cursor, Limit
from catalog.api.problems import documented
from catalog.api.shapes import In, Listed, Out, RunOut, example
from catalog.lineage.masking import FieldName
from catalog.lineage.walk import MAX_DEPTH, MAX_NODES, Node

router = APIRouter(tags=["lineage"], responses=documented())


class NodeOut(Out):
    id: str
    kind: str
    namespace: str | None
    name: str | None
    type: str | None
    owner: str | None
    certification: str | None
    lifecycle: str | None
    tags: list[str]
    restricted: bool
    depth: int
    more_upstream: int
    more_downstream: int


class EdgeOut(Out):
    source: str
    target: str
    provenance: str


class ColumnEdgeOut(Out):
    source: str
    target: str
    direct: bool
    masking: bool
    transformation: str
    marked_by: str | None
    job: str | None


class GraphOut(Out):
    root: str
    nodes: list[NodeOut]
    edges: list[EdgeOut]
    column_edges: list[ColumnEdgeOut]
    truncated: bool


class FieldIn(In):
    namespace: str
    name: str
    field: str


class MaskingIn(In):
    model_config = example(
        {
            "source": {"namespace": "s3://lake", "name": "contacts", "field": "email"},
            "target": {"namespace": "s3://lake", "name": "features", "field": "domain"},
            "masking": True,
            "reason": "rare domains are replaced by other",
        }
    )

    source: FieldIn
    target: FieldIn
    masking: bool
    reason: str


class MaskingOut(MaskingIn):
    subject: str
    at: datetime.datetime


class TouchOut(Out):
    """A dataset read or written; null names where you may not read it."""

    namespace: str | None
    name: str | None
    version: str


class RunDetail(RunOut):
    parent: str | None
    facets: dict[str, Any]
    reads: list[TouchOut]
    writes: list[TouchOut]


@router.get("/lineage", response_model=GraphOut, responses=documented(404))
def read_lineage(
    session: CurrentSession,
    actor: CurrentActor,
    node: Annotated[str, Query(examples=["dataset:postgres%3A%2F%2Fdb:bank.crm.customers"])],
    direction: lineage.Direction = lineage.Direction.BOTH,
    depth: Annotated[int, Query(ge=1, le=MAX_DEPTH)] = 2,
    columns: bool = False,
    limit: Annotated[int, Query(ge=1, le=MAX_NODES)] = MAX_NODES,
) -> Any:
    """The neighbourhood of an asset: a dataset → job → dataset way is two steps.

    What you may not read is there without its name; `more_…` counts neighbours that were left out.
    """
    graph = lineage.walk(
        session,
        actor,
        root=node,
        direction=direction,
        depth=depth,
        columns=columns,
        limit=limit,
    )
    return GraphOut(
        root=graph.root,
        nodes=[_node(one) for one in graph.nodes],
        edges=[EdgeOut(**vars(one)) for one in graph.edges],
        column_edges=[ColumnEdgeOut(**vars(one)) for one in graph.columns],
        truncated=graph.truncated,
    )


@router.put("/masking", response_model=MaskingOut, responses=documented(400, 404, 413))
def mark_masking(session: CurrentSession, actor: CurrentActor, mark: MaskingIn) -> Any:
    """Says that what flows from one field into another is masked, or is not, whatever producers
    say."""
    made = lineage.mark_masking(
        session,
        actor,
        source=FieldName(**mark.source.model_dump()),
        target=FieldName(**mark.target.model_dump()),
        masking=mark.masking,
        reason=mark.reason,
    )
    return {**mark.model_dump(), "subject": made.subject, "at": made.at}


@router.get("/runs", response_model=Listed[RunOut])
def find_runs(
    session: CurrentSession,
    actor: CurrentActor,
    job_namespace: str | None = None,
    job_name: str | None = None,
    state: str | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """The runs of the jobs you may read, those heard of last first."""
    found = runs.find(
        session,
        actor,
        job_namespace=job_namespace,
        job_name=job_name,
        state=state,
        cursor=cursor,
        limit=limit,
    )
    return shapes.page(found, shapes.run_summary)


@router.get("/run", response_model=RunDetail, responses=documented(404))
def read_run(session: CurrentSession, actor: CurrentActor, key: str) -> Any:
    """One run with its facets and what it read and wrote."""
    found = runs.read(session, actor, key)
    return RunDetail(
        **shapes.run_summary(found.summary).model_dump(),
        parent=found.summary.run.parent_key,
        facets=dict(found.facets),
        reads=[_touch(one) for one in found.reads],
        writes=[_touch(one) for one in found.writes],
    )


def _node(found: Node) -> NodeOut:
    row = found.asset
    names = ("namespace", "name", "type", "owner", "certification", "lifecycle")
    return NodeOut(
        id=found.id,
        kind=found.kind,
        **{name: getattr(row, name, None) for name in names},
        tags=list(found.tags),
        restricted=found.restricted,
        depth=found.depth,
        more_upstream=found.more_upstream,
        more_downstream=found.more_downstream,
    )


def _touch(found: runs.Touch) -> TouchOut:
    dataset = found.dataset
    if dataset is None:
        return TouchOut(namespace=None, name=None, version="")
    return TouchOut(namespace=dataset.namespace, name=dataset.name, version=found.version)
