"""Leases and the grace rule, what is stuck, what is settled, what is deleted and what is kept."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update

from kinoloop.core.clock import ManualClock, SystemClock
from kinoloop.runs import journal, queries
from kinoloop.runs.config import RunsConfig
from kinoloop.runs.door import Runs
from kinoloop.runs.drain import Gate
from kinoloop.runs.engine import EngineDoor, open_door
from kinoloop.runs.flow import Flow
from kinoloop.runs.leases import EMBEDDED, Leases, leases
from kinoloop.runs.lock import FileLock
from kinoloop.runs.looks import LOOKS
from kinoloop.runs.pending import SCHEMA, database_now, engine_status, engine_table, has_engine_tables
from kinoloop.runs.place import Place
from kinoloop.runs.retention import sweep
from kinoloop.runs.tables import jobs, processing_steps, run_messages, worker_lease
from kinoloop.runs.upkeep import Upkeep
from kinoloop.runs.watchdog import settle, stuck_runs
from kinoloop.runs.watcher import Watcher
from kinoloop.store.session import Database
from tests import databases
from tests.runs.conftest import QUICK, Launch
from tests.runs.crew import until

CLIENT = replace(QUICK, mode="client")
ECHO = Flow(
    "echo", "media", lambda run, payload: run.step("echo", lambda _, given: given, payload), lambda _: "echo"
)
Engine = Callable[..., None]


@pytest.fixture
def client(database: Database) -> Iterator[Runs]:
    runs = Runs(database, [ECHO], CLIENT)
    yield runs
    runs.close()


@pytest.fixture
def door(database: Database) -> Iterator[EngineDoor]:
    door = open_door(database, CLIENT)
    yield door
    door.close()


def place(database: Database, worker: str, config: RunsConfig = QUICK) -> Place:
    gate = Gate()
    return Place(database, config, SystemClock(), worker, gate, Watcher(database, gate, LOOKS, 0.02))


def engine_says(database: Database, run_id: str, status: str, **columns: object) -> None:
    """Put the engine's row of a run into a state."""
    values = {"status": status, **columns}
    sets = ", ".join(f"{name} = :{name}" for name in values)
    query = f"UPDATE {engine_table(database.dialect)} SET {sets} WHERE workflow_uuid = :run_id"
    with database.begin() as connection:
        connection.execute(text(query), {**values, "run_id": run_id})


def age(database: Database, run_id: str, seconds: float, column: str = "updated_at") -> None:
    past = SystemClock().now() - timedelta(seconds=seconds)
    with database.begin() as connection:
        connection.execute(update(jobs).where(jobs.c.id == run_id).values({column: past}))


def test_only_a_worker_with_a_lease_of_own_beats_may_judge(
    database: Database, door: EngineDoor, client: Runs
) -> None:
    config = replace(QUICK, beat=0.05, lease=0.3)
    client.start("echo", {}, run_id="orphan")
    engine_says(database, "orphan", "PENDING", executor_id="dead")
    mine = Leases(place(database, "me", config), door.client, ("media",))
    mine.beat()
    assert mine.take_over() == [], "a worker that has just come judges nobody"
    for _ in range(4):
        time.sleep(0.1)
        mine.beat()
    assert [held.run_id for held in mine.take_over()] == ["orphan"]
    assert mine.take_over() == []
    time.sleep(0.2)
    mine.beat()
    assert not mine.may_judge, "after a gap of its own the time of grace begins anew"
    with database.read() as connection:
        assert queries.events(connection)[0].event_type == "run_taken_over"


def test_a_living_workers_runs_are_left_alone_and_a_dead_lease_is_cleared(
    database: Database, door: EngineDoor, client: Runs
) -> None:
    client.start("echo", {}, run_id="busy")
    engine_says(database, "busy", "PENDING", executor_id="alive")
    alive = Leases(place(database, "alive"), door.client, ("media",))
    alive.beat()
    with database.begin() as connection:
        row = {
            "executor_id": "long gone",
            "host": "h",
            "pid": 1,
            "queues": "",
            "started_at": 0.0,
            "beat_at": 1.0,
        }
        connection.execute(insert(worker_lease).values(**row))
    mine = Leases(place(database, "me", replace(QUICK, beat=0.001, lease=0.002)), door.client, ("media",))
    mine.beat()
    time.sleep(0.01)
    mine._config = QUICK
    mine._steady_since = time.monotonic() - 10
    assert mine.take_over() == []
    with database.read() as connection:
        assert {lease.executor_id for lease in leases(connection)} == {"alive", "me"}
    assert {lease.executor_id: lease.queues for lease in client.workers()}["me"] == ("media",)


def test_the_holder_of_the_lock_takes_over_from_its_earlier_self_at_once(
    database: Database, door: EngineDoor, client: Runs
) -> None:
    for run_id, owner in (("mine before", f"{EMBEDDED}old"), ("another's", "worker-7")):
        client.start("echo", {}, run_id=run_id)
        engine_says(database, run_id, "PENDING", executor_id=owner)
    mine = Leases(place(database, f"{EMBEDDED}new"), door.client, ())
    assert [held.run_id for held in mine.take_over_earlier_self()] == ["mine before"]


def test_leaving_gives_back_what_is_held_and_ends_the_lease(
    database: Database, door: EngineDoor, client: Runs
) -> None:
    client.start("echo", {}, run_id="held")
    engine_says(database, "held", "PENDING", executor_id="me")
    mine = Leases(place(database, "me"), door.client, ())
    mine.beat()
    assert [held.run_id for held in mine.leave()] == ["held"]
    assert client.workers() == ()


def test_one_embedded_executor_per_file(sqlite_database: Database, tmp_path: object) -> None:
    first, second = FileLock(sqlite_database), FileLock(sqlite_database)
    assert first.take() and not second.take()
    first.release()
    assert second.take()
    second.release()


@pytest.mark.postgres
def test_on_postgresql_there_is_no_file_to_lock(postgres_url: str) -> None:
    from kinoloop.store.session import connect

    database = connect(postgres_url)
    assert not FileLock(database).take()
    database.close()


def test_stuck_runs_are_named_with_their_reason(database: Database, client: Runs) -> None:
    for run_id in ("orphan", "waiting", "fresh"):
        client.start("echo", {}, run_id=run_id)
    engine_says(database, "orphan", "PENDING", executor_id="dead")
    with database.begin() as connection:
        journal.run_started(connection, "orphan", "dead", SystemClock().now())
    age(database, "waiting", QUICK.queued_too_long + 60)
    reasons = {stuck.run_id: stuck.reason for stuck in client.stuck()}
    assert reasons == {
        "orphan": "its worker dead gives no sign of life",
        "waiting": "it has waited too long: no worker serves the queue 'media'",
    }
    with database.begin() as connection:
        now = database_now(connection)
        row = {
            "executor_id": "w",
            "host": "h",
            "pid": 1,
            "queues": "media,flow",
            "started_at": now,
            "beat_at": now,
        }
        connection.execute(insert(worker_lease).values(**row))
    reasons = {stuck.run_id: stuck.reason for stuck in client.stuck()}
    assert reasons["waiting"] == "it has waited too long: its queue is busy"


def test_a_stuck_run_is_reported_once(database: Database, client: Runs, door: EngineDoor) -> None:
    client.start("echo", {}, run_id="waiting")
    age(database, "waiting", QUICK.queued_too_long + 60)
    engine_says(database, "waiting", "ENQUEUED")
    chores = Upkeep(place(database, "me", replace(QUICK, upkeep=0.01)), door.client)
    chores.turn()
    time.sleep(0.02)
    chores.turn()
    chores.work()
    with database.read() as connection:
        assert [event.event_type for event in queries.events(connection, run_id="waiting")] == ["run_stuck"]


@pytest.mark.parametrize(
    ("word", "status", "says"),
    [
        ("MAX_RECOVERY_ATTEMPTS_EXCEEDED", "failed", "ended its worker again and again"),
        ("ERROR", "failed", "without saying why"),
        ("CANCELLED", "cancelled", None),
        ("SUCCESS", "completed", None),
        (None, "failed", "does not know this run"),
    ],
)
def test_jobs_follow_the_engine(
    database: Database, client: Runs, door: EngineDoor, word: str | None, status: str, says: str | None
) -> None:
    client.start("echo", {}, run_id="run")
    if word is None:
        door.client.delete_workflow("run")
    else:
        engine_says(database, "run", word)
    clock, calm = SystemClock(), replace(QUICK, lease=60.0)
    assert settle(database, door.client, calm, clock) == 0, "not while it is fresh"
    age(database, "run", calm.lease + 1)
    assert settle(database, door.client, calm, clock) == 1
    with database.read() as connection:
        row = queries.run(connection, "run")
    assert row.status == status
    assert says is None or (row.error is not None and says in row.error["what"])
    assert settle(database, door.client, calm, clock) == 0


def test_a_cancel_that_died_halfway_is_finished(database: Database, client: Runs, door: EngineDoor) -> None:
    client.start("echo", {}, run_id="run")
    with database.begin() as connection:
        journal.run_ended(connection, "run", "cancelled", SystemClock().now())
    age(database, "run", QUICK.lease + 1)
    assert settle(database, door.client, QUICK, SystemClock()) == 1
    with database.read() as connection:
        assert engine_status(connection, ["run"]) == {"run": "CANCELLED"}
    client.retry("run")
    with database.read() as connection:
        assert engine_status(connection, ["run"]) == {"run": "ENQUEUED"}


def test_old_finished_runs_are_deleted_and_the_journal_stays_longer(
    database: Database, launch: Launch, door: EngineDoor
) -> None:
    runs = launch([ECHO])
    for run_id in ("old", "older", "young"):
        runs.start("echo", {}, run_id=run_id)
        runs.send(run_id, "topic", {"x": 1})
        runs.wait(run_id, 10)
    until(lambda: all(word == "SUCCESS" for word in _words(database).values()), 5)
    config, clock = QUICK, SystemClock()
    with database.read() as connection:
        now = database_now(connection)
    for run_id, seconds in (
        ("old", config.keep_finished + 60),
        ("older", config.keep_steps + 60),
        ("young", 7200.0),
    ):
        engine_says(database, run_id, "SUCCESS", completed_at=int((now - seconds) * 1000))
        age(database, run_id, seconds, "completed_at")
    assert sweep(database, door.client, config, clock) == (2, 1)
    assert set(_words(database)) == {"young"}
    with database.read() as connection:
        assert {row.run_id for row in queries.runs(connection)} == {"old", "young"}
        assert queries.run(connection, "old").result == {}
        assert len(connection.execute(select(processing_steps)).all()) == 2
        assert {row.run_id for row in connection.execute(select(run_messages))} == {"young"}
        events = queries.events(connection)
    assert len(events) == 3, "events outlive their run"
    assert sweep(database, door.client, config, clock) == (0, 0)


def _words(database: Database) -> dict[str, str]:
    with database.read() as connection:
        return engine_status(connection, ["old", "older", "young"])


def test_a_run_that_the_engine_forgot_can_still_be_retried(database: Database, launch: Launch) -> None:
    calls: list[int] = []

    def work(step: object, payload: dict[str, object]) -> dict[str, object]:
        calls.append(1)
        if len(calls) == 1:
            raise ZeroDivisionError
        return {"n": len(calls)}

    runs = launch([Flow("odd", "media", lambda run, _: run.step("work", work, {}), lambda _: "odd")])
    run_id = runs.start("odd", {})
    until(lambda: _status(database, run_id) == "failed", 5)
    door = open_door(database, CLIENT)
    door.client.delete_workflow(run_id)
    door.close()
    runs.retry(run_id)
    assert runs.wait(run_id, 10) == {"n": 2}


def _status(database: Database, run_id: str) -> str:
    with database.read() as connection:
        return queries.run(connection, run_id).status


def test_runs_are_listed_newest_first_in_pages(database: Database) -> None:
    clock = ManualClock(SystemClock().now())
    runs = Runs(database, [ECHO], CLIENT, clock=clock)
    ids = []
    for number in range(5):
        clock.advance(1 if number % 2 else 0)
        ids.append(runs.start("echo", {}, run_id=f"run {number}"))
    runs.cancel("run 3")
    with database.read() as connection:
        first = queries.runs(connection, limit=2)
        rest = queries.runs(connection, limit=10, before=first[-1].run_id)
        assert [row.run_id for row in (*first, *rest)] == list(reversed(ids))
        assert [row.run_id for row in queries.runs(connection, status="cancelled")] == ["run 3"]
        assert queries.runs(connection, before="nobody") == queries.runs(connection)
        assert queries.counts(connection)["queued"] == 4
    runs.close()


def test_the_engine_tables_are_made_by_opening_the_door(database: Database, tmp_path: Path) -> None:
    """The databases of tests have them already: here they are away."""
    if database.dialect == "postgresql":
        with database.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {SCHEMA} CASCADE"))
    else:
        (tmp_path / "kinoloop.db").write_bytes(databases.sqlite_template(engine=False))
    assert not has_engine_tables(database)
    open_door(database, CLIENT).close()
    assert has_engine_tables(database)


def test_stuck_needs_no_executor(database: Database) -> None:
    open_door(database, CLIENT).close()
    assert stuck_runs(database, QUICK, SystemClock()) == ()
