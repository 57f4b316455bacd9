"""Every refusal as application/problem+json (RFC 9457), rendered in one place."""

from typing import Any

import orjson
import sqlalchemy as sa
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import DataError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from catalog import audit, db
from catalog.access import Actor
from catalog.errors import CatalogError, Forbidden, Unauthenticated, Unavailable

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    422: "Not valid",
    500: "Internal error",
    503: "Unavailable, try again",
}

logger = structlog.get_logger()


class Problem(BaseModel):
    """RFC 9457; `code` is stable, `detail` names the thing and what to do, more members may
    follow."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None = None


def answer(status: int, code: str, detail: str, **details: Any) -> Response:
    """A problem as a response."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    body = {
        "type": "about:blank",
        "title": TITLES.get(status, "Refused"),
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id,
        **details,
    }
    headers = {"WWW-Authenticate": "Bearer"} if status == Unauthenticated.status else {}
    return Response(orjson.dumps(body), status, headers, MEDIA_TYPE)


def of(error: CatalogError) -> Response:
    """The response to what a caller did wrong."""
    response = answer(error.status, error.code, error.message, **error.details)
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def install(app: FastAPI) -> None:
    """Answers every exception that leaves a route."""
    app.add_exception_handler(CatalogError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DataError, _unstorable)
    app.add_exception_handler(UnicodeEncodeError, _unstorable)
    app.add_exception_handler(Exception, _crashed)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, CatalogError)
    actor: Actor | None = getattr(request.state, "actor", None)
    reading = request.method in {"GET", "HEAD", "OPTIONS"}
    if isinstance(error, Forbidden) and actor is not None and not reading:
        engine, path = request.app.state.engine, request.url.path
        await run_in_threadpool(audit_refusal, engine, actor, path, error)
    return of(error)


def audit_refusal(engine: sa.Engine, actor: Actor, path: str, error: Forbidden) -> None:
    """Records a denied write, in a transaction of its own: that of the request was rolled back."""
    with db.transaction(engine) as session:
        action = str(error.details.get("action", "write"))
        reason = {"reason": error.message}
        audit.record(session, actor, action, path, after=reason, allowed=False)


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = error.errors()
    first = errors[0]
    if first["type"] == "json_invalid":
        position = first["loc"][-1]
        detail = f"the body is not JSON: {first['ctx']['error']} at position {position}"
        return answer(400, "malformed", detail, position=position)
    found = [{"field": _field(one["loc"]), "message": one["msg"]} for one in errors[:20]]
    detail = "; ".join(f"{one['field']}: {one['message']}" for one in found[:5])
    return answer(422, "invalid", detail, errors=found)


def _field(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in place[1:]) or str(place[0])


async def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, CatalogError):
        # FastAPI wraps whatever is raised while it reads a body.
        return of(error.__cause__)
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "refused")
    response = answer(error.status_code, code, str(error.detail))
    response.headers.update(error.headers or {})
    return response


async def _unstorable(_: Request, error: Exception) -> Response:
    logger.warning("http.unstorable", error=str(error)[:200])
    return answer(
        422, "invalid", "a text holds a character that cannot be stored (NUL, half a pair)"
    )


async def _crashed(_: Request, error: Exception) -> Response:
    logger.error("http.crashed", exc_info=error)
    return answer(500, "internal", "something failed here; the log has it under the request id")


Documented = dict[int | str, dict[str, Any]]


def documented(*statuses: int) -> Documented:
    """The OpenAPI entries for the problems a route can answer, besides those that any can."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": TITLES[status], "content": content}
        for status in sorted({401, 403, 422, 500, 503, *statuses})
    }
