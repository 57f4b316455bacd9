"""Models and their immutable versions, each bound to an artifact's digest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from catalog import assets, audit, db, tables
from catalog.access import Action, Actor, Target
from catalog.checks import node
from catalog.errors import Conflict, Invalid, NotFound
from catalog.openlineage.event import run_key
from catalog.registry.artifact import Artifact, can_be_kept, listed, must_be_a_name, must_be_sound

MODEL = "model"
MAX_TRAINING_RUNS = 100
MAX_DESCRIPTION_CHARACTERS = 10_000


@dataclass(frozen=True)
class Key:
    """What identifies a model version."""

    namespace: str
    name: str
    version: str

    @property
    def node(self) -> str:
        return node.model_version(self.namespace, self.name, self.version)


@dataclass(frozen=True)
class Registered:
    """A model version with its model; `is_new` when this call made it."""

    version: tables.ModelVersion
    model: tables.Asset
    is_new: bool = False

    @property
    def key(self) -> Key:
        return Key(self.model.namespace, self.model.name, self.version.version)

    @property
    def target(self) -> Target:
        return Target(self.model.namespace, self.model.accountable)


def register_version(
    session: Session,
    actor: Actor,
    *,
    namespace: str,
    name: str,
    version: str,
    artifact: Artifact,
    training_runs: Sequence[str],
    owner: str | None = None,
    description: str | None = None,
) -> Registered:
    """Adds a version, and its model where there is none yet; the same again changes nothing.

    `owner` and `description` are for a model that has none; without an owner, who registers it
    first has it. Raises Invalid, and Conflict when the version is there with another digest
    (digest_mismatch) or with other files or training runs (version_exists).
    """
    actor.must(Action.MODEL_REGISTER, target(session, namespace, name))
    for what, text in (("namespace", namespace), ("name", name), ("version", version)):
        must_be_a_name(what, text)
    must_be_sound(artifact)
    runs = sorted({run_key(run) for run in training_runs})
    if len(runs) > MAX_TRAINING_RUNS:
        raise Invalid(f"a version has at most {MAX_TRAINING_RUNS} training runs, not {len(runs)}")
    model = _model(session, actor, namespace, name)
    _describe(session, actor, model, owner=owner or actor.subject, description=description)
    row = tables.ModelVersion(
        id=db.uuid7(),
        model_id=model.id or 0,
        version=version,
        artifact_digest=artifact.digest,
        files=listed(artifact),
        training_runs=runs,
        registered_by=actor.subject,
        registered_at=db.now(),
    )
    return _add(session, actor, model, row)


def version_of(session: Session, key: Key) -> Registered:
    """A version with its model, for use cases that have asked for the right. Raises NotFound."""
    model = _named(session, key.namespace, key.name)
    row = None if model is None else _stored(session, model, key.version)
    if model is None or row is None:
        raise NotFound(f"no model version {key.namespace}/{key.name} {key.version}")
    return Registered(row, model)


def by_id(session: Session, model_version_id: str) -> Registered:
    """The same by the id that other rows hold."""
    row = session.get_one(tables.ModelVersion, model_version_id)
    return Registered(row, session.get_one(tables.Asset, row.model_id))


def by_ids(session: Session, ids: Iterable[str | None]) -> dict[str, Registered]:
    """The versions by id, with their models; for lists, and use cases that asked before."""
    row, model = tables.ModelVersion, tables.Asset
    query = sa.select(row, model).join(model, col(model.id) == col(row.model_id))
    wanted = [one for one in ids if one is not None]
    rows = db.select_in(session, query, col(row.id), wanted)
    return {version.id: Registered(version, asset) for version, asset in rows}


def target(session: Session, namespace: str, name: str) -> Target:
    """What is asked for rights on a model, whether or not it exists."""
    model = _named(session, namespace, name)
    return Target(namespace, model.accountable if model else None)


def read(session: Session, actor: Actor, key: Key) -> Registered:
    """One version. Raises Forbidden, whether or not it exists, and NotFound."""
    actor.must(Action.ASSET_READ, target(session, key.namespace, key.name))
    return version_of(session, key)


def versions_of(
    session: Session,
    actor: Actor,
    *,
    namespace: str,
    name: str,
    cursor: str | None = None,
    limit: int = 50,
) -> db.Page[tables.ModelVersion]:
    """The versions of a model, newest first. Raises Forbidden and NotFound."""
    actor.must(Action.ASSET_READ, target(session, namespace, name))
    model = _named(session, namespace, name)
    if model is None:
        raise NotFound(f"no model {namespace}/{name}")
    row = tables.ModelVersion
    wanted = [col(row.model_id) == model.id]
    if cursor:
        wanted.append(col(row.id) < db.place(cursor, str)[0])
    query = select(row).where(*wanted).order_by(col(row.id).desc()).limit(limit + 1)
    return page(list(session.exec(query)), limit)


def page(rows: list[Any], limit: int) -> db.Page[Any]:
    """The first `limit` of rows that are ordered by id, with the place to go on from."""
    return db.Page(rows[:limit], db.cursor(rows[limit - 1].id) if len(rows) > limit else None)


def _named(session: Session, namespace: str, name: str) -> tables.Asset | None:
    if not (can_be_kept(namespace) and can_be_kept(name)):
        return None
    return assets.named(session, MODEL, namespace, name)


def _model(session: Session, actor: Actor, namespace: str, name: str) -> tables.Asset:
    known = _named(session, namespace, name)
    if known is not None:
        return known
    moment = db.now()
    blank = {
        "kind": MODEL,
        "namespace": namespace,
        "name": name,
        "lifecycle": "active",
        "certification": "none",
        "is_source": False,
        "is_reference": False,
        "first_seen": moment,
        "changed_at": moment,
    }
    # Two that register the first version of one model at once both find it after this.
    db.upsert(session, db.table(tables.Asset), [blank], key=["kind", "namespace", "name"])
    audit.record(session, actor, Action.MODEL_REGISTER, node.model(namespace, name))
    made = _named(session, namespace, name)
    assert made is not None
    return made


def _describe(
    session: Session,
    actor: Actor,
    model: tables.Asset,
    *,
    owner: str,
    description: str | None,
) -> None:
    """Fills in what nobody has said of the model; it never changes what somebody has."""
    said = {"owner": owner, "description": description}
    missing = {key: value for key, value in said.items() if value and not getattr(model, key)}
    if not missing:
        return
    for key, value in missing.items():
        must_be_a_name(key, value, limit=MAX_DESCRIPTION_CHARACTERS)
        setattr(model, key, value)
        setattr(model, f"{key}_origin", tables.HUMAN)
    model.changed_at = db.now()
    session.add(model)
    about = node.model(model.namespace, model.name)
    audit.record(session, actor, Action.MODEL_REGISTER, about, after=dict(missing))


def _add(
    session: Session, actor: Actor, model: tables.Asset, row: tables.ModelVersion
) -> Registered:
    values = row.model_dump()
    db.upsert(session, db.table(tables.ModelVersion), [values], key=["model_id", "version"])
    stored = _stored(session, model, row.version)
    assert stored is not None
    if stored.id != row.id:
        _must_be_the_same(stored, row)
        return Registered(stored, model)
    keys = [{"model_version_id": row.id, "run_key": run} for run in row.training_runs]
    if keys:
        db.upsert(session, db.table(tables.Training), keys, key=["model_version_id", "run_key"])
    made = Registered(stored, model, is_new=True)
    after = {"artifact_digest": row.artifact_digest, "training_runs": row.training_runs}
    audit.record(session, actor, Action.MODEL_REGISTER, made.key.node, after=after)
    return made


def _stored(session: Session, model: tables.Asset, version: str) -> tables.ModelVersion | None:
    if not can_be_kept(version):
        return None
    row = tables.ModelVersion
    query = select(row).where(row.model_id == model.id, row.version == version)
    return session.exec(query).one_or_none()


def _must_be_the_same(stored: tables.ModelVersion, given: tables.ModelVersion) -> None:
    if stored.artifact_digest != given.artifact_digest:
        raise Conflict(
            f"version {stored.version} is registered with {stored.artifact_digest}, not "
            f"{given.artifact_digest}; a version never changes, register another",
            code="digest_mismatch",
            registered=stored.artifact_digest,
        )
    for what in ("files", "training_runs"):
        if getattr(stored, what) != getattr(given, what):
            raise Conflict(
                f"version {stored.version} is registered with other {what.replace('_', ' ')}; "
                "a version never changes, register another",
                code="version_exists",
            )
