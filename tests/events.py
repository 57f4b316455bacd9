"""Small OpenLineage events for the tests: as a producer would send them, one line each."""

import datetime
import uuid
from typing import Any

WAREHOUSE = "postgres://warehouse:5432"
START = datetime.datetime(2026, 11, 1, 8, 0, tzinfo=datetime.UTC)
PRODUCER = "https://example.com/tests"


def run_id(name: str) -> str:
    """A run id that is the same for the same name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def dataset(name: str, *fields: str, **facets: Any) -> dict[str, Any]:
    """A dataset of the warehouse; each field is text. Further facets by key."""
    if fields:
        facets["schema"] = {"fields": [{"name": field, "type": "text"} for field in fields]}
    return {"namespace": WAREHOUSE, "name": name, "facets": facets}


def columns(**sources: str | list[str]) -> dict[str, Any]:
    """A columnLineage facet: `columns(email="raw.email")`; "!" in front means masked."""
    fields = {}
    for target, given in sources.items():
        named = [given] if isinstance(given, str) else given
        fields[target] = {"inputFields": [_input_field(source) for source in named]}
    return {"fields": fields}


def _input_field(source: str) -> dict[str, Any]:
    table, _, field = source.removeprefix("!").rpartition(".")
    transformation = {"type": "DIRECT", "subtype": "TRANSFORMATION", "masking": source[0] == "!"}
    return {
        "namespace": WAREHOUSE,
        "name": table,
        "field": field,
        "transformations": [transformation],
    }


def run_event(
    job: str,
    kind: str = "COMPLETE",
    *,
    run: str = "",
    minute: float = 0,
    inputs: tuple[dict[str, Any], ...] = (),
    outputs: tuple[dict[str, Any], ...] = (),
    **job_facets: Any,
) -> dict[str, Any]:
    """An event of the job's run, `minute` minutes after START."""
    time = START + datetime.timedelta(minutes=minute)
    return {
        "eventType": kind,
        "eventTime": time.isoformat(),
        "producer": PRODUCER,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run_id(run or job)},
        "job": {"namespace": "etl", "name": job, "facets": job_facets},
        "inputs": list(inputs),
        "outputs": list(outputs),
    }


def whole_run(
    job: str,
    *,
    run: str = "",
    minute: float = 0,
    inputs: tuple[dict[str, Any], ...] = (),
    outputs: tuple[dict[str, Any], ...] = (),
    end: str = "COMPLETE",
) -> list[dict[str, Any]]:
    """A START and, a minute later, the end that carries the datasets."""
    return [
        run_event(job, "START", run=run, minute=minute),
        run_event(job, end, run=run, minute=minute + 1, inputs=inputs, outputs=outputs),
    ]
