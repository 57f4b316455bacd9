"""POST of OpenLineage events: a plain ASGI endpoint, for every pipeline waits on it.

Answers as OpenLineage's own OpenAPI and its clients expect: one event 201 with a JSON body (202,
204 and 207 break clients), a batch 200 with a summary in which one bad event never fails its
neighbours.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from catalog.access import Action, Actor
from catalog.api import bodies, edge, problems
from catalog.api.dependencies import Gatekeeper
from catalog.errors import CatalogError, Forbidden, MalformedEvent, Unavailable, UnusableEvent
from catalog.ingest import Entry, Receipt, Status, Writer
from catalog.openlineage import event as openlineage
from catalog.openlineage import facets

SINGLE = ("/api/v1/lineage", "/lineage")
BATCH = ("/api/v1/lineage/batch", "/lineage/batch")
MAX_BATCH_EVENTS = 10_000


@dataclass(frozen=True)
class Refused:
    """A document that is not written, and why."""

    error: CatalogError


class Ingest:
    """The endpoint; `batch` takes arrays only, the other one event or an array."""

    def __init__(
        self,
        engine: sa.Engine,
        gatekeeper: Gatekeeper,
        measures: edge.Measures,
        *,
        max_bytes: int,
        max_batch_bytes: int,
    ) -> None:
        self._writer: Writer | None = None
        self._engine = engine
        self._gatekeeper = gatekeeper
        self._measures = measures
        self._max_bytes = max_bytes
        self._max_batch_bytes = max_batch_bytes

    def start(self, writer: Writer) -> None:
        """Takes events from now on, writing them by `writer`."""
        self._writer = writer

    def stop(self) -> None:
        """Takes no more, and returns when all that was taken is durable."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.stop()

    async def __call__(self, scope: edge.Scope, receive: edge.Receive, send: edge.Send) -> None:
        scope[edge.ROUTE] = scope["path"]
        try:
            response = await self._answer(scope, receive)
        except CatalogError as error:
            response = problems.of(error)
        await response(scope, receive, send)

    async def _answer(self, scope: edge.Scope, receive: edge.Receive) -> Response:
        actor = self._gatekeeper.remembered(scope)
        if actor is None:
            actor = await run_in_threadpool(self._gatekeeper.recognise, scope)
        try:
            return await self._taken(actor, scope, receive)
        except Forbidden as error:
            await run_in_threadpool(
                problems.audit_refusal, self._engine, actor, scope["path"], error
            )
            raise

    async def _taken(self, actor: Actor, scope: edge.Scope, receive: edge.Receive) -> Response:
        actor.must_somewhere(Action.EVENT_POST)
        batch = scope["path"] in BATCH
        cap = self._max_batch_bytes if batch else self._max_bytes
        body = await bodies.read(scope, receive, cap)
        documents = _decoded(body)
        if batch and not isinstance(documents, list):
            raise MalformedEvent("a batch is a JSON array of events")
        if not isinstance(documents, list):
            return await self._one(actor, documents, body)
        if len(documents) > MAX_BATCH_EVENTS:
            raise MalformedEvent(f"a batch has at most {MAX_BATCH_EVENTS} events")
        return await self._many(actor, documents)

    async def _one(self, actor: Actor, document: Any, body: bytes) -> Response:
        entry = _entry(actor, document, body)
        if isinstance(entry, Refused):
            self._measures.events.labels("refused").inc()
            raise entry.error
        (receipt,) = await self._write([entry])
        if receipt.status is Status.QUARANTINED:
            raise UnusableEvent(
                f"{receipt.reason}; the event is kept in quarantine", digest=receipt.digest
            )
        return _json(201, _shown(receipt))

    async def _many(self, actor: Actor, documents: Sequence[Any]) -> Response:
        entries = [_entry(actor, document, None) for document in documents]
        await self._audit_first_refusal(actor, entries)
        kept = [entry for entry in entries if isinstance(entry, Entry)]
        receipts = iter(await self._write(kept) if kept else [])
        failed: list[dict[str, Any]] = []
        warnings: list[dict[str, Any]] = []
        for index, entry in enumerate(entries):
            if isinstance(entry, Refused):
                failed.append(_failure(index, entry.error.message))
                continue
            receipt = next(receipts)
            if receipt.status is Status.QUARANTINED:
                failed.append(_failure(index, f"{receipt.reason}; kept in quarantine"))
            elif receipt.warnings:
                warnings.append({"index": index, "warnings": list(receipt.warnings)})
        summary = {
            "received": len(documents),
            "successful": len(documents) - len(failed),
            "failed": len(failed),
            "retriable": 0,
            "non_retriable": len(failed),
        }
        status = "partial_success" if failed else "success"
        body = {"status": status, "summary": summary, "failed_events": failed}
        return _json(200, {**body, "warnings": warnings})

    async def _audit_first_refusal(self, actor: Actor, entries: Sequence[Entry | Refused]) -> None:
        """One entry of the audit for a batch, however many of its events were refused."""
        for entry in entries:
            if isinstance(entry, Refused) and isinstance(entry.error, Forbidden):
                await run_in_threadpool(
                    problems.audit_refusal, self._engine, actor, BATCH[0], entry.error
                )
                return

    async def _write(self, entries: list[Entry]) -> list[Receipt]:
        if self._writer is None:
            raise Unavailable("this process takes no events: it is starting or stopping")
        receipts = await asyncio.wrap_future(self._writer.submit(entries))
        for receipt in receipts:
            self._measures.events.labels(receipt.status.value).inc()
        return receipts


def _decoded(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        # What orjson refuses may still be an event that can be read (see openlineage.event).
        text = body.lstrip()[:1]
        if text == b"{":
            return None
        raise MalformedEvent(f"the body is not JSON: {error}", position=error.pos) from error


def _entry(actor: Actor, document: Any, body: bytes | None) -> Entry | Refused:
    """The event with its warnings, a body for quarantine, or the refusal."""
    try:
        event = (
            openlineage.parse(body)
            if document is None and body is not None
            else openlineage.parse_document(document, body)
        )
    except UnusableEvent as error:
        kept = body if body is not None else orjson.dumps(document)
        return Entry(kept, actor.subject, None, error.message)
    except CatalogError as error:
        return Refused(error)
    about = event.job or event.dataset
    assert about is not None
    if not actor.may(Action.EVENT_POST, about.namespace):
        message = f"{actor.subject} may not post events for {about.namespace}"
        message += "; it takes the role producer there"
        return Refused(Forbidden(message, action=Action.EVENT_POST.value))
    warnings = (*event.warnings, *facets.check_event(event))
    return Entry(event.body, actor.subject, event, warnings=warnings)


def _shown(receipt: Receipt) -> dict[str, Any]:
    return {
        "digest": receipt.digest,
        "status": receipt.status.value,
        "warnings": list(receipt.warnings),
    }


def _failure(index: int, reason: str) -> dict[str, Any]:
    return {"index": index, "reason": reason, "retriable": False}


def _json(status: int, body: Any) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")
