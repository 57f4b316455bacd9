"""From a model version and a stage to a verdict: all the input, every rule, nothing stored."""

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import rfc8785
import zstandard
from sqlmodel import Session

from catalog import approvals, db, lineage, registry, tables
from catalog.access import Actor
from catalog.checks import facts, node, view
from catalog.checks.registry import Finding, Outcome, Status, run
from catalog.checks.view import Dataset, Evidence, Job, View
from catalog.lineage.snapshot import MAX_NODES
from catalog.policies import Policies, Policy, Rule, Severity

FORMAT = 1
ALLOW, PENDING, BLOCK = "ALLOW", "PENDING", "BLOCK"
# A finding more would not help anyone to mend anything; their number is kept.
MAX_FINDINGS = 500
UNDECIDED = frozenset({Status.FAIL, Status.ERROR})
CUT_SHORT = "the lineage was cut short, so nothing can be said of all of it"

Result = dict[str, Any]


@dataclass(frozen=True)
class Assessment:
    """A verdict, its results in order, and the input that it follows from.

    `binding` is over the artifact, the policies and the facts that their rules read: what an
    approval holds for. `input_digest` is over all of the input but the time.
    """

    registered: registry.Registered
    stage: str
    verdict: str
    results: list[Result]
    input: Mapping[str, Any]
    input_digest: str
    snapshot: bytes
    policies: tuple[Policy, ...]

    @property
    def snapshot_digest(self) -> str:
        return str(self.input["snapshot"]["digest"])


@dataclass(frozen=True)
class _Facts:
    """What was read from the database, once."""

    registered: registry.Registered
    stage: str
    now: datetime.datetime
    document: Mapping[str, Any]
    evidence: tuple[tables.Evidence, ...]
    policies: tuple[Policy, ...]

    @property
    def seen(self) -> tuple[Evidence, ...]:
        return tuple(
            Evidence(one.kind, one.name, one.artifact_digest, one.body) for one in self.evidence
        )

    @property
    def rules(self) -> list[tuple[Policy, Rule]]:
        return [(policy, rule) for policy in self.policies for rule in policy.rules]


def assess(
    session: Session,
    actor: Actor,
    registered: registry.Registered,
    *,
    stage: str,
    policies: Policies,
    max_nodes: int = MAX_NODES,
) -> Assessment:
    """Runs every policy that matches on the snapshot as it is now. Raises Forbidden and Invalid.

    Fails closed: without a policy, without a rule or with lineage cut short the verdict is BLOCK.
    """
    known = _Facts(
        registered,
        stage,
        db.now(),
        lineage.snapshot(session, actor, registered.version, limit=max_nodes),
        tuple(registry.all_evidence(session, registered.version)),
        policies.matching(stage),
    )
    read = _read(known)
    binding = _digest({**read, **_subject(known)})
    given = approvals.standing(session, registered.version, stage, binding)
    results = [*_of_gate(known), *_of_rules(known), *_of_approvals(known, given, binding)]
    snapshot = _fast(known.document)
    stood_on = {
        **_subject(known),
        "snapshot": _described(known.document, snapshot),
        "facts": read,
        "binding": binding,
        "evidence": [_evidence(one) for one in known.evidence],
        "approvals": [_approval(one) for one in given],
    }
    complete = {**stood_on, "now": known.now.isoformat()}
    digest, verdict = _digest(stood_on), _verdict(results)
    packed = (snapshot, known.policies)
    return Assessment(registered, stage, verdict, results, complete, digest, *packed)


def pack(document: Mapping[str, Any]) -> bytes:
    """Canonical JSON (RFC 8785), compressed."""
    return zstandard.compress(rfc8785.dumps(dict(document)))


def unpack(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(zstandard.decompress(body))
    return found


# ── the input ────────────────────────────────────────────────────────────────────────────────────


def _subject(known: _Facts) -> dict[str, Any]:
    """What is asked about, and by which rules."""
    return {
        "format": FORMAT,
        "model_version": known.registered.key.node,
        "artifact_digest": known.registered.version.artifact_digest,
        "stage": known.stage,
        "policies": [
            {"name": policy.name, "version": policy.version, "digest": policy.digest}
            for policy in known.policies
        ],
    }


def _read(known: _Facts) -> dict[str, str]:
    """The digest of each part of the snapshot and evidence that some rule reads."""
    parts = {part for _, rule in known.rules for part in rule.check.reading(rule.parameters)}
    selected = facts.select(known.document, known.seen, parts)
    # Only ever compared with our own: the fast writer will do, as long as it is the same one.
    return {part: _hash(_fast(value)) for part, value in selected.items()}


def _described(document: Mapping[str, Any], body: bytes) -> dict[str, Any]:
    parts = ("runs", "versions")
    return {
        "digest": _hash(body),
        "nodes": 1 + sum(len(document[part]) for part in parts),
        "edges": len(document["edges"]),
        "truncated": document["truncated"],
    }


def _evidence(one: tables.Evidence) -> dict[str, Any]:
    row = {"id": one.id, "kind": one.kind, "name": one.name, "body": one.body}
    return row | {"artifact_digest": one.artifact_digest, "added_at": one.added_at.isoformat()}


def _approval(one: tables.Approval) -> dict[str, Any]:
    row = {"id": one.id, "role": one.role, "approved": one.approved, "subject": one.subject}
    return row | {"at": one.at.isoformat(), "reason": one.reason}


def _digest(value: Any) -> str:
    return _hash(rfc8785.dumps(value))


def _fast(value: Any) -> bytes:
    """What RFC 8785 says for a snapshot, whose keys are ASCII and which holds no fractions."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _hash(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


# ── the results ──────────────────────────────────────────────────────────────────────────────────


def _verdict(results: Sequence[Result]) -> str:
    blocking = [one["status"] for one in results if one["severity"] == Severity.BLOCK]
    if UNDECIDED & set(blocking):
        return BLOCK
    return PENDING if PENDING in blocking else ALLOW


def _of_gate(known: _Facts) -> Iterable[Result]:
    """What keeps a model out whatever the rules say."""
    stage = known.stage
    if not known.rules:
        yield _result(
            "gate",
            "gate:no-policy",
            title=f"Some policy says what {stage} demands",
            why="Where nothing is demanded, nothing was looked at.",
            status=Status.ERROR,
            message=f"no policy with a rule applies to {stage}",
            remediation=f"Write a policy for {stage} in policies/gates.",
        )
    if known.document["truncated"]:
        yield _result(
            "gate",
            "gate:lineage-cut-short",
            title="The whole lineage was looked at",
            why="What was not looked at may hold anything.",
            status=Status.ERROR,
            message=CUT_SHORT,
            remediation="Ask an administrator to raise the limit on the size of a snapshot.",
        )


def _of_rules(known: _Facts) -> Iterable[Result]:
    seen = view.build(known.document, known.seen, now=known.now, stage=known.stage)
    for policy, rule in known.rules:
        # What holds for a part may not hold for the whole.
        cut = Outcome(Status.ERROR, message=CUT_SHORT)
        outcome = cut if known.document["truncated"] else run(rule.check, seen, rule.parameters)
        yield _of_rule(seen, policy, rule, outcome)


def _of_rule(seen: View, policy: Policy, rule: Rule, outcome: Outcome) -> Result:
    shown = outcome.findings[:MAX_FINDINGS]
    return _result(
        "rule",
        rule.document.id,
        title=rule.document.title,
        why=rule.document.why,
        status=outcome.status,
        message=outcome.message,
        remediation=rule.document.remediation,
        policy=policy.name,
        severity=rule.document.severity,
        clauses=list(rule.document.clauses or rule.check.clauses),
        check=rule.check.name,
        check_version=rule.check.version,
        parameters=rule.parameters.model_dump(mode="json"),
        findings=[_finding(one) for one in shown],
        finding_count=len(outcome.findings),
        owners=_owners(seen, shown),
    )


def _of_approvals(
    known: _Facts, given: Sequence[tables.Approval], binding: str
) -> Iterable[Result]:
    """One result for each role asked, by as many people as the most demanding policy wants."""
    asked: dict[str, int] = {}
    for policy in known.policies:
        for one in policy.approvals:
            asked[one.role] = max(one.count, asked.get(one.role, 0))
    for role, needed in sorted(asked.items()):
        standing = approvals.weigh(given, role, needed)
        people = "one person" if needed == 1 else f"{needed} people"
        yield _result(
            approvals.KIND,
            f"approval:{role}",
            title=f"Approved by {people} in the role {role}",
            why="Some questions are for people to answer.",
            status=standing.status,
            message=_said(standing),
            remediation=f"Ask someone who holds the role {role} to look at this evaluation.",
            policy=", ".join(
                policy.name
                for policy in known.policies
                if role in {one.role for one in policy.approvals}
            ),
            role=role,
            needed=needed,
            binding=binding,
            given=[_approval(one) for one in standing.answers],
        )


def _said(standing: approvals.Standing) -> str | None:
    if standing.status == approvals.FAIL:
        return f"{standing.answers[0].subject} refused: {standing.answers[0].reason}"
    if standing.status == approvals.PENDING:
        return f"{len(standing.answers)} of {standing.needed} gave it"
    return None


def _result(kind: str, rule: str, *, status: str, message: str | None, **said: Any) -> Result:
    blank: Result = {"severity": Severity.BLOCK.value, "policy": None, "check": None}
    blank |= {"check_version": None, "clauses": [], "findings": [], "finding_count": 0}
    named = {"kind": kind, "rule": rule, "status": str(status), "message": message}
    return blank | named | said | {"severity": str(said.get("severity", Severity.BLOCK))}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "subject": finding.subject,
        "message": finding.message,
        "path": list(finding.path),
        "fix": finding.fix,
        "owner": finding.owner,
        "data": dict(finding.data),
    }


def _owners(seen: View, findings: Iterable[Finding]) -> dict[str, str]:
    """Who owned what the findings name, since an owner may know the names of what they own."""
    rows: tuple[Dataset | Job, ...] = (*seen.datasets.values(), *seen.jobs.values())
    owners = {row.id: row.accountable for row in rows if row.accountable is not None}
    if seen.model.accountable is not None:
        owners[node.parse(seen.model.id).asset or ""] = seen.model.accountable
    named = set().union(*(_assets_in(_finding(one)) for one in findings))
    return {asset: owners[asset] for asset in sorted(named & owners.keys())}


def _assets_in(value: Any) -> set[str]:
    """The ids of all datasets, jobs and models that are named somewhere in a finding."""
    if isinstance(value, Mapping):
        return set().union(*map(_assets_in, value.values()))
    if isinstance(value, list | tuple):
        return set().union(*map(_assets_in, value))
    if not isinstance(value, str):
        return set()
    named = {asset for one in node.mentions(value) if (asset := node.parse(one).asset)}
    try:
        own = node.parse(value).asset
    except ValueError:
        own = None
    return named | ({own} if own else set())
