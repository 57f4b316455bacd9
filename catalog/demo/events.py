"""Northbank's history as OpenLineage events, built with the client that producers use."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openlineage.client import event_v2 as event
from openlineage.client import facet_v2 as facet
from openlineage.client.serde import Serde

from catalog.demo import history
from catalog.demo.history import Run
from catalog.demo.organisation import Column, Dataset, Job, Organisation

INTEGRATION = "https://github.com/OpenLineage/OpenLineage/tree/1.54.0/integration"
REPOSITORY = "https://git.northbank.example/data/pipelines"
REVISION = "5f0c1d7a9be24c6f8a3d1e0b7c95a2f4d6813b70"
ENGINES = {"dbt": ("dbt", "1.11.16"), "spark": ("spark", "4.1.0"), "airflow": ("Airflow", "3.1.2")}
INVOCATION = ("dbt", "dbt-run-northbank")
INVOKED = {"staging", "marts", "serving"}
ASSERTED = {"northbank.marts.northbank.dim_customer", "northbank.marts.northbank.fct_loan_payment"}


@dataclass(frozen=True)
class Posting:
    """An event as JSON, and the service that posts it."""

    subject: str
    time: datetime.datetime
    body: dict[str, Any]


def postings(organisation: Organisation, today: datetime.date) -> list[Posting]:
    """Every event of the history by time; equal bytes whenever they are made on one day."""
    ran = history.runs(organisation, today)
    first = ran[0].started_at - datetime.timedelta(hours=1)
    made = [_described(organisation, source, first) for source in organisation.sources]
    for run in ran:
        made.extend(_of_run(organisation, run))
        made.extend(_assertions(organisation, run))
    made.extend(_invocations(ran))
    return sorted(made, key=lambda one: one.time)


def _described(organisation: Organisation, source: Dataset, at: datetime.datetime) -> Posting:
    """What the dbt project says of its sources, which no run of ours writes."""
    described = event.StaticDataset(source.namespace, source.name, facets=_facets(source))
    made = event.DatasetEvent(
        eventTime=at.isoformat(), producer=f"{INTEGRATION}/dbt", dataset=described
    )
    return _posting("dbt", at, made)


def _of_run(organisation: Organisation, run: Run) -> Iterator[Posting]:
    yield _run_event(organisation, run, "START", run.started_at)
    yield _run_event(organisation, run, run.state, run.ended_at)


def _run_event(organisation: Organisation, run: Run, state: str, at: datetime.datetime) -> Posting:
    ended = state == "COMPLETE"
    made = event.RunEvent(
        eventType=event.RunState[state],
        eventTime=at.isoformat(),
        run=event.Run(run.id, facets=_run_facets(run, state)),
        job=event.Job(run.job.namespace, run.job.name, facets=_job_facets(run.job)),
        producer=f"{INTEGRATION}/{run.job.namespace}",
        inputs=[*_inputs(organisation, run)],
        outputs=[*_outputs(organisation, run, full=ended)],
    )
    return _posting(run.job.namespace, at, made)


def _posting(namespace: str, at: datetime.datetime, made: event.BaseEvent) -> Posting:
    return Posting(f"service:{namespace}", at, Serde.to_dict(made))


# ── what runs and jobs say ───────────────────────────────────────────────────────────────────────


def _run_facets(run: Run, state: str) -> dict[str, facet.RunFacet]:
    name, version = ENGINES[run.job.namespace]
    facets: dict[str, facet.RunFacet] = {
        "processing_engine": facet.processing_engine_run.ProcessingEngineRunFacet(
            version=version, name=name
        )
    }
    if _is_invoked(run):
        parent = facet.parent_run
        facets["parent"] = parent.ParentRunFacet(
            run=parent.Run(history.invocation_id(run)), job=parent.Job(*INVOCATION)
        )
    if state == "FAIL" and run.reason:
        facets["errorMessage"] = facet.error_message_run.ErrorMessageRunFacet(
            message=run.reason, programmingLanguage="SQL"
        )
    if run.job.group == "train":
        facets["executionParameters"] = facet.execution_parameters_run.ExecutionParametersRunFacet(
            parameters=[
                facet.execution_parameters_run.ExecutionParameter(key=key, name=key, value=value)
                for key, value in (("max_depth", "5"), ("learning_rate", "0.05"), ("seed", "17"))
            ]
        )
    return facets


def _job_facets(job: Job) -> dict[str, facet.JobFacet]:
    kind = "MODEL" if job.namespace == "dbt" else "TASK" if job.namespace == "airflow" else "JOB"
    facets: dict[str, facet.JobFacet] = {
        "jobType": facet.job_type_job.JobTypeJobFacet(
            processingType="BATCH", integration=job.namespace.upper(), jobType=kind
        ),
        "documentation": facet.documentation_job.DocumentationJobFacet(job.about),
        "ownership": facet.ownership_job.OwnershipJobFacet(
            [facet.ownership_job.Owner(job.owner, "MAINTAINER")]
        ),
    }
    if job.sql:
        facets["sql"] = facet.sql_job.SQLJobFacet(query=job.sql, dialect="postgres")
    else:
        path = f"{job.namespace}/{job.name.replace('.', '/', 1)}.py"
        facets["sourceCodeLocation"] = facet.source_code_location_job.SourceCodeLocationJobFacet(
            type="git",
            url=f"{REPOSITORY}/blob/{REVISION}/{path}",
            repoUrl=REPOSITORY,
            path=path,
            version=REVISION,
            branch="main",
        )
    return facets


# ── what is read and written ─────────────────────────────────────────────────────────────────────


def _inputs(organisation: Organisation, run: Run) -> Iterator[event.InputDataset]:
    for key in run.job.reads:
        one = organisation.datasets[key]
        yield event.InputDataset(one.namespace, one.name)
    if run.job.model and run.job.group != "train":
        yield event.InputDataset(
            organisation.namespaces["models"],
            run.job.model,
            facets={
                "version": facet.dataset_version_dataset.DatasetVersionDatasetFacet(
                    str(run.version)
                )
            },
        )


def _outputs(organisation: Organisation, run: Run, *, full: bool) -> Iterator[event.OutputDataset]:
    for key in run.job.writes:
        one = organisation.datasets[key]
        if not full:
            yield event.OutputDataset(one.namespace, one.name)
            continue
        counted = facet.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
            rowCount=run.rows, size=run.rows * 64
        )
        yield event.OutputDataset(
            one.namespace,
            one.name,
            facets=_facets(one) | _made(organisation, one),
            outputFacets={"outputStatistics": counted},
        )
    if run.job.group == "train":
        yield _model(organisation, run)


def _model(organisation: Organisation, run: Run) -> event.OutputDataset:
    assert run.job.model is not None
    model = organisation.models[run.job.model]
    return event.OutputDataset(
        organisation.namespaces["models"],
        model.name,
        facets={
            **_kind_and_owner("MODEL", model.owner, model.about),
            "version": facet.dataset_version_dataset.DatasetVersionDatasetFacet(str(run.version)),
            **_replaced(),
        },
    )


def _facets(one: Dataset) -> dict[str, facet.DatasetFacet]:
    fields = [
        facet.schema_dataset.SchemaDatasetFacetFields(
            column.name, column.type, column.about, ordinal_position=place
        )
        for place, column in enumerate(one.columns, start=1)
    ]
    return {
        **_kind_and_owner(one.type, one.owner, one.about),
        "schema": facet.schema_dataset.SchemaDatasetFacet(fields),
    }


def _kind_and_owner(kind: str, owner: str, about: str) -> dict[str, facet.DatasetFacet]:
    return {
        "datasetType": facet.dataset_type_dataset.DatasetTypeDatasetFacet(kind),
        "documentation": facet.documentation_dataset.DocumentationDatasetFacet(about),
        "ownership": facet.ownership_dataset.OwnershipDatasetFacet(
            [facet.ownership_dataset.Owner(owner, "MAINTAINER")]
        ),
    }


def _made(organisation: Organisation, one: Dataset) -> dict[str, facet.DatasetFacet]:
    """How the dataset came about: its column lineage, and that it was replaced unless it grows."""
    if not one.reads:
        return {}
    lineage = facet.column_lineage_dataset
    body = lineage.ColumnLineageDatasetFacet(
        fields={
            column.name: lineage.Fields(inputFields=[*_sources(organisation, column)])
            for column in one.columns
        },
        dataset=[
            _field(organisation, key, name, "INDIRECT", how) for key, name, how in one.influences
        ],
    )
    return {"columnLineage": body, **({} if one.incremental else _replaced())}


def _sources(
    organisation: Organisation, column: Column
) -> Iterator[facet.column_lineage_dataset.InputField]:
    for key, name in column.made_from:
        yield _field(
            organisation, key, name, "DIRECT", column.transformation, masking=column.masked
        )


def _field(
    organisation: Organisation, key: str, name: str, kind: str, how: str, *, masking: bool = False
) -> facet.column_lineage_dataset.InputField:
    source = organisation.datasets[key]
    done = facet.column_lineage_dataset.Transformation(kind, how, masking=masking)
    return facet.column_lineage_dataset.InputField(source.namespace, source.name, name, [done])


def _replaced() -> dict[str, facet.DatasetFacet]:
    change = facet.lifecycle_state_change_dataset
    return {
        "lifecycleStateChange": change.LifecycleStateChangeDatasetFacet(
            change.LifecycleStateChange.OVERWRITE
        )
    }


# ── tests and the nightly invocation ─────────────────────────────────────────────────────────────


def _is_invoked(run: Run) -> bool:
    return run.job.namespace == "dbt" and run.job.group in INVOKED


def _invocations(ran: list[Run]) -> Iterator[Posting]:
    """The nightly `dbt run` itself, parent of the runs of its models."""
    nights: dict[str, list[Run]] = {}
    for run in filter(_is_invoked, ran):
        nights.setdefault(history.invocation_id(run), []).append(run)
    for invocation, children in nights.items():
        began = min(run.started_at for run in children) - datetime.timedelta(seconds=9)
        ended = max(run.ended_at for run in children) + datetime.timedelta(seconds=5)
        for state, at in (("START", began), ("COMPLETE", ended)):
            made = event.RunEvent(
                eventType=event.RunState[state],
                eventTime=at.isoformat(),
                run=event.Run(invocation),
                job=event.Job(*INVOCATION, facets=_invoked()),
                producer=f"{INTEGRATION}/dbt",
            )
            yield _posting("dbt", at, made)


def _invoked() -> dict[str, facet.JobFacet]:
    return {
        "jobType": facet.job_type_job.JobTypeJobFacet("BATCH", "DBT", "JOB"),
        "documentation": facet.documentation_job.DocumentationJobFacet(
            "Runs every model of the warehouse, each night."
        ),
        "ownership": facet.ownership_job.OwnershipJobFacet(
            [facet.ownership_job.Owner("team:data-platform", "MAINTAINER")]
        ),
    }


def _assertions(organisation: Organisation, run: Run) -> Iterator[Posting]:
    """The dbt tests on what the run wrote, right after it."""
    if run.job.name not in ASSERTED:
        return
    one = organisation.datasets[run.job.writes[0]]
    key = one.columns[0].name
    asserted = facet.data_quality_assertions_dataset
    results = asserted.DataQualityAssertionsDatasetFacet(
        [
            asserted.Assertion(assertion=name, success=True, column=key, severity="error")
            for name in ("unique", "not_null")
        ]
    )
    job = f"{run.job.name}.test"
    tested = event.InputDataset(
        one.namespace, one.name, inputFacets={"dataQualityAssertions": results}
    )
    for state, seconds in (("START", 20), ("COMPLETE", 41)):
        at = run.ended_at + datetime.timedelta(seconds=seconds)
        made = event.RunEvent(
            eventType=event.RunState[state],
            eventTime=at.isoformat(),
            run=event.Run(history.test_run_id(run)),
            job=event.Job(run.job.namespace, job, facets=_tested(run.job)),
            producer=f"{INTEGRATION}/dbt",
            inputs=[tested],
        )
        yield _posting("dbt", at, made)


def _tested(job: Job) -> dict[str, facet.JobFacet]:
    facets = _job_facets(job)
    facets["jobType"] = facet.job_type_job.JobTypeJobFacet("BATCH", "DBT", "TEST")
    facets["documentation"] = facet.documentation_job.DocumentationJobFacet(
        f"Tests what {job.name} wrote."
    )
    del facets["sql"]
    return facets
