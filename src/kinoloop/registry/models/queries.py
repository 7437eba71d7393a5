"""Reading models, who is champion, the model's own bytes, promotions and trials."""

from sqlalchemy import Connection, select

from kinoloop.core.errors import IntegrityError, NotFoundError
from kinoloop.core.ids import hash_bytes
from kinoloop.registry.models.records import Model, Promotion, Trial, Unit
from kinoloop.registry.models.rows import read_model, read_promotion, read_trial, read_unit
from kinoloop.registry.models.tables import (
    model_promotions,
    model_registry,
    model_trial_units,
    model_trials,
)
from kinoloop.store.reading import page_limit, row_by_id

_PLAIN = [column for column in model_registry.c if column.name != "artifact"]


def model(connection: Connection, model_id: str) -> Model:
    """Raises NotFoundError."""
    row = row_by_id(
        connection, model_registry.c.id, model_id, what="model", fix="List the models to see their ids."
    )
    return read_model(row)


def models(connection: Connection, *, model_name: str | None = None, limit: int = 50) -> tuple[Model, ...]:
    """The newest first."""
    c = model_registry.c
    query = select(*_PLAIN).order_by(c.created_at.desc(), c.id.desc()).limit(page_limit(limit))
    query = query if model_name is None else query.where(c.model_name == model_name)
    return tuple(read_model(row) for row in connection.execute(query))


def champion(connection: Connection, model_name: str) -> Model | None:
    """The one that is used; None before the first."""
    c = model_registry.c
    row = connection.execute(select(*_PLAIN).where(c.model_name == model_name, c.is_champion)).first()
    return None if row is None else read_model(row)


def artifact(connection: Connection, sha256: str) -> bytes:
    """A model's bytes by their hash. Raises NotFoundError, and IntegrityError when they are not those."""
    c = model_registry.c
    row = connection.execute(select(c.artifact).where(c.sha256 == sha256)).first()
    if row is None:
        raise NotFoundError(f"There is no model with the hash '{sha256}'.", fix="List the models.")
    found = bytes(row.artifact)
    if hash_bytes(found) != sha256:
        raise IntegrityError(
            f"The model '{sha256}' is damaged.",
            why="Its bytes have another hash than when it was kept.",
            fix="Restore the database from a backup, or roll back to the champion before.",
        )
    return found


def promotions(connection: Connection, model_name: str, *, limit: int = 50) -> tuple[Promotion, ...]:
    """Who became champion when, the latest first."""
    c = model_promotions.c
    query = select(model_promotions).where(c.model_name == model_name).order_by(c.entry.desc())
    return tuple(read_promotion(row) for row in connection.execute(query.limit(page_limit(limit))))


def open_trial(connection: Connection, model_name: str) -> Trial | None:
    c = model_trials.c
    query = select(model_trials).where(c.model_name == model_name, c.closed_at.is_(None))
    row = connection.execute(query).first()
    return None if row is None else read_trial(row)


def trials(connection: Connection, model_name: str, *, limit: int = 50) -> tuple[Trial, ...]:
    """The newest first."""
    c = model_trials.c
    query = select(model_trials).where(c.model_name == model_name)
    query = query.order_by(c.opened_at.desc(), c.trial_id.desc()).limit(page_limit(limit))
    return tuple(read_trial(row) for row in connection.execute(query))


def units(connection: Connection, trial_id: str) -> tuple[Unit, ...]:
    """What a trial has seen, in the order in which it came."""
    c = model_trial_units.c
    query = select(model_trial_units).where(c.trial_id == trial_id).order_by(c.entry)
    return tuple(read_unit(row) for row in connection.execute(query))
