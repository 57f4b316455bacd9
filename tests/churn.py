"""A small company with one model, told by events: customers → features → training; its people."""

import functools
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from sqlmodel import Session

from catalog import access, approvals, assets, gate, ingest, policies, promotion, registry, settings
from catalog.access import Actor, Held, Rules
from catalog.openlineage import event as openlineage
from catalog.policies import Policies
from catalog.registry import Artifact, Key
from catalog.tables import Approval, Evaluation, Promotion
from tests.events import WAREHOUSE, columns, dataset, run_event, run_id

DIGEST = "sha256:" + "a" * 64
OTHER_DIGEST = "sha256:" + "b" * 64
MODELS = "models"
JOBS = "etl"
MASKED = {"age_band": "crm.customers.age", "domain": "!crm.customers.email"}
UNMASKED = MASKED | {"domain": "crm.customers.email"}


@functools.cache
def shipped() -> Policies:
    """The policies of the project itself."""
    return policies.load(settings.resource("policies"))


@dataclass
class Churn:
    """The company in one session; all of it holds for production but for what a test changes."""

    session: Session
    rules: Rules
    policies: Policies = field(default_factory=shipped)

    def actor(self, subject: str, **roles: str) -> Actor:
        """`actor("user:lea", legal="models")`: a subject with roles, each in a namespace."""
        held = tuple(Held(role.replace("_", "-"), place) for role, place in roles.items())
        return Actor(subject, held, self.rules)

    @property
    def admin(self) -> Actor:
        return access.administrator("user:admin", self.rules)

    @property
    def owner(self) -> Actor:
        return self.actor("user:ana", model_owner=MODELS)

    @property
    def pipeline(self) -> Actor:
        return self.actor("service:ci", promoter=MODELS)

    @property
    def legal(self) -> Actor:
        return self.actor("user:lea", legal="")

    def post(self, *events: dict[str, Any]) -> None:
        entries = [
            ingest.Entry(orjson.dumps(one), "service:etl", openlineage.parse(orjson.dumps(one)))
            for one in events
        ]
        ingest.record(self.session, entries)

    def trained(self, sources: dict[str, Any] = MASKED, *, name: str = "v1") -> None:
        """Features made as `sources` say, and a model trained on them."""
        customers = dataset("crm.customers", "email", "age")
        made = dataset("features.churn", *sources, columnLineage=columns(**sources))
        features, train = f"features-{name}", f"train-{name}"
        self.post(
            run_event("features", run=features, minute=1, inputs=(customers,), outputs=(made,)),
            run_event("train", "START", run=train, minute=9, inputs=(made,)),
            run_event("train", run=train, minute=10, inputs=(made,)),
        )
        self.edit(
            "dataset",
            "crm.customers",
            owner="team:crm",
            certification="certified",
            is_source=True,
            fields=[
                {"path": "email", "tags": ["pii.email"]},
                {"path": "age", "tags": ["not-personal"]},
            ],
        )
        self.edit("dataset", "features.churn", owner="team:features")
        self.edit("job", "features", owner="team:features")
        self.edit("job", "train", owner="team:science")

    def edit(self, kind: str, name: str, **changes: Any) -> None:
        place = JOBS if kind == "job" else WAREHOUSE
        wanted = cast(assets.Changes, changes)
        assets.edit(self.session, self.admin, kind, place, name, changes=wanted)

    def register(self, version: str = "1", digest: str = DIGEST, *, run: str = "v1") -> Key:
        registry.register_version(
            self.session,
            self.owner,
            namespace=MODELS,
            name="churn",
            version=version,
            artifact=Artifact(digest),
            training_runs=[run_id(f"train-{run}")],
        )
        return Key(MODELS, "churn", version)

    def measure(self, version: str = "1", value: float = 0.9, digest: str = DIGEST) -> None:
        registry.add_evidence(
            self.session,
            self.owner,
            Key(MODELS, "churn", version),
            kind="metric",
            name="auc",
            body={"value": value, "n": 1_000},
            artifact_digest=digest,
        )

    def evaluate(
        self,
        stage: str = "production",
        *,
        version: str = "1",
        actor: Actor | None = None,
        key: str | None = None,
    ) -> Evaluation:
        return gate.evaluate(
            self.session,
            actor or self.pipeline,
            namespace=MODELS,
            name="churn",
            version=version,
            stage=stage,
            policies=self.policies,
            idempotency_key=key,
        )

    def answer(
        self, evaluation: Evaluation, *, approved: bool = True, actor: Actor | None = None
    ) -> Approval:
        return approvals.answer(
            self.session,
            actor or self.legal,
            evaluation_id=evaluation.id,
            role="legal",
            approved=approved,
            reason="the data agreement covers it",
        )

    def promote(
        self, evaluation: Evaluation, expected: str | None = None, actor: Actor | None = None
    ) -> Promotion:
        return promotion.promote(
            self.session,
            actor or self.pipeline,
            evaluation_id=evaluation.id,
            expected_current=expected,
            policies=self.policies,
        )

    def ready(self, version: str = "1", digest: str = DIGEST) -> Key:
        """A version for which everything holds, except that nobody has approved it."""
        if version == "1":
            self.trained()
        key = self.register(version, digest)
        self.measure(version, digest=digest)
        return key

    def in_beta(self, version: str = "1", digest: str = DIGEST, holds: str | None = None) -> Key:
        """The same, promoted to shadow and to beta."""
        key = self.ready(version, digest)
        for stage in ("shadow", "beta"):
            moved = self.promote(self.evaluate(stage, version=version), holds)
            assert moved.allowed, moved.refusal
        return key


def failing(evaluation: Evaluation) -> dict[str, str]:
    """The rules that do not hold, with their status."""
    return {
        one["rule"]: one["status"]
        for one in evaluation.results
        if one["status"] not in {"PASS", "NOT_APPLICABLE"}
    }
