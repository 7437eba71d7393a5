"""pgvector answers as brute force over the winners' rows does, for all at once, and is mended from them."""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, update

from kinoloop.core.errors import InputError
from kinoloop.core.ids import new_id
from kinoloop.learning.winners import operations, pgvector, pgvector_copy, queries
from kinoloop.learning.winners.index import WinnerIndex
from kinoloop.learning.winners.library import Library
from kinoloop.learning.winners.pgvector import PgvectorSearch, winner_steps, winner_vectors
from kinoloop.learning.winners.records import Vector, Winner
from kinoloop.store import vectors_postgres
from kinoloop.store.backup import backup, restore
from kinoloop.store.metadata import metadata
from kinoloop.store.schema import drift
from kinoloop.store.session import Database, connect
from kinoloop.store.vectors import decode, encode
from tests.learning.winners.conftest import a_role
from tests.learning.winners.makers import directions, unit
from tests.store.catalogue import NOON

pytestmark = pytest.mark.postgres
SPACE = "given"


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    opened = connect(postgres_url, profile="test")
    with opened.read() as connection:
        why = vectors_postgres.why_not(connection)
    if why is not None:  # a system's own PostgreSQL may be without it
        pytest.skip(why)
    yield opened
    opened.close()


def won(
    connection: Connection, ad_id: str, look: str = "", *, tenant: str = "main", space: str = SPACE
) -> None:
    told = Winner(tenant, ad_id, "told", "Won.", space, unit(look or ad_id))
    operations.add_winner(connection, told, now=NOON)


def lost(connection: Connection, ad_id: str, tenant: str = "main") -> None:
    operations.remove_winner(connection, tenant, ad_id, who="ada", now=NOON)


def add(database: Database, *ads: str, tenant: str = "main") -> None:
    with database.begin() as connection:
        for ad_id in ads:
            won(connection, ad_id, tenant=tenant)


def brute_force(
    connection: Connection, tenant: str, query: Vector, count: int, without: Sequence[str] = ()
) -> list[tuple[str, float]]:
    """Every cosine in double precision, of the winners' own rows; ties by id."""
    asked = decode(encode(query)).astype(np.float64)
    scored = [
        (one.ad_id, float((one.vector.astype(np.float64) * asked).sum()))
        for one in queries.winners(connection, tenant)
        if one.vector is not None and one.space == SPACE and one.ad_id not in without
    ]
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:count]


def right(database: Database, library: Library, tenant: str = "main") -> str:
    """What searched, after its answers were found to be those of brute force."""
    with database.read() as connection:
        search = library.current(connection, tenant, SPACE)
        for count in (1, 5, 500):
            found = search.nearest(unit("a question"), count)
            wanted = brute_force(connection, tenant, unit("a question"), count)
            assert [(near.key, near.cosine) for near in found] == wanted
        assert len(search) == len(brute_force(connection, tenant, unit("a question"), 10_000))
        assert isinstance(search, PgvectorSearch | WinnerIndex)
        return library.backend(connection, tenant)


STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "put", "remove"]), st.integers(0, 9), st.integers(0, 3)), max_size=14
)


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(STEPS, st.integers(1, 12), st.sets(st.integers(0, 9), max_size=3))
def test_after_any_changes_it_is_brute_force(
    database: Database, steps: list[tuple[str, int, int]], count: int, left_out: set[int]
) -> None:
    """Few vectors for many ids: ties are common. Each example is a tenant of its own."""
    tenant, alive, without = new_id(), {"first"}, [f"ad-{n}" for n in left_out]
    with database.begin() as connection:
        won(connection, "first", tenant=tenant)
        for what, ad, look in steps:
            if what == "put":
                won(connection, f"ad-{ad}", f"look {look}", tenant=tenant)
                alive.add(f"ad-{ad}")
            elif f"ad-{ad}" in alive:
                lost(connection, f"ad-{ad}", tenant)
                alive.remove(f"ad-{ad}")
        assert pgvector.in_step(connection, tenant)
        search = PgvectorSearch(connection, tenant, SPACE)
        found = search.nearest(unit("look 1"), count, without=without)
        wanted = brute_force(connection, tenant, unit("look 1"), count, without)
        assert [(near.key, near.cosine) for near in found] == wanted and len(search) == len(alive)


def test_many_near_ones_are_told_exactly(database: Database) -> None:
    """Rounding in float32 may not decide: sixty equal ones, and some that differ in the eighth digit."""
    rng = np.random.default_rng(3)
    base = directions(rng, 1)[0]
    with database.begin() as connection:
        for n in range(60):
            ad_id = f"ad-{(n * 37) % 60:02d}"
            near = base if n % 3 else base + np.float32(1e-3) * directions(rng, 1)[0]
            told = Winner("main", ad_id, "told", "Won.", SPACE, near.astype(np.float32))
            operations.add_winner(connection, told, now=NOON)
        for n in range(30):
            won(connection, f"far-{n}")
        search = PgvectorSearch(connection, "main", SPACE)
        for query, count in ((base, 1), (base, 20), (base, 44), (base, 90), (unit("far-3"), 3)):
            wanted = brute_force(connection, "main", query, count)
            assert [(near.key, near.cosine) for near in search.nearest(query, count)] == wanted
        assert search.nearest(base, 0) == ()
        with pytest.raises(InputError):
            search.nearest(np.zeros(512), 3)


def test_tenants_and_spaces_are_apart(database: Database, tmp_path: Path) -> None:
    with database.begin() as connection:
        won(connection, "mine", "a")
        won(connection, "elsewhere", "a", space="look-1")
        won(connection, "theirs", "a", tenant="other")
        won(connection, "moved", "a")
        won(connection, "moved", "a", space="look-1")
        bare = Winner("main", "bare", "measured", "Won.", vector_reason="no footage")
        operations.add_winner(connection, bare, now=NOON)
    library = Library(tmp_path)
    with database.read() as connection:
        for tenant, space, ads in (
            ("main", SPACE, ["mine"]),
            ("main", "look-1", ["elsewhere", "moved"]),
            ("other", SPACE, ["theirs"]),
            ("nobody", SPACE, []),
        ):
            search = library.current(connection, tenant, space)
            assert isinstance(search, PgvectorSearch)
            assert [near.key for near in search.nearest(unit("a"), 5)] == ads and len(search) == len(ads)


def test_a_change_is_seen_once_it_is_committed_and_never_when_it_is_not(
    database: Database, postgres_url: str, tmp_path: Path
) -> None:
    other, library = connect(postgres_url, profile="test"), Library(tmp_path)

    def seen() -> list[str]:
        with other.read() as connection:
            search = library.current(connection, "main", SPACE)
            assert isinstance(search, PgvectorSearch)
            return sorted(near.key for near in search.nearest(unit("x"), 9))

    add(database, "one")
    with database.begin() as connection:
        won(connection, "two")
        lost(connection, "one")
        assert seen() == ["one"]
    assert seen() == ["two"]
    with pytest.raises(ZeroDivisionError), database.begin() as connection:
        won(connection, "three")
        raise ZeroDivisionError
    assert seen() == ["two"]
    other.close()


def test_the_first_writers_may_come_at_once(database: Database, tmp_path: Path) -> None:
    tenants = [f"tenant-{n % 3}" for n in range(9)]
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(add, database, f"ad-{n}", tenant=tenant) for n, tenant in enumerate(tenants)]
        for one in asked:
            one.result()
    assert {right(database, Library(tmp_path), tenant) for tenant in tenants} == {"pgvector"}


def test_a_copy_that_lacks_or_exceeds_is_mended(database: Database, tmp_path: Path) -> None:
    library = Library(tmp_path)
    add(database, *(f"ad-{n}" for n in range(6)))
    assert right(database, library) == "pgvector"
    row = {"tenant_id": "main", "space": SPACE, "version": 3, "embedding": unit("x")}
    with database.begin() as connection:
        connection.execute(delete(winner_vectors).where(winner_vectors.c.ad_id.in_(["ad-1", "ad-2"])))
        connection.execute(insert(winner_vectors).values(row | {"ad_id": "nobody"}))
        connection.execute(
            update(winner_vectors).where(winner_vectors.c.ad_id == "ad-4").values(space="other")
        )
        assert not library.save(connection, "main", SPACE, always=True)
        assert pgvector_copy.mend(connection, "main") == 0
    assert right(database, library) == "pgvector"
    assert list(tmp_path.iterdir()) == []


def test_while_the_copy_is_behind_the_process_searches(database: Database, tmp_path: Path) -> None:
    """A writer without pgvector raises the counter alone; the next one with it brings all over."""
    library = Library(tmp_path)
    add(database, "one", "two")
    with database.begin() as connection:
        connection.execute(update(winner_steps).values(version=1))
    assert right(database, library) in ("faiss", "numpy")
    with database.read() as connection:
        assert library.save(connection, "main", SPACE)
    add(database, "three")
    assert right(database, library) == "pgvector"


def test_a_restored_database_is_another_line(database: Database, postgres_url: str, tmp_path: Path) -> None:
    """The restored winners reach the same counter again with other vectors: versions alone would agree."""
    add(database, "one", "two")
    made = backup(database, tmp_path / "a.zip")
    assert not {"winner_vectors", "winner_steps"} & made.rows.keys()
    with database.begin() as connection:
        won(connection, "one", "changed")
    database.close()
    restore(postgres_url, made.path, force=True)
    library = Library(tmp_path / "index")
    assert right(database, library) in ("faiss", "numpy")
    with database.begin() as connection:
        won(connection, "one", "changed otherwise")
    assert right(database, library) == "pgvector"


def test_without_its_extension_it_is_made_anew(database: Database, tmp_path: Path) -> None:
    library = Library(tmp_path)
    add(database, "one")
    with database.begin() as connection:
        connection.exec_driver_sql("DROP EXTENSION vector CASCADE")
    assert right(database, library) in ("faiss", "numpy")
    add(database, "two")
    assert right(database, library) == "pgvector"
    assert drift(database, metadata) == ()


def test_a_role_that_may_create_nothing_is_told_of_once(
    database: Database, postgres_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    library = Library(tmp_path)
    with a_role(postgres_url) as url, caplog.at_level(logging.WARNING):
        limited = connect(url, profile="test")
        add(limited, "one", "two")
        assert right(limited, library) in ("faiss", "numpy")
        assert [one.message for one in caplog.records if "pgvector" in one.message] == [
            "Winners are searched in this process, not by pgvector. Only a superuser can create the extension"
            f" vector, and {limited.engine.url.username} is none."
        ]
        add(database, "three")  # another role makes the copy: the limited one still goes without
        assert right(database, library) == "pgvector" and right(limited, Library(tmp_path)) != "pgvector"
        with limited.read() as connection:
            assert "belongs to postgres" in (pgvector.why_not(connection) or "")
        add(limited, "four")
        assert right(database, library) != "pgvector"
        limited.close()


def test_a_plain_role_needs_the_extension_and_a_place(database: Database, postgres_url: str) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA extensions")
        connection.exec_driver_sql("CREATE EXTENSION vector SCHEMA extensions")
    with database.read() as connection:
        assert "not on the search path" in (pgvector.why_not(connection) or "")
        assert "does not have" in (vectors_postgres.why_not(connection, "no_such_extension") or "")
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER EXTENSION vector SET SCHEMA public")
    with a_role(postgres_url) as url:
        limited = connect(url, profile="test")
        with limited.read() as connection:
            assert "may not create a schema" in (pgvector.why_not(connection) or "")
        limited.close()
    grant = f"CREATE ON DATABASE {database.engine.url.database}"
    with a_role(postgres_url, grant) as url:
        limited = connect(url, profile="test")
        add(limited, "one")
        with limited.read() as connection:
            assert pgvector.why_not(connection) is None and pgvector.in_step(connection, "main")
        limited.close()


def test_sqlite_has_none(sqlite_database: Database) -> None:
    with sqlite_database.read() as connection:
        assert not pgvector.in_step(connection, "main")
        assert "SQLite" in (pgvector.why_not(connection) or "")
