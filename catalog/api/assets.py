"""/api/v2/assets, asset, namespaces: the catalog."""

import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from catalog import assets
from catalog.api import shapes
from catalog.api.dependencies import CurrentActor, CurrentSession, Cursor, Limit
from catalog.api.problems import documented
from catalog.api.shapes import AssetOut, In, Listed, Out, RunOut, TagOut, example

router = APIRouter(tags=["catalog"], responses=documented())
Namespace = Annotated[str, Query(examples=["postgres://warehouse.example:5432"])]
Name = Annotated[str, Query(examples=["bank.crm.customers"])]


class FieldOut(Out):
    path: str
    type: str | None
    description: str | None
    tags: list[TagOut]


class AssetDetail(AssetOut):
    description_origin: str | None
    owner_origin: str | None
    certified_until: datetime.datetime | None
    certified_by: str | None
    first_seen: datetime.datetime
    is_reference: bool
    fields: list[FieldOut] | None
    tag_details: list[TagOut]
    facets: dict[str, Any]
    schema_versions: int
    latest_runs: list[RunOut]


class NamespaceOut(Out):
    namespace: str
    datasets: int
    jobs: int
    models: int


class FieldTagsIn(In):
    path: str
    tags: list[str]


class AssetEdit(In):
    """What is absent stays as it is; `tags` are the whole list."""

    model_config = example(
        {
            "description": "Every customer, one row each.",
            "owner": "team:crm",
            "certification": "certified",
            "certified_until": "2027-06-30T00:00:00Z",
            "fields": [{"path": "email", "tags": ["pii.email"]}],
        }
    )

    description: str | None = None
    owner: str | None = None
    lifecycle: assets.Lifecycle = "active"
    certification: assets.Certification = "none"
    certified_until: AwareDatetime | None = None
    is_source: bool = False
    tags: list[str] = Field(default_factory=list)
    fields: list[FieldTagsIn] = Field(default_factory=list)


@router.get("/assets", response_model=Listed[AssetOut])
def find_assets(
    session: CurrentSession,
    actor: CurrentActor,
    kind: assets.Kind | None = None,
    namespace: str | None = None,
    q: Annotated[
        str | None, Query(description="Looked for in name, namespace, description")
    ] = None,
    tag: str | None = None,
    owner: str | None = None,
    certification: assets.Certification | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """The assets you may read, by name."""
    found = assets.find(
        session,
        actor,
        kind=kind,
        namespace=namespace,
        q=q,
        tag=tag,
        owner=owner,
        certification=certification,
        cursor=cursor,
        limit=limit,
    )
    return shapes.page(found, shapes.asset)


@router.get("/namespaces", response_model=Listed[NamespaceOut])
def list_namespaces(session: CurrentSession, actor: CurrentActor) -> Any:
    """The namespaces in which you may read something."""
    return {"items": assets.namespaces(session, actor)}


@router.get("/asset", response_model=AssetDetail, responses=documented(404))
def read_asset(
    session: CurrentSession,
    actor: CurrentActor,
    kind: assets.Kind,
    namespace: Namespace,
    name: Name,
) -> Any:
    """One asset with its fields, facets and latest runs."""
    return _detail(assets.read(session, actor, kind, namespace, name))


@router.patch("/asset", response_model=AssetDetail, responses=documented(400, 404, 413))
def edit_asset(
    session: CurrentSession,
    actor: CurrentActor,
    kind: assets.Kind,
    namespace: Namespace,
    name: Name,
    edit: AssetEdit,
) -> Any:
    """Sets what people say of an asset: from then on no event changes it."""
    changes = assets.Changes(**edit.model_dump(exclude_unset=True))  # type: ignore[typeddict-item]  # the shape holds the keys
    assets.edit(session, actor, kind, namespace, name, changes=changes)
    return _detail(assets.read(session, actor, kind, namespace, name))


def _detail(found: assets.Detail) -> AssetDetail:
    row = found.asset
    names = ["description_origin", "owner_origin", "certified_until", "certified_by"]
    names += ["first_seen", "is_reference"]
    fields = [
        FieldOut(
            path=one.path,
            type=one.type,
            description=one.description,
            tags=_tags(one.tags),
        )
        for one in found.fields or ()
    ]
    return AssetDetail(
        **shapes.asset_values(row),
        **{name: getattr(row, name) for name in names},
        tags=[one.tag for one in found.tags],
        tag_details=_tags(found.tags),
        fields=None if found.fields is None else fields,
        facets=dict(found.facets),
        schema_versions=found.schema_versions,
        latest_runs=[shapes.run(*one) for one in found.runs],
    )


def _tags(tags: tuple[assets.TagOn, ...]) -> list[TagOut]:
    return [TagOut(tag=one.tag, origin=one.origin) for one in tags]
