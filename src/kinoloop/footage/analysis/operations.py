"""Writing shots: all of an asset at once, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.errors import InputError
from kinoloop.core.timecode import MICRO
from kinoloop.footage.analysis.queries import COUNTER
from kinoloop.footage.analysis.records import Shot
from kinoloop.footage.analysis.rules.formula import VERSION
from kinoloop.footage.analysis.tables import clips, shot_changes, shot_sets
from kinoloop.footage.intake.queries import asset

NO_EMOTION = {"emotion": None, "reason": "no emotion detector is part of this version"}
Edges = tuple[int, int]


def replace_shots(
    connection: Connection, asset_id: str, shots: Sequence[Shot], *, now: datetime
) -> tuple[Shot, ...]:
    """Make these the asset's shots; returns them as stored.

    A shot whose span is unchanged (to the microsecond) keeps its clip id; a prediction outlives its shot.
    Raises NotFoundError for an unknown asset, InputError for shots of another asset or twice the same span.
    """
    asset(connection, asset_id)
    _check(asset_id, shots)
    version = _next_version(connection)
    there = _there(connection, asset_id)
    known = {edges: clip_id for clip_id, edges in there.items()}
    stored = tuple(replace(shot, clip_id=known.get(_edges(shot), shot.clip_id)) for shot in shots)
    kept = {shot.clip_id for shot in stored} & set(there)
    _remove(connection, set(there) - kept)
    _write(connection, [_row(shot) for shot in stored if shot.clip_id in kept], new=False)
    _write(
        connection,
        [_row(shot) | {"created_at": now} for shot in stored if shot.clip_id not in kept],
        new=True,
    )
    _summarise(connection, asset_id, stored, version)
    return stored


def _check(asset_id: str, shots: Sequence[Shot]) -> None:
    if any(shot.asset_id != asset_id for shot in shots):
        raise InputError(
            "These shots are not all of one asset.", fix="Hand in the shots of one asset at a time."
        )
    if len({_edges(shot) for shot in shots}) != len(shots):
        raise InputError("Two shots have the same span.", fix="Hand in each shot once.")


def _edges(shot: Shot) -> Edges:
    return round(shot.span.start * MICRO), round(shot.span.end * MICRO)


def _there(connection: Connection, asset_id: str) -> dict[str, Edges]:
    query = select(clips.c.clip_id, clips.c.start_time, clips.c.end_time).where(clips.c.asset_id == asset_id)
    rows = connection.execute(query.order_by(clips.c.clip_id))
    return {str(row.clip_id): (round(row.start_time * MICRO), round(row.end_time * MICRO)) for row in rows}


def _next_version(connection: Connection) -> int:
    """Counts up under the row's lock, so versions become visible in the order of their numbers."""
    maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    bump = maker(shot_changes).values(counter=COUNTER, version=1)
    bump = bump.on_conflict_do_update(
        index_elements=["counter"], set_={"version": shot_changes.c.version + 1}
    )
    return int(connection.execute(bump.returning(shot_changes.c.version)).scalar_one())


def _remove(connection: Connection, clip_ids: set[str]) -> None:
    if not clip_ids:
        return
    statement = delete(clips).where(clips.c.clip_id == bindparam("gone"))
    connection.execute(statement, [{"gone": clip_id} for clip_id in clip_ids])


def _write(connection: Connection, rows: list[dict[str, Any]], *, new: bool) -> None:
    if not rows:
        return
    if new:
        connection.execute(insert(clips), rows)
        return
    columns = {
        name: bindparam(f"new_{name}", type_=clips.c[name].type) for name in rows[0] if name != "clip_id"
    }
    statement = update(clips).where(clips.c.clip_id == bindparam("which")).values(columns)
    connection.execute(
        statement, [{"which": row["clip_id"]} | {f"new_{n}": row[n] for n in columns} for row in rows]
    )


def _row(shot: Shot) -> dict[str, Any]:
    return {
        "clip_id": shot.clip_id,
        "asset_id": shot.asset_id,
        "start_time": float(shot.span.start),
        "end_time": float(shot.span.end),
        "duration": float(shot.span.duration),
        "scene_score": shot.scores.scene,
        "psychology_score": shot.scores.psychology,
        "hook_strength": shot.scores.hook,
        "novelty_score": shot.scores.novelty,
        "composite_score": shot.scores.composite,
        "emotion_data": NO_EMOTION,
        "embedding": shot.embedding,
        "thumbnail_url": shot.thumbnail_url,
        "features": {name: found.as_dict() for name, found in shot.features.items()},
        "explanation": shot.scores.explanation,
        "text": shot.text,
        "space": shot.space,
    }


def _summarise(connection: Connection, asset_id: str, shots: Sequence[Shot], version: int) -> None:
    scores = [shot.composite for shot in shots if shot.composite is not None]
    row = {
        "shots": len(shots),
        "best_score": max(scores, default=None),
        "space": next((shot.space for shot in shots if shot.space), None),
        "version": version,
        "formula": VERSION,
    }
    maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    upsert = maker(shot_sets).values(asset_id=asset_id, **row)
    connection.execute(upsert.on_conflict_do_update(index_elements=["asset_id"], set_=row))
