"""The checks by name: what each reads and takes, and running one so that it cannot pass by luck."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

import structlog
from pydantic import BaseModel, ConfigDict

from catalog.checks import facts
from catalog.checks.view import MissingEvidence, NotApplicable, View

log = structlog.get_logger()


class Status(StrEnum):
    PASS = "PASS"
    FAIL = "FAIL"
    ERROR = "ERROR"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    WAIVED = "WAIVED"


class Parameters(BaseModel):
    """What a policy may set on a check; a check without parameters takes this itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


@dataclass(frozen=True)
class Finding:
    """One reason why a rule does not hold, about one node of the graph.

    `message` and `fix` mention nodes as `{id}`, and `data` holds numbers, booleans, words of ours
    and ids, never a name: so that each reader is shown the names that they may know (node.render).
    `owner` is whom to ask.
    """

    subject: str
    message: str
    path: tuple[str, ...]
    fix: str
    owner: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """A check; `reads` names the facts (see catalog.checks.facts) that its answer depends on."""

    name: str
    id: str
    version: str
    family: str
    clauses: tuple[str, ...]
    reads: tuple[str, ...]
    parameters: type[Parameters]
    decide: Callable[[View, Any], Iterable[Finding]]

    @property
    def summary(self) -> str:
        """The first line of what the check says about itself."""
        return (self.decide.__doc__ or "").strip().partition("\n")[0]

    def reading(self, parameters: Parameters) -> tuple[str, ...]:
        """The facts read when the check is run with these parameters."""
        given = parameters.model_dump()
        return tuple(part.format(**given) for part in self.reads)


@dataclass(frozen=True)
class Outcome:
    """What a check came to; `message` says what could not be told, or why nothing was to do."""

    status: Status
    findings: tuple[Finding, ...] = ()
    message: str | None = None


P = TypeVar("P", bound=Parameters)
Decide = Callable[[View, P], Iterable[Finding]]
CHECKS: dict[str, Check] = {}


def check(
    *,
    name: str,
    id: str,
    version: str,
    family: str,
    clauses: tuple[str, ...],
    reads: tuple[str, ...],
    parameters: type[P],
) -> Callable[[Decide[P]], Decide[P]]:
    """Makes a function a check that policies can call by `name`. Raises ValueError if taken."""

    def register(decide: Decide[P]) -> Decide[P]:
        if name in CHECKS or any(known.id == id for known in CHECKS.values()):
            raise ValueError(f"there are two checks called {name} or {id}")
        if unknown := {part.partition(":")[0] for part in reads} - facts.PARTS:
            raise ValueError(f"{name} reads unknown facts: {', '.join(sorted(unknown))}")
        CHECKS[name] = Check(name, id, version, family, clauses, reads, parameters, decide)
        return decide

    return register


def run(check: Check, view: View, parameters: Parameters) -> Outcome:
    """What the check says of the view. Never raises: a check that breaks is an ERROR."""
    try:
        findings = tuple(check.decide(view, parameters))
    except MissingEvidence as missing:
        return Outcome(Status.ERROR, message=str(missing))
    except NotApplicable as reason:
        return Outcome(Status.NOT_APPLICABLE, message=str(reason))
    except Exception as error:
        # Whatever it is: a broken check must not let a model pass, nor silence the others.
        log.exception("check.failed", check=check.name, model_version=view.model.id)
        return Outcome(Status.ERROR, message=f"the check broke: {type(error).__name__}")
    return Outcome(Status.FAIL if findings else Status.PASS, findings)
