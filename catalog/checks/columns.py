"""How columns flow into each other, version by version, as far as their content is carried on.

A *hop* is one run (or job of declared lineage) writing one dataset version. Where it reported
column lineage, what it says holds; where it did not, every column read may be in every column
written.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from catalog.checks import node
from catalog.checks.names import Names
from catalog.checks.view import ColumnEdge, View


class Column(NamedTuple):
    """A column of a dataset version, or of a dataset where the version read is not known."""

    version: str
    path: str


class Blur(NamedTuple):
    """A hop without column lineage: all that is read goes in, and comes out everywhere."""

    process: str
    version: str
    # Tuples are equal by their parts: this keeps a blur from being taken for a column.
    kind: str = "blur"


Place = Column | Blur
APPEND = ""


class Step(NamedTuple):
    """A column carried into another, by a process or (APPEND) with the rows of an older version."""

    source: Column
    target: Column
    process: str
    reported: bool


class Edges:
    """The column edges of a process, however the snapshot says whose they are."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._edges: dict[tuple[str, str], list[ColumnEdge]] = {}
        for edge in view.columns:
            owners = {edge.wiring, edge.run, edge.job if edge.run is None else None}
            for owner in owners - {None}:
                self._edges.setdefault((str(owner), edge.target), []).append(edge)

    def told(self, process: str, target: str) -> list[ColumnEdge]:
        """What a run, or declared lineage, said of a target's columns; empty if it said nothing."""
        run = self._view.runs.get(process)
        if run is not None and not self._view.hops.get(process, {}).get(target):
            return []
        return self._edges.get(((run and run.wiring) or process, target), [])


@dataclass(frozen=True)
class Columns:
    """`flows`: where a column is carried unmasked, and by what. `hops` and `reported` count hops.

    `entered`: the columns that came in from outside. A column that a hop with column lineage says
    nothing about came in there, or leaving it out would hide what it is made from.
    """

    view: View
    names: Names
    edges: Edges
    flows: Mapping[Place, Mapping[Place, str]]
    entered: frozenset[Column]
    hops: int
    reported: int

    def dataset(self, column: Column) -> str:
        return _dataset(self.view, column.version)

    def field(self, column: Column) -> str:
        """The node id of the column's field."""
        return node.field_of(self.dataset(column), column.path)

    def spread(self, seeds: Iterable[Column]) -> Mapping[Place, Place | None]:
        """All that the seeds are carried to, each with what it came from by the fewest hops."""
        origin: dict[Place, Place | None] = {}
        queue: deque[tuple[Place, Place | None]] = deque((seed, None) for seed in sorted(seeds))
        while queue:
            place, before = queue.popleft()
            if place in origin:
                continue
            origin[place] = before
            for after, process in self.flows.get(place, {}).items():
                # An append is no hop, and a blur is counted where it is left.
                if process == APPEND or isinstance(after, Blur):
                    queue.appendleft((after, place))
                else:
                    queue.append((after, place))
        return origin

    def steps(self, origin: Mapping[Place, Place | None], column: Column) -> list[Step]:
        """How `spread` came to a column, seed first; empty for a seed."""
        steps: list[Step] = []
        before = origin[column]
        while before is not None:
            process = self.flows[before][column]
            source = origin[before] if isinstance(before, Blur) else before
            if not isinstance(source, Column):
                break  # no flow leads from a blur into a blur
            steps.append(Step(source, column, process, source is before))
            column, before = source, origin[source]
        return steps[::-1]

    def arriving(self, target: Column, process: str) -> list[Column]:
        """The columns that this process carries into `target` by its column lineage, sorted."""
        return sorted(source for source, carrier in self._arrivals[target] if carrier == process)

    @cached_property
    def _arrivals(self) -> Mapping[Column, list[tuple[Column, str]]]:
        found: dict[Column, list[tuple[Column, str]]] = {}
        for source, targets in self.flows.items():
            for target, process in targets.items():
                if isinstance(source, Column) and isinstance(target, Column):
                    found.setdefault(target, []).append((source, process))
        return found


class _Builder:
    """What is being gathered while the hops are gone through."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.names = Names(view)
        self.flows: dict[Place, dict[Place, str]] = {}
        self.entered: set[Column] = set()
        self.hops = self.reported = 0
        self.edges = Edges(view)

    def carry(self, source: Place, target: Place, process: str) -> None:
        self.flows.setdefault(source, {}).setdefault(target, process)

    def all_of(self, version: str) -> Iterator[Column]:
        return (Column(version, path) for path in self.names.of(_dataset(self.view, version)))

    def hop(self, process: str, version: str) -> None:
        reads = [
            one for one in self.view.predecessors.get(process, ()) if one in self.view.versions
        ]
        self._hop(process, version, reads)

    def declared(self, source: str, version: str) -> None:
        """A flow declared for the dataset itself, through no job."""
        self._hop(self.view.versions[version].dataset, version, [source])

    def _hop(self, process: str, version: str, reads: list[str]) -> None:
        edges = self.edges.told(process, self.view.versions[version].dataset)
        if edges:
            self.hops += 1
            self.reported += 1
            self._told(process, version, reads, edges)
        elif reads:
            self.hops += 1
            self._untold(process, version, reads)
        else:
            self.entered.update(self.all_of(version))

    def _untold(self, process: str, version: str, reads: list[str]) -> None:
        blur = Blur(process, version)
        for read in reads:
            for column in self.all_of(read):
                self.carry(column, blur, process)
        for column in self.all_of(version):
            self.carry(blur, column, process)

    def _told(self, process: str, version: str, reads: list[str], edges: list[ColumnEdge]) -> None:
        target = self.view.versions[version].dataset
        told: set[str] = set()
        for edge in edges:
            paths = self.names.meant(target, edge.target_field)
            # "The rows were filtered by it" says nothing about where any column comes from.
            if edge.target_field or edge.direct:
                told.update(paths)
            # One unmasked way is enough: a pair is stopped only when all its ways are masked.
            if edge.direct and not edge.masking:
                self._carry_named(edge, process, reads, [Column(version, path) for path in paths])
        self.entered.update(column for column in self.all_of(version) if column.path not in told)

    def _carry_named(
        self, edge: ColumnEdge, process: str, reads: list[str], targets: list[Column]
    ) -> None:
        versions = [one for one in reads if self.view.versions[one].dataset == edge.source]
        for version in versions or [edge.source]:
            for path in self.names.meant(edge.source, edge.source_field):
                source = Column(version, path)
                if not versions:
                    self.entered.add(source)
                for target in targets:
                    self.carry(source, target, process)

    def append(self, older: str, newer: str) -> None:
        for column in self.all_of(older):
            self.carry(column, Column(newer, column.path), APPEND)


def build(view: View) -> Columns:
    """The column graph of a view; where a column is masked on every way, nothing flows."""
    builder = _Builder(view)
    for edge in view.edges:
        if edge.kind == "stands_on":
            builder.append(edge.source, edge.target)
        elif edge.source in view.versions and edge.target in view.versions:
            builder.declared(edge.source, edge.target)
        elif edge.target in view.versions:
            builder.hop(edge.source, edge.target)
    for version in view.sources:
        builder.entered.update(builder.all_of(version))
    return Columns(
        view,
        builder.names,
        builder.edges,
        builder.flows,
        frozenset(builder.entered),
        builder.hops,
        builder.reported,
    )


def _dataset(view: View, version: str) -> str:
    return view.versions[version].dataset if version in view.versions else version
