"""The made-up house that page times are measured on has the shape of a real one."""

from bench.pages_data import fill
from sqlalchemy import select

from kinoloop.footage.analysis import queries as analysis
from kinoloop.footage.intake.queries import assets, count_by_status
from kinoloop.footage.moments.queries import moments
from kinoloop.footage.search.queries import by_text
from kinoloop.runs.queries import counts, runs, steps
from kinoloop.runs.tables import jobs
from kinoloop.store.schema import row_counts
from kinoloop.store.session import Database


def test_every_page_finds_its_rows(database: Database) -> None:
    fill(database, assets=40, clips=400, runs=20)
    with database.read() as connection:
        rows = row_counts(connection)
        assert (rows["assets"], rows["clips"], rows["jobs"], rows["processing_steps"]) == (40, 400, 20, 120)
        assert count_by_status(connection) == {"ready": 36, "processing": 2, "failed": 2}
        newest = assets(connection, limit=10)
        assert len(newest) == 10 and newest[0].filename == "take_39.mp4"
        found = analysis.shots(connection, newest[0].asset_id)
        assert len(found) == 10 and all(shot.embedding is not None for shot in found)
        assert moments(connection, newest[0].asset_id)
        assert by_text(connection, "take_7") and by_text(connection, "word1")
        assert len(analysis.library(connection, "look-v1")) == 400
        assert sum(counts(connection).values()) == 20 and len(runs(connection, limit=5)) == 5
        first = connection.execute(select(jobs.c.id).order_by(jobs.c.id)).scalars().first()
        assert len(steps(connection, str(first))) == 6
