"""What a reader is shown of an evaluation: what to do always, names only where they may be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog import tables
from catalog.access import Action, Actor, Target
from catalog.checks import node

RESTRICTED = "restricted"


def findings_for(actor: Actor, evaluation: tables.Evaluation) -> list[dict[str, Any]]:
    """The results with their findings, in words for this reader: the only way they are shown.

    Where a name may not be known, "restricted" stands in subjects, paths and data, and "a
    restricted dataset" in texts. The fix and whom to ask stay.
    """
    return [_result(actor, one) for one in evaluation.results]


@dataclass(frozen=True)
class _Reader:
    """What one actor may know, by the owners that the assets had when they were looked at."""

    actor: Actor
    owners: Mapping[str, str]
    known: dict[str, bool] = field(default_factory=dict)

    def may_know(self, node_id: str) -> bool:
        if node_id not in self.known:
            self.known[node_id] = self._may_know(node.parse(node_id))
        return self.known[node_id]

    def _may_know(self, one: node.Node) -> bool:
        if one.namespace is None:
            return True
        owner = self.owners.get(one.asset or "")
        return self.actor.may(Action.ASSET_READ, Target(one.namespace, owner))

    def shown(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self.shown(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.shown(one) for one in value]
        if isinstance(value, str) and _is_node(value) and not self.may_know(value):
            return RESTRICTED
        return value

    def text(self, text: str) -> str:
        return node.render(text, self.may_know)


def _result(actor: Actor, result: Mapping[str, Any]) -> dict[str, Any]:
    reader = _Reader(actor, result.get("owners", {}))
    message = result["message"]
    rest = {key: value for key, value in result.items() if key not in {"owners", "findings"}}
    return rest | {
        "message": None if message is None else reader.text(message),
        "findings": [_finding(reader, one) for one in result["findings"]],
    }


def _finding(reader: _Reader, finding: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "subject": reader.shown(finding["subject"]),
        "message": reader.text(finding["message"]),
        "path": reader.shown(finding["path"]),
        "fix": reader.text(finding["fix"]),
        "owner": finding["owner"],
        "data": reader.shown(finding["data"]),
    }


def _is_node(text: str) -> bool:
    try:
        node.parse(text)
    except ValueError:
        return False
    return True
