"""What each stage demands: policies/gates/*.yaml and policies/stages.yaml, read strictly.

A file that says anything unknown, twice or in the wrong type is refused with file, line and column:
a rule that is silently not read would let models pass.
"""

import datetime
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, TypeVar

import orjson
import rfc8785
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from catalog.access import Action, Actor, Rules
from catalog.checks import families
from catalog.checks.registry import Check, Parameters
from catalog.errors import Invalid, Misconfigured

# Beyond it, JSON readers do not agree on what a number is; infinity and "not a number" are too.
MAX_NUMBER = 2**53

Place = tuple[str | int, ...]
Word = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Text = Annotated[str, Field(min_length=1, max_length=2_000)]
Verdict = Literal["ALLOW", "ALLOW_WITH_WAIVERS", "PENDING", "BLOCK"]


class Severity(StrEnum):
    """What a rule that does not hold does: keep the model out, or only say so."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


# ── the files as they are written ────────────────────────────────────────────────────────────────


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Metadata(_Document):
    name: Word
    version: int = Field(ge=1)
    owner: Text
    review_by: datetime.date | None = None


class AppliesTo(_Document):
    stages: tuple[Word, ...] = Field(min_length=1)


class Waivable(_Document):
    """Who may waive a rule, and for how long at most."""

    roles: tuple[Word, ...] = Field(min_length=1)
    max_days: int = Field(ge=1, le=366)


class RuleDocument(_Document):
    """A rule: `with` are the parameters of the check."""

    id: Word
    title: Text
    why: Text
    clauses: tuple[Text, ...] = ()
    check: Text
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    severity: Severity
    remediation: Text
    waivable: Waivable | Literal[False] = False


class ApprovalAsked(_Document):
    """How many people must approve in a role."""

    role: Word
    count: int = Field(default=1, ge=1, le=20)


class Trial(_Document):
    """A stored snapshot and what the policy must say of it."""

    fixture: Text
    expect: Verdict
    failing: tuple[Word, ...] = ()


class PolicyDocument(_Document):
    api_version: Literal["sluice/v1"] = Field(alias="apiVersion")
    kind: Literal["Policy"]
    metadata: Metadata
    applies_to: AppliesTo = Field(alias="appliesTo")
    rules: tuple[RuleDocument, ...] = Field(min_length=1)
    approvals: tuple[ApprovalAsked, ...] = ()
    tests: tuple[Trial, ...] = ()


class StageDocument(_Document):
    """A stage, the stages a version may come `from`, and whether one version at a time holds it."""

    name: Word
    title: Text
    from_: tuple[Word, ...] = Field(alias="from")
    exclusive: bool = True


class StagesDocument(_Document):
    api_version: Literal["sluice/v1"] = Field(alias="apiVersion")
    kind: Literal["Stages"]
    stages: tuple[StageDocument, ...] = Field(min_length=1)


# ── the same, ready for use ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Rule:
    """A rule with its check, and the parameters made sure to be ones that the check takes."""

    document: RuleDocument
    check: Check
    parameters: Parameters


@dataclass(frozen=True)
class Policy:
    """`digest` is over the parsed text: comments and the order of keys do not change it."""

    document: PolicyDocument
    rules: tuple[Rule, ...]
    digest: str
    source: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.document.metadata.name

    @property
    def version(self) -> int:
        return self.document.metadata.version

    @property
    def stages(self) -> tuple[str, ...]:
        return self.document.applies_to.stages

    @property
    def approvals(self) -> tuple[ApprovalAsked, ...]:
        return self.document.approvals


@dataclass(frozen=True)
class Policies:
    """Every policy and every stage of the installation."""

    policies: tuple[Policy, ...]
    stages: Mapping[str, StageDocument]

    def matching(self, stage: str) -> tuple[Policy, ...]:
        """The policies that a version must hold to enter `stage`. Raises Invalid if unknown."""
        self.stage(stage)
        return tuple(policy for policy in self.policies if stage in policy.stages)

    def stage(self, name: str) -> StageDocument:
        """Raises Invalid (unknown_stage) naming the stages that there are."""
        if name not in self.stages:
            known = ", ".join(self.stages)
            raise Invalid(f"no stage {name!r}; the stages are {known}", code="unknown_stage")
        return self.stages[name]

    @property
    def first_stage(self) -> str:
        """Where a version is that was never promoted: the stage that nothing leads to."""
        return next(name for name, stage in self.stages.items() if not stage.from_)


def load(folder: Path) -> Policies:
    """Reads stages.yaml and gates/*.yaml. Raises Misconfigured naming file, line and column."""
    stages = _stages(_File.read(folder / "stages.yaml"))
    rules = Rules.load(folder)
    known: dict[str, Policy] = {}
    for path in sorted((folder / "gates").glob("*.yaml")):
        file = _File.read(path)
        policy = _policy(file, stages, rules)
        if policy.name in known:
            file.refuse(("metadata", "name"), f"there is another policy {policy.name}")
        known[policy.name] = policy
    return Policies(tuple(known.values()), stages)


def all_policies(actor: Actor, policies: Policies) -> tuple[Policy, ...]:
    """Every policy, for whoever may read what the gate decides somewhere. Raises Forbidden."""
    actor.must_somewhere(Action.GATE_READ)
    return policies.policies


def all_stages(actor: Actor, policies: Policies) -> tuple[StageDocument, ...]:
    """Every stage, in order. Raises Forbidden."""
    actor.must_somewhere(Action.GATE_READ)
    return tuple(policies.stages.values())


def _stages(file: "_File") -> dict[str, StageDocument]:
    document = file.document(StagesDocument)
    names = [stage.name for stage in document.stages]
    for index, stage in enumerate(document.stages):
        if stage.name in names[:index]:
            file.refuse(("stages", index, "name"), f"there is another stage {stage.name}")
        for before in set(stage.from_) - set(names):
            file.refuse(("stages", index, "from"), f"no stage {before!r}")
    if sum(not stage.from_ for stage in document.stages) != 1:
        file.refuse(("stages",), "exactly one stage must be reached from none: where all begin")
    return {stage.name: stage for stage in document.stages}


def _policy(file: "_File", stages: Mapping[str, StageDocument], roles: Rules) -> Policy:
    document = file.document(PolicyDocument)
    for index, stage in enumerate(document.applies_to.stages):
        if stage not in stages:
            place = ("appliesTo", "stages", index)
            file.refuse(place, f"no stage {stage!r}; the stages are {', '.join(stages)}")
    ids = [rule.id for rule in document.rules]
    for index, identity in enumerate(ids):
        if identity in ids[:index]:
            file.refuse(("rules", index, "id"), f"there is another rule {identity}")
    _check_approvals(file, document, roles)
    rules = tuple(_rule(file, index, rule, roles) for index, rule in enumerate(document.rules))
    digest = hashlib.sha256(rfc8785.dumps(file.content)).hexdigest()
    return Policy(document, rules, f"sha256:{digest}", file.content)


def _check_approvals(file: "_File", document: PolicyDocument, roles: Rules) -> None:
    asked = [approval.role for approval in document.approvals]
    for index, role in enumerate(asked):
        place = ("approvals", index, "role")
        if role in asked[:index]:
            file.refuse(place, f"{role} is asked for twice; give it a count")
        if role not in roles.actions:
            file.refuse(place, f"no role {role!r}; the roles are {', '.join(roles.actions)}")
        if Action.APPROVAL_GIVE not in roles.actions[role]:
            # Else the model would wait for ever for an answer that nobody can give.
            file.refuse(place, f"{role} may not do {Action.APPROVAL_GIVE.value}")


def _rule(file: "_File", index: int, rule: RuleDocument, roles: Rules) -> Rule:
    check = families.CHECKS.get(rule.check)
    if check is None:
        known = ", ".join(sorted(families.CHECKS))
        file.refuse(("rules", index, "check"), f"no check {rule.check!r}; there are {known}")
    if rule.waivable:
        for number, role in enumerate(rule.waivable.roles):
            if role not in roles.actions:
                file.refuse(("rules", index, "waivable", "roles", number), f"no role {role!r}")
    parameters = file.validate(check.parameters, rule.with_, ("rules", index, "with"))
    return Rule(rule, check, parameters)


# ── YAML with places ─────────────────────────────────────────────────────────────────────────────

D = TypeVar("D", bound=BaseModel)


@dataclass(frozen=True)
class _File:
    """A parsed file that knows where in the text everything stands."""

    name: str
    content: Any
    marks: Mapping[Place, yaml.Mark]

    @classmethod
    def read(cls, path: Path) -> "_File":
        try:
            text = path.read_text(encoding="utf-8")
            _refuse_anchors(path.name, text)
            loader = yaml.SafeLoader(text)
            root = loader.get_single_node()
            if root is None:
                raise Misconfigured(f"{path.name} is empty")
            marks: dict[Place, yaml.Mark] = {(): root.start_mark}
            return cls(path.name, _plain(path.name, loader, root, (), marks), marks)
        except OSError as error:
            raise Misconfigured(f"{path.name} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise Misconfigured(f"{path.name} is not UTF-8") from error
        except yaml.MarkedYAMLError as error:
            _refuse(path.name, error.problem_mark, error.problem or "not YAML")
        except yaml.YAMLError as error:
            raise Misconfigured(f"{path.name} is not YAML: {error}") from error

    def document(self, model: type[D]) -> D:
        return self.validate(model, self.content, ())

    def validate(self, model: type[D], value: Any, place: Place) -> D:
        """Raises Misconfigured at the first thing that the model does not take."""
        try:
            # As JSON: strict there takes a list for a tuple and a text for a date, and no more.
            return model.model_validate_json(orjson.dumps(value))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            at = (*place, *first["loc"])
            where = ".".join(str(part) for part in at) or "the document"
            self.refuse(at, f"{where}: {_said(first['msg'])}")

    def refuse(self, place: Place, problem: str) -> NoReturn:
        while place not in self.marks:
            place = place[:-1]
        _refuse(self.name, self.marks[place], problem)


def _refuse_anchors(name: str, text: str) -> None:
    """One place, one meaning: and no text that grows without end when it is expanded."""
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
            _refuse(name, token.start_mark, "anchors and aliases are not read")


def _plain(
    name: str, loader: yaml.SafeLoader, root: yaml.Node, place: Place, marks: dict[Place, yaml.Mark]
) -> Any:
    """The content of a node as JSON would hold it; notes where each key and item begins."""
    if isinstance(root, yaml.SequenceNode):
        items = []
        for index, item in enumerate(root.value):
            marks[*place, index] = item.start_mark
            items.append(_plain(name, loader, item, (*place, index), marks))
        return items
    if isinstance(root, yaml.MappingNode):
        return dict(_entries(name, loader, root, place, marks))
    try:
        value = loader.construct_object(root)
    except ValueError as error:
        _refuse(name, root.start_mark, f"{root.value!r}: {error}")
    if isinstance(value, datetime.date):
        return value.isoformat()
    in_json = value is None or isinstance(value, str | bool)
    if not in_json and not (isinstance(value, int | float) and abs(value) < MAX_NUMBER):
        _refuse(name, root.start_mark, f"{root.value!r} cannot be read")
    return value


def _entries(
    name: str,
    loader: yaml.SafeLoader,
    root: yaml.MappingNode,
    place: Place,
    marks: dict[Place, yaml.Mark],
) -> Iterator[tuple[str, Any]]:
    for key_node, value_node in root.value:
        key = key_node.value
        if not isinstance(key, str) or key_node.tag != "tag:yaml.org,2002:str":
            _refuse(name, key_node.start_mark, "a key is a text")
        at = (*place, key)
        if at in marks:
            _refuse(name, key_node.start_mark, f"{key} is given twice")
        marks[at] = key_node.start_mark
        yield key, _plain(name, loader, value_node, at, marks)


def _said(message: str) -> str:
    """Pydantic's words for someone who writes YAML."""
    message = message.removeprefix("Value error, ")
    return re.sub("^Extra inputs are not permitted$", "this is not known here", message)


def _refuse(name: str, mark: yaml.Mark | None, problem: str) -> NoReturn:
    where = name if mark is None else f"{name}, line {mark.line + 1}, column {mark.column + 1}"
    raise Misconfigured(f"{where}: {problem}")
