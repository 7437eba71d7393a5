"""The shared rate limit: never more calls in any window than allowed, whoever asks, on both dialects."""

import pickle
import threading
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.store.breaker import database_now
from kinoloop.store.pace import Pace, PaceFullError
from kinoloop.store.session import Database, connect
from tests.forked import CHILDREN

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


def paced(
    database: Database, clock: ManualClock, limit: int = 3, window: float = 10.0, patience: float = 1e6
) -> Pace:
    return Pace(database, "service", limit, window, clock, patience=patience, rest=clock.advance, slack=0.0)


def test_the_first_calls_go_at_once_and_the_next_wait_for_the_window(
    database: Database, clock: ManualClock
) -> None:
    pace = paced(database, clock)
    assert [pace.reserve() for _ in range(7)] == [0, 0, 0, 10, 10, 10, 20]
    clock.advance(15)
    assert pace.reserve() == 5


def test_take_rests_until_its_turn(database: Database, clock: ManualClock) -> None:
    pace = paced(database, clock)
    for _ in range(4):
        pace.take()
    assert clock.at == START + timedelta(seconds=10)


def test_the_slack_makes_the_window_longer(database: Database, clock: ManualClock) -> None:
    pace = Pace(database, "service", 1, 10.0, clock, rest=clock.advance)
    pace.take()
    assert pace.reserve() == 11.0


def test_who_will_not_wait_is_refused_and_uses_no_turn(database: Database, clock: ManualClock) -> None:
    pace = paced(database, clock, limit=1, patience=5.0)
    pace.take()
    for _ in range(3):
        with pytest.raises(PaceFullError, match=r"next turn is in 10\.0 s") as caught:
            pace.take()
    clock.advance(5)
    assert pace.reserve() == 5.0
    again = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(again, PaceFullError) and (again.wait, again.code) == (10.0, "not_taken")


def test_a_service_that_wants_its_rest_gets_it_from_everybody(database: Database, clock: ManualClock) -> None:
    paced(database, clock).close_for(30)
    paced(database, clock).close_for(5)
    other = paced(database, clock)
    assert other.reserve() == 30.0
    clock.advance(31)
    assert other.reserve() == 0.0


def test_services_and_limits_do_not_mix(database: Database, clock: ManualClock) -> None:
    paced(database, clock, limit=1).take()
    assert paced(database, clock, limit=2).reserve() == 0.0
    assert Pace(database, "other", 1, 10.0, clock).reserve() == 0.0


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=st.integers(1, 5), steps=st.lists(st.floats(0, 8), min_size=1, max_size=12))
def test_no_window_ever_holds_more_than_the_limit(
    sqlite_database: Database, limit: int, steps: list[float]
) -> None:
    clock = ManualClock(START)
    pace = Pace(sqlite_database, new_id(), limit, 10.0, clock, patience=1e6, rest=clock.advance, slack=0.0)
    calls: list[datetime] = []
    for step in steps:
        clock.advance(step)
        calls.append(clock.at + timedelta(seconds=pace.reserve()))
    later = zip(calls, calls[limit:], strict=False)
    assert all(b - a >= timedelta(seconds=10) for a, b in later)
    assert calls == sorted(calls)


def _take_turns(url: str, start: Barrier, times: int) -> None:
    database = connect(url, profile="test")
    start.wait()
    for _ in range(times):
        pace = Pace(database, "service", 4, 0.5, patience=30.0, slack=0.0)
        pace.take()
    database.close()


def test_processes_share_one_limit(database: Database, database_url: str) -> None:
    """Twelve calls of three processes at four in half a second take a whole one, and not less."""
    with database.read() as connection:
        began = database_now(connection)
    start = CHILDREN.Barrier(3)
    workers = [CHILDREN.Process(target=_take_turns, args=(database_url, start, 4)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with database.read() as connection:
        ended = database_now(connection)
    assert all(worker.exitcode == 0 for worker in workers)
    assert ended - began >= timedelta(seconds=1)


def test_threads_do_not_share_a_turn(sqlite_database: Database, clock: ManualClock) -> None:
    waits: list[float] = []
    pace = paced(sqlite_database, clock, limit=1)
    threads = [threading.Thread(target=lambda: waits.append(pace.reserve())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == [0, 10, 20, 30, 40, 50]
