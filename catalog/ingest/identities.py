"""Names to asset ids: made on first mention, kept for ever."""

import datetime
from collections.abc import Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from catalog import db, tables


class Name(NamedTuple):
    """What identifies an asset."""

    kind: str
    namespace: str
    name: str


class Identities:
    """The ids of the names met in one transaction.

    An asset that was only referred to (a source named inside column lineage) is marked as a
    reference until an event speaks of it.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ids: dict[Name, int] = {}
        self._mentioned: dict[Name, tuple[datetime.datetime, bool]] = {}

    def __getitem__(self, name: Name) -> int:
        return self._ids[name]

    def __contains__(self, name: Name) -> bool:
        return name in self._ids

    def mention(self, name: Name, time: datetime.datetime, *, reference: bool = False) -> None:
        """Notes that `name` was spoken of at `time`; `ensure` then gives it an id."""
        seen = self._mentioned.get(name)
        if seen is not None:
            time, reference = min(seen[0], time), seen[1] and reference
        self._mentioned[name] = (time, reference)

    def ensure(self) -> None:
        """Makes the assets that are missing, and mends what the stored ones did not know yet."""
        mentioned, self._mentioned = self._mentioned, {}
        known = self._load(mentioned)
        missing = [_row(name, *seen) for name, seen in mentioned.items() if name not in known]
        if missing:
            db.upsert(
                self._session, db.table(tables.Asset), missing, key=["kind", "namespace", "name"]
            )
            known |= self._load(Name(*name) for name in mentioned if name not in known)
        self._mend(known, mentioned)
        self._ids |= {name: row.id for name, row in known.items()}

    def _load(self, names: Iterable[Name]) -> dict[Name, sa.Row[Any]]:
        asset = tables.Asset
        key = (col(asset.kind), col(asset.namespace), col(asset.name))
        query = sa.select(col(asset.id), *key, col(asset.is_reference), col(asset.first_seen))
        rows = db.select_in(self._session, query, sa.tuple_(*key), [tuple(name) for name in names])
        return {Name(row.kind, row.namespace, row.name): row for row in rows}

    def _mend(
        self,
        known: dict[Name, sa.Row[Any]],
        mentioned: dict[Name, tuple[datetime.datetime, bool]],
    ) -> None:
        changes = [
            {
                "id": row.id,
                "first_seen": min(row.first_seen, mentioned[name][0]),
                "is_reference": row.is_reference and mentioned[name][1],
            }
            for name, row in known.items()
            if mentioned[name][0] < row.first_seen or (row.is_reference and not mentioned[name][1])
        ]
        if changes:
            self._session.execute(sa.update(tables.Asset), changes)


def _row(name: Name, first_seen: datetime.datetime, is_reference: bool) -> dict[str, Any]:
    return {
        **name._asdict(),
        "first_seen": first_seen,
        "is_reference": is_reference,
        "changed_at": db.now(),
        "lifecycle": "active",
        "certification": "none",
        "is_source": False,
    }
