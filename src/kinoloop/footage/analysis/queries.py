"""Reading shots: those of an asset (in time or ranked), one, the best of all, and the library of vectors."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, LargeBinary, Row, func, select, type_coerce

from kinoloop.core.errors import InputError
from kinoloop.core.timecode import Span, exact
from kinoloop.footage.analysis.library import Library
from kinoloop.footage.analysis.records import Measured, Scores, Shot
from kinoloop.footage.analysis.rules.ranking import rank
from kinoloop.footage.analysis.tables import clips as table
from kinoloop.footage.analysis.tables import shot_changes, shot_sets
from kinoloop.store.reading import page_limit, row_by_id
from kinoloop.store.vectors import decode_many

COUNTER = "shots"
CHUNK = 500
_libraries: WeakKeyDictionary[Engine, dict[str, Library]] = WeakKeyDictionary()
_libraries_lock = Lock()


def shot(connection: Connection, clip_id: str) -> Shot:
    """Raises NotFoundError."""
    fix = "List an asset's shots to see their ids."
    return read_shot(row_by_id(connection, table.c.clip_id, clip_id, what="shot", fix=fix))


def shots(
    connection: Connection, asset_id: str, *, ranked: bool = False, top: int | None = None
) -> tuple[Shot, ...]:
    """An asset's shots in time order, or `ranked`: best first, no near-duplicates. `top` cuts the list."""
    if top is not None and top < 1:
        raise InputError(f"{top} shots cannot be listed.", fix="Ask for at least one.")
    query = select(table).where(table.c.asset_id == asset_id).order_by(table.c.start_time, table.c.clip_id)
    if ranked:
        return rank((read_shot(row) for row in connection.execute(query)), top=top).kept
    return tuple(read_shot(row) for row in connection.execute(query.limit(top) if top else query))


def best_shots(connection: Connection, *, limit: int = 50) -> tuple[Shot, ...]:
    """The highest composites over all footage, near-duplicates left out: looks at the first `3 x limit`."""
    limit = page_limit(limit)
    scored = (
        select(table).where(table.c.composite_score.is_not(None)).order_by(table.c.composite_score.desc())
    )
    return rank((read_shot(row) for row in connection.execute(scored.limit(3 * limit))), top=limit).kept


def library(connection: Connection, space: str) -> Library:
    """The vectors of a space as of this transaction, read again only for assets whose shots changed.

    Use it while holding its lock. The first call in a process reads everything (about 1 s for 100,000 shots).
    Call it before writing shots in the same transaction: what is rolled back later would stay in memory.
    """
    with _libraries_lock:
        spaces = _libraries.setdefault(connection.engine, {})
        held = spaces.setdefault(space, Library(space))
    with held.lock:
        version = connection.execute(
            select(shot_changes.c.version).where(shot_changes.c.counter == COUNTER)
        ).scalar()
        if (version or 0) != held.version:
            _read_changes(connection, held, version or 0)
        if connection.execute(select(func.count()).select_from(shot_sets)).scalar_one() != len(held.assets):
            _forget_removed(connection, held)
    return held


def _read_changes(connection: Connection, held: Library, version: int) -> None:
    seen = held.version
    if version < seen:  # the database was restored from an older copy: nothing held is certain
        for asset_id in held.assets:
            held.replace(asset_id, [], decode_many([]))
        held.assets, seen = set(), 0
    rows = connection.execute(
        select(shot_sets.c.asset_id, shot_sets.c.shots).where(shot_sets.c.version > seen)
    ).all()
    if not held.assets:
        held.reserve(sum(row.shots for row in rows))
    changed = [str(row.asset_id) for row in rows]
    for start in range(0, len(changed), CHUNK):
        _read_vectors(connection, held, changed[start : start + CHUNK])
    held.assets |= set(changed)
    held.version = version


def _read_vectors(connection: Connection, held: Library, asset_ids: list[str]) -> None:
    blob = type_coerce(table.c.embedding, LargeBinary)
    query = select(table.c.asset_id, table.c.clip_id, blob).where(
        table.c.asset_id.in_(asset_ids), table.c.space == held.space, table.c.embedding.is_not(None)
    )
    rows = connection.execute(query.order_by(table.c.asset_id, table.c.start_time)).all()
    for asset_id in set(asset_ids) - {str(row[0]) for row in rows}:
        held.replace(asset_id, [], decode_many([]))
    vectors = decode_many(bytes(row[2]) for row in rows)
    for asset_id, first, last in _runs(str(row[0]) for row in rows):
        held.replace(asset_id, [str(row[1]) for row in rows[first:last]], vectors[first:last])


def _runs(keys: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    at = 0
    for key, group in groupby(keys):
        size = sum(1 for _ in group)
        yield key, at, at + size
        at += size


def _forget_removed(connection: Connection, held: Library) -> None:
    there = {str(asset_id) for asset_id in connection.execute(select(shot_sets.c.asset_id)).scalars()}
    for asset_id in held.assets - there:
        held.replace(asset_id, [], decode_many([]))
    held.assets &= there


def read_shot(row: Row[Any]) -> Shot:
    """A shot from a row that holds all columns of the table."""
    return Shot(
        clip_id=str(row.clip_id),
        asset_id=str(row.asset_id),
        span=Span(exact(row.start_time), exact(row.end_time)),
        features={name: Measured(**found) for name, found in (row.features or {}).items()},
        scores=Scores(
            row.scene_score,
            row.psychology_score or {},
            row.hook_strength or {},
            row.novelty_score or {},
            row.composite_score,
            row.explanation or {},
        ),
        text=row.text,
        space=row.space,
        embedding=row.embedding,
        thumbnail_url=row.thumbnail_url,
    )
