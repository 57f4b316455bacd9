"""The facts of one run and their join, which makes the order of arrival not matter."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import orjson

from catalog.openlineage import times
from catalog.openlineage.event import (
    DatasetMention,
    Event,
    EventType,
    Kind,
)

DatasetKey = tuple[str, str]
"""Namespace and name."""

Stamped = tuple[str, Any]
"""A value with the order text of the event that said it; the greatest wins."""


K = TypeVar("K")
V = TypeVar("V")


class Newest(NamedTuple):
    """The newest event's own words; compared by `order` alone, which no two events share."""

    order: str
    run_id: str
    namespace: str
    name: str
    producer: str


class Terminal(NamedTuple):
    """An end of the run. The fields' order is the order of preference: latest, then gravest."""

    time: str
    gravity: int
    digest: str


@dataclass(frozen=True, slots=True)
class Access:
    """One dataset as read or written by one run, with those facets that belong to the run.

    `io_facets` are inputFacets or outputFacets. `seen` is the newest event that mentions it here.
    """

    seen: str
    facets: dict[str, Stamped]
    io_facets: dict[str, Stamped]

    @property
    def evidence(self) -> str:
        """The digest of the newest event that mentions the dataset here."""
        return _digest(self.seen)

    def facet(self, key: str) -> dict[str, Any] | None:
        return present(self.facets.get(key))

    def io_facet(self, key: str) -> dict[str, Any] | None:
        return present(self.io_facets.get(key))


@dataclass(frozen=True, slots=True)
class Sources:
    """What explicit lineage says feeds one target: its inputs as canonical JSON texts.

    `inputs` is None when no event stated them, which is less than the empty set ("no upstream").
    """

    inputs: frozenset[str] | None
    fields: dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The join of everything that a run's events said."""

    key: str
    newest: Newest
    first_seen: str
    started: str | None
    """The earliest START."""
    active: str | None
    """The latest START or RUNNING."""
    terminal: Terminal | None
    facets: dict[str, Stamped]
    job_type: Stamped | None
    inputs: dict[DatasetKey, Access]
    outputs: dict[DatasetKey, Access]
    lineage: dict[str, Sources] | None
    """Explicit lineage by target: the canonical JSON of its type, namespace, name and run id."""

    @property
    def last_seen(self) -> str:
        return self.newest.order[: times.LENGTH]

    @property
    def evidence(self) -> str:
        """The digest of the newest event."""
        return _digest(self.newest.order)


_GRAVITY = {EventType.COMPLETE: 1, EventType.ABORT: 2, EventType.FAIL: 3}
_ACTIVE = {EventType.START, EventType.RUNNING}

# Dataset facets that say something about this run rather than about the dataset from then on.
_KEPT_OF_INPUTS = ("version",)
_KEPT_OF_OUTPUTS = ("version", "columnLineage", "lifecycleStateChange")
# Input facets that producers also, or only, send among the dataset's facets (dbt sends both).
_ALSO_IO = ("dataQualityAssertions", "dataQualityMetrics")


def of(event: Event) -> RunFacts:
    """What one event of kind RUN says; raises ValueError for other kinds."""
    if event.kind is not Kind.RUN or event.run is None or event.job is None:
        raise ValueError(f"{event.kind} event {event.digest} is not about a run")
    order, time = event.order_text, event.time_text
    gravity = _GRAVITY.get(event.type) if event.type else None
    job_type = event.job.facets.get("jobType")
    return RunFacts(
        key=event.run.key,
        newest=Newest(order, event.run.id, event.job.namespace, event.job.name, event.producer),
        first_seen=time,
        started=time if event.type is EventType.START else None,
        active=time if event.type in _ACTIVE else None,
        terminal=Terminal(time, gravity, event.digest) if gravity else None,
        facets={key: (order, body) for key, body in event.run.facets.items()},
        job_type=(order, job_type) if job_type else None,
        inputs={_identity(item): _input(item, order) for item in event.inputs},
        outputs={_identity(item): _output(item, order) for item in event.outputs},
        lineage=explicit_lineage(event.job.facets.get("lineage")),
    )


def merge(a: RunFacts, b: RunFacts) -> RunFacts:
    """The join of two states of one run: commutative, associative and idempotent."""
    if a.key != b.key:
        raise ValueError(f"runs {a.key} and {b.key} are not the same")
    return RunFacts(
        key=a.key,
        newest=max(a.newest, b.newest),
        first_seen=min(a.first_seen, b.first_seen),
        started=_of_both(min, a.started, b.started),
        active=_of_both(max, a.active, b.active),
        terminal=_of_both(max, a.terminal, b.terminal),
        facets=_newer(a.facets, b.facets),
        job_type=_newer_of(a.job_type, b.job_type),
        inputs=_joined(a.inputs, b.inputs, _merge_access),
        outputs=_joined(a.outputs, b.outputs, _merge_access),
        lineage=_merge_lineage(a.lineage, b.lineage),
    )


def merge_all(facts: Iterable[RunFacts]) -> RunFacts:
    """The join of one or more states of one run."""
    first, *others = facts
    for other in others:
        first = merge(first, other)
    return first


def _identity(mention: DatasetMention) -> DatasetKey:
    return mention.namespace, mention.name


def _input(mention: DatasetMention, order: str) -> Access:
    io_facets = {key: mention.facets[key] for key in _ALSO_IO if key in mention.facets}
    return _access(mention, _KEPT_OF_INPUTS, {**io_facets, **mention.io_facets}, order)


def _output(mention: DatasetMention, order: str) -> Access:
    return _access(mention, _KEPT_OF_OUTPUTS, mention.io_facets, order)


def _access(
    mention: DatasetMention, kept: tuple[str, ...], io_facets: dict[str, Any], order: str
) -> Access:
    facets = mention.facets
    return Access(
        order,
        {key: (order, facets[key]) for key in kept if key in facets},
        {key: (order, body) for key, body in io_facets.items()},
    )


def explicit_lineage(body: Any) -> dict[str, Sources] | None:
    """The entries of a job's lineage facet by target; several entries for one target add up."""
    entries = (present_body(body) or {}).get("entries")
    if not isinstance(entries, list):
        return None
    targets: dict[str, Sources] = {}
    for entry in entries:
        if isinstance(entry, dict):
            target, sources = _target(entry), explicit_sources(entry)
            known = targets.get(target)
            targets[target] = _merge_sources(known, sources) if known else sources
    return targets


def _target(entry: dict[str, Any]) -> str:
    keys = ("type", "namespace", "name", "runId")
    return _canonical([entry.get(key) for key in keys])


def explicit_sources(entry: dict[str, Any]) -> Sources:
    """The `inputs` and `fields` of a job's entry, or of a dataset's lineage facet."""
    inputs, fields = entry.get("inputs"), entry.get("fields")
    return Sources(
        _canonical_items(inputs) if isinstance(inputs, list) else None,
        {
            column: _canonical_items(body.get("inputs"))
            for column, body in (fields.items() if isinstance(fields, dict) else ())
            if isinstance(body, dict)
        },
    )


def _canonical_items(items: Any) -> frozenset[str]:
    if not isinstance(items, list):
        return frozenset()
    return frozenset(_canonical(item) for item in items if isinstance(item, dict))


def _canonical(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _of_both(choose: Callable[..., Any], a: Any, b: Any) -> Any:
    """The chosen one of two values of which either may be absent."""
    if a is None:
        return b
    return a if b is None else choose(a, b)


def _newer_of(a: Stamped | None, b: Stamped | None) -> Stamped | None:
    if a is None or b is None:
        return a or b
    return a if a[0] >= b[0] else b


def _newer(a: dict[str, Stamped], b: dict[str, Stamped]) -> dict[str, Stamped]:
    if not b:
        return a
    joined = dict(a)
    for key, stamped in b.items():
        known = joined.get(key)
        if known is None or known[0] < stamped[0]:
            joined[key] = stamped
    return joined


def _joined(a: Mapping[K, V], b: Mapping[K, V], join: Callable[[V, V], V]) -> dict[K, V]:
    joined = dict(a)
    for key, value in b.items():
        known = joined.get(key)
        joined[key] = value if known is None else join(known, value)
    return joined


def _merge_access(a: Access, b: Access) -> Access:
    return Access(max(a.seen, b.seen), _newer(a.facets, b.facets), _newer(a.io_facets, b.io_facets))


def _merge_sources(a: Sources, b: Sources) -> Sources:
    return Sources(
        _of_both(frozenset.union, a.inputs, b.inputs),
        _joined(a.fields, b.fields, frozenset.union),
    )


def _merge_lineage(
    a: dict[str, Sources] | None, b: dict[str, Sources] | None
) -> dict[str, Sources] | None:
    if a is None or b is None:
        return b if a is None else a
    return _joined(a, b, _merge_sources)


def present_body(body: Any) -> dict[str, Any] | None:
    """The facet's body unless it is absent or a tombstone."""
    return body if isinstance(body, dict) and body.get("_deleted") is not True else None


def present(stamped: Stamped | None) -> dict[str, Any] | None:
    """The newest body unless it is absent or a tombstone."""
    return present_body(stamped[1]) if stamped else None


def _digest(order: str) -> str:
    return order.rpartition("|")[2]
