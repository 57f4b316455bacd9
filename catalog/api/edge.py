"""What surrounds every request: its id, its log line, its measures, and the cap on its body."""

import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram

from catalog.api import problems
from catalog.errors import TooLarge

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (
        b"content-security-policy",
        b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        b"worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    ),
]

# Where a plain ASGI endpoint says which route it is: FastAPI does so for its own only.
ROUTE = "sluice.route"

logger = structlog.get_logger()


class Measures:
    """The counters that /metrics shows; one set per application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ["method", "route", "status"]
        self.requests = Counter(
            "sluice_http_requests", "Requests answered", labels, registry=self.registry
        )
        self.seconds = Histogram(
            "sluice_http_request_seconds", "Time to answer", labels[:2], registry=self.registry
        )
        self.events = Counter(
            "sluice_events", "Events received, by outcome", ["outcome"], registry=self.registry
        )


class Observed:
    """Gives every request an id (the caller's, if it sent one), logs it once and measures it."""

    def __init__(self, app: App, measures: Measures) -> None:
        self._app = app
        self._measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        began, status = time.perf_counter(), 500

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ()), *SECURITY_HEADERS]
                message["headers"] = [*headers, (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, observed)
        finally:
            seconds = time.perf_counter() - began
            route = scope.get(ROUTE) or getattr(scope.get("route"), "path", None) or "other"
            self._measures.requests.labels(scope["method"], route, str(status)).inc()
            self._measures.seconds.labels(scope["method"], route).observe(seconds)
            logger.info(
                "http.answered",
                method=scope["method"],
                path=scope["path"],
                status=status,
                milliseconds=round(seconds * 1000, 1),
            )


class Capped:
    """Refuses a body larger than the cap while it arrives; ingest has caps of its own."""

    def __init__(self, app: App, max_bytes: int, *, except_for: frozenset[str]) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._except_for = except_for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self._except_for:
            await self._app(scope, receive, send)
            return
        length = header(scope, b"content-length")
        if length.isdigit() and int(length) > self._max_bytes:
            await problems.of(self._too_large())(scope, receive, send)
            return
        received = 0

        async def capped() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                raise self._too_large()
            return message

        await self._app(scope, capped, send)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"the body is larger than {self._max_bytes} bytes")


def header(scope: Scope, name: bytes) -> str:
    """The value of a request header, or ""."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return ""


def _request_id(scope: Scope) -> str:
    sent = header(scope, b"x-request-id")
    return sent if sent and len(sent) <= 100 and sent.isprintable() else str(uuid.uuid4())  # noqa: PLR2004
