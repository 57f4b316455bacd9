"""`sluice serve` with the demo, as `make run` starts it, and `sluice gate check` against it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from tests.command_line import Result, Sluice, command_line
from tests.conftest import RunningServer, bearer

CALL = [sys.executable, "-c", "from catalog.cli import main; main()"]
ROOT = Path(__file__).parents[1]


@pytest.fixture
def sluice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Sluice]:
    with command_line(monkeypatch, capsys, tmp_path) as run:
        yield run


@dataclass(frozen=True)
class Started:
    """A server that `sluice serve` started with the demo."""

    url: str
    tokens: dict[str, str]


@contextmanager
def started(folder: Path) -> Iterator[Started]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SLUICE_")},
        "SLUICE_DEMO": "on",
        "PYTHONPATH": str(ROOT),
    }
    with (
        subprocess.Popen(
            [*CALL, "serve", "--port", "0"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stderr.readline()
        assert first.startswith("Sluice is at http://127.0.0.1:"), first + process.stderr.read()
        shown = [process.stdout.readline().split() for _ in range(11)]
        yield Started(first.split()[-1], {row[0]: row[1] for row in shown})
        process.send_signal(signal.SIGINT)
        # The tokens are all that a start prints: no line for each request among them.
        assert process.stdout.read() == ""
        assert process.stderr.read().count("\n") == 1
        assert process.wait() == 0


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """Started once for the tests that ask it; migrates an empty folder's database by itself."""
    with started(tmp_path_factory.mktemp("demonstration")) as server:
        yield server


@pytest.fixture
def check(sluice: Sluice, demonstration: Started) -> Sluice:
    """`sluice gate check` as the pipeline of the demo calls it."""

    def run(*arguments: str, **variables: str) -> Result:
        place = {"url": demonstration.url, "token": demonstration.tokens["service:ci"]}
        return sluice("gate", "check", "models", *arguments, **{**place, **variables})

    return run


def test_a_server_started_with_the_demo_lets_its_people_sign_in(demonstration: Started) -> None:
    for subject, token in demonstration.tokens.items():
        me = httpx2.get(f"{demonstration.url}/api/v2/me", headers=bearer(token))
        assert me.json()["subject"] == subject


def test_a_second_server_on_the_port_says_so(sluice: Sluice, demonstration: Started) -> None:
    result = sluice("serve", port=demonstration.url.rpartition(":")[2])
    assert "is in use" in result.complaint


def test_the_gate_exits_0_for_a_model_that_may_pass(check: Sluice) -> None:
    result = check("credit-default", "3", "--stage", "production")
    assert result.code == 0
    assert result.out.startswith("ALLOW  models/credit-default 3 → production\n")
    assert "Approval by legal: 1 of 1 given" in result.out


def test_the_gate_exits_1_for_a_blocked_model_and_says_why_and_what_to_do(check: Sluice) -> None:
    result = check("customer-churn", "2", "--stage", "production")
    assert result.code == 1
    for line in (
        "FAIL  No personal data reaches a feature of the model unmasked (PRD-06, severity block)",
        "• email of northbank.raw_crm.contacts reaches feature email_domain",
        "path: email of northbank.raw_crm.contacts → email of northbank.staging.stg_contacts → ",
        "fix:  Mask email_domain of engagement_features",
        "ask:  team:customer-analytics",
        "Rules: 1 FAIL, 8 PASS   Policies: production 1",
    ):
        assert line in result.out


def test_the_gate_exits_3_while_an_approval_is_missing(check: Sluice) -> None:
    result = check("collections-priority", "1", "--stage", "production")
    assert result.code == 3
    assert "Approval by legal: 0 of 1 given" in result.out


def test_the_gate_answers_in_json_for_a_script(check: Sluice) -> None:
    result = check("customer-churn", "2", "--stage", "production", "--format", "json")
    assert result.code == 1
    assert json.loads(result.out)["verdict"] == "BLOCK"


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (["customer-churn", "9", "--stage", "production"], {}, "no model version models/customer"),
        (["customer-churn", "2", "--stage", "moon"], {}, "moon"),
        (["customer-churn", "2", "--stage", "beta"], {"token": "x"}, "does not know this token"),
    ],
)
def test_the_gate_exits_2_on_a_wrong_call(
    check: Sluice, arguments: list[str], variables: dict[str, str], said: str
) -> None:
    result = check(*arguments, **variables)
    assert result.code == 2
    assert said in result.complaint


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_demo_is_loaded_into_a_running_server(
    sluice: Sluice, server: RunningServer, database_url: str
) -> None:
    place = {"url": server.url, "database_url": database_url}
    people = json.loads(sluice("demo", "--json", **place).out)
    headers = bearer(people["user:vera"])
    assets = httpx2.get(f"{server.url}/api/v2/assets", headers=headers, params={"limit": 1})
    assert assets.json()["total"] > 60
    again = sluice("demo", "--token", server.admin_token)
    assert again.out.startswith("user:ines         slc_")
