"""What goes out, declared: the shapes that several routers share."""

import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from catalog import assets, db, registry, runs, tables
from catalog.checks import node

T = TypeVar("T")


class In(BaseModel):
    """A request body: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid", str_max_length=20_000)


def example(body: dict[str, Any]) -> ConfigDict:
    """The configuration of a request body that is shown as `body` in the OpenAPI document."""
    return ConfigDict(json_schema_extra={"examples": [body]})


class Out(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)


class Listed(Out, Generic[T]):
    """One page; `next_cursor` fetches the next and is null at the end."""

    items: list[T]
    next_cursor: str | None = None
    total: int | None = None


class TagOut(Out):
    tag: str
    origin: str


class AssetOut(Out):
    node: str
    kind: str
    namespace: str
    name: str
    type: str | None
    description: str | None
    owner: str | None
    certification: str
    lifecycle: str
    is_source: bool
    tags: list[str]
    changed_at: datetime.datetime


class JobName(Out):
    namespace: str
    name: str


class RunOut(Out):
    key: str
    job: JobName
    state: str
    started_at: datetime.datetime | None
    ended_at: datetime.datetime | None
    last_event_at: datetime.datetime


class ModelName(In):
    model_config = example({"namespace": "models", "name": "churn", "version": "2"})

    namespace: str
    name: str
    version: str


def asset(summary: assets.Summary) -> AssetOut:
    return AssetOut(**asset_values(summary.asset), tags=[one.tag for one in summary.tags])


def asset_values(row: tables.Asset) -> dict[str, Any]:
    """The values of an asset that every shape of it has."""
    names = ["kind", "namespace", "name", "type", "description", "owner", "certification"]
    names += ["lifecycle", "is_source", "changed_at"]
    values = {name: getattr(row, name) for name in names}
    return {"node": node.make(row.kind, row.namespace, row.name), **values}


def run(row: tables.Run, namespace: str, name: str) -> RunOut:
    times = {one: getattr(row, one) for one in ("started_at", "ended_at", "last_event_at")}
    job = JobName(namespace=namespace, name=name)
    return RunOut(key=row.key, job=job, state=row.state, **times)


def run_summary(found: runs.Summary) -> RunOut:
    return run(found.run, found.job.namespace, found.job.name)


def page(found: db.Page[Any], shape: Any) -> dict[str, Any]:
    """A page with each item given its shape."""
    return {
        "items": [shape(item) for item in found.items],
        "next_cursor": found.next_cursor,
        "total": found.total,
    }


def model(version: registry.Registered) -> ModelName:
    return ModelName(
        namespace=version.model.namespace,
        name=version.model.name,
        version=version.version.version,
    )
