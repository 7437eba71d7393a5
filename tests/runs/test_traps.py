"""The known traps of the engine, one test each: what goes wrong without care, and the rule that holds it.

Traps that need several processes are held by `test_crashes.py`, named in the docstrings here.
"""

import inspect
import json
import threading
import time
from dataclasses import replace

import pytest
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer
from sqlalchemy import text

from kinoloop.core.errors import ConflictError
from kinoloop.runs import engine, internals, queries, starting
from kinoloop.runs.config import ALL, LONGEST_RATE_WINDOW, QUEUES, RunsConfig
from kinoloop.runs.door import Runs
from kinoloop.runs.engine import open_door
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.leases import new_executor_id
from kinoloop.runs.pending import engine_status, engine_table, held_without_lease
from kinoloop.runs.records import Json
from kinoloop.store.session import Database, connect
from tests.runs.conftest import QUICK, Launch
from tests.runs.crew import until

ECHO = Flow(
    "echo", "media", lambda run, payload: run.step("echo", lambda _, given: given, payload), lambda _: "echo"
)
BY_NAME = {queue.name: queue for queue in QUEUES}


def test_p1_the_private_takeover_is_there_and_guarded(database: Database) -> None:
    """Contract: re-enqueue moves only a pending run of that owner.

    `test_crashes` holds the takeover itself.
    """
    door = open_door(database, replace(QUICK, mode="client"))
    assert list(inspect.signature(door.client._sys_db.reenqueue_for_recovery).parameters) == [
        "workflow_id",
        "executor_ids",
        "recovery_queue_name",
    ]
    hold(database, door.client, "run", "dead")
    assert not internals.give_back(door.client, "run", ["somebody else"])
    assert internals.give_back(door.client, "run", ["dead"])
    assert not internals.give_back(door.client, "run", ["dead"]), "the second call finds nothing to do"
    with database.read() as connection:
        assert engine_status(connection, ["run"]) == {"run": "ENQUEUED"}
    door.close()


def test_p1_the_public_way_stands_in_when_the_private_one_is_gone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = open_door(database, replace(QUICK, mode="client"))
    hold(database, door.client, "run", "dead")
    monkeypatch.delattr("dbos._sys_db.SystemDatabase.reenqueue_for_recovery")
    assert not internals.give_back(door.client, "run", ["somebody else"])
    assert internals.give_back(door.client, "run", ["dead"])
    assert not internals.give_back(door.client, "run", ["dead"])
    door.close()


def hold(database: Database, client: DBOSClient, run_id: str, owner: str) -> None:
    """A run that an executor has taken and not finished."""
    client.enqueue(
        {"workflow_name": "echo", "queue_name": "media", "workflow_id": run_id, "app_version": "1"}, {}
    )
    values = "status = 'PENDING', executor_id = :owner"
    query = f"UPDATE {engine_table(database.dialect)} SET {values} WHERE workflow_uuid = :id"
    with database.begin() as connection:
        connection.execute(text(query), {"owner": owner, "id": run_id})


def test_p2_no_two_executors_ever_share_an_id(launch: Launch) -> None:
    assert len({new_executor_id(embedded=True) for _ in range(100)}) == 100
    runs = launch([ECHO])
    assert runs.executor_id != "local"
    assert DBOS.executor_id == runs.executor_id


def test_p3_rows_of_a_dead_worker_do_not_block_a_global_limit_for_long(
    database: Database, launch: Launch
) -> None:
    queues = tuple(
        replace(queue, everywhere=1, per_worker=1) if queue.name == "media" else queue for queue in QUEUES
    )
    config = replace(QUICK, queues=queues)
    client = Runs(database, [ECHO], replace(config, mode="client"))
    client.start("echo", {"n": 1}, run_id="held")
    door = open_door(database, replace(config, mode="client"))
    query = f"UPDATE {engine_table(database.dialect)} SET status = 'PENDING', executor_id = 'dead'"
    with database.begin() as connection:
        connection.execute(text(query))
    runs = launch([ECHO], config)
    waiting = runs.start("echo", {"n": 2})
    assert runs.wait(waiting, 10) == {"n": 2} and runs.wait("held", 10) == {"n": 1}
    door.close()
    client.close()


def test_p4_the_version_is_fixed_in_code(launch: Launch) -> None:
    launch([ECHO])
    assert starting.VERSION == "1" and DBOS.application_version == "1"


def test_p5_a_drain_does_not_wait_for_a_person(launch: Launch, database: Database) -> None:
    """`test_crashes` holds SIGTERM itself: no step started twice."""
    runs = launch([Flow("ask", "flow", lambda run, _: {"answer": run.wait("x", 600)}, lambda _: "ask")])
    run_id = runs.start("ask", {})
    until(lambda: status(database, run_id) == "running", 5)
    began = time.monotonic()
    assert runs.close() is True
    assert time.monotonic() - began < 3
    with database.read() as connection:
        assert engine_status(connection, [run_id]) == {run_id: "ENQUEUED"}, "given back for others"


def status(database: Database, run_id: str) -> str:
    with database.read() as connection:
        return queries.run(connection, run_id).status


def test_p6_sqlite_runs_in_wal_with_a_busy_wait(sqlite_url: str) -> None:
    database = connect(sqlite_url)
    door = open_door(database, RunsConfig(mode="client"))
    with door.connections.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
        }
        raw = connection.connection.driver_connection
        assert raw is not None and raw.isolation_level == "IMMEDIATE"
    assert pragmas == {"journal_mode": "wal", "busy_timeout": 30000, "foreign_keys": 1, "synchronous": 2}
    door.close()
    database.close()


def test_p7_rate_limits_are_long_enough_for_a_clock_of_seconds() -> None:
    """On SQLite the engine may count in whole seconds; a window of an hour forgives that."""
    limits = [queue.rate for queue in QUEUES if queue.rate is not None]
    assert limits == [(15, 3600.0)]
    assert all(window >= 600 for _, window in limits)


def test_p8_few_queues_and_only_a_person_is_answered_fast() -> None:
    assert len(QUEUES) <= 6
    looks_per_second = sum(1 / queue.poll for queue in QUEUES)
    assert looks_per_second <= 25, "an idle process looks a few times a second"
    assert BY_NAME["flow"].poll <= 0.25 and BY_NAME["ads"].poll >= 1
    quick = RunsConfig().for_person().queue_table()
    assert all(queue.poll <= 0.05 for queue in quick)


def test_p9_every_run_names_a_queue_and_a_worker_serves_only_its_own(
    database: Database, launch: Launch
) -> None:
    runs = launch([ECHO, replace(ECHO, name="elsewhere", queue="llm")], queues=("media", "cron"))
    other = runs.start("elsewhere", {})
    assert runs.wait(runs.start("echo", {"n": 1}), 10) == {"n": 1}
    time.sleep(0.2)
    assert status(database, other) == "queued"
    assert set(_column(database, "queue_name")) <= set(ALL)


def _column(database: Database, name: str) -> list[object]:
    with database.read() as connection:
        return list(
            connection.execute(text(f"SELECT {name} FROM {engine_table(database.dialect)}")).scalars()
        )


def test_p10_parents_have_a_queue_without_limits(launch: Launch) -> None:
    """Parents and children on one limited queue would wait for each other for ever."""
    assert BY_NAME["flow"].per_worker is None and BY_NAME["flow"].everywhere is None

    def parent(run: Run, payload: Json) -> Json:
        return {"n": len(run.gather([run.child("echo", {}, key=str(n)) for n in range(3)]))}

    runs = launch([ECHO, Flow("parent", "flow", parent, lambda _: "parent")], concurrency=1)
    ids = [runs.start("parent", {}) for _ in range(6)]
    assert [runs.wait(run_id, 20) for run_id in ids] == [{"n": 3}] * 6


def test_p11_cancel_is_seen_by_work_that_looks(launch: Launch, database: Database) -> None:
    """`test_steps` measures it; here: without a look the step runs on, and its outcome is thrown away."""
    go, ended = threading.Event(), threading.Event()

    def deaf(step: object, payload: Json) -> Json:
        go.wait(5)
        ended.set()
        return {"n": 1}

    runs = launch([Flow("deaf", "media", lambda run, _: run.step("deaf", deaf, {}), lambda _: "deaf")])
    run_id = runs.start("deaf", {})
    until(lambda: status(database, run_id) == "running", 5)
    time.sleep(0.1)
    runs.cancel(run_id)
    go.set()
    assert ended.wait(5)
    time.sleep(0.1)
    assert status(database, run_id) == "cancelled"


def test_p12_a_failed_run_stays_failed_until_somebody_retries_it(launch: Launch, database: Database) -> None:
    tried: list[int] = []

    def bad(step: object, payload: Json) -> Json:
        tried.append(1)
        raise ZeroDivisionError

    runs = launch([Flow("bad", "media", lambda run, _: run.step("bad", bad, {}), lambda _: "bad")])
    run_id = runs.start("bad", {})
    until(lambda: status(database, run_id) == "failed", 5)
    time.sleep(0.2)
    assert len(tried) == 1


def test_p13_what_is_stored_is_plain_json_and_small(launch: Launch, database: Database) -> None:
    runs = launch([ECHO])
    runs.wait(runs.start("echo", {"path": "videos/a.mp4"}), 10)
    assert len(engine.APP) >= 3
    assert set(_column(database, "serialization")) == {DBOSPortableJSONSerializer().name()}
    prefix = "dbos." if database.dialect == "postgresql" else ""
    with database.read() as connection:
        stored = connection.execute(text(f"SELECT output FROM {prefix}operation_outputs")).scalars().all()
    assert [json.loads(output) for output in stored] == [{"path": "videos/a.mp4"}]


def test_p14_nothing_younger_than_the_longest_rate_window_may_be_deleted() -> None:
    """`test_upkeep` holds the deletion itself."""
    assert max(queue.rate[1] for queue in QUEUES if queue.rate) <= LONGEST_RATE_WINDOW
    with pytest.raises(ValueError, match="rate window"):
        RunsConfig(keep_finished=LONGEST_RATE_WINDOW - 1)


def test_p15_a_run_is_queued_with_the_callers_commit_in_the_same_database(database: Database) -> None:
    """`test_door` holds the rollback; here: the engine's row and ours are one transaction."""
    runs = Runs(database, [ECHO], replace(QUICK, mode="client"))
    with database.begin() as connection:
        runs.start("echo", {}, run_id="one", connection=connection)
        assert engine_status(connection, ["one"]) == {"one": "ENQUEUED"}
        connection.rollback()
    with database.read() as connection:
        assert engine_status(connection, ["one"]) == {} and queries.counts(connection)["queued"] == 0
    runs.close()


def test_the_columns_that_we_read_of_the_engine_are_there(database: Database) -> None:
    door = open_door(database, replace(QUICK, mode="client"))
    columns = "workflow_uuid, status, executor_id, completed_at, queue_name, application_version"
    with database.read() as connection:
        connection.execute(text(f"SELECT {columns} FROM {engine_table(database.dialect)}"))
        assert held_without_lease(connection, 0.0) == []
    assert hasattr(DBOS, "rewind_workflow") and hasattr(door.client, "enqueue_in_transaction")
    door.close()


def test_a_client_executes_nothing_and_starts_no_thread(database: Database) -> None:
    before = set(threading.enumerate())
    runs = Runs(database, [ECHO], replace(QUICK, mode="client"))
    run_id = runs.start("echo", {})
    assert set(threading.enumerate()) == before
    with pytest.raises(ConflictError, match="client does not execute"):
        runs.launch()
    time.sleep(0.1)
    assert status(database, run_id) == "queued" and runs.workers() == ()
    runs.close()


def test_a_process_executes_once(launch: Launch, database: Database) -> None:
    runs = launch([ECHO])
    with pytest.raises(ConflictError, match="launched already"):
        runs.launch()
    second = Runs(database, [ECHO], QUICK)
    with pytest.raises(ConflictError, match="one executor per process"):
        second.launch()
    second.close()
    assert runs.wait(runs.start("echo", {"n": 1}), 10) == {"n": 1}, "the first goes on"


def test_launching_costs_little(launch: Launch) -> None:
    runs = launch([ECHO])
    runs.close()
    began = time.monotonic()
    runs.launch()
    assert runs.wait(runs.start("echo", {"n": 1}), 10) == {"n": 1}
    assert time.monotonic() - began < 2
