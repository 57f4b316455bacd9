"""Who may do what: roles by Casbin, compiled into sets; grants by namespace; one door and one list.

Casbin says which role may do which action; a grant says where a subject holds a role; owning an
asset gives the role `owner` on it. Decisions are compiled because Casbin's `enforce` takes
milliseconds and
grows with the number of lines; a test holds that the compiled answer is always Casbin's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import casbin
import sqlalchemy as sa
from sqlmodel import Session, col, select

from catalog import db, tables
from catalog.errors import Forbidden, Invalid, Misconfigured

EVERYWHERE = ""
OWNER = "owner"
ADMIN = "admin"
SUBJECT = re.compile(r"(user|service):[\w.@+/-]{1,200}")


class Action(StrEnum):
    """Everything that can be allowed, as `thing:verb`."""

    APPROVAL_GIVE = "approval:give"
    ASSET_CERTIFY = "asset:certify"
    ASSET_CLASSIFY = "asset:classify"
    ASSET_EDIT = "asset:edit"
    ASSET_READ = "asset:read"
    AUDIT_READ = "audit:read"
    EVENT_POST = "event:post"
    EVENT_READ = "event:read"
    EVIDENCE_ADD = "evidence:add"
    GATE_EVALUATE = "gate:evaluate"
    GATE_READ = "gate:read"
    GRANT_MANAGE = "grant:manage"
    GRANT_READ = "grant:read"
    MODEL_REGISTER = "model:register"
    PII_READ = "pii:read"
    PROMOTION_REQUEST = "promotion:request"
    QUARANTINE_MANAGE = "quarantine:manage"
    TOKEN_MANAGE = "token:manage"


# Their objects belong to no namespace: only a grant that holds everywhere reaches them.
INSTALLATION_WIDE = frozenset(
    {
        Action.AUDIT_READ,
        Action.GRANT_MANAGE,
        Action.GRANT_READ,
        Action.QUARANTINE_MANAGE,
        Action.TOKEN_MANAGE,
    }
)


@dataclass(frozen=True)
class Rules:
    """For every role, the actions it may do: Casbin's answers, asked once."""

    actions: Mapping[str, frozenset[str]]

    @classmethod
    def load(cls, folder: Path) -> "Rules":
        """Reads access.conf and access.csv. Raises Misconfigured naming the line that is wrong."""
        _validate(folder / "access.csv")
        enforcer = casbin.Enforcer(str(folder / "access.conf"), str(folder / "access.csv"))
        roles = {line[0] for line in enforcer.get_policy()} | {
            name for line in enforcer.get_grouping_policy() for name in line
        }
        return cls(
            {
                role: frozenset(a for a in Action if enforcer.enforce(role, a.value))
                for role in sorted(roles)
            }
        )

    def roles_for(self, action: Action) -> frozenset[str]:
        return frozenset(role for role, actions in self.actions.items() if action in actions)


def _validate(path: Path) -> None:
    known = {action.value for action in Action}
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        parts = [part.strip() for part in line.split(",")]
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        where = f"{path.name}, line {number}"
        if len(parts) != 3 or parts[0] not in {"p", "g"} or not all(parts):  # noqa: PLR2004 - kind, left, right
            raise Misconfigured(
                f"{where}: {line.strip()!r} is neither `p, role, action` nor `g, role, parent`"
            )
        if parts[0] == "p" and parts[2] not in known:
            raise Misconfigured(
                f"{where}: unknown action {parts[2]!r}; known are {', '.join(sorted(known))}"
            )


@dataclass(frozen=True)
class Target:
    """What an action is done to: a namespace, and who owns the thing in it."""

    namespace: str
    owner: str | None = None


@dataclass(frozen=True)
class Held:
    """A role held in a namespace and all below it ("" is everywhere)."""

    role: str
    namespace: str

    def covers(self, namespace: str) -> bool:
        return covers(self.namespace, namespace)


def covers(prefix: str, namespace: str) -> bool:
    """Whether `prefix` is `namespace` or ends at a boundary of it: `s3://a` covers `s3://a/b`,
    never `s3://ab`."""
    if prefix in {EVERYWHERE, namespace}:
        return True
    return namespace.startswith(prefix) and (prefix[-1] in "/." or namespace[len(prefix)] in "/.")


@dataclass(frozen=True)
class Actor:
    """Someone or something that acts: `user:ana`, `service:dbt`; the roles held, and the rules that
    give them meaning."""

    subject: str
    held: tuple[Held, ...] = ()
    rules: Rules = field(default_factory=lambda: Rules({}), repr=False)

    @property
    def is_person(self) -> bool:
        return self.subject.startswith("user:")

    def may(self, action: Action, target: Target | str | None = None) -> bool:
        """Whether the action is allowed on one target; without a target: everywhere."""
        if target is None or action in INSTALLATION_WIDE:
            return any(
                held.namespace == EVERYWHERE and self._gives(held.role, action)
                for held in self.held
            )
        if isinstance(target, str):
            target = Target(target)
        if target.owner is not None and target.owner == self.subject and self._gives(OWNER, action):
            return True
        return any(
            held.covers(target.namespace) and self._gives(held.role, action) for held in self.held
        )

    def must(self, action: Action, *targets: Target | str) -> None:
        """Raises Forbidden unless the action is allowed on every one of `targets` (none:
        everywhere)."""
        for target in targets or (None,):
            if not self.may(action, target):
                raise Forbidden(self._refusal(action, target), action=action.value)

    def must_somewhere(self, action: Action) -> None:
        """Raises Forbidden unless the action is allowed in at least one place; for lists, which
        `where` then narrows."""
        if not any(self._gives(held.role, action) for held in self.held) and not self._gives(
            OWNER, action
        ):
            raise Forbidden(self._refusal(action, None), action=action.value)

    def actions(self) -> list[Action]:
        """Everything the actor may do somewhere, for an interface that shows no button in vain."""
        given = [a for a in Action if any(self._gives(held.role, a) for held in self.held)]
        return [a for a in given if a not in INSTALLATION_WIDE or self.may(a)]

    def holds(self, role: str, target: Target | str) -> bool:
        """Whether exactly this role is held for the target: what approvals ask."""
        namespace = target if isinstance(target, str) else target.namespace
        return any(held.role == role and held.covers(namespace) for held in self.held)

    def where(self, action: Action, namespace: Any, owner: Any = None) -> sa.ColumnElement[bool]:
        """The SQL condition that is true for exactly the rows on which `may(action, …)` is true."""
        places = sorted({held.namespace for held in self.held if self._gives(held.role, action)})
        if EVERYWHERE in places:
            return sa.true()
        if action in INSTALLATION_WIDE:
            return sa.false()
        conditions = [_within(namespace, prefix) for prefix in places]
        if owner is not None and self._gives(OWNER, action):
            conditions.append(owner == self.subject)
        return sa.or_(sa.false(), *conditions)

    def _gives(self, role: str, action: Action) -> bool:
        return action in self.rules.actions.get(role, ())

    def _refusal(self, action: Action, target: Target | str | None) -> str:
        place = (
            "everywhere"
            if target is None
            else f"in {target if isinstance(target, str) else target.namespace}"
        )
        roles = ", ".join(sorted(self.rules.roles_for(action) - {OWNER})) or "no role"
        return (
            f"{self.subject} may not {action.value} {place}; it takes one of: {roles}. "
            "An administrator grants it."
        )


def _within(column: Any, prefix: str) -> sa.ColumnElement[bool]:
    # substr, not LIKE: SQLite's LIKE ignores case and both would read % and _ in a namespace as
    # wildcards.
    boundary = [prefix] if prefix[-1] in "/." else [f"{prefix}/", f"{prefix}."]
    starts = [sa.func.substr(column, 1, len(start)) == start for start in boundary]
    return sa.or_(column == prefix, *starts)


def check_subject(subject: str) -> None:
    """Raises Invalid unless `subject` reads user:NAME or service:NAME."""
    if not SUBJECT.fullmatch(subject):
        raise Invalid(f"{subject!r} is no subject: write user:NAME or service:NAME")


def actor_of(session: Session, subject: str, rules: Rules) -> Actor:
    """The actor with every grant of `subject` that is neither revoked nor expired."""
    moment = db.now()
    rows = session.exec(
        select(tables.Grant).where(
            tables.Grant.subject == subject,
            col(tables.Grant.revoked_at).is_(None),
            sa.or_(col(tables.Grant.expires_at).is_(None), col(tables.Grant.expires_at) > moment),
        )
    )
    return Actor(subject, tuple(Held(row.role, row.namespace) for row in rows), rules)


def administrator(subject: str, rules: Rules) -> Actor:
    """The first administrator, by SLUICE_ADMIN_TOKEN or on the machine's own command line."""
    return Actor(subject, (Held(ADMIN, EVERYWHERE),), rules)
