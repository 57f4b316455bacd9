"""No shape of JSON, however odd, breaks the reading of events: each is read or refused."""

import contextlib
import random
from typing import Any

import orjson
import pytest

from catalog.errors import CatalogError
from catalog.openlineage import event, facets, lineage, run
from catalog.openlineage.dataset import describe_dataset
from catalog.openlineage.event import Event
from catalog.openlineage.job import describe_job
from tests.openlineage.examples import bodies, needs_data

ODD: list[Any] = [
    None,
    True,
    0,
    1.5,
    "",
    "x",
    "a\x00@b://u:p@h",
    [],
    [None],
    [[]],
    {},
    {"a": 1},
    [{}],
    [{"name": []}],
]


def spoiled(value: Any, chance: random.Random, share: float) -> Any:
    """`value` with about `share` of its parts replaced by something odd."""
    if chance.random() < share:
        return chance.choice(ODD)
    if isinstance(value, dict):
        return {key: spoiled(item, chance, share) for key, item in value.items()}
    if isinstance(value, list):
        return [spoiled(item, chance, share) for item in value]
    return value


def use(read: Event) -> None:
    """Everything that can be asked of an event."""
    facets.check_event(read)
    for mention in read.datasets():
        describe_dataset(mention)
    if read.job is not None:
        describe_job(read.job)
    if read.run is None:
        lineage.declared(read).digest()
        return
    known = run.load(run.dump(run.of(read)))
    run.merge(known, known)
    lineage.derive(known).digest()
    for ask in (
        run.state,
        run.parent,
        run.root,
        run.nominal_times,
        run.error_message,
        run.ended_at,
    ):
        ask(known)
    for access in (*known.inputs.values(), *known.outputs.values()):
        run.dataset_version(access)
        run.lifecycle(access)


@needs_data
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("folder", ["facets", "marquez", "compatibility"])
def test_real_events_with_odd_parts_are_read_or_refused_with_a_reason(
    folder: str, seed: int
) -> None:
    chance = random.Random(seed)
    for body in bodies(folder):
        whole = orjson.loads(body)
        if folder == "facets":
            dataset = {"namespace": "n", "name": "d", "facets": whole}
            run_part = {"runId": "r", "facets": whole}
            job = {"namespace": "n", "name": "j", "facets": whole}
            datasets = {"inputs": [dataset], "outputs": [{**dataset, "outputFacets": whole}]}
            whole = {"eventTime": "2026-01-01T00:00:00Z", "run": run_part, "job": job, **datasets}
        for part in ("run", "job", "inputs", "outputs"):
            document = {**whole, part: spoiled(whole.get(part), chance, 0.05)}
            # Any refusal is a CatalogError; whatever else is raised fails the test.
            with contextlib.suppress(CatalogError):
                use(event.parse(orjson.dumps(document)))
