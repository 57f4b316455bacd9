"""The standard facets by entity and key, and what in a body differs from their schemas."""

import enum
import importlib
import inspect
import typing
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs

from catalog.openlineage.event import DatasetMention, Event

MAX_WARNINGS = 20
MAX_MESSAGE = 200

# (entity, key) -> the client's generated module and class. The key is all that an event tells: the
# classes do not know it, and one key means another facet on another entity.
_CLASSES = {
    ("run", "nominalTime"): ("nominal_time_run", "NominalTimeRunFacet"),
    ("run", "parent"): ("parent_run", "ParentRunFacet"),
    ("run", "errorMessage"): ("error_message_run", "ErrorMessageRunFacet"),
    ("run", "externalQuery"): ("external_query_run", "ExternalQueryRunFacet"),
    ("run", "extractionError"): ("extraction_error_run", "ExtractionErrorRunFacet"),
    ("run", "processing_engine"): ("processing_engine_run", "ProcessingEngineRunFacet"),
    ("run", "environmentVariables"): ("environment_variables_run", "EnvironmentVariablesRunFacet"),
    ("run", "executionParameters"): ("execution_parameters_run", "ExecutionParametersRunFacet"),
    ("run", "jobDependencies"): ("job_dependencies_run", "JobDependenciesRunFacet"),
    ("run", "test"): ("test_run", "TestRunFacet"),
    ("run", "tags"): ("tags_run", "TagsRunFacet"),
    ("job", "jobType"): ("job_type_job", "JobTypeJobFacet"),
    ("job", "sql"): ("sql_job", "SQLJobFacet"),
    ("job", "sourceCode"): ("source_code_job", "SourceCodeJobFacet"),
    ("job", "sourceCodeLocation"): ("source_code_location_job", "SourceCodeLocationJobFacet"),
    ("job", "documentation"): ("documentation_job", "DocumentationJobFacet"),
    ("job", "ownership"): ("ownership_job", "OwnershipJobFacet"),
    ("job", "tags"): ("tags_job", "TagsJobFacet"),
    ("job", "lineage"): ("lineage", "LineageJobFacet"),
    ("dataset", "schema"): ("schema_dataset", "SchemaDatasetFacet"),
    ("dataset", "dataSource"): ("datasource_dataset", "DatasourceDatasetFacet"),
    ("dataset", "columnLineage"): ("column_lineage_dataset", "ColumnLineageDatasetFacet"),
    ("dataset", "lineage"): ("lineage", "LineageDatasetFacet"),
    ("dataset", "lifecycleStateChange"): (
        "lifecycle_state_change_dataset",
        "LifecycleStateChangeDatasetFacet",
    ),
    ("dataset", "version"): ("dataset_version_dataset", "DatasetVersionDatasetFacet"),
    ("dataset", "symlinks"): ("symlinks_dataset", "SymlinksDatasetFacet"),
    ("dataset", "storage"): ("storage_dataset", "StorageDatasetFacet"),
    ("dataset", "datasetType"): ("dataset_type_dataset", "DatasetTypeDatasetFacet"),
    ("dataset", "catalog"): ("catalog_dataset", "CatalogDatasetFacet"),
    ("dataset", "hierarchy"): ("hierarchy_dataset", "HierarchyDatasetFacet"),
    ("dataset", "documentation"): ("documentation_dataset", "DocumentationDatasetFacet"),
    ("dataset", "ownership"): ("ownership_dataset", "OwnershipDatasetFacet"),
    ("dataset", "tags"): ("tags_dataset", "TagsDatasetFacet"),
    ("dataset", "dataQualityMetrics"): (
        "data_quality_metrics_dataset",
        "DataQualityMetricsDatasetFacet",
    ),
    ("input", "dataQualityMetrics"): (
        "data_quality_metrics_input_dataset",
        "DataQualityMetricsInputDatasetFacet",
    ),
    ("input", "dataQualityAssertions"): (
        "data_quality_assertions_dataset",
        "DataQualityAssertionsDatasetFacet",
    ),
    ("input", "inputStatistics"): (
        "input_statistics_input_dataset",
        "InputStatisticsInputDatasetFacet",
    ),
    ("input", "subset"): ("base_subset_dataset", "InputSubsetInputDatasetFacet"),
    ("output", "outputStatistics"): (
        "output_statistics_output_dataset",
        "OutputStatisticsOutputDatasetFacet",
    ),
    ("output", "subset"): ("base_subset_dataset", "OutputSubsetOutputDatasetFacet"),
}

STANDARD = frozenset(_CLASSES)
"""All (entity, key) that the standard defines; entities are run, job, dataset, input and output."""

_SCALARS: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    Any: {},
}


def check(entity: str, key: str, body: Any) -> tuple[str, ...]:
    """What in `body` differs from the facet's schema, as "path: message"; nothing for other facets.

    Formats are not checked, further properties are allowed, and a tombstone is never wrong: the
    schemas themselves would refuse it.
    """
    problems = _problems(entity, key, body)
    return tuple(f"{'.'.join(path)}: {text}" if path else text for path, text in problems)


def check_event(event: Event) -> tuple[str, ...]:
    """At most MAX_WARNINGS of what is wrong with the event's facets, as "path: message"."""
    found: list[str] = []
    for entity, where, facets in _facets(event):
        for key, body in facets.items():
            for path, text in _problems(entity, key, body):
                if len(found) == MAX_WARNINGS - 1:
                    return (*found, "and more")
                found.append(f"{'.'.join([where, key, *path])}: {text}")
    return tuple(found)


def _problems(entity: str, key: str, body: Any) -> Iterator[tuple[list[str], str]]:
    if (entity, key) not in STANDARD or (isinstance(body, dict) and body.get("_deleted") is True):
        return
    for error in _validator(entity, key).iter_errors(body):
        yield [str(part) for part in error.instance_path], error.message[:MAX_MESSAGE]


@cache
def schema(entity: str, key: str) -> dict[str, Any]:
    """The facet's JSON Schema, derived from the client library's class for it."""
    # Imported when first needed: it takes some 0.4 s, and many a process never checks a facet.
    module_name, class_name = _CLASSES[entity, key]
    module = importlib.import_module(f"openlineage.client.generated.{module_name}")
    definitions: dict[str, Any] = {}
    root = _of_class(getattr(module, class_name), definitions)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **root, "$defs": definitions}


@cache
def _validator(entity: str, key: str) -> Any:
    # Values are masked, because a message goes into answers and logs.
    return jsonschema_rs.Draft202012Validator(
        schema(entity, key), validate_formats=False, mask="the value"
    )


def _facets(event: Event) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(entity, path, facets) of everything in the event that has facets."""
    if event.run:
        yield "run", "run.facets", event.run.facets
    if event.job:
        yield "job", "job.facets", event.job.facets
    if event.dataset:
        yield "dataset", "dataset.facets", event.dataset.facets
    yield from _of_mentions("input", "inputs", event.inputs)
    yield from _of_mentions("output", "outputs", event.outputs)


def _of_mentions(
    entity: str, side: str, mentions: tuple[DatasetMention, ...]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for index, mention in enumerate(mentions):
        yield "dataset", f"{side}[{index}].facets", mention.facets
        yield entity, f"{side}[{index}].{entity}Facets", mention.io_facets


def _of_class(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of an attrs class; what it refers to is put into `definitions`."""
    hints = typing.get_type_hints(kind)
    names = [attribute.name for attribute in kind.__attrs_attrs__]
    properties = {name: _of_hint(hints[name], definitions) for name in names}
    # The client fills these in by itself, so its classes do not require them.
    required = [name for name in names if name in {"_producer", "_schemaURL"}]
    for name, parameter in inspect.signature(kind).parameters.items():
        if name in properties and parameter.default is parameter.empty:
            required.append(name)
        elif name in properties and isinstance(parameter.default, str):
            # A fixed `type` tells the members of a union apart.
            properties[name] = {"const": parameter.default}
            required.append(name)
    return {"type": "object", "properties": properties, "required": required}


def _of_hint(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if hint in _SCALARS:
        return _SCALARS[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return {"enum": [member.value for member in hint]}
    if origin is None:
        return _of_reference(hint, definitions)
    return _of_generic(origin, arguments, definitions)


def _of_generic(
    origin: Any, arguments: tuple[Any, ...], definitions: dict[str, Any]
) -> dict[str, Any]:
    # None stands for "absent" in the client: the schemas allow no null.
    members = [_of_hint(item, definitions) for item in arguments if item is not type(None)]
    if origin is list:
        return {"type": "array", "items": members[0]}
    if origin is dict:
        return {"type": "object", "additionalProperties": members[1]}
    return members[0] if len(members) == 1 else {"anyOf": members}


def _of_reference(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    name = kind.__name__
    if name not in definitions:
        definitions[name] = {}  # stands before its content does: schemas of nested fields recur
        definitions[name] = _of_class(kind, definitions)
    return {"$ref": f"#/$defs/{name}"}
