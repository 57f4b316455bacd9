"""How columns flow into each other, version by version, as far as their content is carried on.

A *hop* is one run (or job of declared lineage) writing one dataset version. Where it reported column
lineage, what it says holds; where it did not, every column read may be in every column written.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from catalog.checks import node
from catalog.checks.view import MODEL, ColumnEdge, View

# A column of a dataset whose columns nobody listed.
ANY = ""


class Column(NamedTuple):
    """A column of a dataset version (of a dataset, where the version read is not known)."""

    version: str
    path: str


class Blur(NamedTuple):
    """A hop without column lineage: all that is read goes in, and comes out everywhere."""

    process: str
    version: str


class Step(NamedTuple):
    """`process` None: the rows of an older version, carried on by an append."""

    source: Column
    target: Column
    process: str | None
    reported: bool


Place = Column | Blur


@dataclass(frozen=True)
class Columns:
    """`flows`: where a column is carried unmasked. `entered`: where a column came in from outside.

    A column that a hop with column lineage says nothing about came in there, or leaving it out
    would hide where it is from. `hops` and `reported` count hops, and those with column lineage.
    """

    view: View
    flows: Mapping[Place, tuple[tuple[Place, str | None], ...]]
    entered: frozenset[Column]
    hops: int
    reported: int

    def field(self, column: Column) -> str:
        """The node id of the field."""
        return node.field_of(_dataset(self.view, column.version), column.path)

    def spread(self, seeds: Iterable[Column]) -> Mapping[Place, Place | None]:
        """Everything that the seeds are carried to, each with where it came from by the fewest hops."""
        origin: dict[Place, Place | None] = {}
        queue: deque[tuple[Place, Place | None]] = deque((seed, None) for seed in sorted(seeds))
        while queue:
            place, before = queue.popleft()
            if place in origin:
                continue
            origin[place] = before
            for after, process in self.flows.get(place, ()):
                # An append is no hop, and a blur is counted when it is left.
                free = process is None or isinstance(after, Blur)
                (queue.appendleft if free else queue.append)((after, place))
        return origin

    def steps(self, origin: Mapping[Place, Place | None], column: Column) -> list[Step]:
        """The way by which `spread` came to a column, seed first; empty for a seed."""
        steps: list[Step] = []
        here: Place = column
        while (before := origin[here]) is not None:
            process, blurred = self._process(before, here), isinstance(before, Blur)
            source = origin[before] if blurred else before
            assert isinstance(source, Column) and isinstance(here, Column)
            steps.append(Step(source, here, process, not blurred))
            here = source
        return steps[::-1]

    def _process(self, before: Place, here: Place) -> str | None:
        return next(process for after, process in self.flows[before] if after == here)

    @cached_property
    def arrivals(self) -> Mapping[Column, tuple[tuple[Column, str], ...]]:
        """What a hop with column lineage carried into a column, and the process that did."""
        found: dict[Column, list[tuple[Column, str]]] = {}
        for source, links in self.flows.items():
            for target, process in links:
                if isinstance(source, Column) and isinstance(target, Column) and process:
                    found.setdefault(target, []).append((source, process))
        return {column: tuple(sorted(sources)) for column, sources in found.items()}


class Names:
    """The columns of each dataset, and which of them a name in column lineage means."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._paths: dict[str, dict[str, None]] = {}
        self._resolved: dict[tuple[str, str], tuple[str, ...]] = {}
        for edge in view.columns:
            for dataset, path in (
                (edge.source, edge.source_field),
                (edge.target, edge.target_field),
            ):
                known = self._known(dataset)
                if path and not self._matching(known, path):
                    known[path] = None

    def of(self, dataset: str) -> tuple[str, ...]:
        """All of a dataset's columns (leaves of nested ones); ANY stands for those nobody listed."""
        return tuple(self._known(dataset))

    def meant(self, dataset: str, path: str) -> tuple[str, ...]:
        """The columns that a name stands for: itself, all beneath it, or the one it lies in."""
        key = (dataset, path)
        if key not in self._resolved:
            known = self._known(dataset)
            self._resolved[key] = self._matching(known, path) if path else tuple(known)
        return self._resolved[key]

    def _known(self, dataset: str) -> dict[str, None]:
        if dataset not in self._paths:
            row = self._view.datasets.get(dataset)
            listed = [] if row is None or row.fields is None else [f.path for f in row.fields]
            inner = {path.rpartition(".")[0] for path in listed}
            inner |= {path[: place.start] for path in listed for place in _dots(path)}
            self._paths[dataset] = dict.fromkeys(p for p in listed if p not in inner)
            if not listed:
                self._paths[dataset] = {ANY: None}
        return self._paths[dataset]

    @staticmethod
    def _matching(known: Mapping[str, None], path: str) -> tuple[str, ...]:
        if path in known:
            return (path,)
        folded = path.casefold()
        # Warehouses write the same column as ID here and id there.
        return tuple(
            one
            for one in known
            if one and (one.casefold() == folded or _within(one, folded) or _within(folded, one))
        )
