"""The demo organisation: what a visitor finds in it, on real lineage and by the real gate."""

import datetime
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog
from fastapi.testclient import TestClient

from catalog import app, db, demo, migrate, settings
from catalog.checks import node
from catalog.demo import events, history, steps
from catalog.demo.organisation import northbank
from catalog.openlineage import event as openlineage
from catalog.openlineage import facets
from tests import postgres
from tests.conftest import ADMIN_TOKEN, AsSomeone, bearer
from tests.events import run_event

DAY = datetime.date(2026, 11, 22)
WAREHOUSE = northbank().namespaces["warehouse"]
CLEAN, WAITING, BLOCKED = "credit-default", "collections-priority", "customer-churn"


@dataclass(frozen=True)
class Visit:
    """A catalog that holds the demo; `client` asks as the administrator."""

    client: TestClient
    tokens: dict[str, str]

    def get(self, path: str, subject: str = "user:admin", **query: Any) -> Any:
        answer = self.client.get(path, params=query, headers=bearer(self.tokens[subject]))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def last(self, model: str, stage: str = "production", **query: Any) -> Any:
        """The newest evaluation of the model, with all its results."""
        place = {"namespace": "models", "name": model, "stage": stage}
        newest = self.get("/api/v2/evaluations", **place)["items"][0]
        return self.get(f"/api/v2/evaluations/{newest['id']}", **query)

    def stages(self, model: str) -> list[str]:
        place = {"namespace": "models", "name": model}
        return [
            stage
            for version in self.get("/api/v2/model-versions", **place)["items"]
            for stage in version["stages"]
        ]


def visited(client: TestClient) -> Visit:
    return Visit(client, {one.person.subject: one.token for one in demo.load(client)})


@contextmanager
def opened(url: str) -> Iterator[TestClient]:
    configured = settings.Settings(database_url=url, admin_token=ADMIN_TOKEN, log_level="WARNING")
    with TestClient(app.create_app(configured), headers=bearer(ADMIN_TOKEN)) as client:
        yield client
    structlog.reset_defaults()


@dataclass(frozen=True)
class Loaded:
    """A database that holds the demo, to be copied; the tokens are good in every copy."""

    copy: Callable[[], str]
    tokens: dict[str, str]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Loaded once for each kind of database."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("demo") / "demo.db"
        url, copy = f"sqlite:///{path}", _copies(path)
        engine = db.engine(url)
        migrate.upgrade(engine)
        engine.dispose()
    else:
        server: postgres.Server = request.getfixturevalue("postgres_server")
        url = server.create_database(template=request.getfixturevalue("postgres_template"))
        copy = partial(server.create_database, template=url)
    with opened(url) as client:
        return Loaded(copy, visited(client).tokens)


def _copies(path: Path) -> Callable[[], str]:
    numbers = count()
    return lambda: f"sqlite:///{shutil.copy(path, path.with_name(f'{next(numbers)}.db'))}"


@pytest.fixture(scope="module")
def visit(loaded: Loaded) -> Iterator[Visit]:
    """For the tests that only look."""
    with opened(loaded.copy()) as client:
        yield Visit(client, loaded.tokens)


@pytest.fixture
def own_visit(loaded: Loaded) -> Iterator[Visit]:
    """For a test that changes something."""
    with opened(loaded.copy()) as client:
        yield Visit(client, loaded.tokens)


# ── the three models ─────────────────────────────────────────────────────────────────────────────


def test_the_clean_model_is_in_production_with_legals_approval(visit: Visit) -> None:
    evaluation = visit.last(CLEAN)
    assert evaluation["verdict"] == "ALLOW"
    assert {one["status"] for one in evaluation["results"]} == {"PASS"}
    (legal,) = evaluation["approvals"]
    assert [one["subject"] for one in legal["given"]] == ["user:leo"]
    assert visit.stages(CLEAN) == ["production"]


def test_the_blocked_model_names_the_rule_the_column_the_path_the_fix_and_the_owner(
    visit: Visit,
) -> None:
    evaluation = visit.last(BLOCKED)
    assert evaluation["verdict"] == "BLOCK"
    (broken,) = (one for one in evaluation["results"] if one["status"] != "PASS")
    assert broken["rule"] == "PRD-06"
    (finding,) = broken["findings"]
    assert finding["message"] == (
        "email of northbank.raw_crm.contacts reaches feature email_domain of "
        "training/customer-churn unmasked"
    )
    assert [node.label(one) for one in finding["path"]][:5] == [
        "email of northbank.raw_crm.contacts",
        "email of northbank.staging.stg_contacts",
        "email_domain of northbank.marts.customer_engagement",
        "email_domain of engagement_features",
        "email_domain of training/customer-churn",
    ]
    assert finding["fix"].startswith("Mask email_domain of engagement_features where")
    assert finding["owner"] == "team:customer-analytics"
    assert visit.stages(BLOCKED) == ["shadow"]


def test_the_third_model_waits_in_legals_inbox(visit: Visit) -> None:
    evaluation = visit.last(WAITING)
    assert evaluation["verdict"] == "PENDING"
    assert {one["status"] for one in evaluation["results"]} == {"PASS"}
    waiting = visit.get("/api/v2/inbox", "user:leo")["items"]
    assert {"name": WAITING, "stage": "production", "role": "legal"} in [
        {"name": one["model"]["name"], "stage": one["stage"], "role": one["role"]}
        for one in waiting
    ]
    assert visit.stages(WAITING) == ["beta"]


def test_a_failed_run_that_was_repeated_in_time_harms_no_model(visit: Visit) -> None:
    place = {"job_namespace": "dbt", "job_name": history.REPEATED[0]}
    runs = visit.get("/api/v2/runs", **place, limit=200)["items"]
    (failed,) = (one for one in runs if one["state"] == "FAIL")
    night = failed["started_at"][:10]
    assert {one["state"] for one in runs if one["started_at"][:10] == night} == {"FAIL", "COMPLETE"}
    trained = northbank().models[CLEAN].trained_on_days_ago[-1]
    assert trained == history.REPEATED[1], "the clean model was trained on that very night"


def test_the_blocked_model_passes_once_the_steward_marks_the_masking(own_visit: Visit) -> None:
    visit, client = own_visit, own_visit.client
    hop = _hop(visit.last(BLOCKED))
    mark = {**hop, "masking": True, "reason": "Rare domains are replaced by `other`."}
    steward = bearer(visit.tokens["user:ines"])
    assert client.put("/api/v2/masking", json=mark, headers=steward).status_code == 200
    pending = _evaluate(visit, BLOCKED, "2")
    assert pending["verdict"] == "PENDING"
    answer = {"evaluation_id": pending["id"], "role": "legal", "approved": True, "reason": "Seen."}
    legal = bearer(visit.tokens["user:leo"])
    assert client.post("/api/v2/approvals", json=answer, headers=legal).status_code == 201
    assert _evaluate(visit, BLOCKED, "2")["verdict"] == "ALLOW"


def _hop(evaluation: Any) -> dict[str, dict[str, str | None]]:
    """Where the finding says that it can be mended, as PUT masking takes it."""
    (broken,) = (one for one in evaluation["results"] if one["status"] != "PASS")
    found = broken["findings"][0]["data"]["hop"]
    ends = {side: node.parse(found[side]) for side in ("source", "target")}
    return {
        side: {"namespace": end.namespace, "name": end.name, "field": end.detail}
        for side, end in ends.items()
    }


def _evaluate(visit: Visit, model: str, version: str) -> Any:
    asked = {"namespace": "models", "name": model, "version": version}
    headers = bearer(visit.tokens["service:ci"])
    answer = visit.client.post(
        "/api/v2/evaluations", json={**asked, "target_stage": "production"}, headers=headers
    )
    return answer.json()


# ── the rest of the organisation ─────────────────────────────────────────────────────────────────


def test_everything_in_the_catalog_has_an_owner_and_a_description(visit: Visit) -> None:
    assets = visit.get("/api/v2/assets", limit=200)
    assert 60 <= assets["total"] <= 100
    assert [one["name"] for one in assets["items"] if not one["owner"]] == []
    assert [one["name"] for one in assets["items"] if not one["description"]] == []


def test_every_source_is_certified_and_each_of_its_columns_classified(visit: Visit) -> None:
    for source in northbank().sources:
        place = {"kind": "dataset", "namespace": WAREHOUSE, "name": source.name}
        detail = visit.get("/api/v2/asset", **place)
        assert (detail["certification"], detail["certified_by"]) == ("certified", "user:ines")
        assert [one["path"] for one in detail["fields"] if not one["tags"]] == []


def test_every_person_can_do_what_their_role_says_and_no_more(visit: Visit) -> None:
    place = {"kind": "dataset", "namespace": WAREHOUSE, "name": "northbank.marts.fct_loan"}
    gold = {"tags": ["gold"]}
    for subject, status in (("user:vera", 403), ("user:leo", 403), ("user:ines", 200)):
        headers = bearer(visit.tokens[subject])
        answer = visit.client.patch("/api/v2/asset", params=place, json=gold, headers=headers)
        assert answer.status_code == status, subject
    event = run_event("a job of nobody's")
    posted = visit.client.post(
        "/api/v1/lineage", json=event, headers=bearer(visit.tokens["service:spark"])
    )
    assert posted.status_code == 403
    visit.get("/api/v2/audit", "user:ada")


def test_what_was_done_is_on_record_under_the_names_of_those_who_did_it(visit: Visit) -> None:
    entries = visit.get("/api/v2/audit", action="asset:edit", limit=200)["items"]
    assert {one["subject"] for one in entries} == {"user:ines"}
    (promoted, *_) = visit.get("/api/v2/promotions", namespace="models", name=CLEAN)["items"]
    assert (promoted["requested_by"], promoted["allowed"]) == ("service:ci", True)


# ── loading ──────────────────────────────────────────────────────────────────────────────────────


def test_every_event_is_what_the_standard_says() -> None:
    for posting in events.postings(northbank(), DAY):
        event = openlineage.parse(orjson.dumps(posting.body))
        assert (*event.warnings, *facets.check_event(event)) == ()


def test_the_events_are_the_same_all_day() -> None:
    once, again = (events.postings(northbank(), DAY) for _ in range(2))
    assert once == again


def test_no_two_runs_have_one_id() -> None:
    ids = [run.id for run in history.runs(northbank(), DAY)]
    assert len(ids) == len(set(ids)) > 200


def test_every_run_reads_what_was_complete_before_it_began() -> None:
    complete: dict[str, datetime.datetime] = {}
    for run in history.runs(northbank(), DAY):
        for key in run.job.reads:
            if northbank().datasets[key].group != "source":
                assert complete[key] <= run.started_at, (run.job.name, key)
        if run.state == "COMPLETE":
            complete |= dict.fromkeys(run.job.writes, run.ended_at)


def test_loading_again_changes_nothing_but_the_tokens(own_visit: Visit) -> None:
    before = _everything(own_visit)
    again = visited(own_visit.client)
    assert _everything(again) == before
    refused = again.client.get("/api/v2/me", headers=bearer(own_visit.tokens["user:vera"]))
    assert refused.status_code == 401


def test_doing_every_step_again_changes_nothing(own_visit: Visit) -> None:
    before = _everything(own_visit)
    bank = steps.Northbank(own_visit.client, own_visit.tokens, northbank(), _today())
    for _, step in steps.steps(bank):
        step()
    assert _everything(own_visit) == before


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def _everything(visit: Visit) -> dict[str, Any]:
    """What the catalog shows of assets, grants and decisions, and how much is on record."""
    found = {
        path: visit.get(f"/api/v2/{path}", limit=200)["items"] for path in ("assets", "grants")
    }
    for asset in found["assets"]:
        del asset["changed_at"]
    found["edits"] = visit.get("/api/v2/audit", action="asset:edit", limit=200)["items"]
    for model in (CLEAN, WAITING, BLOCKED):
        for path in ("evaluations", "promotions", "model-versions"):
            place = {"namespace": "models", "name": model}
            found[f"{path} of {model}"] = visit.get(f"/api/v2/{path}", **place)["items"]
    return found


def test_a_load_that_was_cut_short_is_completed_by_the_next(client: TestClient) -> None:
    steps.give_grants(client, northbank())
    tokens = steps.sign_in(client, northbank())
    todo = list(steps.steps(steps.Northbank(client, tokens, northbank(), _today())))
    for _, step in todo[:-3]:
        step()
    told: list[tuple[str, int, int]] = []
    people = demo.load(client, progress=lambda *one: told.append(one))
    assert [done for _, done, _ in told] == list(range(len(todo) + 1))
    assert (told[0][0], told[-1][0]) == ("posting events", "done")
    visit = Visit(client, {one.person.subject: one.token for one in people})
    verdicts = {model: visit.last(model)["verdict"] for model in (CLEAN, WAITING, BLOCKED)}
    assert verdicts == {CLEAN: "ALLOW", WAITING: "PENDING", BLOCKED: "BLOCK"}


def test_what_a_visitor_changed_stays_at_the_next_start(own_visit: Visit) -> None:
    client = own_visit.client
    place = {"kind": "dataset", "namespace": WAREHOUSE, "name": "northbank.raw_crm.contacts"}
    rejected = {"certification": "rejected"}
    steward = bearer(own_visit.tokens["user:ines"])
    client.patch("/api/v2/asset", params=place, json=rejected, headers=steward)
    assert visited(client).get("/api/v2/asset", **place)["certification"] == "rejected"


def test_the_demo_is_not_put_into_a_catalog_that_others_use(
    client: TestClient, sign_in: AsSomeone
) -> None:
    assert demo.is_wanted(client)
    assert client.post("/api/v1/lineage", json=run_event("theirs")).status_code == 201
    assert not demo.is_wanted(client)


def test_a_server_that_refuses_is_quoted(client: TestClient, sign_in: AsSomeone) -> None:
    client.headers.update(sign_in("user:nobody", viewer=""))
    with pytest.raises(steps.DemoRefused, match=r"grants: 403 .*grant:manage"):
        demo.load(client)


def test_the_files_of_the_organisation_name_only_columns_that_exist() -> None:
    datasets = northbank().datasets
    for made in datasets.values():
        for column in made.columns:
            assert column.tag or column.made_from, f"{made.key}.{column.name} comes from nowhere"
            for key, name in column.made_from:
                assert name in {one.name for one in datasets[key].columns}


def test_the_demo_says_nothing_of_real_hosts_or_files() -> None:
    body = orjson.dumps([one.body for one in events.postings(northbank(), DAY)]).decode()
    hosts = set(re.findall(r"https?://([^/\"]+)", body))
    assert hosts == {"github.com", "git.northbank.example", "openlineage.io"}
    assert str(Path.home()) not in body
