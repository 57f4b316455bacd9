"""Checks of the upstream graph as a whole: someone answers for all of it, and it is sound."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from catalog.checks import node
from catalog.checks.registry import Finding, Parameters, check
from catalog.checks.view import View


class UpstreamOwned(Parameters):
    """`kinds`: what needs an owner. `depth`: how many steps up; a run is one, its dataset two.

    `teams_only`: whether one person as owner is not enough.
    """

    kinds: tuple[Literal["dataset", "job"], ...] = Field(default=("dataset", "job"), min_length=1)
    depth: int | None = Field(default=None, ge=1)
    teams_only: bool = False


@check(
    name="lineage.upstream_owned",
    id="L16",
    version="1.0.0",
    family="lineage",
    clauses=("ISO-42001:A.3.2", "NIST-AI-RMF:GOVERN-2.1"),
    reads=("model", "graph", "owners"),
    parameters=UpstreamOwned,
)
def upstream_owned(view: View, parameters: UpstreamOwned) -> Iterator[Finding]:
    """Every dataset and job upstream has an owner.

    Serves ISO/IEC 42001 A.3.2, on roles and responsibilities, as we read it.
    """
    view.must_have_ancestors()
    for asset, ancestor in _assets(view, parameters):
        owner = (view.jobs.get(asset) or view.datasets[asset]).owner
        if owner is None:
            problem = f"{node.mention(asset)} has no owner"
        elif parameters.teams_only and owner.startswith("user:"):
            problem = f"{node.mention(asset)} is owned by one person ({owner}), not by a team"
        else:
            continue
        yield Finding(
            asset,
            problem,
            view.path(ancestor),
            f"Ask a steward to name the team that answers for {node.mention(asset)}.",
            owner,
        )


def _assets(view: View, parameters: UpstreamOwned) -> list[tuple[str, str]]:
    """Each dataset and job that is asked about, with what of it is nearest to the model."""
    nearest: dict[str, str] = {}
    for ancestor in sorted(view.ancestors, key=lambda one: (view.distance(one), one)):
        if parameters.depth is not None and view.distance(ancestor) > parameters.depth:
            break
        if ancestor in view.versions:
            kind, asset = "dataset", view.versions[ancestor].dataset
        else:
            kind, asset = "job", view.job_of(ancestor).id
        if kind in parameters.kinds:
            nearest.setdefault(asset, ancestor)
    return sorted(nearest.items())


@check(
    name="lineage.acyclic",
    id="L24",
    version="1.0.0",
    family="lineage",
    clauses=(),
    reads=("model", "graph"),
    parameters=Parameters,
)
def acyclic(view: View, _: Parameters) -> Iterator[Finding]:
    """No version is made, in the end, from itself.

    Jobs that read each other's output in turn are normal, since each run makes a new version; a
    cycle between versions and runs means that events are wrong and no other check can be believed.
    Serves no article by itself: it is what the other lineage checks stand on.
    """
    view.must_have_ancestors()
    if not _has_cycle(view):
        return
    # Late and only then: networkx takes longer to import than the other checks to run.
    import networkx  # noqa: PLC0415

    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_edges_from((edge.source, edge.target) for edge in view.edges)
    for component in sorted(map(sorted, networkx.strongly_connected_components(graph))):
        subject = component[0]
        if len(component) == 1 and not graph.has_edge(subject, subject):
            continue
        cycle = networkx.find_cycle(graph.subgraph(component), subject)
        yield Finding(
            subject,
            f"{node.mention(subject)} is upstream of itself ({len(component)} versions and runs)",
            (*(edge[0] for edge in cycle), cycle[-1][1]),
            "Look at the events of the runs on the path: one names its output as its input, or "
            "two name the same version.",
            data={"size": len(component)},
        )


def _has_cycle(view: View) -> bool:
    """Whether taking away what nothing flows into, again and again, leaves something."""
    waiting = {one: len(before) for one, before in view.predecessors.items()}
    free = [one for one in view.successors if one not in waiting]
    while free:
        for after in view.successors.get(free.pop(), ()):
            waiting[after] -= 1
            if not waiting[after]:
                free.append(after)
    return any(waiting.values())
