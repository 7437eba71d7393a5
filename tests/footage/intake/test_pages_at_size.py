"""Pages and searches answer from indexes; no read walks through a table (`bench.pages` times them)."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, event, select

from kinoloop.footage.analysis import queries as analysis
from kinoloop.footage.analysis.tables import clips
from kinoloop.footage.clips.queries import clip_files
from kinoloop.footage.intake import queries as intake
from kinoloop.footage.search.queries import by_shot, by_text
from kinoloop.store.session import Database
from tests.footage.house import fill_house

HARMLESS = ("INDEX", "CONSTANT ROW", "shot_sets", "search_documents")
"""An index alone, nothing, one small row per asset, or the highest number of a key."""


def _plans(database: Database, read: Callable[[Connection], object]) -> list[str]:
    """What SQLite says it does for every statement of a read."""
    seen: list[tuple[str, object]] = []
    with database.read() as connection:

        def note(_c: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
            seen.append((statement, parameters))

        event.listen(connection, "before_cursor_execute", note)
        read(connection)
        event.remove(connection, "before_cursor_execute", note)
        plans: list[str] = []
        for statement, parameters in seen:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]  # as the driver saw them
            plans += [str(row[-1]) for row in rows]
    return plans


Read = Callable[[Connection, str, str], object]
READS: dict[str, Read] = {
    "overview": lambda c, _a, _s: intake.overview(c),
    "counts": lambda c, _a, _s: intake.count_by_status(c),
    "grid": lambda c, a, _s: intake.assets_grid(c, after=a),
    "failed grid": lambda c, _a, _s: intake.assets_grid(c, status="failed"),
    "shots": lambda c, a, _s: analysis.shots(c, a, ranked=True, top=10),
    "best shots": lambda c, _a, _s: analysis.best_shots(c, limit=20),
    "clips": lambda c, _a, _s: clip_files(c),
    "clips of an asset": lambda c, a, _s: clip_files(c, asset_id=a),
    "words": lambda c, _a, _s: by_text(c, "word900 word15000"),
    "common words": lambda c, _a, _s: by_text(c, "word1 word2 word"),
    "words of an asset": lambda c, a, _s: by_text(c, "word1", asset_id=a),
    "looks": lambda c, _a, s: by_shot(c, s),
}


@pytest.mark.parametrize("name", list(READS))
def test_no_read_walks_through_a_table(sqlite_database: Database, name: str) -> None:
    asset_id = fill_house(sqlite_database, count=3)[1]
    with sqlite_database.read() as connection:
        clip_id = connection.execute(select(clips.c.clip_id)).scalars().first()
        analysis.library(connection, "look-v1")
    for step in _plans(sqlite_database, lambda c: READS[name](c, asset_id, str(clip_id))):
        walked = step.startswith("SCAN ") and not any(word in step for word in HARMLESS)
        assert not walked, f"{name}: {step}"
