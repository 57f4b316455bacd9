"""From a run's facts or a static event to the flows between assets and between columns."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from catalog.openlineage import columns
from catalog.openlineage.columns import ColumnFlow, DatasetRef
from catalog.openlineage.event import DatasetMention, Event, Kind
from catalog.openlineage.run import RunFacts, Sources, explicit_lineage
from catalog.openlineage.run.facts import explicit_sources, present_body


class Provenance(StrEnum):
    """How a flow is known."""

    EXPLICIT = "explicit"
    COLUMN = "column"
    INFERRED = "inferred"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True, order=True)
class JobRef:
    namespace: str
    name: str


Ref = DatasetRef | JobRef


@dataclass(frozen=True, slots=True)
class Flow:
    """Data flows from `source` to `target`.

    `unresolved`: only column lineage names the source, which may be no dataset at all (a leaked
    alias of a query), unless it is known from elsewhere.
    """

    source: Ref
    target: Ref
    provenance: Provenance
    unresolved: bool = False


@dataclass(frozen=True, slots=True)
class Flows:
    """All flows of one run, job or dataset, sorted; `job` is None for a dataset's derivation."""

    job: JobRef | None
    flows: tuple[Flow, ...]
    columns: tuple[ColumnFlow, ...]

    def digest(self) -> str:
        """Equal for equal wiring: the descriptions of transformations, which may vary, are out."""
        rows = [
            [self.job.namespace, self.job.name] if self.job else None,
            [[*_sort_key(flow), flow.provenance, flow.unresolved] for flow in self.flows],
            [columns.row(flow) for flow in self.columns],
        ]
        return hashlib.sha256(orjson.dumps(rows)).hexdigest()


def derive(facts: RunFacts) -> Flows:
    """The flows that a run shows, whatever became of it."""
    job = JobRef(facts.newest.namespace, facts.newest.name)
    inputs = [DatasetRef(*identity) for identity in facts.inputs]
    outputs = {
        DatasetRef(*identity): access.facet("columnLineage")
        for identity, access in facts.outputs.items()
    }
    return _of_job(job, inputs, outputs, facts.lineage, Provenance.INFERRED)


def declared(event: Event) -> Flows:
    """The flows that a static event declares; they replace what it declared before.

    Raises ValueError for a run event.
    """
    if event.dataset is not None:
        return _of_dataset(event.dataset)
    if event.kind is not Kind.JOB or event.job is None:
        raise ValueError(f"{event.kind} event {event.digest} declares nothing")
    job = JobRef(event.job.namespace, event.job.name)
    inputs = [_ref(mention) for mention in event.inputs]
    outputs = {_ref(item): present_body(item.facets.get("columnLineage")) for item in event.outputs}
    lineage = explicit_lineage(event.job.facets.get("lineage"))
    return _of_job(job, inputs, outputs, lineage, Provenance.DECLARED)


def declares(event: Event) -> bool:
    """Whether a static event says anything of lineage: one that does not replaces nothing.

    A tombstone says something: that there is none.
    """
    if event.dataset is not None:
        return not {"lineage", "columnLineage"}.isdisjoint(event.dataset.facets)
    if event.kind is not Kind.JOB or event.job is None:
        return False
    return event.lists_datasets or "lineage" in event.job.facets


class _Collector:
    """Flows as they are found; what is added first about one pair stays."""

    def __init__(self, job: JobRef | None) -> None:
        self.job = job
        self.flows: dict[tuple[Ref, Ref], Flow] = {}
        self.columns: list[ColumnFlow] = []

    def add(
        self, source: Ref, target: Ref, provenance: Provenance, *, unresolved: bool = False
    ) -> None:
        self.flows.setdefault((source, target), Flow(source, target, provenance, unresolved))

    def sources_of(self, target: Ref) -> set[Ref]:
        return {source for source, other in self.flows if other == target}

    def sources(self) -> set[Ref]:
        return {source for source, _ in self.flows}

    def result(self) -> Flows:
        flows = tuple(sorted(self.flows.values(), key=_sort_key))
        return Flows(self.job, flows, columns.merged(self.columns))


def _of_job(
    job: JobRef,
    inputs: list[DatasetRef],
    outputs: dict[DatasetRef, dict[str, Any] | None],
    lineage: dict[str, Sources] | None,
    otherwise: Provenance,
) -> Flows:
    """`outputs` with their columnLineage; `otherwise` is how a flow is known without a facet."""
    found = _Collector(job)
    if lineage is None:
        direct = _by_columns(found, outputs, {*inputs, *outputs})
        through_job = [output for output in outputs if output not in direct]
    else:
        through_job = _explicit(found, lineage, outputs)
    # Without a facet every input may feed every output: stated through the job, not as a product.
    # With one, only inputs that feed nothing known end in the job.
    sources = found.sources() if lineage is not None or not through_job else set()
    for dataset in inputs:
        if dataset not in sources:
            found.add(dataset, job, otherwise)
    for dataset in through_job:
        found.add(job, dataset, otherwise)
    return found.result()


def _by_columns(
    found: _Collector, outputs: dict[DatasetRef, dict[str, Any] | None], known: set[DatasetRef]
) -> set[DatasetRef]:
    """Adds what column lineage states; returns the outputs for which it names sources."""
    direct = set()
    for output, facet in outputs.items():
        flows = columns.of_facet(output, facet) if facet else []
        found.columns += flows
        for source in {flow.source for flow in flows}:
            found.add(source, output, Provenance.COLUMN, unresolved=source not in known)
            direct.add(output)
    return direct


def _explicit(
    found: _Collector, lineage: dict[str, Sources], outputs: Iterable[DatasetRef]
) -> list[DatasetRef]:
    """Adds what the facet states; returns the outputs that the job makes from nothing known."""
    produced = set()
    for text in sorted(lineage):
        target = _target(orjson.loads(text), found.job)
        if target is None:
            continue
        names_own_job = _add_sources(found, target, lineage[text])
        if names_own_job and isinstance(target, DatasetRef):
            produced.add(target)
    candidates = {**dict.fromkeys(outputs), **dict.fromkeys(sorted(produced))}
    return [dataset for dataset in candidates if not found.sources_of(dataset)]


def _add_sources(found: _Collector, target: Ref, sources: Sources) -> bool:
    """Adds the flows into `target`; returns whether the event's own job, unnamed, is a source."""
    items: list[tuple[str | None, dict[str, Any]]] = [
        (None, orjson.loads(item)) for item in sources.inputs or ()
    ]
    for column, texts in sources.fields.items():
        items += [(column, orjson.loads(item)) for item in texts]
    names_own_job = False
    for _, item in items:
        source = _source(item)
        if source is not None:
            found.add(source, target, Provenance.EXPLICIT)
        names_own_job |= _is_own_job(item)
    if isinstance(target, DatasetRef):
        found.columns += columns.of_explicit(target, items, set(sources.fields))
    return names_own_job


def _of_dataset(mention: DatasetMention) -> Flows:
    target = _ref(mention)
    found = _Collector(None)
    facet = present_body(mention.facets.get("lineage"))
    if facet is None:
        column_lineage = present_body(mention.facets.get("columnLineage"))
        _by_columns(found, {target: column_lineage}, {target})
    else:
        _add_sources(found, target, explicit_sources(facet))
    return found.result()


def _ref(mention: DatasetMention) -> DatasetRef:
    return DatasetRef(mention.namespace, mention.name)


def _target(entry: list[Any], own: JobRef | None) -> Ref | None:
    """What [type, namespace, name, run id] names: a job without a name is the event's own."""
    kind, namespace, name, _ = entry
    if kind == "JOB" and namespace is None and name is None:
        return own
    return _named(kind, namespace, name)


def _source(item: dict[str, Any]) -> Ref | None:
    return _named(item.get("type"), item.get("namespace"), item.get("name"))


def _is_own_job(item: dict[str, Any]) -> bool:
    return item.get("type") == "JOB" and not item.get("namespace") and not item.get("name")


def _named(kind: Any, namespace: Any, name: Any) -> Ref | None:
    if not (isinstance(namespace, str) and isinstance(name, str) and namespace and name):
        return None
    # `type` is required, but an entry without it is a dataset in every draft of the facet.
    return JobRef(namespace, name) if kind == "JOB" else DatasetRef(namespace, name)


def _sort_key(flow: Flow) -> tuple[str, ...]:
    ends = (flow.source, flow.target)
    return tuple(
        part
        for end in ends
        for part in ("dataset" if isinstance(end, DatasetRef) else "job", end.namespace, end.name)
    )
