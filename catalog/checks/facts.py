"""The parts of a snapshot and its evidence that a check can say it reads.

An approval, and a promotion, stand on the facts that the policy's rules read: an edit of anything
else changes nothing for them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from catalog.checks.view import Evidence

Document = Mapping[str, Any]


def select(
    document: Document, evidence: Sequence[Evidence], parts: Iterable[str]
) -> dict[str, Any]:
    """The named parts, as plain JSON; `evidence:KIND:NAME` is the evidence of that name."""
    return {part: _select(document, evidence, part) for part in sorted(set(parts))}


def _select(document: Document, evidence: Sequence[Evidence], part: str) -> Any:
    if part in _PARTS:
        return _PARTS[part](document)
    _, kind, name = part.split(":", 2)
    return [
        [item.artifact_digest, dict(item.body)]
        for item in evidence
        if (item.kind, item.name) == (kind, name)
    ]


def _model(document: Document) -> Any:
    row = document["model_version"]
    return [row["id"], row["artifact_digest"], row["training_runs"], row.get("recorded_digests")]


def _graph(document: Document) -> Any:
    return [document["edges"], document["versions"], document["runs"]]


def _columns(document: Document) -> Any:
    return [document["columns"], document["hops"]]


def _of(table: str, *names: str) -> Callable[[Document], Any]:
    def pick(document: Document) -> Any:
        return {key: [row.get(name) for name in names] for key, row in document[table].items()}

    return pick


def _together(*picks: Callable[[Document], Any]) -> Callable[[Document], Any]:
    return lambda document: [pick(document) for pick in picks]


_PARTS: Mapping[str, Callable[[Document], Any]] = {
    "model": _model,
    "graph": _graph,
    "attempts": lambda document: document["attempts"],
    "certification": _of("datasets", "registered", "certification", "certified_until"),
    "sources": _together(_of("datasets", "is_source"), _of("jobs", "is_source")),
    "types": _together(_of("datasets", "type"), _of("jobs", "streaming")),
    "owners": _together(_of("datasets", "owner"), _of("jobs", "owner")),
    "classification": _of("datasets", "tags", "fields"),
    "columns": _columns,
}
PARTS = frozenset(_PARTS) | {"evidence"}
