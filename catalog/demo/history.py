"""What ran at Northbank in the last four weeks: runs with their times, most of which went well."""

import datetime
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from catalog.demo.organisation import Job, Model, Organisation

NIGHTLY = (28, 21, 14, 10, 7, 5, 4, 3, 2, 1)
"""How many days ago the nightly jobs ran: each night of this week, some nights before."""
SHADOW_SINCE_DAYS_AGO = 5
RUNS = uuid.uuid5(uuid.NAMESPACE_URL, "https://northbank.example/runs")
NIGHTLY_GROUPS = ("intake", "staging", "marts", "serving", "features")
# It failed for want of a lock and was repeated before anybody read it: no model is to be blamed.
REPEATED = ("northbank.staging.northbank.stg_bureau_scores", 7)
REASON = "Database Error in model stg_bureau_scores: canceling statement due to lock timeout"


@dataclass(frozen=True)
class Run:
    """One run of a job; `version` is that of the model it makes or uses."""

    id: str
    job: Job
    started_at: datetime.datetime
    ended_at: datetime.datetime
    state: str = "COMPLETE"
    reason: str | None = None
    version: int | None = None

    @property
    def rows(self) -> int:
        """How many rows it wrote: the same on every machine, a little more each day."""
        size = 2_000 + zlib.crc32(self.job.name.encode()) % 400_000
        return size + self.started_at.toordinal() % 1_000 * 3


def runs(organisation: Organisation, today: datetime.date) -> list[Run]:
    """Every run, the earliest first; the same all day long."""
    found: list[Run] = []
    for days_ago in NIGHTLY:
        night = today - datetime.timedelta(days=days_ago)
        for place, job in enumerate(organisation.jobs):
            found.extend(_of_night(organisation, job, place, night, days_ago))
    return sorted(found, key=lambda run: (run.started_at, run.job.name))


def training_run(
    organisation: Organisation, model: Model, version: int, today: datetime.date
) -> str:
    """The id of the run that trained a version."""
    days_ago = model.trained_on_days_ago[version - 1]
    (job,) = (one for one in organisation.jobs if one.name == f"train.{model.name}")
    return run_id(job, today - datetime.timedelta(days=days_ago))


def run_id(job: Job, night: datetime.date, attempt: int = 1) -> str:
    return str(uuid.uuid5(RUNS, f"{night}/{job.namespace}/{job.name}/{attempt}"))


def test_run_id(run: Run) -> str:
    """The id of the dbt tests on what a run wrote."""
    return str(uuid.uuid5(RUNS, f"{run.id}/test"))


def invocation_id(run: Run) -> str:
    """The id of the `dbt run` that ran it: one each night."""
    return str(uuid.uuid5(RUNS, f"{run.started_at.date()}/dbt run"))


def _of_night(
    organisation: Organisation, job: Job, place: int, night: datetime.date, days_ago: int
) -> Iterator[Run]:
    version = _version(organisation, job, days_ago)
    if not _is_due(organisation, job, days_ago):
        return
    hour, minute = map(int, job.at.split(":"))
    began = datetime.datetime.combine(night, datetime.time(hour, minute), datetime.UTC)
    began += datetime.timedelta(seconds=7 * place)
    run = Run(run_id(job, night), job, began, began + _duration(job), version=version)
    if (job.name, days_ago) != REPEATED:
        yield run
        return
    failed = replace(run, ended_at=began + datetime.timedelta(minutes=3), state="FAIL")
    yield replace(failed, reason=REASON)
    again = began + datetime.timedelta(minutes=9)
    yield replace(run, id=run_id(job, night, 2), started_at=again, ended_at=again + _duration(job))


def _is_due(organisation: Organisation, job: Job, days_ago: int) -> bool:
    if job.group in NIGHTLY_GROUPS:
        return True
    if job.group in {"scoring", "reporting"}:
        return days_ago <= SHADOW_SINCE_DAYS_AGO
    model = organisation.models[job.name.partition(".")[2]]
    return days_ago in model.trained_on_days_ago


def _version(organisation: Organisation, job: Job, days_ago: int) -> int | None:
    """The newest version of the job's model that there was on that day."""
    if job.model is None:
        return None
    model = organisation.models[job.model]
    return sum(1 for trained in model.trained_on_days_ago if trained >= days_ago)


def _duration(job: Job) -> datetime.timedelta:
    minutes = 18 if job.group == "train" else 1 + zlib.crc32(job.name.encode()) % 6
    return datetime.timedelta(minutes=minutes, seconds=zlib.crc32(job.name.encode()) % 60)
