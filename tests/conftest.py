"""The fixtures: a migrated database of either kind, the application on it, and people who use
it."""

import dataclasses
import functools
import shutil
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from catalog import access, app, db, grants, migrate, settings, tokens
from catalog.access import Actor, Rules
from tests import postgres

ADMIN_TOKEN = "the-first-administrator-of-the-tests"
SHARED_EVENTS = Path(__file__).parents[2] / "shared" / "data" / "openlineage"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A real PostgreSQL, started on first use."""
    with postgres.server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: postgres.Server) -> str:
    """The URL of a migrated, empty database to copy."""
    return _migrated(postgres_server.create_database())


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a migrated, empty database to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """The URL of the one migrated database of a kind that the tests of this process share."""

    @functools.cache
    def url(kind: str) -> str:
        if kind == "sqlite":
            template: Path = request.getfixturevalue("sqlite_template")
            return f"sqlite:///{shutil.copy(template, template.with_name('shared.db'))}"
        server: postgres.Server = request.getfixturevalue("postgres_server")
        return server.create_database(template=request.getfixturevalue("postgres_template"))

    return url


@pytest.fixture(scope="session")
def applications() -> Callable[[str], FastAPI]:
    """The application on the database at a URL, made once: a second takes half of one."""

    @functools.cache
    def application(url: str) -> FastAPI:
        configured = settings.Settings(
            database_url=url, admin_token=ADMIN_TOKEN, log_level="WARNING"
        )
        return app.create_app(configured)

    return application


def _migrated(url: str) -> str:
    engine = db.engine(url)
    migrate.upgrade(engine)
    engine.dispose()
    return url


def _emptied(url: str) -> str:
    """Every row goes; making a database for each test would take most of the tests' time."""
    engine = db.engine(url)
    names = [table.name for table in reversed(migrate.METADATA.sorted_tables)]
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE")
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            for name in names:
                connection.exec_driver_sql(f"DELETE FROM {name}")
    engine.dispose()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, databases: Callable[[str], str]) -> str:
    """The URL of a migrated, empty database: every test that uses it runs on both kinds."""
    return _emptied(databases(request.param))


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    made = db.engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    """One transaction for the whole test, committed at its end."""
    with db.transaction(engine) as opened:
        yield opened


@pytest.fixture(scope="session")
def rules() -> Rules:
    return Rules.load(settings.resource("policies"))


@pytest.fixture
def admin(rules: Rules) -> Actor:
    return access.administrator("user:admin", rules)


@pytest.fixture
def application(database_url: str, applications: Callable[[str], FastAPI]) -> FastAPI:
    """The application, which remembers nobody from another test."""
    made = applications(database_url)
    made.state.gatekeeper.forget()
    return made


@pytest.fixture
def client(application: FastAPI) -> Iterator[TestClient]:
    """The application in this process, asked by the first administrator."""
    with TestClient(application, headers=bearer(ADMIN_TOKEN)) as asked:
        yield asked
    structlog.reset_defaults()


AsSomeone = Callable[..., dict[str, str]]


@pytest.fixture
def sign_in(engine: sa.Engine, admin: Actor) -> AsSomeone:
    """Headers for a subject: `sign_in("user:ines", steward="", producer="postgres://db")`."""

    def headers(subject: str, **roles: str) -> dict[str, str]:
        with db.transaction(engine) as session:
            for role, namespace in roles.items():
                grants.give(
                    session,
                    admin,
                    subject=subject,
                    role=role.replace("_", "-"),
                    namespace=namespace,
                    reason="a test",
                )
            return bearer(tokens.create(session, admin, subject=subject).secret)

    return headers


@dataclasses.dataclass(frozen=True)
class RunningServer:
    """A server as a user runs it, on a port of its own."""

    url: str
    admin_token: str
    app: FastAPI


@pytest.fixture
def server(application: FastAPI) -> Generator[RunningServer]:
    """The application behind a real HTTP server."""
    listening = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(application, log_config=None))
    thread = threading.Thread(target=running.run, args=([listening],))
    thread.start()
    while not running.started and thread.is_alive():
        time.sleep(0.01)
    port = listening.getsockname()[1]
    yield RunningServer(f"http://127.0.0.1:{port}", ADMIN_TOKEN, application)
    running.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture
def shared_events() -> Path:
    """The folder of real events beside the project; the test is skipped where there is none."""
    if not SHARED_EVENTS.is_dir():
        pytest.skip("the folder of real OpenLineage events is not beside the project")
    return SHARED_EVENTS


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


Posted = dict[str, Any]
