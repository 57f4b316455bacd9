"""Gathers what arrives while the last transaction is being written, and writes it as one; no
timer."""

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError, OperationalError

from catalog import db
from catalog.errors import Unavailable
from catalog.ingest import log
from catalog.ingest.log import Entry, Receipt, Status

# Bounds the memory and the duration of one transaction, not the rate.
MAX_BATCH_EVENTS = 512
ATTEMPTS = 3

logger = structlog.get_logger()


class Writer:
    """One thread that owns the writing of events; `submit` answers after the commit."""

    def __init__(self, engine: sa.Engine, *, max_queued_events: int = 10_000) -> None:
        self._engine = engine
        self._max_queued_events = max_queued_events
        self._waiting: deque[tuple[list[Entry], Future[list[Receipt]]]] = deque()
        self._queued = 0
        self._stopping = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)
        self._thread.start()

    def submit(self, entries: Sequence[Entry]) -> Future[list[Receipt]]:
        """The receipts of `entries`, once they are durable.

        Raises Unavailable at once, before any work, when too much is waiting or the process stops.
        """
        with self._changed:
            if self._stopping or self._queued + len(entries) > max(
                self._max_queued_events, len(entries)
            ):
                raise Unavailable("too many events are waiting to be written; send this one again")
            future: Future[list[Receipt]] = Future()
            self._waiting.append((list(entries), future))
            self._queued += len(entries)
            self._changed.notify()
        return future

    def stop(self) -> None:
        """Writes what is waiting, then ends the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._stopping:
                    self._changed.wait()
                gathered = self._gather()
            if not gathered:
                return
            self._answer(gathered)

    def _gather(self) -> list[tuple[list[Entry], Future[list[Receipt]]]]:
        gathered: list[tuple[list[Entry], Future[list[Receipt]]]] = []
        count = 0
        while self._waiting and (
            not gathered or count + len(self._waiting[0][0]) <= MAX_BATCH_EVENTS
        ):
            gathered.append(self._waiting.popleft())
            count += len(gathered[-1][0])
        self._queued -= count
        return gathered

    def _answer(self, gathered: list[tuple[list[Entry], Future[list[Receipt]]]]) -> None:
        try:
            receipts = self._write([entry for entries, _ in gathered for entry in entries])
        except BaseException as error:
            for _, future in gathered:
                future.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        start = 0
        for entries, future in gathered:
            future.set_result(receipts[start : start + len(entries)])
            start += len(entries)

    def _write(self, entries: list[Entry]) -> list[Receipt]:
        """One transaction; when it fails, halves of it, down to the one event that is set aside."""
        try:
            return self._commit(entries)
        except Unavailable:
            raise
        except Exception as error:
            if len(entries) == 1:
                return [self._set_aside(entries[0], error)]
            logger.warning("ingest.batch_failed", events=len(entries), error=str(error)[:500])
            middle = len(entries) // 2
            return self._write(entries[:middle]) + self._write(entries[middle:])

    def _commit(self, entries: list[Entry]) -> list[Receipt]:
        for attempt in range(ATTEMPTS):
            try:
                with db.transaction(self._engine) as session:
                    return log.record(session, entries)
            except (IntegrityError, OperationalError):
                # Another process wrote the same identity, or a deadlock was broken at our cost.
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def _set_aside(self, entry: Entry, error: Exception) -> Receipt:
        reason = f"could not be projected: {type(error).__name__}: {str(error)[:500]}"
        logger.error("ingest.event_set_aside", digest=entry.digest, exc_info=error)
        with db.transaction(self._engine) as session:
            log.quarantine(session, [replace(entry, event=None, reason=reason)])
        return Receipt(entry.digest, Status.QUARANTINED, entry.warnings, reason)
