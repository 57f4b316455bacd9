"""The command line as people and pipelines use it: what it prints, where, and how it exits."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa

from catalog import db, ingest
from tests.command_line import Sluice, command_line
from tests.conftest import RunningServer, bearer
from tests.events import run_event

# Not pydantic: typer itself reads arguments by it.
HEAVY = (
    *("alembic", "casbin", "fastapi", "httpx2", "networkx", "openlineage", "pandas", "rich"),
    *("sqlalchemy", "sqlmodel", "starlette", "strawberry", "uvicorn"),
)


@pytest.fixture
def sluice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Sluice]:
    with command_line(monkeypatch, capsys, tmp_path) as run:
        yield run


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.ndjson"
    lines = [json.dumps(run_event(f"job {number}")) for number in range(5)]
    path.write_text("\n".join(lines) + "\n")
    return path


# ── start-up ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        (["events", "post", "--help"], 0),
        (["gate", "check", "m", "n", "1", "--stage", "s", "--url", "http://127.0.0.1:1"], 4),
    ],
)
def test_help_and_calls_over_http_import_nothing_heavy(arguments: list[str], code: int) -> None:
    assert not _loaded(arguments, code)


def test_posting_events_imports_nothing_heavy(server: RunningServer, events: Path) -> None:
    place = ["--url", server.url, "--token", server.admin_token, "--json"]
    # rich is there for its progress bar, which --json leaves out but has to ask about.
    assert _loaded(["events", "post", str(events), *place], 0) <= {"rich"}


def _loaded(arguments: list[str], code: int) -> set[str]:
    """The heavy modules that a call of the command line has loaded when it ends."""
    script = (
        "import atexit, sys\n"
        f"heavy = lambda: print(*(m for m in {HEAVY} if m in sys.modules), file=sys.stderr)\n"
        "atexit.register(heavy)\n"
        "from catalog.cli import main\n"
        "main()"
    )
    called = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(called, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return set(done.stderr.splitlines()[-1].split())


def test_without_a_command_it_says_what_there_is(sluice: Sluice) -> None:
    result = sluice()
    assert result.code == 2
    for command in ("serve", "migrate", "demo", "token", "grant", "events", "gate", "rebuild"):
        assert re.search(rf"^  {command} ", result.out + result.err, re.MULTILINE)


# ── what goes wrong on a machine ─────────────────────────────────────────────────────────────────


def test_a_busy_port_is_one_clear_line(sluice: Sluice) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = sluice("serve", "--port", str(port))
    assert result.code == 1
    assert result.complaint.startswith(f"port {port} of 127.0.0.1 is in use; stop what uses it")


def test_a_host_that_is_not_ours_is_one_clear_line(sluice: Sluice) -> None:
    result = sluice("serve", "--host", "203.0.113.1", "--port", "0")
    assert result.code == 1
    assert "cannot listen at 203.0.113.1" in result.complaint


def test_a_folder_that_cannot_be_written_is_one_clear_line(sluice: Sluice) -> None:
    result = sluice("migrate", database_url="sqlite:////proc/nowhere/sluice.db")
    assert result.code == 1
    assert "/proc/nowhere of the database cannot be written" in result.complaint


def test_a_database_that_is_down_is_one_clear_line_without_the_password(sluice: Sluice) -> None:
    result = sluice("token", "list", database_url="postgresql://me:hush@127.0.0.1:1/none")
    assert result.code == 1
    assert "127.0.0.1:1/none does not answer: connection failed" in result.complaint
    assert "hush" not in result.err


@pytest.mark.parametrize("url", ["nonsense", "mongodb://somewhere/else"])
def test_a_database_address_that_is_none_is_one_clear_line(sluice: Sluice, url: str) -> None:
    assert "SLUICE_DATABASE_URL is no" in sluice("migrate", database_url=url).complaint


def test_a_wrong_setting_is_named(sluice: Sluice) -> None:
    assert sluice("migrate", port="eighty").complaint.startswith("SLUICE_PORT: ")


def test_a_pending_migration_is_named_with_its_cure(sluice: Sluice) -> None:
    assert sluice("token", "list").complaint.endswith("run `sluice migrate`")
    assert sluice("migrate").out == "the database was migrated\n"
    assert sluice("migrate").out == "the database is up to date\n"
    assert sluice("token", "list").code == 0


def test_an_error_of_ours_is_one_line_unless_the_place_is_asked_for(sluice: Sluice) -> None:
    broken = {"policies": "/proc"}
    assert "internal error: FileNotFoundError" in sluice("export-openapi", **broken).complaint
    with pytest.raises(FileNotFoundError):
        sluice("export-openapi", **broken, log_level="DEBUG")


# ── tokens and grants ────────────────────────────────────────────────────────────────────────────


def test_a_token_made_here_signs_in_as_its_subject(
    sluice: Sluice, database_url: str, server: RunningServer
) -> None:
    made = sluice("token", "create", "user:ana", "--label", "laptop", database_url=database_url)
    assert re.fullmatch(r"slc_[\w-]{43}\n", made.out)
    assert "not shown again" in made.err
    me = httpx2.get(f"{server.url}/api/v2/me", headers=bearer(made.out.strip()))
    assert me.json()["subject"] == "user:ana"


def test_a_revoked_token_signs_in_no_more(
    sluice: Sluice, database_url: str, server: RunningServer
) -> None:
    made = sluice("token", "create", "user:ana", "--json", database_url=database_url)
    token = json.loads(made.out)
    assert sluice("token", "revoke", token["id"]).out == f"revoked {token['id']} of user:ana\n"
    me = httpx2.get(f"{server.url}/api/v2/me", headers=bearer(token["secret"]))
    assert me.status_code == 401


def test_a_list_of_tokens_holds_no_secret(sluice: Sluice, database_url: str) -> None:
    made = json.loads(
        sluice(
            "token", "create", "user:ana", "--days", "3", "--json", database_url=database_url
        ).out
    )
    assert "\tuser:ana\t" in sluice("token", "list").out
    (listed,) = json.loads(sluice("token", "list", "--json").out)["items"]
    assert listed.keys() == made.keys() - {"secret"}
    assert listed["expires_at"] is not None


def test_a_grant_is_given_once_listed_and_ended(sluice: Sluice, database_url: str) -> None:
    give = ("grant", "give", "service:dbt", "producer", "--namespace", "dbt")
    given = sluice(*give, database_url=database_url)
    assert given.out.startswith("service:dbt is producer in dbt (")
    assert sluice(*give).out == given.out
    (listed,) = json.loads(sluice("grant", "list", "--json").out)["items"]
    assert (listed["reason"], listed["granted_by"]) == (
        "given on the command line",
        "user:local-admin",
    )
    ended = sluice("grant", "end", listed["id"])
    assert ended.out == f"service:dbt is no longer producer ({listed['id']})\n"
    assert json.loads(sluice("grant", "list", "--subject", "service:dbt", "--json").out) == {
        "items": []
    }


def test_a_wrong_role_subject_or_id_is_one_clear_line(sluice: Sluice, database_url: str) -> None:
    wrong = sluice("grant", "give", "user:ana", "king", database_url=database_url)
    assert wrong.complaint.startswith("there is no role 'king' to grant; known are admin, ")
    assert "write user:NAME" in sluice("token", "create", "ana").complaint
    assert sluice("token", "revoke", "nothing").complaint == "no token nothing"


# ── the rest ─────────────────────────────────────────────────────────────────────────────────────


def test_rebuild_makes_the_same_catalog_again(
    sluice: Sluice, server: RunningServer, events: Path, engine: sa.Engine, database_url: str
) -> None:
    sluice("events", "post", events, url=server.url, token=server.admin_token)
    with db.transaction(engine, reading=True) as session:
        before = ingest.dump(session)
    assert sluice("rebuild", database_url=database_url).out == "rebuilt from 5 events\n"
    with db.transaction(engine, reading=True) as session:
        assert ingest.dump(session) == before


def test_the_openapi_document_is_printed_or_written(sluice: Sluice, tmp_path: Path) -> None:
    printed = json.loads(sluice("export-openapi").out)
    assert "/api/v2/evaluations" in printed["paths"]
    sluice("export-openapi", "--output", tmp_path / "api.json")
    assert json.loads((tmp_path / "api.json").read_text()) == printed
    refused = sluice("export-openapi", "--output", "/proc/api.json")
    assert "/proc/api.json cannot be written" in refused.complaint
