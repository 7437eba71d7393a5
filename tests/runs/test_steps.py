"""What a step is given: progress, check, one transaction, events; timeouts, cancellation, drain."""

import threading
import time
from dataclasses import replace

import pytest
from sqlalchemy import event, text

from kinoloop.core.errors import CancelledError, ConflictError, PassingError
from kinoloop.runs import queries
from kinoloop.runs.door import Runs
from kinoloop.runs.failure import StepTimeoutError
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.records import Json
from kinoloop.runs.step import Step, StepPolicy, Work
from kinoloop.store.session import Database
from tests.runs.conftest import QUICK, Launch
from tests.runs.crew import until


def one_step(name: str, work: Work, queue: str = "media", **how: float) -> Flow:
    def body(run: Run, payload: Json) -> Json:
        return run.step(name, work, payload, **how)  # type: ignore[arg-type]  # retries is an int in each test

    return Flow(name, queue, body, lambda payload: name)


def spin(step: Step, payload: Json) -> Json:
    """Work as media work does: a little, then look whether to stop."""
    for _ in range(2000):
        step.check()
        time.sleep(0.005)
    return {}


def running(database: Database, run_id: str) -> bool:
    with database.read() as connection:
        return any(row.run_id == run_id and row.current_step for row in queries.runs(connection))


def test_cancel_ends_running_work_within_two_seconds(launch: Launch, database: Database) -> None:
    ended = threading.Event()

    def work(step: Step, payload: Json) -> Json:
        try:
            return spin(step, payload)
        finally:
            ended.set()

    runs = launch([one_step("spin", work)])
    run_id = runs.start("spin", {})
    until(lambda: running(database, run_id), 5)
    began = time.monotonic()
    assert runs.cancel(run_id) == [run_id]
    with database.read() as connection:
        assert queries.run(connection, run_id).status == "cancelled", "at once"
    assert ended.wait(2) and time.monotonic() - began < 2
    with pytest.raises(CancelledError):
        runs.wait(run_id, 5)
    until(lambda: _step_statuses(database, run_id) == ["failed"], 5)
    with pytest.raises(ConflictError, match="already finished"):
        runs.cancel(run_id)


def _step_statuses(database: Database, run_id: str) -> list[str]:
    with database.read() as connection:
        return [step.status for step in queries.steps(connection, run_id)]


def test_cancel_reaches_children_and_a_cancelled_run_can_be_retried(
    launch: Launch, database: Database
) -> None:
    quick = threading.Event()

    def work(step: Step, payload: Json) -> Json:
        return {"done": True} if quick.is_set() else spin(step, payload)

    def parent(run: Run, payload: Json) -> Json:
        return {"children": run.gather([run.child("spin", {}, key=str(n)) for n in range(2)])}

    runs = launch([one_step("spin", work), Flow("parent", "flow", parent, lambda payload: "parent")])
    run_id = runs.start("parent", {})
    until(lambda: running(database, f"{run_id}:1"), 5)
    assert set(runs.cancel(run_id)) == {run_id, f"{run_id}:0", f"{run_id}:1"}
    with database.read() as connection:
        assert {row.status for row in queries.runs(connection)} == {"cancelled"}
    quick.set()
    time.sleep(0.1)
    runs.retry(run_id)
    assert runs.wait(run_id, 10) == {"children": [{"done": True}] * 2}


def test_a_step_that_takes_too_long_is_ended_and_tried_again(launch: Launch, database: Database) -> None:
    def work(step: Step, payload: Json) -> Json:
        return spin(step, payload) if step.attempt < 3 else {"attempt": step.attempt}

    runs = launch([one_step("slow", work, timeout=0.1, retries=2, backoff=0.01)])
    assert runs.wait(runs.start("slow", {}), 10) == {"attempt": 3}
    runs_again = runs.start("slow", {})
    runs.wait(runs_again, 10)
    with database.read() as connection:
        errors = [step.error_message or "" for step in queries.steps(connection, runs_again)]
    assert "took longer than 0.1 s" in errors[0] and not errors[2]


def test_a_timeout_is_its_own_error(launch: Launch) -> None:
    runs = launch([one_step("slow", spin, timeout=0.05)])
    with pytest.raises(StepTimeoutError, match=r"took longer than 0\.05 s"):
        runs.wait(runs.start("slow", {}), 10)


def test_progress_is_written_seldom_and_seen_while_it_runs(launch: Launch, database: Database) -> None:
    go = threading.Event()

    def work(step: Step, payload: Json) -> Json:
        for done in range(5001):
            step.progress(done / 100, 100, f"frame {done}")
        go.wait(5)
        return {}

    writes = 0

    @event.listens_for(database.engine, "before_cursor_execute")
    def count(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        nonlocal writes
        writes += statement.startswith("UPDATE run_progress")

    runs = launch([one_step("work", work)])
    run_id = runs.start("work", {})

    def seen() -> bool:
        with database.read() as connection:
            row = queries.run(connection, run_id)
        return (row.progress, row.note) == (50, "frame 5000")

    until(seen, 5)
    assert writes < 30, "5001 words, a few writes"
    go.set()
    runs.wait(run_id, 5)


def test_a_step_holds_at_most_one_connection(launch: Launch, database: Database) -> None:
    held: dict[int, int] = {}
    most = 0
    lock = threading.Lock()

    def change(by: int) -> None:
        nonlocal most
        with lock:
            me = threading.get_ident()
            held[me] = held.get(me, 0) + by
            most = max(most, held[me])

    event.listen(database.engine, "checkout", lambda *_: change(1))
    event.listen(database.engine, "checkin", lambda *_: change(-1))

    def work(step: Step, payload: Json) -> Json:
        with step.begin() as connection:
            connection.execute(text("SELECT 1"))
            step.progress(1, 2)
            step.check()
            step.event("inside", "Within the transaction.", detail=1)
        step.event("outside", "In one of its own.")
        step.effect("once", {"x": 1}, lambda: {"x": 1}, lambda: None)
        return {}

    runs = launch([one_step("work", work)])
    ids = [runs.start("work", {}) for _ in range(4)]
    for run_id in ids:
        runs.wait(run_id, 10)
    assert most == 1
    with database.read() as connection:
        kinds = [event.event_type for event in queries.events(connection, run_id=ids[0])]
    assert sorted(kinds) == ["inside", "outside", "run_completed"]


def test_begin_is_not_nested_and_rolls_back_with_its_event(launch: Launch, database: Database) -> None:
    said: list[str] = []

    def work(step: Step, payload: Json) -> Json:
        with step.begin():
            for forbidden in (
                lambda: step.begin().__enter__(),
                lambda: step.effect("x", {}, dict, lambda: None),
            ):
                with pytest.raises(RuntimeError) as error:
                    forbidden()
                said.append(str(error.value))
        with pytest.raises(ZeroDivisionError), step.begin():
            step.event("undone", "Never kept.")
            raise ZeroDivisionError
        return {}

    runs = launch([one_step("work", work)])
    run_id = runs.start("work", {})
    runs.wait(run_id, 10)
    assert "one connection" in said[0] and "end the step's transaction" in said[1]
    with database.read() as connection:
        assert [e.event_type for e in queries.events(connection, run_id=run_id)] == ["run_completed"]


def test_what_is_not_json_is_refused_as_a_bug(launch: Launch) -> None:
    runs = launch([one_step("odd", lambda step, payload: {"x": float("nan")}), one_step("none", _nothing)])
    for name, words in (("odd", "JSON"), ("none", "gives back a dictionary")):
        with pytest.raises(Exception, match=words):
            runs.wait(runs.start(name, {}), 10)


def _nothing(step: Step, payload: Json) -> Json:
    return None  # type: ignore[return-value]  # what a careless step does


def test_drain_lets_steps_end_and_starts_none(launch: Launch, database: Database) -> None:
    log: list[str] = []
    inside, go = threading.Event(), threading.Event()

    def work(step: Step, payload: Json) -> Json:
        log.append(f"start {step.name}")
        inside.set()
        go.wait(5)
        log.append(f"end {step.name}")
        return {}

    flow = Flow("two", "media", lambda run, _: [run.step(n, work, {}) for n in "ab"][-1], lambda _: "two")
    runs = launch([flow])
    run_id = runs.start("two", {})
    assert inside.wait(5)
    assert runs.drain(0.05) is False, "a step still runs"
    go.set()
    assert runs.close() is True
    assert log == ["start a", "end a"]
    later = launch([flow])
    assert later.wait(run_id, 10) == {}
    assert log == ["start a", "end a", "start b", "end b"], "nothing started twice"


def test_a_step_that_outlasts_the_drain_is_abandoned_and_starts_again(launch: Launch) -> None:
    attempts: list[int] = []

    def work(step: Step, payload: Json) -> Json:
        attempts.append(step.attempt)
        return spin(step, payload) if len(attempts) == 1 else {"attempt": step.attempt}

    flow = one_step("long", work)
    runs = launch([flow])
    run_id = runs.start("long", {})
    until(lambda: attempts, 5)
    assert runs.close(timeout=0.1) is False
    assert launch([flow]).wait(run_id, 10) == {"attempt": 2}


def test_closing_leaves_no_thread_behind_even_with_a_waiting_run(launch: Launch, database: Database) -> None:
    before = set(threading.enumerate())
    flow = Flow("ask", "flow", lambda run, _: {"answer": run.wait("x", 600)}, lambda _: "ask")
    runs = launch([flow])
    run_id = runs.start("ask", {})
    until(lambda: running(database, run_id) or _status(database, run_id) == "running", 5)
    time.sleep(0.1)
    runs.close()
    until(lambda: not set(threading.enumerate()) - before, 3)


def _status(database: Database, run_id: str) -> str:
    with database.read() as connection:
        return queries.run(connection, run_id).status


def test_cancel_ends_the_pause_between_attempts(launch: Launch, database: Database) -> None:
    def work(step: Step, payload: Json) -> Json:
        raise PassingError("Busy.")

    runs = launch([one_step("busy", work, retries=3, backoff=60)])
    run_id = runs.start("busy", {})
    until(lambda: _step_statuses(database, run_id) == ["failed"], 5)
    runs.cancel(run_id)
    assert runs.close(timeout=2.0) is True, "no step hangs in its pause"


def test_backoff_doubles_up_to_a_limit() -> None:
    policy = StepPolicy(retries=20, backoff=2.0)
    assert [policy.pause(n) for n in (1, 2, 3, 20)] == [2.0, 4.0, 8.0, 300.0]


def test_priority_and_a_limit_over_all_workers(database: Database, launch: Launch) -> None:
    order: list[str] = []
    at_once, most = 0, 0
    lock = threading.Lock()

    def work(step: Step, payload: Json) -> Json:
        nonlocal at_once, most
        with lock:
            order.append(payload["name"])
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.05)
        with lock:
            at_once -= 1
        return {}

    queues = tuple(
        replace(queue, everywhere=1, per_worker=1) if queue.name == "media" else queue
        for queue in QUICK.queues
    )
    flow = Flow("one", "media", lambda run, payload: run.step("work", work, payload), lambda _: "one")
    client = Runs(database, [flow], replace(QUICK, mode="client"))
    ids = [
        client.start("one", {"name": name}, priority=priority)
        for name, priority in (("usual 1", None), ("late", 9), ("usual 2", None), ("urgent", 1))
    ]
    client.close()
    runs = launch([flow], replace(QUICK, queues=queues))
    for run_id in ids:
        runs.wait(run_id, 10)
    assert order == ["urgent", "usual 1", "usual 2", "late"]
    assert most == 1


def test_time_left_is_unknown_at_first_and_learned_from_earlier_runs(
    launch: Launch, database: Database
) -> None:
    halfway, go = threading.Event(), threading.Event()

    def long(step: Step, payload: Json) -> Json:
        if payload.get("quick"):
            return payload
        for done in range(51):
            step.progress(done, 100)
            time.sleep(0.025)
        halfway.set()
        go.wait(5)
        return payload

    def tail(step: Step, payload: Json) -> Json:
        time.sleep(0.2)
        return payload

    def body(run: Run, payload: Json) -> Json:
        return run.step("tail", tail, run.step("long", long, payload))

    runs = launch([Flow("two", "media", body, lambda _: "two", steps=("long", "tail"))])

    def left_halfway() -> float | None:
        run_id = runs.start("two", {})
        assert halfway.wait(10)
        time.sleep(0.3)
        with database.read() as connection:
            row = queries.run(connection, run_id)
        assert row.progress == 25, "half of the first of two steps"
        go.set()
        runs.wait(run_id, 10)
        halfway.clear()
        go.clear()
        return row.seconds_left

    assert left_halfway() is None, "no run of this flow was completed before"
    runs.wait(runs.start("two", {"quick": True}), 10)
    left = left_halfway()
    assert left is not None and 1.2 < left < 4, "about as long again, and the tail"
