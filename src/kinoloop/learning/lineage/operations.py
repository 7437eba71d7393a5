"""Writing what a published ad shows, second by second. Nothing here commits.

A film is known by its content, so it is written once and never changed; so is an ad's turn to another film.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.errors import InputError
from kinoloop.learning.lineage.records import Film, Scene, Shown
from kinoloop.learning.lineage.tables import shown_by_ads, shown_films, shown_scenes


def keep(connection: Connection, film: Film, shown: Shown, *, now: datetime) -> None:
    """From `shown.since` on the ad shows this film; told again, nothing changes.

    Raises InputError when the scenes do not fill the film from its start without gaps, or for another film.
    """
    _require_whole(film)
    if shown.film_sha256 != film.film_sha256:
        raise InputError("The ad shows another film than the one that is described.")
    _once(connection, shown_films, [_film_row(film, now)])
    _once(connection, shown_scenes, [_scene_row(film, scene) for scene in film.scenes])
    _once(connection, shown_by_ads, [vars(shown)])


def _require_whole(film: Film) -> None:
    ends = [0, *(scene.end_ms for scene in film.scenes)]
    starts = [scene.start_ms for scene in film.scenes]
    if not starts or starts != ends[:-1] or any(scene.lasts_ms <= 0 for scene in film.scenes):
        raise InputError(
            f"The scenes of '{film.name}' do not fill it.", why="Each begins where the one before it ends."
        )


def _once(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(make(table).on_conflict_do_nothing(), [dict(row) for row in rows])


def _film_row(film: Film, now: datetime) -> dict[str, Any]:
    row = {name: value for name, value in vars(film).items() if name != "scenes"}
    return row | {"recorded_at": now}


def _scene_row(film: Film, scene: Scene) -> dict[str, Any]:
    row = {name: value for name, value in vars(scene).items() if name != "source"}
    bare = dict.fromkeys(("asset_id", "clip_id", "filename", "in_ms", "out_ms"))
    return row | (vars(scene.source) if scene.source else bare) | {"film_sha256": film.film_sha256}
