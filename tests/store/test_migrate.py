"""Migrations: in order, once, whole or not at all, whoever starts first."""

import threading
from collections.abc import Iterator
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from kinoloop.core.errors import ConflictError, InputError
from kinoloop.store.migrate import MigrationError, drift, migrate, schema, status
from kinoloop.store.schema import row_counts
from kinoloop.store.scripts import scripts
from kinoloop.store.session import Database, connect
from kinoloop.store.tables import schema_migrations
from tests import databases
from tests.forked import CHILDREN
from tests.store.catalogue import all_tables
from tests.store.filling import populate


@pytest.fixture
def blank(database: Database) -> Iterator[Database]:
    """The same database with nothing in it."""
    with database.begin() as connection:
        names = inspect(connection).get_table_names()
    if database.dialect == "postgresql":
        with database.begin() as connection:
            connection.exec_driver_sql(f"DROP TABLE {', '.join(names)} CASCADE")
        yield database
    else:
        path = Path(str(database.engine.url.database))
        other = connect(f"sqlite:///{path.with_name('blank.db')}", profile="test")
        yield other
        other.close()


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name.replace('__', '.')}.sql").write_text(text)
    return folder


def tables(database: Database) -> list[str]:
    with database.read() as connection:
        return sorted(inspect(connection).get_table_names())


def test_a_new_database_gets_everything_once(blank: Database) -> None:
    wanted = [script.key for script in scripts(blank.dialect)]
    assert [row.key for row in migrate(blank)] == wanted
    assert migrate(blank) == ()
    assert status(blank).current
    assert [row.key for row in status(blank).applied] == wanted


def test_status_of_a_new_database_changes_nothing(blank: Database) -> None:
    assert len(status(blank).pending) == len(scripts(blank.dialect))
    assert not status(blank).current
    assert tables(blank) == []


def test_the_schema_is_the_one_the_code_declares_empty_and_populated(database: Database) -> None:
    assert drift(database, all_tables()) == ()
    populate(database)
    before = schema(database)
    assert migrate(database) == ()
    assert drift(database, all_tables()) == ()
    assert schema(database) == before


def test_a_lost_record_does_no_harm(database: Database) -> None:
    populate(database)
    with database.begin() as connection:
        before = row_counts(connection)
        connection.exec_driver_sql("DROP TABLE schema_migrations")
    shape = schema(database, only=set(before) - {"schema_migrations"})
    assert len(migrate(database)) == len(scripts(database.dialect))
    assert schema(database, only=shape) == shape
    assert drift(database, all_tables()) == ()
    with database.read() as connection:
        assert row_counts(connection) == before


def test_every_column_of_every_table_takes_a_row_and_gives_it_back(database: Database) -> None:
    populate(database)
    with database.read() as connection:
        for table in all_tables().sorted_tables:
            row = connection.execute(select(table)).first()
            assert row is not None, table.name


def test_a_failing_statement_takes_its_whole_file_back(blank: Database, tmp_path: Path) -> None:
    bad = "CREATE TABLE two (a TEXT);\n\nINSERT INTO one VALUES ('x');\nINSERT INTO nowhere VALUES (1);"
    folder = write(tmp_path / "m", **{"0001_good": "CREATE TABLE one (a TEXT);", "0002_bad": bad})
    with pytest.raises(MigrationError) as caught:
        migrate(blank, folder=folder)
    assert "0002_bad.sql failed at statement 3 of 3 (line 4): INSERT INTO nowhere" in caught.value.what
    assert "nowhere" in caught.value.why and "db migrate" in caught.value.fix
    assert tables(blank) == ["one", "schema_migrations"]
    with blank.read() as connection:
        assert row_counts(connection)["one"] == 0
    (folder / "0002_bad.sql").write_text("CREATE TABLE two (a TEXT);")
    assert [row.name for row in migrate(blank, folder=folder)] == ["bad"]


def test_a_changed_file_is_noticed(blank: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "m", **{"0001_one": "CREATE TABLE one (a TEXT);"})
    migrate(blank, folder=folder)
    write(folder, **{"0001_one": "CREATE TABLE one (a TEXT, b TEXT);"})
    for look in (migrate, status):
        with pytest.raises(ConflictError, match=r"0001_one\.sql was changed after it was applied"):
            look(blank, folder=folder)


def test_a_newer_database_is_left_alone(blank: Database, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "m", **{"0001_a": "CREATE TABLE a (x TEXT);", "0002_b": "CREATE TABLE b (x TEXT);"}
    )
    migrate(blank, folder=folder)
    (folder / "0002_b.sql").unlink()
    with pytest.raises(ConflictError, match="0002_b, unknown to this program"):
        migrate(blank, folder=folder)


def test_a_column_is_added_once_even_when_the_record_is_lost(blank: Database, tmp_path: Path) -> None:
    text = (
        "CREATE TABLE IF NOT EXISTS a (x TEXT); ALTER TABLE a ADD COLUMN IF NOT EXISTS y {{float}} DEFAULT 1"
    )
    folder = write(tmp_path / "m", **{"0001_a": text})
    migrate(blank, folder=folder)
    with blank.begin() as connection:
        connection.exec_driver_sql("DROP TABLE schema_migrations")
    migrate(blank, folder=folder)
    assert list(schema(blank)["a"].columns) == ["x", "y"]


def test_each_dialect_reads_its_own_form(blank: Database, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "m",
        **{"0001_a__sqlite": "CREATE TABLE for_sqlite (x TEXT);"},
        **{"0001_a__postgresql": "CREATE TABLE for_postgresql (x TEXT CHECK (x LIKE 'a%'));"},
    )
    migrate(blank, folder=folder)
    assert f"for_{blank.dialect}" in tables(blank)


def test_triggers_work_on_both(blank: Database, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "m",
        **{"0001_a": "CREATE TABLE a (x INTEGER, seen INTEGER DEFAULT 0);"},
        **{
            "0002_b__sqlite": "CREATE TRIGGER IF NOT EXISTS see AFTER INSERT ON a BEGIN\n"
            "  UPDATE a SET seen = 1 WHERE x = new.x; UPDATE a SET seen = seen + 1;\nEND;"
        },
        **{
            "0002_b__postgresql": "CREATE OR REPLACE FUNCTION see() RETURNS trigger AS $$ BEGIN"
            " new.seen := 1; new.seen := new.seen + 1; RETURN new; END $$ LANGUAGE plpgsql;\n"
            "CREATE TRIGGER see BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION see();"
        },
    )
    migrate(blank, folder=folder)
    with blank.begin() as connection:
        connection.exec_driver_sql("INSERT INTO a (x) VALUES (5)")
        assert connection.exec_driver_sql("SELECT seen FROM a").scalar_one() == 2


def test_sqlite_may_rebuild_a_table_that_others_refer_to(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path}/a.db", profile="test")
    first = (
        "CREATE TABLE a (x INTEGER PRIMARY KEY);"
        "CREATE TABLE b (y INTEGER REFERENCES a (x) ON DELETE CASCADE);"
        "INSERT INTO a VALUES (1); INSERT INTO b VALUES (1);"
    )
    rebuild = (
        "CREATE TABLE a_new (x INTEGER PRIMARY KEY, z TEXT); INSERT INTO a_new (x) SELECT x FROM a;"
        "DROP TABLE a; ALTER TABLE a_new RENAME TO a;"
    )
    folder = write(tmp_path / "m", **{"0001_a": first, "0002_b": rebuild})
    migrate(database, folder=folder)
    with database.read() as connection:
        assert row_counts(connection) | {"schema_migrations": 0} == {"a": 1, "b": 1, "schema_migrations": 0}
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    write(folder, **{"0003_c": "DELETE FROM a;"})
    with pytest.raises(MigrationError, match="leaves 1 row without what they refer to"):
        migrate(database, folder=folder)
    database.close()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"one": ""}, "not a migration's name"),
        ({"0001_a__sqlite": ""}, "one form for each dialect"),
        ({"0001_a": "", "0001_a__sqlite": ""}, "one form for each dialect"),
        ({"0001_a": "SELECT 1; COMMIT"}, r"0001_a\.sql: Line 1: 'COMMIT' may not stand"),
    ],
)
def test_unusable_files_are_named(tmp_path: Path, files: dict[str, str], words: str) -> None:
    database = connect(f"sqlite:///{tmp_path}/a.db", profile="test")
    with pytest.raises(InputError, match=words):
        migrate(database, folder=write(tmp_path / "m", **files))
    database.close()


def test_threads_that_start_together_apply_once(blank: Database) -> None:
    done = list[int]()
    threads = [threading.Thread(target=lambda: done.append(len(migrate(blank)))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == len(scripts(blank.dialect)) and len(done) == 6


def start_one(url: str, start: Barrier, answers: "Queue[int]") -> None:
    database = connect(url)
    start.wait(60)
    answers.put(len(migrate(database)))
    database.close()


@pytest.mark.slow
def test_four_processes_that_start_together_apply_once(blank: Database) -> None:
    url = blank.engine.url.render_as_string(hide_password=False)
    start, queue = CHILDREN.Barrier(4), CHILDREN.Queue()
    starters = [CHILDREN.Process(target=start_one, args=(url, start, queue)) for _ in range(4)]
    for starter in starters:
        starter.start()
    answers = [queue.get(timeout=60) for _ in starters]
    for starter in starters:
        starter.join(60)
        assert starter.exitcode == 0
    queue.close()
    queue.join_thread()
    assert sum(answers) == len(scripts(blank.dialect))
    with blank.read() as connection:
        assert len(connection.execute(select(schema_migrations)).all()) == sum(answers)


def test_an_up_to_date_database_is_migrated_without_a_lock(sqlite_database: Database) -> None:
    with sqlite_database.begin():
        other = connect(sqlite_database.engine.url.render_as_string())
        assert migrate(other) == ()
        other.close()


def test_the_template_of_the_tests_is_the_current_schema() -> None:
    assert databases.sqlite_template().startswith(b"SQLite format 3")
