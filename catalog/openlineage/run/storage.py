"""The facts of a run as bytes and back."""

from typing import Any

import orjson

from catalog.openlineage.run.facts import (
    Access,
    DatasetKey,
    Newest,
    RunFacts,
    Sources,
    Stamped,
    Terminal,
)

FORMAT = 1


def dump(facts: RunFacts) -> bytes:
    """Canonical JSON: equal facts give equal bytes."""
    return orjson.dumps(
        {
            "format": FORMAT,
            "key": facts.key,
            "newest": list(facts.newest),
            "first_seen": facts.first_seen,
            "started": facts.started,
            "active": facts.active,
            "terminal": list(facts.terminal) if facts.terminal else None,
            "facets": facts.facets,
            "job_type": facts.job_type,
            "inputs": _dump_accesses(facts.inputs),
            "outputs": _dump_accesses(facts.outputs),
            "lineage": None if facts.lineage is None else _dump_lineage(facts.lineage),
        },
        option=orjson.OPT_SORT_KEYS,
    )


def load(data: bytes) -> RunFacts:
    """The inverse of dump()."""
    document = orjson.loads(data)
    if document["format"] != FORMAT:
        raise ValueError(f"run facts of format {document['format']}, expected {FORMAT}")
    terminal, job_type = document["terminal"], document["job_type"]
    return RunFacts(
        key=document["key"],
        newest=Newest(*document["newest"]),
        first_seen=document["first_seen"],
        started=document["started"],
        active=document["active"],
        terminal=Terminal(*terminal) if terminal else None,
        facets=_load_stamped(document["facets"]),
        job_type=tuple(job_type) if job_type else None,
        inputs=_load_accesses(document["inputs"]),
        outputs=_load_accesses(document["outputs"]),
        lineage=_load_lineage(document["lineage"]),
    )


def _dump_accesses(accesses: dict[DatasetKey, Access]) -> dict[str, dict[str, list[Any]]]:
    by_namespace: dict[str, dict[str, list[Any]]] = {}
    for (namespace, name), access in accesses.items():
        row = [access.seen, access.facets, access.io_facets]
        by_namespace.setdefault(namespace, {})[name] = row
    return by_namespace


def _load_accesses(by_namespace: dict[str, dict[str, list[Any]]]) -> dict[DatasetKey, Access]:
    return {
        (namespace, name): Access(seen, _load_stamped(facets), _load_stamped(io_facets))
        for namespace, names in by_namespace.items()
        for name, (seen, facets, io_facets) in names.items()
    }


def _load_stamped(facets: dict[str, list[Any]]) -> dict[str, Stamped]:
    return {key: (order, body) for key, (order, body) in facets.items()}


def _dump_lineage(lineage: dict[str, Sources]) -> dict[str, list[Any]]:
    return {
        target: [
            None if sources.inputs is None else sorted(sources.inputs),
            {column: sorted(items) for column, items in sources.fields.items()},
        ]
        for target, sources in lineage.items()
    }


def _load_lineage(lineage: dict[str, list[Any]] | None) -> dict[str, Sources] | None:
    if lineage is None:
        return None
    return {
        target: Sources(
            None if inputs is None else frozenset(inputs),
            {column: frozenset(items) for column, items in fields.items()},
        )
        for target, (inputs, fields) in lineage.items()
    }
