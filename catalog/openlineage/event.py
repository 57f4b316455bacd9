"""One OpenLineage event as a typed value, with warnings for what real producers get wrong."""

import hashlib
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from catalog.errors import MalformedEvent, UnusableEvent
from catalog.openlineage import document as documents
from catalog.openlineage import redaction, times
from catalog.openlineage.document import kind_of

# A run id that is no UUID gets a key in this namespace: the same text is always the same run.
RUN_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://openlineage.io/spec/run")
MAX_WARNINGS = 50


class Kind(StrEnum):
    RUN = "RUN"
    JOB = "JOB"
    DATASET = "DATASET"


class EventType(StrEnum):
    START = "START"
    RUNNING = "RUNNING"
    COMPLETE = "COMPLETE"
    ABORT = "ABORT"
    FAIL = "FAIL"
    OTHER = "OTHER"


_RANKS = {
    None: 0,
    EventType.OTHER: 0,
    EventType.START: 1,
    EventType.RUNNING: 2,
    EventType.COMPLETE: 3,
    EventType.ABORT: 3,
    EventType.FAIL: 3,
}
_TYPES: dict[Any, EventType] = {str(member): member for member in EventType}
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_BELOW_MICROSECONDS = re.compile(r"[.,]\d{7,}")
_IO_FACETS = {"inputs": "inputFacets", "outputs": "outputFacets"}


@dataclass(frozen=True, slots=True)
class DatasetMention:
    """A dataset as one event speaks of it; `io_facets` are its inputFacets or outputFacets."""

    namespace: str
    name: str
    facets: dict[str, Any]
    io_facets: dict[str, Any]


@dataclass(frozen=True, slots=True)
class JobMention:
    namespace: str
    name: str
    facets: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunMention:
    """`id` is what the producer sent; `key` is a UUID in lower case, whatever was sent."""

    id: str
    key: str
    facets: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """`digest` is over the redacted document's canonical JSON.

    Parsing `body` again gives the same event, but for warnings about what was mended.
    """

    kind: Kind
    time: datetime
    type: EventType | None
    producer: str
    run: RunMention | None
    job: JobMention | None
    dataset: DatasetMention | None
    inputs: tuple[DatasetMention, ...]
    outputs: tuple[DatasetMention, ...]
    lists_datasets: bool
    """Whether it had `inputs` or `outputs` at all: a static event without them replaces nothing."""
    digest: str
    body: bytes
    warnings: tuple[str, ...]

    order_text: str
    """Time, rank and digest as one text: the greater is the newer, in whatever order they came."""

    @property
    def rank(self) -> int:
        """0 for what changes no state, 1 for START, 2 for RUNNING, 3 for an end of the run."""
        return _RANKS[self.type]

    @property
    def time_text(self) -> str:
        return self.order_text[: times.LENGTH]

    @property
    def order_key(self) -> tuple[str, int, str]:
        return self.time_text, self.rank, self.digest

    def datasets(self) -> tuple[DatasetMention, ...]:
        """Every dataset mentioned, once; an output's facets win: they held after the run."""
        if self.dataset is not None:
            return (self.dataset,)
        return tuple(_unique((*self.inputs, *self.outputs)).values())


def parse(body: bytes) -> Event:
    """The event in `body`.

    Raises MalformedEvent (not JSON, or not an object) and UnusableEvent (nothing can be projected).
    Everything else that is wrong becomes a warning.
    """
    return _parsed(*documents.load(body))


def parse_document(document: Any, raw: bytes | None = None) -> Event:
    """As parse(), for a document that came out of a batch; `raw` are its own bytes where known."""
    return _parsed(document, documents.canonical(document) if raw is None else raw, [])


def run_key(run_id: str) -> str:
    """The UUID text under which a run is kept: its own, or one derived from an id that is none."""
    if _UUID.fullmatch(run_id):
        return run_id.lower()
    return str(uuid.uuid5(RUN_NAMESPACE, run_id))


def _parsed(document: Any, body: bytes, warnings: list[str]) -> Event:
    if type(document) is not dict:
        raise MalformedEvent(f"an event is a JSON object, this is {kind_of(document)}")
    document, had_nul = documents.without_nul(document, body)
    if had_nul:
        warnings.append("NUL characters were removed")
    canonical = documents.canonical(document)
    if redaction.may_hold_secrets(body):
        document, changed = redaction.redact(document)
        if changed:
            body = canonical = documents.canonical(document)
    return _typed(document, hashlib.sha256(canonical).hexdigest(), body, warnings)


def _typed(document: dict[str, Any], digest: str, body: bytes, warnings: list[str]) -> Event:
    time = _event_time(document.get("eventTime"), warnings)
    kind = _kind(document, warnings)
    run = _run(document["run"], warnings) if kind is Kind.RUN else None
    job = None if kind is Kind.DATASET else _job(document["job"], warnings)
    dataset = _static_dataset(document["dataset"], warnings) if kind is Kind.DATASET else None
    inputs = _mentions(document, "inputs", warnings) if job else ()
    outputs = _mentions(document, "outputs", warnings) if job else ()
    event_type = _event_type(document.get("eventType"), kind, warnings)
    return Event(
        kind=kind,
        time=time,
        type=event_type,
        producer=_producer(document, warnings),
        run=run,
        job=job,
        dataset=dataset,
        inputs=inputs,
        outputs=outputs,
        lists_datasets=any(type(document.get(side)) is list for side in _IO_FACETS),
        digest=digest,
        body=body,
        warnings=_bounded(warnings),
        order_text=f"{times.text(time)}|{_RANKS[event_type]}|{digest}",
    )


def _kind(document: dict[str, Any], warnings: list[str]) -> Kind:
    """By structure, never by schemaURL, which is often missing or wrong."""
    has_run, has_job, has_dataset = (
        document.get(part) is not None for part in ("run", "job", "dataset")
    )
    if has_run and not has_job:
        raise UnusableEvent("the event has a run but no job")
    if has_job:
        if has_dataset:
            warnings.append("dataset: ignored beside a job")
        return Kind.RUN if has_run else Kind.JOB
    if has_dataset:
        return Kind.DATASET
    raise UnusableEvent("the event has neither run, job nor dataset")


def _run(value: Any, warnings: list[str]) -> RunMention:
    holder = _holder(value, "run")
    run_id = _name(holder, "runId", "run", warnings).strip()
    key = run_key(run_id)
    if key != run_id.lower():
        warnings.append(f"run.runId: {run_id[:100]!r} is not a UUID")
    return RunMention(run_id, key, _facets(holder, "facets", "run", warnings))


def _job(value: Any, warnings: list[str]) -> JobMention:
    holder = _holder(value, "job")
    return JobMention(
        _name(holder, "namespace", "job", warnings),
        _name(holder, "name", "job", warnings),
        _facets(holder, "facets", "job", warnings),
    )


def _static_dataset(value: Any, warnings: list[str]) -> DatasetMention:
    holder = _holder(value, "dataset")
    return DatasetMention(
        _name(holder, "namespace", "dataset", warnings),
        _name(holder, "name", "dataset", warnings),
        _facets(holder, "facets", "dataset", warnings),
        {},
    )


def _mentions(
    document: dict[str, Any], side: str, warnings: list[str]
) -> tuple[DatasetMention, ...]:
    value = document.get(side)
    if type(value) is dict:
        warnings.append(f"{side}: an object, read as the only item of a list")
        value = [value]
    if type(value) is not list:
        if side in document:
            warnings.append(f"{side}: {kind_of(value)}, not a list; ignored")
        return ()
    found = []
    for index, item in enumerate(value):
        mention = _mention(item, side, f"{side}[{index}]", warnings)
        if mention is not None:
            found.append(mention)
    unique = _unique(found)
    if len(unique) < len(found):
        warnings.append(f"{side}: {len(found) - len(unique)} listed more than once, merged")
        return tuple(unique.values())
    return tuple(found)


def _mention(item: Any, side: str, where: str, warnings: list[str]) -> DatasetMention | None:
    try:
        holder = _holder(item, where)
        namespace = _name(holder, "namespace", where, warnings)
        name = _name(holder, "name", where, warnings)
    except UnusableEvent as error:
        warnings.append(f"{error.message}; dropped")
        return None
    facets = _facets(holder, "facets", where, warnings)
    io_facets = _facets(holder, _IO_FACETS[side], where, warnings)
    return DatasetMention(namespace, name, facets, io_facets)


def _unique(mentions: Iterable[DatasetMention]) -> dict[tuple[str, str], DatasetMention]:
    """Of one dataset mentioned twice, the later mention's facets win, facet by facet."""
    unique: dict[tuple[str, str], DatasetMention] = {}
    for mention in mentions:
        identity = (mention.namespace, mention.name)
        earlier = unique.get(identity)
        unique[identity] = _overlaid(earlier, mention) if earlier else mention
    return unique


def _overlaid(earlier: DatasetMention, later: DatasetMention) -> DatasetMention:
    facets = {**earlier.facets, **later.facets}
    io_facets = {**earlier.io_facets, **later.io_facets}
    return DatasetMention(later.namespace, later.name, facets, io_facets)


def _holder(value: Any, where: str) -> dict[str, Any]:
    if type(value) is not dict:
        raise UnusableEvent(f"{where} is {kind_of(value)}, not an object")
    return value


def _name(holder: dict[str, Any], key: str, where: str, warnings: list[str]) -> str:
    value = holder.get(key)
    if type(value) in (int, float):
        warnings.append(f"{where}.{key}: a number, read as text")
        value = str(value)
    if type(value) is not str or not value.strip():
        raise UnusableEvent(f"{where} has no {key}")
    return value


def _facets(holder: dict[str, Any], key: str, where: str, warnings: list[str]) -> dict[str, Any]:
    value = holder.get(key)
    if type(value) is not dict:
        if key in holder:
            warnings.append(f"{where}.{key}: {kind_of(value)}, not an object; ignored")
        return {}
    for body in value.values():
        if type(body) is not dict:
            return _objects(value, f"{where}.{key}", warnings)
    return value


def _objects(facets: dict[str, Any], where: str, warnings: list[str]) -> dict[str, Any]:
    for key, body in facets.items():
        if type(body) is not dict:
            warnings.append(f"{where}.{key}: {kind_of(body)}, not an object; dropped")
    return {key: body for key, body in facets.items() if type(body) is dict}


def _event_time(value: Any, warnings: list[str]) -> datetime:
    if value is None:
        # Without a time it has no place in any order, and the time of receipt may not stand in.
        raise UnusableEvent("the event has no eventTime")
    time = times.read(value)
    if time is None:
        raise UnusableEvent(f"eventTime {str(value)[:100]!r} is not an ISO 8601 time")
    if _BELOW_MICROSECONDS.search(value):
        warnings.append("eventTime: finer than a microsecond, cut")
    if times.read_iso(value).tzinfo is None:
        warnings.append("eventTime: no offset, read as UTC")
    return time


def _event_type(value: Any, kind: Kind, warnings: list[str]) -> EventType | None:
    if value is None:
        return None
    if kind is not Kind.RUN:
        warnings.append("eventType: ignored without a run")
        return None
    known = _TYPES.get(value) if type(value) is str else None
    if known is None:
        known = _TYPES.get(str(value).strip().upper())
        read_as = known or EventType.OTHER
        warnings.append(f"eventType: {str(value)[:100]!r} read as {read_as}")
        return read_as
    return known


def _producer(document: dict[str, Any], warnings: list[str]) -> str:
    if type(document.get("schemaURL")) is not str:
        warnings.append("schemaURL: missing")
    value = document.get("producer")
    if type(value) is str and value:
        return value
    warnings.append("producer: missing")
    return ""


def _bounded(warnings: list[str]) -> tuple[str, ...]:
    if len(warnings) > MAX_WARNINGS:
        more = len(warnings) - MAX_WARNINGS + 1
        return (*warnings[: MAX_WARNINGS - 1], f"and {more} more")
    return tuple(warnings)
