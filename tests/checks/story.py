"""Snapshot documents as short stories: datasets, runs in order, one training run, one model."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from catalog.checks import families, node, registry, view
from catalog.checks.registry import Outcome
from catalog.checks.view import Evidence

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
DIGEST = "sha256:" + "a" * 64
OTHER_DIGEST = "sha256:" + "b" * 64
PLACE = "warehouse"
MODEL_VERSION = node.model_version("models", "churn", "3")


def dataset(name: str) -> str:
    return node.dataset(PLACE, name)


def job(name: str) -> str:
    return node.job(PLACE, name)


def field(text: str) -> str:
    """The node of `email@crm.customers`."""
    path, _, name = text.rpartition("@")
    return node.field(PLACE, name, path)


class Story:
    """Gathers facts; every name is one in the namespace `warehouse`."""

    def __init__(self) -> None:
        self.datasets: dict[str, dict[str, Any]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.runs: dict[str, dict[str, Any]] = {}
        self.versions: dict[str, dict[str, Any]] = {}
        self.edges: list[list[str | None]] = []
        self.attempts: list[dict[str, Any]] = []
        self.columns: list[dict[str, Any]] = []
        self.hops: dict[str, dict[str, bool]] = {}
        self.training_runs: list[str] = []
        self.recorded_digests: dict[str, str] = {}
        self.newest: dict[str, str] = {}

    def dataset(
        self, name: str, fields: Mapping[str, Iterable[str]] | None = None, **facts: Any
    ) -> "Story":
        """A certified, owned dataset; `fields` are paths with their tags."""
        listed = None
        if fields is not None:
            listed = [{"path": p, "type": "text", "tags": list(tags)} for p, tags in fields.items()]
        self.datasets[dataset(name)] = {
            "namespace": PLACE,
            "name": name,
            "type": "TABLE",
            "registered": True,
            "is_source": False,
            "certification": "certified",
            "certified_until": None,
            "lifecycle": "active",
            "owner": f"team:{name}",
            "tags": [],
            "fields": listed,
        } | facts
        return self

    def source(
        self, name: str, fields: Mapping[str, Iterable[str]] | None = None, **facts: Any
    ) -> "Story":
        """A dataset at the beginning: declared a source, and written by nothing that is known."""
        self.dataset(name, fields, **{"is_source": True} | facts)
        self._version(name, "1", None)
        return self

    def job(self, name: str, **facts: Any) -> "Story":
        row = {"namespace": PLACE, "name": name, "type": "JOB", "owner": f"team:{name}"}
        self.jobs[job(name)] = row | {"is_source": False} | facts
        return self

    def run(
        self,
        name: str,
        *,
        reads: Iterable[str] = (),
        writes: Iterable[str] = (),
        columns: Iterable[str] | None = None,
        **facts: Any,
    ) -> str:
        """A run of the job `name`. `columns`: None says nothing, else as in `email@a > hash@b`.

        `~>` is indirect, `#>` is masked. `appends`: the version stands on the one before. `pin`:
        of its reads. What is left in `facts` is about the run.
        """
        if job(name) not in self.jobs:
            self.job(name)
        pin, appends = facts.pop("pin", "inferred"), facts.pop("appends", False)
        key = f"{name}-{len(self.runs) + 1}"
        run = node.run(key)
        row = {"job": job(name), "state": "COMPLETE", "started_at": None, "ended_at": None}
        self.runs[run] = row | facts
        for one in reads:
            self.edges.append([self.newest[dataset(one)], run, "read", pin])
        for one in writes:
            before = self.newest.get(dataset(one))
            version = self._version(one, key, run)
            self.edges.append([run, version, "write", None])
            if appends and before:
                self.edges.append([before, version, "stands_on", None])
            self.hops.setdefault(run, {})[dataset(one)] = columns is not None
        self.columns += [self._column(text, run) for text in columns or ()]
        return run

    def train(self, *, reads: Iterable[str] = (), **facts: Any) -> str:
        run = self.run("train", reads=reads, **facts)
        self.edges.append([run, MODEL_VERSION, "trained", None])
        self.training_runs.append(run)
        return run

    def column(self, text: str, run: str | None = None, declared: str | None = None) -> "Story":
        self.columns.append(self._column(text, run) | {"job": declared and job(declared)})
        return self

    def document(self) -> dict[str, Any]:
        return {
            "format": 1,
            "truncated": False,
            "model_version": {
                "id": MODEL_VERSION,
                "namespace": "models",
                "name": "churn",
                "version": "3",
                "artifact_digest": DIGEST,
                "owner": "user:ana",
                "training_runs": self.training_runs,
                "recorded_digests": self.recorded_digests,
            },
            **{
                part: getattr(self, part)
                for part in ("datasets", "jobs", "runs", "versions", "edges")
            },
            **{part: getattr(self, part) for part in ("attempts", "columns", "hops")},
        }

    def check(self, name: str, *evidence: Evidence, **parameters: Any) -> Outcome:
        """What the check says of the story."""
        found = families.CHECKS[name]
        seen = view.build(self.document(), evidence, now=NOW, stage="production")
        return registry.run(found, seen, found.parameters(**parameters))

    def _version(self, name: str, label: str, run: str | None) -> str:
        version = node.dataset_version(PLACE, name, label)
        self.versions[version] = {"dataset": dataset(name), "written_by": run, "label": label}
        self.newest[dataset(name)] = version
        return version

    @staticmethod
    def _column(text: str, run: str | None) -> dict[str, Any]:
        source, kind, target = text.split()
        source_field, _, source_name = source.rpartition("@")
        target_field, _, target_name = target.rpartition("@")
        return {
            "source": dataset(source_name),
            "source_field": source_field,
            "target": dataset(target_name),
            "target_field": target_field,
            "direct": kind != "~>",
            "masking": kind == "#>",
            "marked_by": None,
            "run": run,
            "job": None,
        }


def messages(outcome: Outcome) -> list[str]:
    """The messages as someone who may see everything reads them."""
    return [node.render(one.message) for one in outcome.findings]


def fixes(outcome: Outcome) -> list[str]:
    return [node.render(one.fix) for one in outcome.findings]


def labels(path: Iterable[str]) -> list[str]:
    return [node.label(one) for one in path]


def metric(value: float, **body: Any) -> Evidence:
    """A measurement of accuracy on the story's artifact."""
    digest = body.pop("digest", DIGEST)
    return Evidence("metric", body.pop("name", "accuracy"), digest, {"value": value, **body})
