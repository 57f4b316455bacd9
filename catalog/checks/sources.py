"""Checks of where the lineage begins: sources that are known and certified, and nothing else."""

import datetime
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from catalog.checks import node
from catalog.checks.registry import Finding, Parameters, check
from catalog.checks.view import Dataset, MissingEvidence, NotApplicable, View, owner_text


class SourcesCertified(Parameters):
    """`levels`: which certifications count. `grace_days`: how long after its end one still does."""

    levels: tuple[Literal["certified"], ...] = Field(default=("certified",), min_length=1)
    grace_days: int = Field(default=0, ge=0, le=365)


@check(
    name="lineage.sources_certified",
    id="L02",
    version="1.0.0",
    family="lineage",
    clauses=("EU-AI-Act:10(2)(b)", "ISO-42001:A.7.5", "OWASP-AISVS:1.1.1"),
    reads=("model", "graph", "sources", "certification"),
    parameters=SourcesCertified,
)
def sources_certified(view: View, parameters: SourcesCertified) -> Iterator[Finding]:
    """Every dataset that the lineage begins with is registered, certified, and still in date.

    Serves EU AI Act Article 10(2)(b), on the origin of data.
    """
    for dataset, version in _sources(view):
        problem = _uncertified(view, dataset, parameters)
        if problem:
            yield Finding(
                dataset.id,
                problem,
                view.path(version),
                f"Ask {owner_text(dataset.owner)} to have {node.mention(dataset.id)} certified, "
                "or retrain without it.",
                dataset.owner,
                {"certification": dataset.certification},
            )


def _uncertified(view: View, dataset: Dataset, parameters: SourcesCertified) -> str | None:
    named = node.mention(dataset.id)
    if not dataset.registered:
        return f"{named} is only known because a run read it: nobody registered it"
    if dataset.certification == "rejected":
        return f"the certification of {named} was refused"
    if dataset.certification not in parameters.levels:
        return f"{named} is not certified"
    # Taken from now, not added to the end: a certificate "for ever" ends in the year 9999.
    oldest = view.now - datetime.timedelta(days=parameters.grace_days)
    if dataset.certified_until is not None and dataset.certified_until < oldest:
        return f"the certificate of {named} ended on {dataset.certified_until:%Y-%m-%d}"
    return None


@check(
    name="lineage.no_dataset_gaps",
    id="L03",
    version="1.0.0",
    family="lineage",
    clauses=("EU-AI-Act:10(2)", "OWASP-AISVS:1.5.1"),
    reads=("model", "graph", "sources"),
    parameters=Parameters,
)
def no_dataset_gaps(view: View, _: Parameters) -> Iterator[Finding]:
    """Every dataset that the lineage begins with was declared a source; else lineage is missing.

    With L04 this says that every path ends in a declared source, without walking every path.
    Serves EU AI Act Article 10(2), on data collection and origin.
    """
    for dataset, version in _sources(view):
        if not dataset.is_source:
            yield Finding(
                dataset.id,
                f"the lineage stops at {node.mention(dataset.id)}: nothing says what wrote it, "
                "and it was not declared a source",
                view.path(version),
                f"Let the job that writes {node.mention(dataset.id)} post its lineage, or ask "
                f"{owner_text(dataset.owner)} to declare it a source.",
                dataset.owner,
            )


@check(
    name="lineage.no_sourceless_runs",
    id="L04",
    version="1.0.0",
    family="lineage",
    clauses=("EU-AI-Act:10(2)", "OWASP-AISVS:1.5.1"),
    reads=("model", "graph", "sources"),
    parameters=Parameters,
)
def no_sourceless_runs(view: View, _: Parameters) -> Iterator[Finding]:
    """Every run that read nothing is of a job declared to bring data in or to generate it.

    A walk up the lineage can end in a run as well as in a dataset. Serves EU AI Act Article 10(2).
    """
    view.must_have_ancestors()
    nearest = {view.job_of(process).id: process for process in _by_distance(view, view.generators)}
    for job_id, process in sorted(nearest.items()):
        job = view.jobs[job_id]
        if not job.is_source:
            yield Finding(
                job.id,
                f"{node.mention(job.id)} reports no input, so nothing says where what it writes "
                "comes from",
                view.path(process),
                f"Let {node.mention(job.id)} report what it reads, or ask "
                f"{owner_text(job.owner)} to declare that it brings data in.",
                job.owner,
            )


def _sources(view: View) -> list[tuple[Dataset, str]]:
    """Each dataset that the lineage begins with, and that version of it nearest to the model.

    Raises MissingEvidence where there is none: an empty set would hold every rule about all of it.
    """
    view.must_have_ancestors()
    if not view.sources:
        if view.generators and all(view.job_of(process).is_source for process in view.generators):
            raise NotApplicable("no dataset is at the beginning: declared jobs bring in all data")
        raise MissingEvidence("no dataset is known at the beginning of the lineage")
    nearest = {view.versions[one].dataset: one for one in _by_distance(view, view.sources)}
    return [(view.datasets[dataset], one) for dataset, one in sorted(nearest.items())]


def _by_distance(view: View, ancestors: tuple[str, ...]) -> list[str]:
    """The farthest first, so that the nearest has the last word in a dict."""
    return sorted(ancestors, key=lambda one: (-view.distance(one), one))
