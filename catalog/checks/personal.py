"""The check that no personal data reaches a feature, worked out from sources over column edges."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from catalog.checks import columns, node
from catalog.checks.columns import APPEND, Column, Columns, Place, Step
from catalog.checks.names import EVERY, above
from catalog.checks.registry import Finding, Parameters, check
from catalog.checks.view import MODEL, MissingEvidence, View, owner_text

# What a column can be classified as; a class has its kinds beneath it, as in pii.email.
CLASSES = ("pii", "special")
NOT_PERSONAL = "not-personal"
PERSONAL, CLEAN, UNKNOWN = "personal", "clean", "unknown"


# A class that no column can have would let everything pass.
Class = Annotated[str, Field(pattern=r"^(pii|special)(\.[a-z0-9._-]+)?$")]


class NoPersonalData(Parameters):
    """`classes`: which tags (with all beneath them) must not reach a feature.

    `unknown`: whether a column that nobody classified counts as one (taint) or not (ignore).
    """

    classes: tuple[Class, ...] = Field(default=CLASSES, min_length=1)
    unknown: Literal["taint", "ignore"] = "taint"


@check(
    name="lineage.no_personal_data_in_features",
    id="L17",
    version="1.0.0",
    family="lineage",
    clauses=("GDPR:5(1)(c)", "GDPR:25", "OWASP-AISVS:1.1.2"),
    reads=("model", "graph", "classification", "columns", "types"),
    parameters=NoPersonalData,
)
def no_personal_data_in_features(view: View, parameters: NoPersonalData) -> Iterator[Finding]:
    """No personal column reaches a feature of the model unmasked.

    A column carries what it is made from directly, unless every way is masked; a hop without
    column lineage carries everything everywhere. That a column is `not-personal` is believed only
    where it comes in from outside: further down it is worked out anew, and only a tag that adds is
    believed. Serves GDPR Article 5(1)(c), data minimisation, and Article 25.
    """
    graph = columns.build(view)
    features = _features(graph)
    if not features:
        raise MissingEvidence("no feature is known: no training run reported what it read")
    kinds = _Kinds(view, parameters)
    personal = graph.spread(_personal(graph, kinds))
    unknown = graph.spread(_unknown(graph, kinds) if parameters.unknown == "taint" else ())
    for _, read in sorted(features.items()):
        if taint := _shortest(graph, personal, read):
            yield _finding(taint)
        elif taint := _shortest(graph, unknown, read):
            yield _unclassified(taint)


# ── what is a feature ────────────────────────────────────────────────────────────────────────────


def _features(graph: Columns) -> dict[str, list[tuple[Column, str]]]:
    """What the model was trained on: by field, the columns read, each with the run that read it.

    The columns that a training run names as the origin of its model; all it read, if it names none.
    """
    view = graph.view
    found: dict[str, list[tuple[Column, str]]] = {}
    for run in sorted(set(view.predecessors.get(view.model.id, ())) & view.runs.keys()):
        read: dict[str, list[str]] = {}
        for version in view.predecessors.get(run, ()):
            if version in view.versions:
                read.setdefault(view.versions[version].dataset, []).append(version)
        named = _named_features(graph, run)
        wanted = {dataset: {EVERY} for dataset in read} if named is None else named
        for dataset, names in wanted.items():
            for path in sorted({one for name in names for one in graph.names.meant(dataset, name)}):
                for version in read.get(dataset, [dataset]):
                    column = Column(version, path)
                    found.setdefault(graph.field(column), []).append((column, run))
    return found


def _named_features(graph: Columns, run: str) -> dict[str, set[str]] | None:
    """The columns, by dataset, that a training run says its model is made from, if it says so."""
    edges = [
        edge
        for dataset in graph.view.hops.get(run, {})
        if dataset in graph.view.datasets and graph.view.datasets[dataset].type == MODEL
        for edge in graph.edges.told(run, dataset)
    ]
    if not edges:
        return None
    named: dict[str, set[str]] = {}
    for edge in edges:
        if not (edge.direct and edge.masking):
            named.setdefault(edge.source, set()).add(edge.source_field)
    return named


# ── what is personal ─────────────────────────────────────────────────────────────────────────────


class _Kinds:
    """What each column is by its tags: personal, clean or unknown."""

    def __init__(self, view: View, parameters: NoPersonalData) -> None:
        self._classes = parameters.classes
        self._tables = {key: _kind(row.tags, self._classes) for key, row in view.datasets.items()}
        self._fields = {
            key: {field.path: _kind(field.tags, self._classes) for field in row.fields or ()}
            for key, row in view.datasets.items()
        }

    def entering(self, dataset: str, path: str) -> str:
        """For a column that comes in from outside: its own tags, or those of its dataset."""
        own = self._own(dataset, path)
        return own if own != UNKNOWN else self._tables.get(dataset, UNKNOWN)

    def adds(self, dataset: str, path: str) -> bool:
        """For any column: whether a tag says that it is personal. That it is not, is worked out."""
        return PERSONAL in (self._own(dataset, path), self._tables.get(dataset, UNKNOWN))

    def _own(self, dataset: str, path: str) -> str:
        fields = self._fields.get(dataset, {})
        kinds = (fields.get(one, UNKNOWN) for one in (path, *above(path)))
        return next((kind for kind in kinds if kind != UNKNOWN), UNKNOWN)


def _kind(tags: frozenset[str], classes: tuple[str, ...]) -> str:
    folded = [tag.casefold() for tag in tags]
    if _is_any(folded, classes):
        return PERSONAL
    return CLEAN if NOT_PERSONAL in folded or _is_any(folded, CLASSES) else UNKNOWN


def _is_any(tags: Iterable[str], classes: tuple[str, ...]) -> bool:
    # Producers send a key with a value, pii=email, which is the tag pii:email.
    beneath = tuple(one + mark for one in classes for mark in ".:")
    return any(tag in classes or tag.startswith(beneath) for tag in tags)


def _personal(graph: Columns, kinds: _Kinds) -> Iterator[Column]:
    for column in graph.entered:
        if kinds.entering(graph.dataset(column), column.path) == PERSONAL:
            yield column
    added = {
        dataset: [path for path in graph.names.of(dataset) if kinds.adds(dataset, path)]
        for dataset in graph.view.datasets
    }
    for version in graph.view.versions.values():
        for path in added[version.dataset]:
            column = Column(version.id, path)
            if column not in graph.entered:
                yield column


def _unknown(graph: Columns, kinds: _Kinds) -> Iterator[Column]:
    for column in graph.entered:
        if kinds.entering(graph.dataset(column), column.path) == UNKNOWN:
            yield column


# ── what is said about it ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Taint:
    """How something got from the column `seed` into the feature `column`, read by `run`."""

    graph: Columns
    carried: Mapping[Place, Place | None]
    steps: tuple[Step, ...]
    column: Column
    run: str

    @property
    def seed(self) -> Column:
        return self.steps[0].source if self.steps else self.column

    @property
    def feature(self) -> str:
        return node.mention(self.graph.field(self.column))

    @property
    def origin_name(self) -> str:
        return node.mention(self.graph.field(self.seed))

    @property
    def hop(self) -> Step | None:
        """Where to mend it: the last hop that told nothing, or else the last of all."""
        hops = [step for step in self.steps if step.process != APPEND]
        untold = [step for step in hops if not step.reported]
        return (untold or hops)[-1] if hops else None

    @property
    def path(self) -> tuple[str, ...]:
        columns = (self.seed, *(step.target for step in self.steps))
        fields = [field for field, _ in itertools.groupby(map(self.graph.field, columns))]
        return (*fields, self.run, self.graph.view.model.id)


def _shortest(
    graph: Columns, carried: Mapping[Place, Place | None], read: list[tuple[Column, str]]
) -> _Taint | None:
    taints = [
        _Taint(graph, carried, tuple(graph.steps(carried, column)), column, run)
        for column, run in read
        if column in carried
    ]
    return min(taints, key=lambda taint: (len(taint.path), taint.path), default=None)


def _finding(taint: _Taint) -> Finding:
    hop = taint.hop
    if hop is None:
        return _tagged_itself(taint)
    message = f"{taint.origin_name} reaches feature {taint.feature} unmasked"
    job = taint.graph.view.answering(hop.process)
    if not hop.reported:
        written = node.mention(taint.graph.dataset(hop.target))
        message += (
            f", as far as anyone can tell: {node.mention(job.id)} reports no column lineage "
            f"for {written}"
        )
    fixes = [_mend(taint, hop), f"train without {taint.feature}"]
    return _about(taint, message, fixes, job.owner)


def _tagged_itself(taint: _Taint) -> Finding:
    owner = _owner(taint, taint.column)
    fixes = [
        f"train without {taint.feature}",
        f"have it masked before training (ask {owner_text(owner)})",
        "remove the tag, if it is wrong",
    ]
    message = f"{taint.feature} is tagged as personal data and is itself a feature"
    return _about(taint, message, fixes, owner)


def _unclassified(taint: _Taint) -> Finding:
    owner, origin = _owner(taint, taint.seed), taint.origin_name
    itself = taint.graph.field(taint.seed) == taint.graph.field(taint.column)
    reaches = "is a feature" if itself else f"reaches feature {taint.feature} unmasked"
    fixes = [f"ask {owner_text(owner)} to classify {origin}: as {NOT_PERSONAL}, if that is true"]
    fixes.extend(_origins(taint))
    if taint.hop is not None:
        fixes.append(_mend(taint, taint.hop))
    return _about(taint, f"{origin} is classified by nobody and {reaches}", fixes, owner)


def _origins(taint: _Taint) -> Iterator[str]:
    """For a column that a job left out of its column lineage: to have it told."""
    view = taint.graph.view
    for process in view.predecessors.get(taint.seed.version, ()):
        if process not in view.versions and process in view.predecessors:
            yield f"let {node.mention(view.job_of(process).id)} report what it is made from"


def _mend(taint: _Taint, hop: Step) -> str:
    """What to do at a hop, and who can: tell what it carries, or mask it."""
    graph = taint.graph
    job = graph.view.answering(hop.process)
    ask = f"(ask {owner_text(job.owner)})"
    if not hop.reported:
        written = node.mention(graph.dataset(hop.target))
        return f"let {node.mention(job.id)} report column lineage for {written} {ask}"
    carried = [one for one in graph.arriving(hop.target, hop.process) if one in taint.carried]
    names = " and ".join(sorted({node.mention(graph.field(one)) for one in carried}))
    made = node.mention(graph.field(hop.target))
    return f"mask {names} where {node.mention(job.id)} makes {made}, and mark that hop so {ask}"


def _owner(taint: _Taint, column: Column) -> str | None:
    dataset = taint.graph.view.datasets.get(taint.graph.dataset(column))
    return dataset.owner if dataset else None


def _about(taint: _Taint, message: str, fixes: list[str], owner: str | None) -> Finding:
    graph, hop = taint.graph, taint.hop
    data: dict[str, object] = {
        "hops": graph.hops,
        "hops_with_column_lineage": graph.reported,
        "origin": graph.field(taint.seed),
    }
    if hop is not None:
        data["hop"] = {
            "job": graph.view.answering(hop.process).id,
            "source": graph.field(hop.source),
            "target": graph.field(hop.target),
            "column_lineage": hop.reported,
        }
    fix = "; or ".join(fixes)
    subject = graph.field(taint.column)
    return Finding(subject, message, taint.path, f"{fix[0].upper()}{fix[1:]}.", owner, data)
