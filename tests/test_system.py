"""The edges of the process: health, migrations, outages, OpenAPI, headers and logs."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from catalog import app, db, errors, logs, migrate, settings
from catalog.api import shapes
from tests import postgres
from tests.conftest import ADMIN_TOKEN, bearer
from tests.events import run_event


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    server: postgres.Server = request.getfixturevalue("postgres_server")
    return server.create_database()


def test_migrations_go_up_down_and_up_again_and_match_the_tables(empty_url: str) -> None:
    engine = db.engine(empty_url)
    for step in (migrate.upgrade, migrate.downgrade, migrate.upgrade):
        step(engine)
    assert migrate.pending(engine) is None
    assert migrate.differences(engine) == []
    migrate.downgrade(engine)
    left = [name for name in sa.inspect(engine).get_table_names() if name != "alembic_version"]
    assert left == []
    engine.dispose()


def test_a_database_that_is_not_migrated_is_not_ready(empty_url: str) -> None:
    configured = settings.Settings(database_url=empty_url, log_level="ERROR")
    with TestClient(app.create_app(configured)) as client:
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert "sluice migrate" in answer.json()["detail"]
        assert int(answer.headers["retry-after"]) > 0


def test_a_migrated_database_is_ready(client: TestClient) -> None:
    assert client.get("/readyz", headers={"Authorization": ""}).text == "ready\n"


def test_a_database_that_goes_away_is_a_503_and_the_process_recovers(
    postgres_server: postgres.Server, postgres_template: str
) -> None:
    url = postgres_server.create_database(template=postgres_template)
    configured = settings.Settings(database_url=url, admin_token=ADMIN_TOKEN, log_level="CRITICAL")
    with TestClient(app.create_app(configured), headers=bearer(ADMIN_TOKEN)) as client:
        assert client.get("/api/v2/assets").status_code == 200
        with postgres_server.unreachable(url):
            for answer in (
                client.get("/api/v2/assets"),
                client.get("/readyz"),
                client.post("/api/v1/lineage", json=run_event("j")),
                client.post("/api/v2/tokens", json={"subject": "user:a"}),
            ):
                assert answer.status_code == 503, answer.text
                assert answer.json()["code"] == "unavailable"
                assert int(answer.headers["retry-after"]) > 0
        assert client.post("/api/v1/lineage", json=run_event("j")).status_code == 201
        assert client.get("/api/v2/assets").json()["total"] == 1


def test_sqlite_is_safe_and_checks_its_references(tmp_path: Path) -> None:
    engine = db.engine(f"sqlite:///{tmp_path}/p.db")
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}
    engine.dispose()


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(errors.Unavailable, match=str(tmp_path)):
        db.in_writable_place(f"sqlite:///{tmp_path}/x.db")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(errors.Unavailable, match="nowhere"):
        db.in_writable_place(f"sqlite:///{tmp_path}/nowhere/x.db")


def test_every_answer_carries_a_request_id_and_security_headers(client: TestClient) -> None:
    answer = client.get("/api/v2/me", headers={"X-Request-Id": "mine-1"})
    assert answer.headers["x-request-id"] == "mine-1"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    refused = client.get("/api/v2/asset", params={"kind": "dataset", "namespace": "", "name": ""})
    assert refused.json()["request_id"] == refused.headers["x-request-id"]


def test_metrics_count_requests_and_events(client: TestClient) -> None:
    def recorded() -> float:
        lines = client.get("/metrics").text.splitlines()
        counted = [line for line in lines if 'sluice_events_total{outcome="recorded"}' in line]
        return float(counted[0].split()[1]) if counted else 0.0

    before = recorded()
    client.post("/api/v1/lineage", json=run_event("j"))
    assert recorded() == before + 1
    assert 'route="/api/v1/lineage"' in client.get("/metrics").text


def test_openapi_says_what_every_route_can_answer(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            answers = set(operation["responses"])
            assert {"401", "403", "500", "503"} <= answers, (method, path)
            for status, answer in operation["responses"].items():
                if status[0] in "45":
                    assert list(answer["content"]) == ["application/problem+json"], (method, path)
    assert {"/api/v1/lineage", "/lineage/batch"} <= set(document["paths"])
    assert document["components"]["securitySchemes"]


def test_every_request_body_has_an_example_that_is_true(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    bodies = [
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for path, methods in document["paths"].items()
        for operation in methods.values()
        if path.startswith("/api/v2") and "requestBody" in operation
    ]
    assert len(bodies) >= 9
    for name in {reference.rpartition("/")[2] for reference in bodies}:
        shape = next(one for one in _shapes() if one.__name__ == name)
        (example,) = schemas[name]["examples"]
        assert shape.model_validate(example).model_dump()


def _shapes(shape: type[shapes.In] = shapes.In) -> Iterator[type[shapes.In]]:
    for one in shape.__subclasses__():
        yield one
        yield from _shapes(one)


def test_a_path_that_leads_nowhere_is_a_problem_and_a_wrong_method_too(client: TestClient) -> None:
    for answer, status in (
        (client.get("/api/v2/nothing"), 404),
        (client.delete("/api/v2/assets"), 405),
        (client.put("/lineage", json={}), 405),
    ):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_above_the_cap_is_refused_before_it_is_read(client: TestClient) -> None:
    big = {"subject": "user:a", "label": "x" * 3_000_000}
    assert client.post("/api/v2/tokens", json=big).status_code == 413

    def chunks() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 100_000

    chunked = client.post("/api/v2/tokens", content=chunks())
    assert chunked.status_code == 413


def test_logs_are_json_lines_without_tokens(
    client: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure("json", "INFO")
    client.get("/api/v2/me", headers=bearer(ADMIN_TOKEN))
    line = json.loads(capfd.readouterr().err.strip().splitlines()[-1])
    assert (line["event"], line["path"], line["status"]) == ("http.answered", "/api/v2/me", 200)
    assert ADMIN_TOKEN not in str(line)


def test_a_crash_is_answered_without_internals_and_logged_with_them(
    capfd: pytest.CaptureFixture[str], database_url: str
) -> None:
    def crash() -> None:
        raise ValueError("the inner secret")

    configured = settings.Settings(database_url=database_url, admin_token=ADMIN_TOKEN)
    application = app.create_app(configured)
    application.add_api_route("/api/v2/crash", crash)
    application.router.routes.insert(0, application.router.routes.pop())
    with TestClient(application, raise_server_exceptions=False) as client:
        answer = client.get("/api/v2/crash", headers=bearer(ADMIN_TOKEN))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text
    written = capfd.readouterr().err
    assert "the inner secret" in written
    assert ADMIN_TOKEN not in written


def test_the_committed_openapi_document_is_the_one_that_is_served(client: TestClient) -> None:
    committed = Path(__file__).parents[1] / "web" / "openapi.json"
    assert json.loads(committed.read_text()) == client.get("/openapi.json").json(), "run `make api`"
