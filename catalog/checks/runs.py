"""Checks of the runs behind a model: the one that trained it, and those that made its data."""

from collections.abc import Iterator

from catalog.checks import node
from catalog.checks.registry import Finding, Parameters, check
from catalog.checks.view import COMPLETE, Attempt, Run, Version, View

UNSUCCESSFUL = frozenset({"FAIL", "ABORT"})
SURE_PINS = frozenset({"explicit", "digest"})


class TrainingRunBound(Parameters):
    """`allow_multi`: whether a version may come from more than one training run."""

    allow_multi: bool = True


@check(
    name="lineage.training_run_bound",
    id="L01",
    version="1.0.0",
    family="lineage",
    clauses=("EU-AI-Act:Annex-IV(2)", "OWASP-AISVS:3.1.5"),
    reads=("model", "graph"),
    parameters=TrainingRunBound,
)
def training_run_bound(view: View, parameters: TrainingRunBound) -> Iterator[Finding]:
    """The model version names the run that trained it, and that run completed.

    Where the run itself reported the digest of what it made, it is the artifact's. Serves the
    description of the development process in EU AI Act Annex IV(2).
    """
    runs, model = view.model.training_runs, node.mention(view.model.id)
    if not runs:
        yield _about_model(
            view,
            f"{model} names no training run, so nothing says what it was trained on",
            "Register the version with the id of the run that trained it.",
        )
    if len(runs) > 1 and not parameters.allow_multi:
        yield _about_model(
            view,
            f"{model} names {len(runs)} training runs where one is allowed",
            "Register a version that comes from one training run.",
        )
    for run_id in runs:
        run = view.runs.get(run_id)
        yield from _unknown(view, run_id) if run is None else _unfit(view, run)


def _about_model(view: View, message: str, fix: str) -> Finding:
    return Finding(view.model.id, message, (view.model.id,), fix, view.model.owner)


def _unknown(view: View, run_id: str) -> Iterator[Finding]:
    yield Finding(
        run_id,
        f"training {node.mention(run_id)} is not known: no event of it was received",
        (run_id, view.model.id),
        "Let the training job post its OpenLineage events here, then ask again.",
        view.model.owner,
    )


def _unfit(view: View, run: Run) -> Iterator[Finding]:
    job = view.jobs[run.job]
    path, owner = (run.id, view.model.id), job.owner or view.model.owner
    if run.state != COMPLETE:
        yield Finding(
            run.id,
            f"training {node.mention(run.id)} of {node.mention(job.id)} is {run.state}, "
            "not COMPLETE",
            path,
            f"Let {node.mention(job.id)} train until it completes, and register what it makes.",
            owner,
            {"state": run.state},
        )
    recorded = view.model.recorded_digests.get(run.id)
    if recorded is not None and recorded != view.model.artifact_digest:
        yield Finding(
            run.id,
            f"training {node.mention(run.id)} reported another artifact ({recorded}) than "
            f"{node.mention(view.model.id)} holds ({view.model.artifact_digest})",
            path,
            "Register the artifact that the training run made.",
            owner,
            {"recorded": recorded, "registered": view.model.artifact_digest},
        )


@check(
    name="lineage.no_failed_producer",
    id="L09",
    version="1.0.0",
    family="lineage",
    clauses=("OWASP-AISVS:1.4.1",),
    reads=("model", "graph", "attempts", "types"),
    parameters=Parameters,
)
def no_failed_producer(view: View, _: Parameters) -> Iterator[Finding]:
    """No dataset was read after the last attempt to write it had failed, or while half written.

    A failed attempt that was repeated with success before the read does no harm. Neither does one
    that came after the version that the reader named (by version or digest): it read that version
    whole. A run that is still going has written an unknown part of its output, except that a
    streaming job never ends. Serves OWASP AISVS 1.4.1, on the integrity of training data.
    """
    view.must_have_ancestors()
    for ancestor in view.ancestors:
        version = view.versions.get(ancestor)
        if version is not None and version.written_by is not None:
            yield from _half_written(view, version, view.runs[version.written_by])
    pinned = {
        (view.versions[edge.source].dataset, edge.target)
        for edge in view.edges
        if edge.kind == "read" and edge.pin in SURE_PINS
    }
    for attempt in view.attempts:
        if attempt.state in UNSUCCESSFUL and (attempt.dataset, attempt.reader) not in pinned:
            yield _read_after_failure(view, attempt)


def _half_written(view: View, version: Version, run: Run) -> Iterator[Finding]:
    job = view.jobs[run.job]
    if run.state == COMPLETE or (run.state == "RUNNING" and job.streaming):
        return
    yield Finding(
        version.dataset,
        f"{node.mention(version.dataset)} was written by {node.mention(run.id)} of "
        f"{node.mention(job.id)}, which is {run.state}, not COMPLETE",
        (run.id, *view.path(version.id)),
        f"Run {node.mention(job.id)} until it completes, then train on what it wrote.",
        job.owner,
        {"state": run.state},
    )


def _read_after_failure(view: View, attempt: Attempt) -> Finding:
    reader = node.mention(view.job_of(attempt.reader).id)
    writer = view.jobs.get(attempt.job) if attempt.job else None
    again = node.mention(attempt.job or attempt.run)
    return Finding(
        attempt.dataset,
        f"the last attempt to write {node.mention(attempt.dataset)} before {reader} read it "
        f"ended in {attempt.state} ({node.mention(attempt.run)})",
        (attempt.run, *view.path(attempt.reader)),
        f"Repeat {again} until it completes, then {reader} and all that comes after it.",
        writer.owner if writer else view.datasets[attempt.dataset].owner,
        {"state": attempt.state},
    )
