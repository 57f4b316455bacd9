"""What one mention of a job says about it as an asset."""

from dataclasses import dataclass
from typing import Any

from catalog.openlineage.bodies import Owner, Tag, bodies, owners, tags, text, upper
from catalog.openlineage.event import JobMention


@dataclass(frozen=True, slots=True)
class SourceCodeLocation:
    type: str | None
    url: str | None
    repository: str | None
    path: str | None
    version: str | None
    tag: str | None
    branch: str | None


@dataclass(frozen=True, slots=True)
class JobDescription:
    """None is what the mention is silent about; `deleted` are its tombstones."""

    description: str | None
    owners: tuple[Owner, ...] | None
    tags: tuple[Tag, ...] | None
    job_type: str | None
    processing_type: str | None
    integration: str | None
    sql: str | None
    sql_dialect: str | None
    source_code_location: SourceCodeLocation | None
    deleted: frozenset[str]


def describe_job(mention: JobMention) -> JobDescription:
    """Whatever can be read; a part of a facet that is not what the standard says is left out."""
    present, deleted = bodies(mention.facets)
    kind, sql = present.get("jobType") or {}, present.get("sql") or {}
    return JobDescription(
        description=text((present.get("documentation") or {}).get("description")),
        owners=owners(present.get("ownership")),
        tags=tags(present.get("tags")),
        job_type=upper(kind.get("jobType")),
        processing_type=upper(kind.get("processingType")),
        integration=upper(kind.get("integration")),
        sql=text(sql.get("query")),
        sql_dialect=text(sql.get("dialect")),
        source_code_location=_location(present.get("sourceCodeLocation")),
        deleted=deleted,
    )


def _location(facet: dict[str, Any] | None) -> SourceCodeLocation | None:
    if facet is None:
        return None
    keys = ("type", "url", "repoUrl", "path", "version", "tag", "branch")
    return SourceCodeLocation(*(text(facet.get(key)) for key in keys))
