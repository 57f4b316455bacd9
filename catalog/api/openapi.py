"""The OpenAPI document: FastAPI's, with the ingest endpoints that FastAPI does not know."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from catalog.api import ingest
from catalog.api.problems import Problem, documented

EVENT = {
    "eventType": "COMPLETE",
    "eventTime": "2026-11-22T09:00:00Z",
    "producer": "https://example.com/my-pipeline",
    "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    "run": {"runId": "01939f5e-7a4c-7cc3-9d2c-6a1f4cdd4c11"},
    "job": {"namespace": "dbt", "name": "churn.customers"},
    "inputs": [{"namespace": "postgres://db:5432", "name": "bank.crm.customers"}],
    "outputs": [{"namespace": "postgres://db:5432", "name": "bank.marts.customers"}],
}
RECEIPT = {
    "type": "object",
    "required": ["digest", "status", "warnings"],
    "properties": {
        "digest": {"type": "string"},
        "status": {"type": "string", "enum": ["recorded", "known"]},
        "warnings": {"type": "array", "items": {"type": "string"}},
    },
}
SUMMARY = {
    "type": "object",
    "required": ["status", "summary", "failed_events", "warnings"],
    "properties": {
        "status": {"type": "string", "enum": ["success", "partial_success"]},
        "summary": {"type": "object", "additionalProperties": {"type": "integer"}},
        "failed_events": {"type": "array", "items": {"type": "object"}},
        "warnings": {"type": "array", "items": {"type": "object"}},
    },
}


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document, made once per application."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, summary=app.summary, routes=app.routes
        )
        components = made.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
        for name in ("HTTPValidationError", "ValidationError"):
            components["schemas"].pop(name, None)
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        made["security"] = [{"token": []}]
        for path in (*ingest.SINGLE, *ingest.BATCH):
            made["paths"][path] = {"post": _ingest(batch=path in ingest.BATCH)}
        app.openapi_schema = made
    return app.openapi_schema


def _ingest(*, batch: bool) -> dict[str, Any]:
    event = {"type": "object", "description": "An OpenLineage RunEvent, JobEvent or DatasetEvent"}
    many = {"type": "array", "items": event}
    summary = _content("What became of each event", SUMMARY)
    receipt = {"201": _content("Durably recorded, or known already", RECEIPT)}
    schema = many if batch else {"oneOf": [event, many]}
    example = [EVENT] if batch else EVENT
    problems = {str(status): one for status, one in documented(400, 413).items() if status != 422}  # noqa: PLR2004
    problems["415"] = {**problems["400"], "description": "An unknown content-encoding"}
    return {
        "tags": ["OpenLineage"],
        "summary": "Post a batch of events" if batch else "Post an event, or an array of them",
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema, "example": example}},
        },
        "responses": {"200": summary, **({} if batch else receipt), **problems},
    }


def _content(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
