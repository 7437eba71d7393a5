"""Reading what ads showed: films second by second, which ad showed which since when, who shows a file."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from kinoloop.delivery.drift.queries import approvals_of
from kinoloop.learning.lineage.records import Film, Scene, Shown, Source
from kinoloop.learning.lineage.rules.showing import film_at
from kinoloop.learning.lineage.tables import shown_by_ads, shown_films, shown_scenes

AT_ONCE = 500
"""So many ids are asked for in one statement."""


def chunks(ids: Iterable[str]) -> Iterator[Sequence[str]]:
    """Each id once, so many at a time that one statement can name them."""
    wanted = sorted(set(ids))
    return (wanted[at : at + AT_ONCE] for at in range(0, len(wanted), AT_ONCE))


def films(connection: Connection, sha256s: Iterable[str]) -> dict[str, Film]:
    """Films with their scenes in order, by their content; those that are not known are left out."""
    found: dict[str, Film] = {}
    for chunk in chunks(sha256s):
        scenes: dict[str, list[Scene]] = {}
        query = select(shown_scenes).where(shown_scenes.c.film_sha256.in_(chunk))
        for row in connection.execute(query.order_by(shown_scenes.c.film_sha256, shown_scenes.c.number)):
            scenes.setdefault(row.film_sha256, []).append(_scene(row))
        rows = connection.execute(select(shown_films).where(shown_films.c.film_sha256.in_(chunk)))
        found |= {row.film_sha256: _film(row, scenes[row.film_sha256]) for row in rows}
    return found


def shown_by(connection: Connection, ad_ids: Iterable[str]) -> dict[str, tuple[Shown, ...]]:
    """Which films these ads showed, the first one first."""
    found: dict[str, list[Shown]] = {}
    for chunk in chunks(ad_ids):
        query = select(shown_by_ads).where(shown_by_ads.c.ad_id.in_(chunk)).order_by(shown_by_ads.c.since)
        for row in connection.execute(query):
            found.setdefault(row.ad_id, []).append(Shown(**row._mapping))
    return {ad_id: tuple(some) for ad_id, some in found.items()}


def ads_with(connection: Connection, asset_id: str, window: tuple[int, int] | None = None) -> tuple[str, ...]:
    """The published ads in which this file (something of its `window`, ms) is or was seen."""
    scene = shown_scenes.c
    query = (
        select(shown_by_ads.c.ad_id)
        .distinct()
        .join(shown_scenes, scene.film_sha256 == shown_by_ads.c.film_sha256)
    )
    query = query.where(scene.asset_id == asset_id, scene.kind == "footage")
    if window is not None:
        query = query.where(scene.in_ms < window[1], scene.out_ms > window[0])
    return tuple(connection.execute(query.order_by(shown_by_ads.c.ad_id)).scalars())


def used_stretches(connection: Connection, asset_ids: Iterable[str]) -> dict[str, list[tuple[int, int]]]:
    """By file the stretches, ms, that are in any published film."""
    scene, found = shown_scenes.c, dict[str, list[tuple[int, int]]]()
    for chunk in chunks(asset_ids):
        query = select(scene.asset_id, scene.in_ms, scene.out_ms).where(scene.asset_id.in_(chunk))
        for row in connection.execute(query.where(scene.in_ms.is_not(None))):
            found.setdefault(row.asset_id, []).append((row.in_ms, row.out_ms))
    return found


class Showing:
    """What these ads showed at any instant: the films are read once, approvals when they are asked for."""

    def __init__(self, connection: Connection, ad_ids: Iterable[str]) -> None:
        self._connection = connection
        self._shown = shown_by(connection, ad_ids)
        self._films = films(connection, (one.film_sha256 for some in self._shown.values() for one in some))
        self._approved: dict[str, Any] = {}

    def film_at(self, ad_id: str, at: datetime) -> tuple[Film | None, str | None]:
        """The film, or None and why it is not known."""
        if ad_id not in self._approved:
            self._approved[ad_id] = approvals_of(self._connection, ad_id)
        sha256, why = film_at(self._shown.get(ad_id, ()), self._approved[ad_id], at)
        return (None, why) if sha256 is None else (self._films[sha256], None)


def _film(row: Row[Any], scenes: Sequence[Scene]) -> Film:
    kept = {name: value for name, value in row._mapping.items() if name != "recorded_at"}
    return Film(**kept, scenes=tuple(scenes))


def _scene(row: Row[Any]) -> Scene:
    source = None
    if row.asset_id is not None:
        source = Source(row.asset_id, row.clip_id, row.filename, row.in_ms, row.out_ms)
    return Scene(
        number=row.number,
        scene_id=row.scene_id,
        kind=row.kind,
        purpose=row.purpose,
        line=row.line,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        source=source,
    )
