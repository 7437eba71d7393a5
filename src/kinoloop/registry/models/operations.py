"""Keeping models, putting one in the place of another, and writing trials down. Nothing here commits.

Whoever changes the champion of a name first locks all models of that name, so that two promotions at once
are put in order and the second sees what the first did; the partial unique index stands behind it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.errors import ConflictError
from kinoloop.core.ids import NewId, hash_bytes
from kinoloop.registry.models import queries
from kinoloop.registry.models.records import Learnt, Model, Trial, Unit, Verdict, What
from kinoloop.registry.models.rows import read_model, read_trial
from kinoloop.registry.models.tables import (
    model_promotions,
    model_registry,
    model_trial_units,
    model_trials,
)


def register(connection: Connection, learnt: Learnt, *, now: datetime, new_id: NewId) -> Model:
    """Keep a model, as nobody's champion. The same bytes under the same name are kept once."""
    sha256 = hash_bytes(learnt.artifact)
    row = {
        "id": new_id(),
        "model_name": learnt.model_name,
        "version": f"{now:%Y-%m-%d}-{sha256[:8]}",
        "artifact_path": f"sha256:{sha256}",
        "training_metrics": dict(learnt.metrics),
        "is_champion": False,
        "created_at": now,
        "sha256": sha256,
        "artifact": learnt.artifact,
        "learnt_from": learnt.learnt_from.isoformat(),
        "learnt_until": learnt.learnt_until.isoformat(),
        "learnt_rows": learnt.rows,
    }
    maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    once = maker(model_registry).values(row).on_conflict_do_nothing(index_elements=["model_name", "sha256"])
    connection.execute(once)
    c = model_registry.c
    same = select(model_registry).where(c.model_name == learnt.model_name, c.sha256 == sha256)
    return read_model(connection.execute(same).one())


def promote(
    connection: Connection,
    model_id: str,
    *,
    expected: str | None,
    who: str,
    reason: str,
    now: datetime,
    evidence: Mapping[str, Any] | None = None,
) -> Model:
    """Make it the champion in the place of the model `expected` (None: there is none yet).

    Raises NotFoundError, and ConflictError when the champion is another one by now.
    """
    wanted = queries.model(connection, model_id)
    standing = _champion_locked(connection, wanted.model_name)
    if standing == model_id:
        raise ConflictError(f"The model {wanted.version} is the champion already.")
    if standing != expected:
        raise ConflictError(
            f"The champion of '{wanted.model_name}' has changed meanwhile.",
            why="The challenger was compared with another one.",
            fix="Compare it with the champion that stands now.",
        )
    what: What = "first" if standing is None else "promoted"
    return _crown(connection, wanted, standing, what, who=who, reason=reason, now=now, evidence=evidence)


def rollback(connection: Connection, model_name: str, *, who: str, reason: str, now: datetime) -> Model:
    """Make the champion before the champion again, in one move. Raises ConflictError when there is none."""
    standing = _champion_locked(connection, model_name)
    c = model_promotions.c
    query = select(c.from_id).where(c.model_name == model_name, c.to_id == standing, c.what != "rolled_back")
    before = connection.execute(query.order_by(c.entry.desc()).limit(1)).scalar_one_or_none()
    if standing is None or before is None:
        raise ConflictError(
            f"There is no champion of '{model_name}' to go back to.",
            why="Only a model that took another one's place can be rolled back.",
        )
    wanted = queries.model(connection, before)
    return _crown(connection, wanted, standing, "rolled_back", who=who, reason=reason, now=now)


def open_trial(connection: Connection, challenger: Model, *, now: datetime, new_id: NewId) -> Trial:
    """Put a challenger on trial against the champion. Raises ConflictError without one, against itself, and
    while another is on trial.
    """
    standing = _champion_locked(connection, challenger.model_name)
    if standing is None or standing == challenger.model_id:
        raise ConflictError(
            f"The model {challenger.version} has nobody to be compared with.",
            why="There is no champion, or it is the champion itself.",
        )
    if queries.open_trial(connection, challenger.model_name) is not None:
        raise ConflictError(
            f"Another challenger of '{challenger.model_name}' is on trial.",
            fix="Wait until that one is over.",
        )
    trial = Trial(new_id(), challenger.model_name, standing, challenger.model_id, now)
    connection.execute(insert(model_trials).values(asdict(trial)))
    return trial


def note_units(connection: Connection, trial_id: str, units: Iterable[Unit]) -> None:
    """Write down what was seen; a unit that was seen before is left as it is."""
    rows = [asdict(unit) | {"trial_id": trial_id} for unit in units]
    if rows:
        maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        once = maker(model_trial_units).on_conflict_do_nothing(index_elements=["trial_id", "unit"])
        connection.execute(once, rows)


def close_trial(connection: Connection, trial_id: str, verdict: Verdict, *, now: datetime) -> Trial:
    """End a trial with what was found. Raises ConflictError when it is over already."""
    values = {
        "closed_at": now,
        "verdict": verdict.word,
        "reason": verdict.reason,
        "evidence": asdict(verdict),
    }
    c = model_trials.c
    statement = update(model_trials).where(c.trial_id == trial_id, c.closed_at.is_(None)).values(values)
    if connection.execute(statement).rowcount != 1:
        raise ConflictError(f"There is no trial '{trial_id}' that goes on.")
    return read_trial(connection.execute(select(model_trials).where(c.trial_id == trial_id)).one())


def _champion_locked(connection: Connection, model_name: str) -> str | None:
    """The champion's id; other writers of this name wait until this transaction ends."""
    c = model_registry.c
    query = select(c.id, c.is_champion).where(c.model_name == model_name).order_by(c.id).with_for_update()
    return next((row.id for row in connection.execute(query).all() if row.is_champion), None)


def _crown(
    connection: Connection,
    wanted: Model,
    standing: str | None,
    what: What,
    *,
    who: str,
    reason: str,
    now: datetime,
    evidence: Mapping[str, Any] | None = None,
) -> Model:
    c = model_registry.c
    for model_id, values in (
        (standing, {"is_champion": False}),
        (wanted.model_id, {"is_champion": True, "promoted_at": now}),
    ):
        if model_id is not None:
            connection.execute(update(model_registry).where(c.id == model_id).values(values))
    row: dict[str, Any] = {"model_name": wanted.model_name, "what": what, "from_id": standing}
    row |= {
        "to_id": wanted.model_id,
        "at": now,
        "who": who,
        "reason": reason,
        "evidence": dict(evidence or {}),
    }
    connection.execute(insert(model_promotions).values(row))
    return queries.model(connection, wanted.model_id)
