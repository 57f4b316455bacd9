"""The application: everything wired together once per process."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, FastAPI, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlmodel import text
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from catalog import __version__, access, db, logs, migrate, policies, settings
from catalog.api import (
    assets,
    edge,
    gate,
    ingest,
    lineage,
    models,
    openapi,
    people,
    problems,
    promotions,
)
from catalog.api.dependencies import Gatekeeper
from catalog.errors import NotFound, Unavailable
from catalog.ingest import Writer

STATIC = settings.PACKAGE / "static"


def create_app(given: settings.Settings | None = None) -> FastAPI:
    """The ASGI application. Raises Misconfigured for rules or policies that do not hold
    together."""
    configured = given or settings.current()
    logs.configure(configured.log_format, configured.log_level)
    app = FastAPI(
        title="Sluice",
        version=__version__,
        summary="The data-governance and lineage catalog that decides which models may pass.",
        lifespan=_lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = configured
    rules = access.Rules.load(configured.policies)
    app.state.policies = policies.load(configured.policies)
    app.state.engine = db.engine(configured.database_url, pool_size=configured.database_pool_size)
    app.state.measures = edge.Measures()
    app.state.gatekeeper = Gatekeeper(app.state.engine, rules, configured.admin_token)
    problems.install(app)
    for module in (assets, lineage, models, gate, promotions, people):
        app.include_router(module.router, prefix="/api/v2")
    _add_ingest(app)
    app.include_router(_system())
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign]  # FastAPI's own advice
    _add_web(app)
    limits = frozenset((*ingest.SINGLE, *ingest.BATCH))
    app.add_middleware(edge.Capped, max_bytes=configured.max_body_bytes, except_for=limits)
    app.add_middleware(edge.Observed, measures=app.state.measures)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state = app.state
    state.ingest.start(Writer(state.engine, max_queued_events=state.settings.max_queued_events))
    # What is loaded by now lives as long as the process: the collector need not walk it again.
    gc.collect()
    gc.freeze()
    yield
    await run_in_threadpool(state.ingest.stop)
    state.engine.dispose()


def _add_ingest(app: FastAPI) -> None:
    """The plain ASGI endpoints that pipelines wait on, and their batch forms."""
    endpoint = ingest.Ingest(
        app.state.engine,
        app.state.gatekeeper,
        app.state.measures,
        max_bytes=app.state.settings.max_event_bytes,
        max_batch_bytes=app.state.settings.max_batch_bytes,
    )
    app.state.ingest = endpoint
    for path in (*ingest.SINGLE, *ingest.BATCH):
        app.router.routes.append(Route(path, endpoint, methods=["POST"], include_in_schema=False))


def _system() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> Response:
        return PlainTextResponse("ok\n")

    @router.get("/readyz")
    def readyz(request: Request) -> Response:
        engine: sa.Engine = request.app.state.engine
        with db.available(), engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        if missing := migrate.pending(engine):
            raise Unavailable(missing, retry_after_seconds=5)
        return PlainTextResponse("ready\n")

    @router.get("/metrics")
    def metrics(request: Request) -> Response:
        measures: edge.Measures = request.app.state.measures
        return Response(generate_latest(measures.registry), media_type=CONTENT_TYPE_LATEST)

    @router.get("/openapi.json")
    def openapi_document(request: Request) -> Any:
        return request.app.openapi()

    return router


def _add_web(app: FastAPI) -> None:
    """The built web UI; every other path that asks for a page gets its index, for the router in
    it."""
    if (STATIC / "assets").is_dir():
        app.mount("/assets", StaticFiles(directory=STATIC / "assets"), name="assets")

    @app.get("/{path:path}", include_in_schema=False)
    def web(request: Request, path: str) -> Response:
        if path.startswith(("api/", "lineage/")) and "text/html" not in request.headers.get(
            "accept", ""
        ):
            raise NotFound(f"there is nothing at /{path}; /openapi.json lists what there is")
        return _page(STATIC, path)


def _page(static: Path, path: str) -> Response:
    wanted = (static / path).resolve()
    if path and wanted.is_relative_to(static.resolve()) and wanted.is_file():
        return FileResponse(wanted)
    if not (static / "index.html").is_file():
        raise NotFound("the web UI is not built; `make web` builds it. The API is at /openapi.json")
    return FileResponse(static / "index.html", headers={"Cache-Control": "no-cache"})
