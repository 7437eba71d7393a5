"""The door: both dialects open, transactions commit or roll back, errors say what to do."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError

from kinoloop.core.errors import InputError, PassingError, UnavailableError
from kinoloop.core.ids import new_id
from kinoloop.creative.renders.tables import render_jobs
from kinoloop.store import engines
from kinoloop.store.session import Database, connect


def add(database: Database) -> None:
    with database.begin() as connection:
        connection.execute(insert(render_jobs).values(job_id=new_id(), storyboard={"panels": []}))


def count(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(render_jobs)).scalar_one()


def test_opens_and_answers(database: Database) -> None:
    database.check()
    assert database.dialect in {"sqlite", "postgresql"}


def test_a_block_that_ends_well_is_kept_and_one_that_fails_is_not(database: Database) -> None:
    add(database)
    with pytest.raises(ZeroDivisionError), database.begin() as connection:
        connection.execute(insert(render_jobs).values(job_id=new_id(), storyboard={}))
        _ = 1 / 0
    assert count(database) == 1


def test_reading_does_not_wait_for_a_writer_and_cannot_write(database: Database) -> None:
    with database.begin() as writer:
        writer.execute(insert(render_jobs).values(job_id=new_id(), storyboard={}))
        assert count(database) == 0
    with pytest.raises(DBAPIError), database.read() as connection:
        connection.execute(insert(render_jobs).values(job_id=new_id(), storyboard={}))
    add(database)
    assert count(database) == 2


def test_defaults_of_the_seed_are_filled_by_the_database(database: Database) -> None:
    add(database)
    with database.read() as connection:
        row = connection.execute(select(render_jobs)).one()
    assert row.status == "queued"
    assert row.created_at.utcoffset().total_seconds() == 0


def test_sqlite_is_set_up_for_many_processes(sqlite_database: Database) -> None:
    with sqlite_database.read() as connection:
        asked = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in (
            "journal_mode", "foreign_keys", "busy_timeout", "synchronous")}  # fmt: skip
    assert asked == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30000, "synchronous": 1}


@pytest.mark.parametrize("profile", ["development", "production"])
def test_sqlite_outside_tests_syncs_every_commit(tmp_path: Path, profile: str) -> None:
    database = connect(f"sqlite:///{tmp_path}/a.db", profile=profile)  # type: ignore[arg-type]  # from parametrize
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    database.close()


def test_many_threads_write_one_sqlite_file(sqlite_database: Database) -> None:
    threads = [threading.Thread(target=add, args=(sqlite_database,)) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(sqlite_database) == 24


@pytest.mark.postgres
@pytest.mark.parametrize(("profile", "size"), [("development", 10), ("production", 50)])
def test_the_pool_has_the_documented_bound(postgres_url: str, profile: str, size: int) -> None:
    database = connect(postgres_url, profile=profile)  # type: ignore[arg-type]  # from parametrize
    assert database.engine.pool.size() == size  # type: ignore[attr-defined]  # a QueuePool
    held = [database.engine.connect() for _ in range(size)]
    database.engine.pool._timeout = 0.01  # type: ignore[attr-defined]  # waiting 30 s proves no more
    with pytest.raises(PassingError, match="busy"), database.begin():
        pass
    for connection in held:
        connection.close()
    database.close()


@pytest.mark.postgres
def test_a_lost_connection_is_noticed_before_use(postgres_url: str) -> None:
    database = connect(postgres_url, pool=1)
    with database.read() as connection:
        mine = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    other = connect(postgres_url)
    with other.begin() as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({mine})")
    database.check()
    other.close()
    database.close()


@pytest.mark.postgres
def test_statements_have_a_time_limit_and_options_of_the_url_are_kept(postgres_url: str) -> None:
    database = connect(f"{postgres_url}&options=-c%20work_mem%3D7MB")
    with database.read() as connection:
        shown = {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in (
            "statement_timeout", "timezone", "work_mem")}  # fmt: skip
    assert shown == {"statement_timeout": "30s", "timezone": "UTC", "work_mem": "7MB"}
    database.close()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_common_way_to_write_postgres_is_understood(scheme: str) -> None:
    database = connect(f"{scheme}://ann:s3cret@db.example:6543/kino?sslmode=require")
    assert database.engine.url.drivername == "postgresql+psycopg"
    assert database.label == "postgresql://ann@db.example:6543/kino"
    assert "s3cret" not in repr(database) + database.label


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "what is this"])
def test_other_databases_are_refused_with_the_forms_that_work(url: str) -> None:
    with pytest.raises(InputError) as caught:
        connect(url)
    assert "postgresql://" in caught.value.fix


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    database = connect("postgresql://ann:s3cret@127.0.0.1:9/kino")
    with pytest.raises(UnavailableError, match="does not answer") as caught:
        database.check()
    assert "127.0.0.1" in str(caught.value) and "s3cret" not in str(caught.value)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"hello" * 1000)
    with pytest.raises(UnavailableError, match=r"a\.db does not answer"):
        connect(f"sqlite:///{tmp_path}/a.db").check()


def test_a_writer_that_never_ends_makes_others_give_up(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_MS", 30)
    database = connect(sqlite_url, profile="test")
    with database.begin(), pytest.raises(PassingError, match="is busy") as caught, database.begin():
        pass
    assert "locked" in caught.value.why
    database.close()


def test_the_first_starters_take_turns_to_switch_the_log_on(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with (
        closing(sqlite3.connect(path, timeout=0)) as holder,
        closing(sqlite3.connect(path, timeout=0)) as other,
    ):
        holder.execute("CREATE TABLE a (x)")
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            engines.write_ahead(other, patience=0.05)
        holder.rollback()
        engines.write_ahead(other)


def test_a_place_without_write_ahead_log_is_named() -> None:
    with (
        closing(sqlite3.connect(":memory:")) as raw,
        pytest.raises(UnavailableError, match="write-ahead log"),
    ):
        engines.write_ahead(raw)
