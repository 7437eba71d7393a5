"""Backup and restore: everything comes back, damage changes nothing, a full database is not overwritten."""

import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Text, cast, insert, select

from kinoloop.core.clock import ManualClock
from kinoloop.core.errors import ConflictError, InputError, IntegrityError
from kinoloop.core.ids import hash_file, new_id
from kinoloop.creative.renders.tables import render_jobs
from kinoloop.store.backup import Backup, backup, restore
from kinoloop.store.migrate import migrate, schema, status
from kinoloop.store.session import Database, connect
from tests import databases
from tests.store.catalogue import all_tables
from tests.store.filling import populate

CLOCK = ManualClock(datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC))


@pytest.fixture
def empty_url(database: Database, tmp_path: Path) -> Iterator[str]:
    """Another database of the same kind, without a table."""
    if database.dialect == "sqlite":
        yield f"sqlite:///{tmp_path}/other/restored.db"
        return
    host = databases.server()
    name = host.create(template="template0")
    yield host.url(name)
    host.drop(name)


def everything(database: Database) -> dict[str, list[Any]]:
    """All rows of all tables as text, in a stable order."""
    with database.read() as connection:
        return {
            table.name: sorted(map(str, connection.execute(select(*(cast(c, Text) for c in table.columns)))))
            for table in all_tables().sorted_tables
        }


def test_everything_comes_back(database: Database, empty_url: str, tmp_path: Path) -> None:
    populate(database)
    made = backup(database, tmp_path, clock=CLOCK)
    assert made.path == tmp_path / "kinoloop-20260506-070809.zip"
    assert made.sha256 == hash_file(made.path) and made.size_bytes == made.path.stat().st_size
    assert made.rows["assets"] == 1 and made.rows["circuit_breakers"] == 1
    restored = restore(empty_url, made.path)
    assert restored.rows == made.rows
    other = connect(empty_url)
    assert everything(other) == everything(database)
    assert schema(other, only=all_tables().tables) == schema(database, only=all_tables().tables)
    assert status(other).current
    other.close()


def test_counters_go_on_after_a_restore(database: Database, empty_url: str, tmp_path: Path) -> None:
    populate(database)
    documents = all_tables().tables["search_documents"]
    restore(empty_url, backup(database, tmp_path).path)
    other = connect(empty_url)
    with other.begin() as connection:
        asset = connection.execute(select(documents.c.asset_id)).scalar_one()
        highest = connection.execute(select(documents.c.doc)).scalar_one()
        connection.execute(insert(documents).values(asset_id=asset))
        assert sorted(connection.execute(select(documents.c.doc)).scalars()) == [highest, highest + 1]
    other.close()


def test_a_backup_taken_while_someone_writes_is_one_instant(database: Database, tmp_path: Path) -> None:
    with database.begin() as connection:
        connection.execute(insert(render_jobs).values(job_id=new_id(), storyboard={}))
        assert backup(database, tmp_path / "a.zip").rows["render_jobs"] == 0
    assert backup(database, tmp_path / "b.zip").rows["render_jobs"] == 1


def test_a_full_database_is_kept_unless_forced(database: Database, tmp_path: Path, database_url: str) -> None:
    populate(database)
    before, made = everything(database), backup(database, tmp_path)
    with database.begin() as connection:
        connection.execute(insert(render_jobs).values(job_id=new_id(), storyboard={"later": True}))
    with pytest.raises(ConflictError, match="is not empty"):
        restore(database_url, made.path)
    assert everything(database) != before
    database.close()
    restore(database_url, made.path, force=True)
    assert everything(database) == before


def test_a_migrated_database_without_rows_counts_as_empty(
    database: Database, empty_url: str, tmp_path: Path
) -> None:
    made, other = backup(database, tmp_path), connect(empty_url)
    migrate(other)
    restore(empty_url, made.path)
    assert everything(other) == everything(database)
    other.close()


def spoiled(made: Backup, target: Path) -> Path:
    """The same zip with one member's content changed; the zip itself is sound."""
    with zipfile.ZipFile(made.path) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            data = source.read(name)
            copy.writestr(name, data if name in {"manifest.json"} or not data else b"x" + data[1:])
    return target


def turned(made: Backup, target: Path) -> Path:
    """The same bytes but one, in the middle of the largest member."""
    with zipfile.ZipFile(made.path) as file:
        largest = max(file.infolist(), key=lambda member: member.compress_size)
    content = bytearray(made.path.read_bytes())
    content[largest.header_offset + 60 + len(largest.filename) + largest.compress_size // 2] ^= 0xFF
    target.write_bytes(content)
    return target


def test_a_damaged_backup_is_refused_before_anything_changes(database: Database, tmp_path: Path) -> None:
    populate(database)
    made, before = backup(database, tmp_path), everything(database)
    url = database.engine.url.render_as_string(hide_password=False)
    half = tmp_path / "half.zip"
    half.write_bytes(made.path.read_bytes()[: made.size_bytes // 2])
    with pytest.raises(InputError, match="is not a backup"):
        restore(url, half, force=True)
    with pytest.raises(IntegrityError, match="does not match its checksum"):
        restore(url, spoiled(made, tmp_path / "spoiled.zip"), force=True)
    with pytest.raises(IntegrityError, match="is damaged"):
        restore(url, turned(made, tmp_path / "turned.zip"), force=True)
    assert everything(database) == before


@pytest.mark.parametrize("made_of", ["nothing", "text", "other zip"])
def test_other_files_are_no_backups(tmp_path: Path, sqlite_url: str, made_of: str) -> None:
    path = tmp_path / "a.zip"
    if made_of == "text":
        path.write_text("hello")
    if made_of == "other zip":
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("manifest.json", '{"format": "something else"}')
    with pytest.raises((InputError, IntegrityError)):
        restore(sqlite_url, path)


def test_a_backup_never_overwrites_and_a_failed_one_leaves_nothing(
    sqlite_database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    made = backup(sqlite_database, folder / "a.zip")
    with pytest.raises(ConflictError, match="exists already"):
        backup(sqlite_database, made.path)
    damage(sqlite_database)
    with pytest.raises(Exception, match=r"damaged|malformed"):
        backup(sqlite_database, folder / "b.zip")
    assert [path.name for path in folder.iterdir()] == ["a.zip"]


def damage(database: Database) -> None:
    """Leave a row that refers to nothing, as a program without foreign keys would."""
    with sqlite3.connect(str(database.engine.url.database)) as raw:
        raw.execute("INSERT INTO shot_sets (asset_id, shots, version, formula) VALUES ('none', 1, 1, 'x')")
    raw.close()


@pytest.mark.postgres
def test_a_backup_of_the_other_kind_is_refused(
    sqlite_database: Database, postgres_url: str, tmp_path: Path
) -> None:
    made = backup(sqlite_database, tmp_path)
    with pytest.raises(InputError, match="is of sqlite, the database is postgresql"):
        restore(postgres_url, made.path)


def test_a_backup_of_a_newer_program_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.begin() as connection:
        connection.exec_driver_sql("UPDATE schema_migrations SET sha256 = 'x' WHERE number = 1")
    with pytest.raises(ConflictError, match="was changed after it was applied"):
        backup(sqlite_database, tmp_path)


def test_an_older_backup_is_brought_up_to_date(database: Database, empty_url: str, tmp_path: Path) -> None:
    """Written when only the first migration existed."""
    folder = tmp_path / "old"
    folder.mkdir()
    first = next(Path(__file__).parents[2].glob("src/kinoloop/store/migrations/0001_*.sql"))
    shutil.copy(first, folder)
    old = connect(empty_url)
    migrate(old, folder=folder)
    with old.begin() as connection:
        connection.execute(insert(render_jobs).values(job_id=new_id(), storyboard={"old": True}))
    made = backup(old, tmp_path / "old.zip")
    assert len(made.migrations) == 1
    old.close()
    url = database.engine.url.render_as_string(hide_password=False)
    database.close()
    restore(url, made.path)
    assert status(database).current
    with database.read() as connection:
        assert connection.execute(select(render_jobs.c.storyboard)).scalar_one() == {"old": True}
