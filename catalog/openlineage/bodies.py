"""Reads facet bodies without trusting their shape; owners and tags, which several entities have."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Owner:
    name: str
    type: str | None


@dataclass(frozen=True, slots=True)
class Tag:
    """`field` is empty where the tag is the asset's own."""

    field: str
    key: str
    value: str
    source: str | None


def bodies(facets: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], frozenset[str]]:
    """The facets that are there, and the keys of those that a tombstone removes."""
    deleted = frozenset(key for key, body in facets.items() if body.get("_deleted") is True)
    if deleted:
        return {key: body for key, body in facets.items() if key not in deleted}, deleted
    return facets, deleted


def owners(facet: dict[str, Any] | None) -> tuple[Owner, ...] | None:
    if facet is None:
        return None
    stated = items(facet.get("owners"))
    named = ((text(owner.get("name")), text(owner.get("type"))) for owner in stated)
    return tuple(dict.fromkeys(Owner(name, kind) for name, kind in named if name))


def tags(facet: dict[str, Any] | None) -> tuple[Tag, ...] | None:
    """Of two tags with the same key on the same field the later one holds."""
    if facet is None:
        return None
    found = {}
    for item in items(facet.get("tags")):
        key, field = text(item.get("key")), text(item.get("field")) or ""
        if key is not None:
            value = text(item.get("value")) or ""
            found[field, key] = Tag(field, key, value, text(item.get("source")))
    return tuple(found.values())


def items(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, or none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """A text, or a number or boolean as JSON writes it; None for what is empty or neither."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None


def upper(value: Any) -> str | None:
    found = text(value)
    return found.strip().upper() or None if found else None
