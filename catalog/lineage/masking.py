"""A person's word on whether what flows from one field into another is masked."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from catalog import assets, audit, db, tables
from catalog.access import Action, Actor, Target
from catalog.checks import node
from catalog.errors import Invalid, NotFound
from catalog.ingest import wirings
from catalog.tables import Asset, ColumnEdge, MaskingMark

KEY = ("source_id", "source_field", "target_id", "target_field")


@dataclass(frozen=True)
class FieldName:
    """A field of a dataset."""

    namespace: str
    name: str
    field: str

    @property
    def id(self) -> str:
        return node.field(self.namespace, self.name, self.field)


def mark_masking(
    session: Session,
    actor: Actor,
    *,
    source: FieldName,
    target: FieldName,
    masking: bool,
    reason: str,
) -> MaskingMark:
    """Says that the flow from `source` to `target` is masked, or is not; it outranks the producers.

    Both datasets must be the actor's to classify. Raises Forbidden, NotFound when there is no such
    flow, and Invalid without a reason.
    """
    ends = [_dataset(session, end) for end in (source, target)]
    actor.must(
        Action.ASSET_CLASSIFY,
        *(
            Target(end.namespace, asset.accountable if asset else None)
            for end, asset in zip((source, target), ends, strict=True)
        ),
    )
    if not reason.strip():
        raise Invalid("a masking mark needs a reason that an auditor can follow")
    origin, destination = ends
    if (
        origin is None
        or destination is None
        or not _flows(session, origin, destination, source, target)
    ):
        raise NotFound(
            f"no column lineage from {source.field} of {source.name} "
            f"to {target.field} of {target.name}"
        )
    key = (origin.id, source.field, destination.id, target.field)
    mark = session.get(MaskingMark, key)
    before = {"masking": mark.masking, "reason": mark.reason} if mark else None
    said: dict[str, Any] = {"masking": masking, "reason": reason}
    row = dict(zip(KEY, key, strict=True)) | said | {"subject": actor.subject, "at": db.now()}
    update = [name for name in row if name not in KEY]
    db.upsert(session, db.table(MaskingMark), [row], key=KEY, update=update)
    after = said | {"source": source.id}
    audit.record(session, actor, "masking:mark", target.id, before=before, after=after)
    return session.get_one(MaskingMark, key, populate_existing=True)


def _dataset(session: Session, end: FieldName) -> Asset | None:
    return assets.named(session, "dataset", end.namespace, end.name)


def _flows(
    session: Session, origin: Asset, destination: Asset, source: FieldName, target: FieldName
) -> bool:
    query = (
        select(ColumnEdge.id)
        .join(tables.Wiring)
        .where(
            ColumnEdge.source_id == origin.id,
            ColumnEdge.source_field == source.field,
            ColumnEdge.target_id == destination.id,
            col(ColumnEdge.target_field).in_([target.field, ""]),
            wirings.is_live(),
        )
    )
    return session.exec(query.limit(1)).first() is not None
