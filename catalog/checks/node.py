"""Node ids: how a thing of the graph is named in snapshots, findings, addresses and texts.

An id is `KIND:PART[:PART…]`. Every part is percent-encoded exactly as a browser's
encodeURIComponent does it, so that a page, a script and the server make the same id, and a colon
or a brace in an id is never part of a name.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote

# What follows the kind, by kind.
PARTS = {
    "dataset": ("namespace", "name"),
    "field": ("namespace", "name", "path"),
    "dataset-version": ("namespace", "name", "label"),
    "job": ("namespace", "name"),
    "run": ("key",),
    "model": ("namespace", "name"),
    "model-version": ("namespace", "name", "version"),
}
ASSETS = {
    "dataset": "dataset",
    "field": "dataset",
    "dataset-version": "dataset",
    "job": "job",
    "model": "model",
    "model-version": "model",
}
UNKNOWN_VERSION = "unknown"

_SAFE = "!*'()"
_MENTION = re.compile(r"\{([a-z-]+:[^{}\s]*)\}")


@dataclass(frozen=True)
class Node:
    """An id taken apart; `namespace` is None for a run, whose id holds no name."""

    kind: str
    parts: tuple[str, ...]

    @property
    def id(self) -> str:
        return make(self.kind, *self.parts)

    @property
    def namespace(self) -> str | None:
        return None if self.kind == "run" else self.parts[0]

    @property
    def name(self) -> str:
        return self.parts[0] if self.kind == "run" else self.parts[1]

    @property
    def detail(self) -> str | None:
        """The field's path, the dataset version's label or the model's version."""
        return self.parts[2] if len(self.parts) > 2 else None  # noqa: PLR2004 - namespace, name, detail

    @property
    def asset(self) -> str | None:
        """The id of the dataset, job or model that this is or is part of."""
        kind = ASSETS.get(self.kind)
        return None if kind is None else make(kind, *self.parts[:2])

    @property
    def label(self) -> str:
        """What a person reads: the names without their namespace."""
        if self.kind == "field":
            return f"{self.detail} of {self.name}" if self.detail else f"a field of {self.name}"
        if self.kind == "dataset-version":
            return f"{self.name} at version {self.detail}"
        if self.kind == "model-version":
            return f"{self.name} {self.detail}"
        return f"run {self.name}" if self.kind == "run" else self.name


def make(kind: str, *parts: str) -> str:
    """The id of a thing of `kind`. Raises ValueError for another kind or number of parts."""
    if len(parts) != len(PARTS.get(kind, ())):
        raise ValueError(f"{kind} takes {PARTS.get(kind, 'no parts: it is no kind of node')}")
    return ":".join((kind, *map(_quoted, parts)))


def asset(kind: str, namespace: str, name: str) -> str:
    """The id of a dataset, job or model. Raises ValueError for another kind."""
    if kind not in ASSETS.values():
        raise ValueError(f"{kind} is no kind of asset")
    return make(kind, namespace, name)


def dataset(namespace: str, name: str) -> str:
    return make("dataset", namespace, name)


def field(namespace: str, name: str, path: str) -> str:
    """A field of a dataset; the path "" is a field nobody named."""
    return make("field", namespace, name, path)


def dataset_version(namespace: str, name: str, label: str) -> str:
    return make("dataset-version", namespace, name, label)


def job(namespace: str, name: str) -> str:
    return make("job", namespace, name)


def run(key: str) -> str:
    return make("run", key)


def model(namespace: str, name: str) -> str:
    return make("model", namespace, name)


def model_version(namespace: str, name: str, version: str) -> str:
    return make("model-version", namespace, name, version)


def parse(node_id: str) -> Node:
    """Takes an id apart, however it was percent-encoded. Raises ValueError saying what is wrong."""
    kind, *encoded = node_id.split(":")
    if kind not in PARTS:
        raise ValueError(f"{node_id!r} is no node id: it begins with none of {', '.join(PARTS)}")
    if len(encoded) != len(PARTS[kind]):
        shape = ":".join((kind, *(part.upper() for part in PARTS[kind])))
        raise ValueError(f"{node_id!r} is no node id: expected {shape}, each part percent-encoded")
    try:
        return Node(kind, tuple(unquote(part, errors="surrogatepass") for part in encoded))
    except UnicodeDecodeError:
        raise ValueError(f"{node_id!r} is no node id: its percent-encoding is not UTF-8") from None


def label(node_id: str) -> str:
    """What a person reads for this id."""
    return parse(node_id).label


def field_of(dataset_id: str, path: str) -> str:
    """The id of a field of the dataset with this id."""
    return f"field:{dataset_id.removeprefix('dataset:')}:{_quoted(path)}"


def mention(node_id: str) -> str:
    """The id as it stands in a message; `render` puts the name there, for those who may know it."""
    return f"{{{node_id}}}"


def mentions(text: str) -> Iterator[str]:
    """The ids mentioned in a text."""
    for match in _MENTION.finditer(text):
        if _parsed(match[1]) is not None:
            yield match[1]


def render(text: str, visible: Callable[[str], bool] = lambda _: True) -> str:
    """The text with the label of every id mentioned; "a restricted KIND" for one not `visible`."""

    def shown(match: re.Match[str]) -> str:
        node = _parsed(match[1])
        if node is None:
            return match[0]
        return node.label if visible(match[1]) else f"a restricted {node.kind.replace('-', ' ')}"

    return _MENTION.sub(shown, text)


def _quoted(part: str) -> str:
    # Names come from producers: one that is no valid Unicode must not fail every walk over it.
    return quote(part, safe=_SAFE, errors="surrogatepass")


def _parsed(node_id: str) -> Node | None:
    try:
        return parse(node_id)
    except ValueError:
        return None
