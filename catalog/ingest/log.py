"""The event log: append-only, keyed by the digest of the canonical, redacted body."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
import zstandard
from sqlmodel import Session, col, select

from catalog import db, tables
from catalog.access import Action, Actor
from catalog.ingest import projection
from catalog.openlineage import event as openlineage
from catalog.openlineage.event import Event

# A stored body is never larger than the cap on what is received; this only bounds a damaged one.
MAX_BODY_BYTES = 200_000_000


class Status(StrEnum):
    """What became of a received event."""

    RECORDED = "recorded"
    KNOWN = "known"
    QUARANTINED = "quarantined"


@dataclass(frozen=True)
class Entry:
    """A received body: the event in it, or the reason why there is none."""

    body: bytes
    subject: str
    event: Event | None
    reason: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        return self.event.digest if self.event else hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True)
class Receipt:
    """The answer to one entry, in the order received."""

    digest: str
    status: Status
    warnings: tuple[str, ...] = field(default=())
    reason: str = ""


def record(session: Session, entries: Sequence[Entry]) -> list[Receipt]:
    """Appends what is new to the log and projects it, set-wise; an event twice changes nothing.

    Gives a receipt per entry, in order. Whatever the projection raises rolls all of it back: the
    caller (Writer) then tries smaller parts.
    """
    fresh: dict[str, Entry] = {}
    known = _known(session, [entry.digest for entry in entries if entry.event])
    receipts = []
    for entry in entries:
        repeated = entry.digest in fresh or entry.digest in known
        if entry.event is None:
            status = Status.QUARANTINED
        else:
            status = Status.KNOWN if repeated else Status.RECORDED
        if not repeated:
            fresh[entry.digest] = entry
        receipts.append(Receipt(entry.digest, status, entry.warnings, entry.reason))
    _append(session, [entry for entry in fresh.values() if entry.event])
    quarantine(session, [entry for entry in fresh.values() if not entry.event])
    projection.project(session, [entry.event for entry in fresh.values() if entry.event])
    return receipts


def quarantine(session: Session, entries: Iterable[Entry]) -> None:
    """Keeps bodies that could not be projected, each with its reason."""
    rows = [
        {
            "id": db.uuid7(),
            "digest": entry.digest,
            "reason": entry.reason,
            "subject": entry.subject,
            "received_at": db.now(),
            "body": compress(entry.body),
        }
        for entry in entries
    ]
    if rows:
        db.upsert(session, db.table(tables.Quarantined), rows, key=["digest"])


def quarantined(
    session: Session, actor: Actor, *, cursor: str | None = None, limit: int = 50
) -> db.Page[tables.Quarantined]:
    """What was set aside, the newest first."""
    actor.must(Action.QUARANTINE_MANAGE)
    row = tables.Quarantined
    query = select(row).order_by(col(row.id).desc()).limit(limit + 1)
    if cursor:
        query = query.where(col(row.id) < db.place(cursor, str)[0])
    rows = list(session.exec(query))
    return db.Page(rows[:limit], db.cursor(rows[limit - 1].id) if len(rows) > limit else None)


def compress(body: bytes) -> bytes:
    return zstandard.compress(body, 1)


def decompress(body: bytes) -> bytes:
    return zstandard.decompress(body, max_output_size=MAX_BODY_BYTES)


def stored(session: Session, *, batch: int) -> Iterable[list[Event]]:
    """Every event of the log, in pieces of `batch`, by id: no order that the projection could lean
    on."""
    last = 0
    while True:
        rows = session.execute(
            sa.select(col(tables.Event.id), col(tables.Event.body))
            .where(col(tables.Event.id) > last)
            .order_by(col(tables.Event.id))
            .limit(batch)
        ).all()
        if not rows:
            return
        last = rows[-1][0]
        yield [openlineage.parse(decompress(body)) for _, body in rows]


def _known(session: Session, digests: Sequence[str]) -> set[str]:
    digest = col(tables.Event.digest)
    return {row[0] for row in db.select_in(session, sa.select(digest), digest, digests)}


def _append(session: Session, entries: Sequence[Entry]) -> None:
    if entries:
        moment = db.now()
        session.execute(sa.insert(tables.Event), [_row(entry, moment) for entry in entries])


def _row(entry: Entry, moment: Any) -> dict[str, Any]:
    event = entry.event
    assert event is not None
    about = event.job or event.dataset
    assert about is not None
    return {
        "digest": event.digest,
        "kind": event.kind.value,
        "time": event.time,
        "namespace": about.namespace,
        "name": about.name,
        "run_key": event.run.key if event.run else None,
        "subject": entry.subject,
        "received_at": moment,
        "body": compress(event.body),
        "warnings": list(entry.warnings),
    }
