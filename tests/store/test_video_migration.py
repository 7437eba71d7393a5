"""The video tables come over empty and older databases, twice, and the trigger stamps what changes."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import MetaData, insert, select

from kinoloop.creative.plain import to_json
from kinoloop.creative.videos import operations as videos
from kinoloop.creative.videos import queries
from kinoloop.creative.videos.records import Progress
from kinoloop.creative.videos.tables import generated_videos
from kinoloop.store.migrate import drift, migrate, schema
from kinoloop.store.session import Database, connect
from tests.creative.videos.fill import BRIEF, NOW, later, new_video
from tests.store.catalogue import all_tables, row_for

OURS = [
    "generated_videos",
    "clients",
    "campaigns",
    "uploaded_assets",
    "variants",
    "visual_tasks",
    "visual_callbacks",
    "cost_days",
    "cost_holds",
    "cost_entries",
    "approvals",
    "node_decisions",
]
INDEXES = {"idx_videos_status", "idx_videos_campaign", "idx_videos_client", "idx_videos_updated"}
SEED_COLUMNS = [
    "progress",
    "video_url",
    "storyboard_data",
    "approved",
    "approved_at",
    "estimated_cost",
    "actual_cost",
    "retry_count",
    "error_message",
    "updated_at",
]
OLD_TABLE = {
    "sqlite": "CREATE TABLE generated_videos (id TEXT NOT NULL PRIMARY KEY, campaign_id TEXT,"
    " status TEXT, created_at TEXT DEFAULT CURRENT_TIMESTAMP)",
    "postgresql": "CREATE TABLE generated_videos (id TEXT NOT NULL PRIMARY KEY, campaign_id TEXT,"
    " status TEXT, created_at TIMESTAMPTZ DEFAULT now())",
}
OLD_ROWS = (
    "INSERT INTO generated_videos (id, campaign_id, status) VALUES ('a', 'c', 'done'), ('b', NULL, NULL)"
)


def declared() -> MetaData:
    """What this package declares of these tables, and what they refer to."""
    return all_tables()


def differences(database: Database) -> list[str]:
    return [line for line in drift(database, declared()) if any(name in line for name in OURS)]


def again(database: Database) -> None:
    """Every migration once more, as after a lost record."""
    with database.begin() as connection:
        connection.exec_driver_sql("DROP TABLE schema_migrations")
    assert migrate(database)


@pytest.fixture
def older(database: Database) -> Iterator[Database]:
    """A database of an earlier program: a base table with rows, none of ours."""
    if database.dialect == "sqlite":
        path = Path(str(database.engine.url.database)).with_name("older.db")
        opened = connect(f"sqlite:///{path}", profile="test")
    else:
        opened = database
        with opened.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    with opened.begin() as connection:
        connection.exec_driver_sql(OLD_TABLE[opened.dialect])
        connection.exec_driver_sql(OLD_ROWS)
    yield opened
    if opened is not database:
        opened.close()


def test_twice_over_an_empty_database(database: Database) -> None:
    assert differences(database) == []
    before = schema(database, only=OURS)
    again(database)
    assert schema(database, only=OURS) == before and set(before) == set(OURS)
    videos_form = before["generated_videos"]
    assert set(SEED_COLUMNS) <= set(videos_form.columns)
    assert {*INDEXES, "idx_videos_approved"} <= set(videos_form.indexes)


def test_twice_over_a_filled_database(database: Database) -> None:
    tables = declared()
    with database.begin() as connection:
        for table in tables.sorted_tables:
            if table.name in OURS or table.name == "assets":
                connection.execute(insert(table).values(row_for(table)))
    with database.read() as connection:
        before = {name: connection.execute(select(tables.tables[name])).all() for name in OURS}
    again(database)
    with database.read() as connection:
        assert {name: connection.execute(select(tables.tables[name])).all() for name in OURS} == before
    assert differences(database) == []


def test_over_an_older_table_with_rows(older: Database) -> None:
    began = datetime.now(UTC) - timedelta(seconds=5)
    migrate(older)
    again(older)
    with older.read() as connection:
        rows = {row.id: row for row in connection.execute(select(generated_videos))}
        assert queries.videos(connection) == ()
    assert (rows["a"].campaign_id, rows["a"].status, rows["b"].status) == ("c", "done", None)
    for row in rows.values():
        assert row.updated_at == row.created_at and began <= row.created_at <= datetime.now(UTC)
        assert (row.retry_count, row.approved, row.estimated_cost, row.progress) == (0, False, 0, {})
    with older.begin() as connection:
        made = new_video(connection)
        assert queries.videos(connection) == (made,)
    assert [line for line in differences(older) if "generated_videos" in line] == []


def test_dollars_of_older_rows_become_micro_dollars(older: Database) -> None:
    with older.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE generated_videos ADD COLUMN estimated_cost REAL DEFAULT 0")
        connection.exec_driver_sql("UPDATE generated_videos SET estimated_cost = 3.015 WHERE id = 'a'")
    migrate(older)
    with older.read() as connection:
        found = select(generated_videos.c.estimated_micros).order_by(generated_videos.c.id)
        assert connection.execute(found).scalars().all() == [3_015_000, 0]


def test_the_trigger_stamps_what_others_change(database: Database) -> None:
    change = "UPDATE generated_videos SET error_message = 'x' WHERE id = 'v-1'"
    with database.begin() as connection:
        made = new_video(connection)
    before = datetime.now(UTC) - timedelta(seconds=1)
    with database.begin() as connection:
        connection.exec_driver_sql(change)
    with database.begin() as connection:
        touched = queries.video(connection, "v-1")
        assert made.updated_at == NOW and before <= touched.updated_at <= datetime.now(UTC)
        connection.exec_driver_sql("UPDATE generated_videos SET updated_at = NULL")
        assert queries.video(connection, "v-1").updated_at is not None
    time.sleep(0.01)
    with database.begin() as connection:
        first = queries.video(connection, "v-1").updated_at
        connection.exec_driver_sql(change)
        assert queries.video(connection, "v-1").updated_at > first


def test_the_trigger_leaves_a_stamp_that_was_set(database: Database) -> None:
    with database.begin() as connection:
        new_video(connection)
        videos.advance(connection, "v-1", to="generating_storyboard", now=later(5))
        assert queries.video(connection, "v-1").updated_at == later(5)
        videos.note_progress(connection, "v-1", Progress("planning", 3), later(9))
        assert queries.video(connection, "v-1").updated_at == later(9)


def test_a_row_without_anything_of_ours_can_be_added(database: Database) -> None:
    """Whoever writes with the seed's columns alone gets the seed's defaults."""
    with database.begin() as connection:
        connection.execute(insert(generated_videos).values(id="x", status="queued", brief=to_json(BRIEF)))
        row = connection.execute(select(generated_videos)).one()
    assert (row.approved, row.retry_count, row.actual_cost, row.estimated_micros) == (False, 0, 0, 0)
