"""What a check sees: a model version's upstream closure and evidence, at a moment, for a stage.

The graph is at the level of versions: dataset version → run → dataset version … → model version.
All that more than one check needs of the whole graph is worked out once and kept on the view.
"""

import datetime
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

FORMAT = 1
MODEL = "MODEL"
COMPLETE = "COMPLETE"


class MissingEvidence(Exception):
    """A check cannot tell, because something it needs is not known: ERROR, never PASS."""


class NotApplicable(Exception):
    """There is nothing of the kind that a check is about."""


@dataclass(frozen=True)
class Field:
    path: str
    type: str | None
    tags: frozenset[str]


@dataclass(frozen=True)
class Dataset:
    """`registered`: described or produced, not only referred to. `fields` None: no known schema.
    `accountable`: the owner, where a person named them.
    """

    id: str
    type: str | None
    registered: bool
    is_source: bool
    certification: str
    certified_until: datetime.datetime | None
    lifecycle: str
    owner: str | None
    tags: frozenset[str]
    fields: tuple[Field, ...] | None
    accountable: str | None = None


@dataclass(frozen=True)
class Job:
    """`is_source`: declared to bring data in or to generate it. `streaming`: it never ends."""

    id: str
    type: str | None
    owner: str | None
    is_source: bool
    streaming: bool
    accountable: str | None = None


@dataclass(frozen=True)
class Run:
    """`wiring`: which of the sets of column edges is this run's."""

    id: str
    job: str
    state: str
    started_at: datetime.datetime | None
    ended_at: datetime.datetime | None
    wiring: str | None


@dataclass(frozen=True)
class Version:
    """A version of a dataset, and the run that wrote it if one is known."""

    id: str
    dataset: str
    written_by: str | None
    label: str


class Edge(NamedTuple):
    """`kind` is read, write, stands_on, declared or trained; `pin` says how sure a read is."""

    source: str
    target: str
    kind: str
    pin: str | None


@dataclass(frozen=True)
class Attempt:
    """The last attempt to write a dataset before `reader` read an older version of it."""

    dataset: str
    run: str
    job: str | None
    state: str
    reader: str


class ColumnEdge(NamedTuple):
    """A flow between fields: "" as source is any field of the dataset, as target every field.

    `wiring`: of all the runs with this wiring. `run`: of that run. `job` alone: declared for the
    job, or for the dataset, without a run.
    """

    source: str
    source_field: str
    target: str
    target_field: str
    direct: bool
    masking: bool
    run: str | None
    job: str | None
    wiring: str | None


@dataclass(frozen=True)
class Evidence:
    """Something known about the artifact with this digest; ordered by when it was added."""

    kind: str
    name: str
    artifact_digest: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class ModelVersion:
    """`recorded_digests`: what a training run itself reported as the digest of what it made."""

    id: str
    artifact_digest: str
    owner: str | None
    training_runs: tuple[str, ...]
    recorded_digests: Mapping[str, str]
    accountable: str | None = None


@dataclass(frozen=True)
class View:
    stage: str
    now: datetime.datetime
    model: ModelVersion
    datasets: Mapping[str, Dataset]
    jobs: Mapping[str, Job]
    runs: Mapping[str, Run]
    versions: Mapping[str, Version]
    edges: tuple[Edge, ...]
    attempts: tuple[Attempt, ...]
    columns: tuple[ColumnEdge, ...]
    hops: Mapping[str, Mapping[str, bool]]
    evidence: tuple[Evidence, ...]

    @cached_property
    def predecessors(self) -> Mapping[str, tuple[str, ...]]:
        return _adjacent((edge.target, edge.source) for edge in self.edges)

    @cached_property
    def successors(self) -> Mapping[str, tuple[str, ...]]:
        return _adjacent((edge.source, edge.target) for edge in self.edges)

    @cached_property
    def _steps(self) -> Mapping[str, tuple[str, int]]:
        """For every ancestor, the next node on a shortest way to the model, and how far that is."""
        steps = {self.model.id: (self.model.id, 0)}
        queue = deque([self.model.id])
        while queue:
            here = queue.popleft()
            for before in self.predecessors.get(here, ()):
                if before not in steps:
                    steps[before] = (here, steps[here][1] + 1)
                    queue.append(before)
        return steps

    @cached_property
    def ancestors(self) -> tuple[str, ...]:
        """Everything that flowed into the model version, sorted."""
        return tuple(sorted(self._steps.keys() - {self.model.id}))

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The dataset versions that nothing flowed into."""
        return tuple(v for v in self.ancestors if v in self.versions and v not in self.predecessors)

    @cached_property
    def generators(self) -> tuple[str, ...]:
        """The runs (or jobs of declared lineage) that read nothing: a walk can end in those too."""
        return tuple(
            v for v in self.ancestors if v not in self.versions and v not in self.predecessors
        )

    def path(self, start: str) -> tuple[str, ...]:
        """A shortest path from a node to the model version, both included; only `start` if none."""
        path = [start]
        while path[-1] in self._steps and path[-1] != self.model.id:
            path.append(self._steps[path[-1]][0])
        return tuple(path)

    def distance(self, ancestor: str) -> int:
        """How many steps an ancestor is from the model version; a run is one, its dataset two."""
        return self._steps[ancestor][1]

    def dataset_of(self, version: str) -> Dataset:
        return self.datasets[self.versions[version].dataset]

    def must_have_ancestors(self) -> None:
        """Raises MissingEvidence for an empty closure: all of nothing would hold every rule."""
        if not self.ancestors:
            raise MissingEvidence("nothing is known of what the model version was made from")

    def job_of(self, process: str) -> Job:
        """The job of a run, or the job itself."""
        return self.jobs[self.runs[process].job if process in self.runs else process]

    def answering(self, process: str) -> Job | Dataset:
        """What a flow belongs to: a job, or the dataset for which it was declared without one."""
        return self.datasets[process] if process in self.datasets else self.job_of(process)


def build(
    document: Mapping[str, Any],
    evidence: Sequence[Evidence],
    *,
    now: datetime.datetime,
    stage: str,
) -> View:
    """The view of a snapshot document. Raises ValueError for a format that is not ours."""
    if document["format"] != FORMAT:
        raise ValueError(f"snapshot format {document['format']} is not {FORMAT}")
    return View(
        stage=stage,
        now=now,
        model=_model(document["model_version"]),
        datasets={key: _dataset(key, row) for key, row in document["datasets"].items()},
        jobs={key: _job(key, row) for key, row in document["jobs"].items()},
        runs={key: _run(key, row) for key, row in document["runs"].items()},
        versions={
            key: Version(key, row["dataset"], row["written_by"], row["label"])
            for key, row in document["versions"].items()
        },
        edges=tuple(Edge(*row) for row in document["edges"]),
        attempts=tuple(_attempt(row) for row in document["attempts"]),
        columns=tuple(_column(row) for row in document["columns"]),
        hops=document["hops"],
        evidence=tuple(evidence),
    )


def _model(row: Mapping[str, Any]) -> ModelVersion:
    return ModelVersion(
        row["id"],
        row["artifact_digest"],
        row["owner"],
        tuple(row["training_runs"]),
        row.get("recorded_digests", {}),
        row.get("accountable"),
    )


def _dataset(key: str, row: Mapping[str, Any]) -> Dataset:
    fields = row["fields"]
    return Dataset(
        id=key,
        type=row["type"],
        registered=row["registered"],
        is_source=row["is_source"],
        certification=row["certification"],
        certified_until=_moment(row["certified_until"]),
        lifecycle=row["lifecycle"],
        owner=row["owner"],
        tags=frozenset(row["tags"]),
        fields=None if fields is None else tuple(map(_field, fields)),
        accountable=row.get("accountable"),
    )


def _field(row: Mapping[str, Any]) -> Field:
    return Field(row["path"], row["type"], frozenset(row["tags"]))


def _job(key: str, row: Mapping[str, Any]) -> Job:
    return Job(
        key,
        row["type"],
        row["owner"],
        row["is_source"],
        row.get("streaming", False),
        row.get("accountable"),
    )


def _run(key: str, row: Mapping[str, Any]) -> Run:
    return Run(
        id=key,
        job=row["job"],
        state=row["state"],
        started_at=_moment(row["started_at"]),
        ended_at=_moment(row["ended_at"]),
        wiring=row.get("wiring"),
    )


def _attempt(row: Mapping[str, Any]) -> Attempt:
    return Attempt(row["dataset"], row["run"], row.get("job"), row["state"], row["reader"])


def _column(row: Mapping[str, Any]) -> ColumnEdge:
    return ColumnEdge(
        source=row["source"],
        source_field=row["source_field"],
        target=row["target"],
        target_field=row["target_field"],
        direct=row["direct"],
        masking=row["masking"],
        run=row["run"],
        job=row["job"],
        wiring=row.get("wiring"),
    )


def _moment(text: str | None) -> datetime.datetime | None:
    return None if text is None else datetime.datetime.fromisoformat(text)


def _adjacent(pairs: Iterator[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for one, other in pairs:
        found.setdefault(one, {})[other] = None
    return {one: tuple(others) for one, others in found.items()}


def owner_text(owner: str | None) -> str:
    """Whom to ask: the owner, or a steward where nobody owns it."""
    return owner or "a steward (it has no owner)"
