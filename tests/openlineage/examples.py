"""Events to test with: small ones built here, and the real ones that lie beside the project."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from catalog.openlineage import event, lineage, run

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "openlineage"
RUN_ID = "0197a1b2-0000-7000-8000-000000000001"
WAREHOUSE = "postgres://warehouse:5432"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the event data is not beside the project"
)


def dataset(name: str, *, facets: Any = None, **more: Any) -> dict[str, Any]:
    return {"namespace": WAREHOUSE, "name": name, "facets": facets or {}, **more}


def document(kind: str | None = "COMPLETE", second: int = 1, **parts: Any) -> dict[str, Any]:
    """A run event without defects; `parts` replace or add top-level keys."""
    whole = {
        "eventType": kind,
        "eventTime": f"2026-01-01T00:00:{second:02}.000000Z",
        "producer": "https://example.com/producer",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": RUN_ID},
        "job": {"namespace": "etl", "name": "load"},
        **parts,
    }
    return {key: value for key, value in whole.items() if value is not None}


def parsed(kind: str | None = "COMPLETE", second: int = 1, **parts: Any) -> event.Event:
    return event.parse(orjson.dumps(document(kind, second, **parts)))


def static_job(**parts: Any) -> event.Event:
    without_run = {key: value for key, value in document(None).items() if key != "run"}
    return event.parse(orjson.dumps({**without_run, **parts}))


def static_dataset(name: str, facets: Any) -> event.Event:
    body = document(None, dataset=dataset(name, facets=facets))
    return event.parse(orjson.dumps({key: body[key] for key in body if key not in {"run", "job"}}))


def facts(*events: event.Event) -> run.RunFacts:
    return run.merge_all(run.of(each) for each in events)


def edges(flows: lineage.Flows) -> list[tuple[str, str, str]]:
    """(source, target, provenance) by name alone."""
    return [(flow.source.name, flow.target.name, str(flow.provenance)) for flow in flows.flows]


def bodies(*parts: str) -> list[bytes]:
    """The JSON documents of a file or of all files in a folder of the event data."""
    path = DATA.joinpath(*parts)
    if path.suffix == ".ndjson":
        return path.read_bytes().splitlines()
    files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
    return [file.read_bytes() for file in files if not file.name.endswith(".config.json")]
