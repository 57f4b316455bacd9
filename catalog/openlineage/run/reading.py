"""What the facts of a run amount to: its state, times, parents and what its accesses say."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from catalog.openlineage import times
from catalog.openlineage.event import run_key
from catalog.openlineage.run.facts import Access, RunFacts, present


class State(StrEnum):
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETE = "COMPLETE"
    FAIL = "FAIL"
    ABORT = "ABORT"


_ENDS = {1: State.COMPLETE, 2: State.ABORT, 3: State.FAIL}
_UNENDING = {"STREAMING", "SERVICE"}


@dataclass(frozen=True, slots=True)
class RunReference:
    """Another run as a parent facet names it; it may never send events of its own."""

    id: str
    key: str
    namespace: str | None
    name: str | None


def state(facts: RunFacts) -> State:
    """The latest end, the gravest of those at one time; else RUNNING if it was ever active.

    A streaming or service job that is active after its end is running again.
    """
    if facts.terminal is None:
        return State.RUNNING if facts.active else State.PENDING
    return State.RUNNING if _reopened(facts) else _ENDS[facts.terminal.gravity]


def started_at(facts: RunFacts) -> datetime | None:
    return times.read(facts.started)


def ended_at(facts: RunFacts) -> datetime | None:
    if facts.terminal is None or _reopened(facts):
        return None
    return times.read(facts.terminal.time)


def first_seen_at(facts: RunFacts) -> datetime:
    return datetime.fromisoformat(facts.first_seen)


def last_seen_at(facts: RunFacts) -> datetime:
    return datetime.fromisoformat(facts.last_seen)


def facet(facts: RunFacts, key: str) -> dict[str, Any] | None:
    """The run facet's newest body, or None."""
    return present(facts.facets.get(key))


def processing_type(facts: RunFacts) -> str:
    """BATCH unless the run's own events say otherwise."""
    value = (present(facts.job_type) or {}).get("processingType")
    return value.upper() if isinstance(value, str) else "BATCH"


def parent(facts: RunFacts) -> RunReference | None:
    """The run that contains this one; `parentRun` is the key older producers use."""
    return _reference(_parent_facet(facts))


def root(facts: RunFacts) -> RunReference | None:
    """The outermost run, where the parent facet names it."""
    return _reference(_parent_facet(facts).get("root"))


def nominal_times(facts: RunFacts) -> tuple[datetime | None, datetime | None]:
    """The scheduled start and end, which may lie far from the real ones."""
    body = facet(facts, "nominalTime") or {}
    return times.read(body.get("nominalStartTime")), times.read(body.get("nominalEndTime"))


def error_message(facts: RunFacts) -> str | None:
    message = (facet(facts, "errorMessage") or {}).get("message")
    return message if isinstance(message, str) else None


def dataset_version(access: Access) -> str | None:
    """The version that the producer says was read or written."""
    version = (access.facet("version") or {}).get("datasetVersion")
    return str(version) if isinstance(version, str | int) and version != "" else None


def lifecycle(access: Access) -> str | None:
    """CREATE, DROP, OVERWRITE and so on, or what else the producer wrote, in upper case."""
    change = (access.facet("lifecycleStateChange") or {}).get("lifecycleStateChange")
    return change.upper() if isinstance(change, str) else None


def _reopened(facts: RunFacts) -> bool:
    if facts.terminal is None or facts.active is None or facts.active <= facts.terminal.time:
        return False
    return processing_type(facts) in _UNENDING


def _parent_facet(facts: RunFacts) -> dict[str, Any]:
    return facet(facts, "parent") or facet(facts, "parentRun") or {}


def _reference(holder: Any) -> RunReference | None:
    run = holder.get("run") if isinstance(holder, dict) else None
    run_id = run.get("runId") if isinstance(run, dict) else None
    if not isinstance(run_id, str) or not run_id.strip():
        return None
    job = holder.get("job")
    namespace, name = (
        (job.get("namespace"), job.get("name")) if isinstance(job, dict) else (None, None)
    )
    run_id = run_id.strip()
    if not (isinstance(namespace, str) and isinstance(name, str) and namespace and name):
        return RunReference(run_id, run_key(run_id), None, None)
    return RunReference(run_id, run_key(run_id), namespace, name)
