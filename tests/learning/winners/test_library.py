"""The index in process follows the database: across processes, from its file, anew without it, and after
kill -9. That is so on SQLite, and on PostgreSQL where pgvector cannot be used.
"""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, select, update

from kinoloop.learning.winners import index_file, operations, queries
from kinoloop.learning.winners.index import WinnerIndex
from kinoloop.learning.winners.library import Library, shared_library, version_of
from kinoloop.learning.winners.records import Vector, Winner
from kinoloop.learning.winners.tables import winner_changes, winners
from kinoloop.store.session import Database
from tests.learning.winners.makers import unit
from tests.store.catalogue import NOON

SPACE = "given"


def add(database: Database, ad_id: str, vector: Vector | None = None, *, tenant: str = "main") -> None:
    made = Winner(tenant, ad_id, "told", f"{ad_id} won.", SPACE, unit(ad_id) if vector is None else vector)
    with database.begin() as connection:
        operations.add_winner(connection, made, now=NOON)


def remove(database: Database, ad_id: str) -> None:
    with database.begin() as connection:
        operations.remove_winner(connection, "main", ad_id, who="ada", now=NOON)


def held(database: Database, library: Library, tenant: str = "main") -> WinnerIndex:
    with database.read() as connection:
        index = library.current(connection, tenant, SPACE)
    assert isinstance(index, WinnerIndex)
    return index


def agrees(database: Database, index: WinnerIndex, tenant: str = "main") -> bool:
    """The index has exactly the rows of the database, and answers as brute force over them does."""
    with database.read() as connection:
        rows = {
            one.ad_id: one.vector for one in queries.winners(connection, tenant) if one.vector is not None
        }
    keys, vectors = index.contents()
    if set(keys) != set(rows) or len(keys) != len(rows):
        return False
    query = unit("a question").astype(np.float64)
    wanted = sorted(rows, key=lambda key: (-float(rows[key].astype(np.float64) @ query), key))[:10]
    found = [near.key for near in index.nearest(unit("a question"), 10)]
    return found == wanted and all(
        np.array_equal(vector, rows[key]) for key, vector in zip(keys, vectors, strict=True)
    )


def test_two_processes_see_each_others_changes(plain: Database, tmp_path: Path) -> None:
    mine, theirs = Library(tmp_path / "a", "faiss"), Library(tmp_path / "b", "numpy")
    add(plain, "one")
    assert agrees(plain, held(plain, mine)) and agrees(plain, held(plain, theirs))
    add(plain, "two")
    add(plain, "one", unit("changed"))
    assert agrees(plain, held(plain, theirs)) and len(held(plain, mine)) == 2
    remove(plain, "two")
    assert agrees(plain, held(plain, mine)) and agrees(plain, held(plain, theirs))
    add(plain, "two")
    assert agrees(plain, held(plain, mine))


def test_tenants_and_spaces_are_apart(plain: Database, tmp_path: Path) -> None:
    library = Library(tmp_path)
    add(plain, "mine")
    add(plain, "theirs", tenant="other")
    assert [near.key for near in held(plain, library).nearest(unit("theirs"), 5)] == ["mine"]
    assert [near.key for near in held(plain, library, "other").nearest(unit("mine"), 5)] == ["theirs"]
    with plain.begin() as connection:
        moved = Winner("main", "mine", "told", "Seen anew.", "look-1", unit("mine"))
        operations.add_winner(connection, moved, now=NOON)
    assert len(held(plain, library)) == 0
    with plain.read() as connection:
        assert len(library.current(connection, "main", "look-1")) == 1
        assert queries.counts(connection, "main") == {"look-1": 1}


def test_the_file_spares_a_rebuild_and_is_caught_up(sqlite_database: Database, tmp_path: Path) -> None:
    first = Library(tmp_path)
    add(sqlite_database, "one")
    add(sqlite_database, "two")
    with sqlite_database.read() as connection:
        assert first.save(connection, "main", SPACE)
        assert not first.save(connection, "main", SPACE)
        assert first.save(connection, "main", SPACE, always=True)
    assert first.how("main", SPACE) == "rebuilt" and first.how("main", "other") == "empty"
    add(sqlite_database, "three")
    remove(sqlite_database, "one")
    second = Library(tmp_path)
    assert agrees(sqlite_database, held(sqlite_database, second))
    assert second.how("main", SPACE) == "file"


@pytest.mark.parametrize("harm", ["missing", "damaged", "newer"])
def test_whatever_is_wrong_with_the_file_it_is_made_anew(
    sqlite_database: Database, tmp_path: Path, harm: str
) -> None:
    add(sqlite_database, "one")
    path = index_file.path_of(tmp_path, "main", SPACE)
    with sqlite_database.read() as connection:
        Library(tmp_path).save(connection, "main", SPACE, always=True)
    if harm == "missing":
        path.unlink()
    elif harm == "damaged":
        path.write_bytes(path.read_bytes()[:-100])
    else:  # the database was restored from an older copy
        with sqlite_database.begin() as connection:
            connection.execute(update(winner_changes).values(version=0))
            connection.execute(delete(winners))
    library = Library(tmp_path)
    assert agrees(sqlite_database, held(sqlite_database, library))
    assert library.how("main", SPACE) == "rebuilt"


def test_a_restored_database_is_noticed_in_memory_too(sqlite_database: Database, tmp_path: Path) -> None:
    library = Library(tmp_path)
    add(sqlite_database, "one")
    add(sqlite_database, "two")
    held(sqlite_database, library)
    with sqlite_database.begin() as connection:
        connection.execute(update(winner_changes).values(version=1))
        connection.execute(delete(winners).where(winners.c.ad_id == "two"))
    assert agrees(sqlite_database, held(sqlite_database, library))


def test_every_change_raises_the_counter(database: Database) -> None:
    for number in range(3):
        add(database, "one", unit(str(number)))
    remove(database, "one")
    with database.read() as connection:
        assert version_of(connection, "main") == 4 and version_of(connection, "nobody") == 0
        assert connection.execute(select(winners.c.version)).scalar_one() == 4


def test_one_folder_has_one_library(tmp_path: Path) -> None:
    assert shared_library(tmp_path) is shared_library(tmp_path / "x" / "..")


@pytest.mark.slow
def test_reopened_after_kill_nine(sqlite_database: Database, sqlite_url: str, tmp_path: Path) -> None:
    """A writer is killed at three moments; the database and the index reopened from what is left agree."""
    folder, rng = tmp_path / "index", np.random.default_rng(5)
    for round_ in range(3):
        command = [
            sys.executable,
            "-m",
            "tests.learning.winners.adding",
            sqlite_url,
            str(folder),
            str(round_),
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            for _ in range(int(rng.integers(1, 6))):
                assert writer.stdout.readline() == b"saved\n"
            with pytest.raises(subprocess.TimeoutExpired):
                writer.wait(float(rng.uniform(0.0, 0.02)))
            writer.send_signal(signal.SIGKILL)
            assert writer.wait() == -signal.SIGKILL
        library = Library(folder)
        assert agrees(sqlite_database, held(sqlite_database, library))
        assert library.how("main", SPACE) == "file"
        assert len(held(sqlite_database, library)) > 0
