"""What Northbank's people do in the catalog, each over HTTP with a token of their own."""

import datetime
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2

from catalog.demo import history, people
from catalog.demo.organisation import Dataset, Model, Organisation
from catalog.errors import CatalogError, Unavailable

EVENTS_AT_ONCE = 50
CERTIFIED_DAYS = 365
SERVER_ERROR = 500
STEWARD, LEGAL, DEPLOYMENT = "user:ines", "user:leo", "service:ci"
LEGAL_ROLE = "legal"
GOLD = ("marts", "serving")


class DemoRefused(CatalogError):
    """The server would not take a part of the demo."""


@dataclass(frozen=True)
class Northbank:
    """The catalog as everybody at Northbank reaches it; `tokens` are by subject."""

    client: httpx2.Client
    tokens: dict[str, str]
    organisation: Organisation
    today: datetime.date

    def get(self, path: str, **query: str | int) -> Any:
        return call(self.client, "GET", path, params=query)

    def do(self, subject: str, method: str, path: str, body: Any, **query: str) -> Any:
        """One request of `subject`."""
        return call(self.client, method, path, json=body, params=query, token=self.tokens[subject])


Step = Callable[[], object]


def call(
    client: httpx2.Client,
    method: str,
    path: str,
    *,
    json: Any = None,
    params: Any = None,
    token: str | None = None,
) -> Any:
    """The answer's JSON. Raises DemoRefused with what the server says, and Unavailable."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = client.request(method, path, json=json, params=params, headers=headers)
    except httpx2.HTTPError as error:
        raise Unavailable(f"the server at {client.base_url} does not answer: {error}") from error
    if answer.is_success:
        return answer.json()
    problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    said = f"{method} {path}: {answer.status_code} {problem.get('detail', '')}"
    if answer.status_code >= SERVER_ERROR:
        raise Unavailable(said)
    raise DemoRefused(said)


# ── access ───────────────────────────────────────────────────────────────────────────────────────


def sign_in(client: httpx2.Client, organisation: Organisation) -> dict[str, str]:
    """A fresh token for everybody, by subject; the ones that an earlier start made are revoked."""
    older = [
        one["id"]
        for one in call(client, "GET", "/api/v2/tokens", params={"limit": 200})["items"]
        if one["label"] == people.LABEL and one["revoked_at"] is None
    ]
    made = {}
    for person in people.everybody(organisation):
        wanted = {"subject": person.subject, "label": people.LABEL}
        made[person.subject] = call(client, "POST", "/api/v2/tokens", json=wanted)["secret"]
    for token in older:
        call(client, "DELETE", f"/api/v2/tokens/{token}")
    return made


def give_grants(client: httpx2.Client, organisation: Organisation) -> None:
    """Gives everybody their roles; again is as once."""
    for person in people.everybody(organisation):
        for role, namespace in person.grants:
            grant = {"subject": person.subject, "role": role, "namespace": namespace}
            call(client, "POST", "/api/v2/grants", json={**grant, "reason": people.REASON})


# ── the steps ────────────────────────────────────────────────────────────────────────────────────


def steps(northbank: Northbank) -> Iterator[tuple[str, Step]]:
    """All that is done, in order, each with what to call it."""
    for post in _events(northbank):
        yield "posting events", post
    for curate in _curation(northbank):
        yield "classifying and certifying", curate
    for model in northbank.organisation.models.values():
        for version in range(1, model.newest + 1):
            yield "registering models", _later(_register, northbank, model, version)
        yield "asking the gate", _later(_ask, northbank, model)


def is_done(northbank: Northbank) -> bool:
    """Whether the last step was done, so that nothing is to be repeated."""
    *_, last = northbank.organisation.models.values()
    query = {"namespace": northbank.organisation.namespaces["models"], "name": last.name}
    found = northbank.get("/api/v2/evaluations", **query, stage=last.stages[-1])
    return bool(found["items"])


def _later(do: Callable[..., object], *arguments: object) -> Step:
    return lambda: do(*arguments)


def _events(northbank: Northbank) -> Iterator[Step]:
    # Late: the client's classes take longer to import than `sluice demo` needs to find it done.
    from catalog.demo import events  # noqa: PLC0415

    waiting: dict[str, list[dict[str, Any]]] = {}
    for posting in events.postings(northbank.organisation, northbank.today):
        batch = waiting.setdefault(posting.subject, [])
        batch.append(posting.body)
        if len(batch) == EVENTS_AT_ONCE:
            yield _later(_post, northbank, posting.subject, waiting.pop(posting.subject))
    for subject, batch in waiting.items():
        yield _later(_post, northbank, subject, batch)


def _post(northbank: Northbank, subject: str, events: list[dict[str, Any]]) -> None:
    answer = northbank.do(subject, "POST", "/api/v1/lineage/batch", events)
    if answer["failed_events"]:
        raise DemoRefused(f"{subject}: {answer['failed_events'][0]['reason']}")


# ── curation ─────────────────────────────────────────────────────────────────────────────────────


def _curation(northbank: Northbank) -> Iterator[Step]:
    for source in northbank.organisation.sources:
        yield _later(_edit, northbank, source, _classified(northbank, source))
    for job in northbank.organisation.jobs:
        if job.group == "intake":
            place = {"kind": "job", "namespace": job.namespace, "name": job.name}
            yield _later(_patch, northbank, place, {"is_source": True})
    for dataset in northbank.organisation.datasets.values():
        if dataset.group in GOLD:
            gold = {"tags": ["gold"], **_certified(northbank)}
            yield _later(_edit, northbank, dataset, gold)


def _classified(northbank: Northbank, source: Dataset) -> dict[str, Any]:
    return {
        "is_source": source.group == "source",
        "fields": [{"path": one.name, "tags": [one.tag]} for one in source.columns],
        **_certified(northbank),
    }


def _certified(northbank: Northbank) -> dict[str, Any]:
    until = northbank.today + datetime.timedelta(days=CERTIFIED_DAYS)
    return {"certification": "certified", "certified_until": f"{until}T00:00:00Z"}


def _edit(northbank: Northbank, dataset: Dataset, changes: dict[str, Any]) -> None:
    place = {"kind": "dataset", "namespace": dataset.namespace, "name": dataset.name}
    _patch(northbank, place, changes)


def _patch(northbank: Northbank, place: dict[str, str], changes: dict[str, Any]) -> None:
    northbank.do(STEWARD, "PATCH", "/api/v2/asset", changes, **place)


# ── models and the gate ──────────────────────────────────────────────────────────────────────────


def _named(northbank: Northbank, model: Model, version: int) -> dict[str, str]:
    namespace = northbank.organisation.namespaces["models"]
    return {"namespace": namespace, "name": model.name, "version": str(version)}


def _register(northbank: Northbank, model: Model, version: int) -> None:
    """The version with its artifact and the run that trained it, and what was measured."""
    name = _named(northbank, model, version)
    digest = f"sha256:{hashlib.sha256(f'{model.name}/{version}'.encode()).hexdigest()}"
    trained = history.training_run(northbank.organisation, model, version, northbank.today)
    registered = {
        **name,
        "artifact": {
            "digest": digest,
            "files": [{"path": "model.onnx", "digest": digest, "size_bytes": 418_233 + version}],
        },
        "training_runs": [trained],
        "owner": model.owner,
        "description": model.about,
    }
    northbank.do(DEPLOYMENT, "POST", "/api/v2/model-versions", registered)
    if northbank.get("/api/v2/evidence", **name)["items"]:
        return
    for metric, values in model.metrics.items():
        measured = {
            "model_version": name,
            "kind": "metric",
            "name": metric,
            "artifact_digest": digest,
            "body": {"value": values[version - 1], "n": model.holdout_rows},
        }
        northbank.do(DEPLOYMENT, "POST", "/api/v2/evidence", measured)


def _ask(northbank: Northbank, model: Model) -> None:
    """Takes the newest version on through its stages as far as the gate lets it."""
    for stage in _stages_ahead(northbank, model):
        evaluation = _evaluated(northbank, model, stage)
        if evaluation["verdict"] == "PENDING" and model.signed_by_legal:
            _sign(northbank, evaluation, model.signed_by_legal)
            evaluation = _evaluated(northbank, model, stage)
        if evaluation["verdict"] in {"ALLOW", "ALLOW_WITH_WAIVERS"}:
            # Only the newest version is ever promoted, so nothing holds the stage before it.
            wanted = {"evaluation_id": evaluation["id"], "expected_current": None}
            northbank.do(DEPLOYMENT, "POST", "/api/v2/promotions", wanted)


def _stages_ahead(northbank: Northbank, model: Model) -> tuple[str, ...]:
    """The stages after the one that the version holds: an earlier start may have been cut short."""
    namespace = northbank.organisation.namespaces["models"]
    versions = northbank.get("/api/v2/model-versions", namespace=namespace, name=model.name)
    held = {
        stage
        for one in versions["items"]
        if one["version"] == str(model.newest)
        for stage in one["stages"]
    }
    passed = max(
        (place + 1 for place, stage in enumerate(model.stages) if stage in held), default=0
    )
    return model.stages[passed:]


def _evaluated(northbank: Northbank, model: Model, stage: str) -> Any:
    name = _named(northbank, model, model.newest)
    return northbank.do(DEPLOYMENT, "POST", "/api/v2/evaluations", {**name, "target_stage": stage})


def _sign(northbank: Northbank, evaluation: Any, reason: str) -> None:
    answer = {"evaluation_id": evaluation["id"], "role": LEGAL_ROLE, "approved": True}
    northbank.do(LEGAL, "POST", "/api/v2/approvals", {**answer, "reason": reason})
