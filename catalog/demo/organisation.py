"""Northbank as organisation.yaml describes it: datasets, jobs and models."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("organisation.yaml")
AGGREGATES = re.compile(r"\b(?:sum|count|avg|min|max|bool_and|bool_or)\(")


@dataclass(frozen=True)
class Column:
    """`made_from` are (dataset key, column) pairs; a source's column has a `tag` instead."""

    name: str
    type: str
    about: str
    tag: str | None = None
    expression: str | None = None
    made_from: tuple[tuple[str, str], ...] = ()
    masked: bool = False

    @property
    def transformation(self) -> str:
        """How it is made, in OpenLineage's words."""
        text = self.expression or ""
        if AGGREGATES.search(text):
            return "AGGREGATION"
        return "IDENTITY" if re.fullmatch(r"\w+\.\w+", text) else "TRANSFORMATION"


@dataclass(frozen=True)
class Dataset:
    """A table, file or feature view; `influences` decide its rows: (key, column, how)."""

    key: str
    namespace: str
    name: str
    type: str
    owner: str
    about: str
    columns: tuple[Column, ...]
    group: str = "source"
    reads: tuple[str, ...] = ()
    influences: tuple[tuple[str, str, str], ...] = ()
    incremental: bool = False
    sql: str | None = None


@dataclass(frozen=True)
class Job:
    """What makes `writes` from `reads`, at a time of night; `model` is one that it uses."""

    namespace: str
    name: str
    owner: str
    about: str
    at: str
    group: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    sql: str | None = None
    model: str | None = None


@dataclass(frozen=True)
class Model:
    """`metrics` has a value for each version, numbered from 1; the newest is asked for `stages`.

    `signed_by_legal` is the reason that legal gave, None where legal has not answered yet.
    """

    name: str
    owner: str
    team: str
    about: str
    trained_on_days_ago: tuple[int, ...]
    metrics: Mapping[str, tuple[float, ...]]
    holdout_rows: int
    stages: tuple[str, ...]
    signed_by_legal: str | None

    @property
    def newest(self) -> int:
        return len(self.trained_on_days_ago)


@dataclass(frozen=True)
class Organisation:
    namespaces: Mapping[str, str]
    datasets: Mapping[str, Dataset]
    jobs: tuple[Job, ...]
    models: Mapping[str, Model]

    @property
    def sources(self) -> list[Dataset]:
        """What nobody makes, and what is brought in by a job without inputs."""
        return [one for one in self.datasets.values() if one.group in {"source", "intake"}]


@cache
def northbank() -> Organisation:
    """The organisation, read once."""
    document = yaml.safe_load(FILE.read_text())
    datasets: dict[str, Dataset] = {}
    jobs: list[Job] = []
    for key, row in document["sources"].items():
        datasets[key] = _source(document, key, row, "source")
    for key, row in document["intake"].items():
        datasets[key] = _source(document, key, row, "intake")
        about = f"Takes in {row['about'][0].lower()}{row['about'][1:]}"
        place = ("airflow", row["job"], row["owner"], about, "01:30", "intake")
        jobs.append(Job(*place, reads=(), writes=(key,)))
    for key, row in document["tables"].items():
        made = _table(document, datasets, key, row)
        datasets |= {one.key: one for one in made}
        jobs.append(_job(document, key, row, made))
    models = {name: _model(name, row) for name, row in document["models"].items()}
    jobs += [job for model in models.values() for job in _of_model(model)]
    return Organisation(document["namespaces"], datasets, tuple(jobs), models)


def _source(document: Any, key: str, row: Any, group: str) -> Dataset:
    columns = tuple(
        Column(name, type_, about, tag=tag) for name, (type_, tag, about) in row["columns"].items()
    )
    namespace = document["namespaces"]["warehouse"]
    return Dataset(
        key, namespace, f"northbank.{key}", "TABLE", row["owner"], row["about"], columns, group
    )


def _table(document: Any, known: Mapping[str, Dataset], key: str, row: Any) -> list[Dataset]:
    """The dataset; of a training set, its holdout too."""
    group = document["groups"][row["group"]]
    aliases: dict[str, str] = row["from"]
    columns = tuple(
        Column(
            name,
            values[0],
            values[2],
            expression=values[1],
            made_from=_named(values[1], aliases),
            masked="masked" in values[3:],
        )
        for name, values in row["columns"].items()
    )
    names = {key: f"{group['prefix']}{key}"}
    if row.get("holdout"):
        names[f"{key}/holdout"] = f"holdout/{key}"
    return [
        Dataset(
            key=each,
            namespace=document["namespaces"][group["namespace"]],
            name=name,
            type=group["type"],
            owner=row["owner"],
            about=row["about"]
            if each == key
            else f"A tenth of the rows, kept apart. {row['about']}",
            columns=columns,
            group=row["group"],
            reads=tuple(aliases.values()),
            influences=_influences(row, aliases),
            incremental=row.get("incremental", False),
            sql=_sql(row, known) if group["jobs"] == "dbt" else None,
        )
        for each, name in names.items()
    ]


def _named(text: str, aliases: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The columns that an expression names, as (dataset key, column), each once."""
    found = re.findall(rf"\b({'|'.join(aliases)})\.(\w+)", text)
    return tuple(dict.fromkeys((aliases[alias], column) for alias, column in found))


def _influences(row: Any, aliases: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    texts = [(text, "JOIN") for text in row.get("joins", [])]
    texts += [(row.get("where", ""), "FILTER"), (row.get("by", ""), "GROUP_BY")]
    return tuple((*source, how) for text, how in texts for source in _named(text, aliases))


def _sql(row: Any, known: Mapping[str, Dataset]) -> str:
    (first, *others) = row["from"].items()
    lines = [f"    {values[1]} as {name}" for name, values in row["columns"].items()]
    text = "select\n" + ",\n".join(lines) + f"\nfrom {known[first[1]].name} as {first[0]}"
    for (alias, key), condition in zip(others, row.get("joins", []), strict=True):
        text += f"\njoin {known[key].name} as {alias} on {condition}"
    text += f"\nwhere {row['where']}" if "where" in row else ""
    return text + (f"\ngroup by {row['by']}" if "by" in row else "")


def _job(document: Any, key: str, row: Any, made: list[Dataset]) -> Job:
    group = document["groups"][row["group"]]
    if group["jobs"] == "dbt":
        schema = group["prefix"].split(".")[1]
        name = f"northbank.{schema}.northbank.{key}"
    else:
        name = f"{group['job']}.{key}"
    return Job(
        namespace=group["jobs"],
        name=name,
        owner=row["owner"],
        about=f"Makes {made[0].name}.",
        at=group["at"],
        group=row["group"],
        reads=tuple(row["from"].values()),
        writes=tuple(one.key for one in made),
        sql=made[0].sql,
        model=row.get("model"),
    )


def _model(name: str, row: Any) -> Model:
    return Model(
        name=name,
        owner=row["owner"],
        team=row["team"],
        about=row["about"],
        trained_on_days_ago=tuple(row["trained_on_days_ago"]),
        metrics={metric: tuple(values) for metric, values in row["metrics"].items()},
        holdout_rows=row["holdout_rows"],
        stages=tuple(row["stages"]),
        signed_by_legal=row.get("signed_by_legal"),
    )


def _of_model(model: Model) -> list[Job]:
    """The jobs that train and evaluate a model; the training job's output is the model itself."""
    return [
        Job(
            namespace="spark",
            name=f"train.{model.name}",
            owner=model.team,
            about=f"Trains the model {model.name}.",
            at="05:20",
            group="train",
            reads=(model.name,),
            writes=(),
            model=model.name,
        ),
        Job(
            namespace="spark",
            name=f"evaluate.{model.name}",
            owner=model.team,
            about=f"Measures the model {model.name} on rows that it has not seen.",
            at="06:00",
            group="evaluate",
            reads=(f"{model.name}/holdout",),
            writes=(),
            model=model.name,
        ),
    ]
