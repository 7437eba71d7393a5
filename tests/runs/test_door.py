"""The door, end to end: start, steps, results, errors, children, messages."""

import threading
import time

import pytest

from kinoloop.core.errors import ConflictError, InputError, MediaError, NotFoundError, PassingError
from kinoloop.runs import queries
from kinoloop.runs.config import RunsConfig
from kinoloop.runs.door import Runs
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.records import Json
from kinoloop.runs.step import Step
from kinoloop.store.session import Database
from tests.runs.conftest import Launch


def double(step: Step, payload: Json) -> Json:
    return {"n": payload["n"] * 2}


def twice(run: Run, payload: Json) -> Json:
    return run.step("second", double, run.step("first", double, payload))


TWICE = Flow("twice", "media", twice, lambda payload: f"twice {payload['n']}", steps=("first", "second"))


def test_a_run_gives_its_result_and_leaves_a_journal(database: Database, launch: Launch) -> None:
    runs = launch([TWICE])
    run_id = runs.start("twice", {"n": 3})
    assert runs.wait(run_id, 10) == {"n": 12}
    with database.read() as connection:
        row = queries.run(connection, run_id)
        steps = queries.steps(connection, run_id)
        events = queries.events(connection, run_id=run_id)
        assert queries.counts(connection)["completed"] == 1
    assert (row.status, row.title, row.progress, row.result) == ("completed", "twice 3", 100, {"n": 12})
    assert row.started_at is not None and row.completed_at is not None
    assert [(s.step_name, s.status, s.attempt, s.agent_output) for s in steps] == [
        ("first", "completed", 1, {"n": 6}),
        ("second", "completed", 1, {"n": 12}),
    ]
    assert all(s.duration_seconds is not None and s.worker_id == runs.executor_id for s in steps)
    assert [event.event_type for event in events] == ["run_completed"]


def flow(name: str, body: object, queue: str = "media", **more: object) -> Flow:
    return Flow(name, queue, body, lambda payload: name, **more)  # type: ignore[arg-type]  # test bodies


def test_start_is_once_per_id_and_part_of_the_callers_transaction(database: Database, launch: Launch) -> None:
    runs = launch([TWICE])
    assert runs.start("twice", {"n": 1}, run_id="mine") == runs.start("twice", {"n": 9}, run_id="mine")
    assert runs.wait("mine", 10) == {"n": 4}

    class UndoneError(Exception):
        pass

    with pytest.raises(UndoneError), database.begin() as connection:
        runs.start("twice", {"n": 1}, run_id="rolled back", connection=connection)
        raise UndoneError
    with pytest.raises(NotFoundError):
        runs.wait("rolled back", 1)
    with database.begin() as connection:
        runs.start("twice", {"n": 5}, run_id="committed", connection=connection)
    assert runs.wait("committed", 10) == {"n": 20}


def test_unknown_flow_bad_priority_and_unknown_run_are_said_clearly(database: Database) -> None:
    runs = Runs(database, [TWICE], RunsConfig(mode="client"))
    with pytest.raises(NotFoundError, match="no flow 'nothing'"):
        runs.start("nothing", {})
    with pytest.raises(InputError, match="0 is no priority"):
        runs.start("twice", {"n": 1}, priority=0)
    for ask in (runs.wait, runs.cancel, runs.retry):
        with pytest.raises(NotFoundError):
            ask("nobody")
    with pytest.raises(NotFoundError):
        runs.send("nobody", "topic", {})
    runs.close()


def test_a_failure_is_kept_as_what_why_and_fix(database: Database, launch: Launch) -> None:
    def bad(step: Step, payload: Json) -> Json:
        raise MediaError("The file is broken.", why="It ends early.", fix="Copy it again.")

    runs = launch(
        [flow("bad", lambda run, payload: run.step("probe", bad, payload, retries=3, backoff=0.01))]
    )
    run_id = runs.start("bad", {})
    with pytest.raises(MediaError, match=r"The file is broken\. It ends early\. Copy it again\."):
        runs.wait(run_id, 10)
    with database.read() as connection:
        row, steps = queries.run(connection, run_id), queries.steps(connection, run_id)
        events = queries.events(connection, run_id=run_id)
    assert row.status == "failed"
    assert row.error == {
        "code": "bad_media",
        "what": "The file is broken.",
        "why": "It ends early.",
        "fix": "Copy it again.",
    }
    assert [step.status for step in steps] == ["failed"], "bad input is not tried again"
    assert [event.event_type for event in events] == ["run_failed"]


def test_passing_failures_and_surprises_are_tried_again_with_backoff(
    database: Database, launch: Launch
) -> None:
    at: list[float] = []

    def flaky(step: Step, payload: Json) -> Json:
        at.append(time.monotonic())
        if step.attempt == 1:
            raise PassingError("Busy.")
        if step.attempt == 2:
            raise KeyError("odd")
        return {"attempt": step.attempt}

    runs = launch(
        [flow("flaky", lambda run, payload: run.step("ask", flaky, payload, retries=2, backoff=0.1))]
    )
    assert runs.wait(runs.start("flaky", {}), 10) == {"attempt": 3}
    assert at[1] - at[0] >= 0.1 and at[2] - at[1] >= 0.2, "the pause doubles"


def test_retry_goes_on_from_the_last_finished_step_as_the_same_run(
    database: Database, launch: Launch
) -> None:
    played: list[str] = []
    broken = threading.Event()
    broken.set()

    def first(step: Step, payload: Json) -> Json:
        played.append("first")
        return {"a": 1}

    def second(step: Step, payload: Json) -> Json:
        played.append("second")
        if broken.is_set():
            raise PassingError("Not now.")
        return {**payload, "b": 2}

    runs = launch(
        [flow("two", lambda run, payload: run.step("second", second, run.step("first", first, {})))]
    )
    run_id = runs.start("two", {})
    with pytest.raises(PassingError):
        runs.wait(run_id, 10)
    broken.clear()
    runs.retry(run_id)
    assert runs.wait(run_id, 10) == {"a": 1, "b": 2}
    assert played == ["first", "second", "second"]
    with database.read() as connection:
        row, steps = queries.run(connection, run_id), queries.steps(connection, run_id)
    assert (row.status, row.retry_count, row.error) == ("completed", 1, None)
    assert [(step.step_name, step.attempt, step.status) for step in steps] == [
        ("first", 1, "completed"),
        ("second", 1, "failed"),
        ("second", 2, "completed"),
    ]
    with pytest.raises(ConflictError, match="completed"):
        runs.retry(run_id)


def test_children_are_started_once_gathered_and_retried_with_their_parent(
    launch: Launch, database: Database
) -> None:
    broken = threading.Event()
    broken.set()

    def leaf_work(step: Step, payload: Json) -> Json:
        if payload["n"] == 2 and broken.is_set():
            raise MediaError("Broken child.")
        return {"n": payload["n"] * 10}

    def parent(run: Run, payload: Json) -> Json:
        children = [run.child("leaf", {"n": n}, key=str(n)) for n in range(3)]
        return {"all": [result["n"] for result in run.gather(children)]}

    runs = launch(
        [
            flow("leaf", lambda run, payload: run.step("work", leaf_work, payload)),
            flow("parent", parent, queue="flow"),
        ]
    )
    run_id = runs.start("parent", {}, priority=2)
    with pytest.raises(MediaError, match="Broken child"):
        runs.wait(run_id, 10)
    broken.clear()
    runs.retry(run_id)
    assert runs.wait(run_id, 10) == {"all": [0, 10, 20]}
    with database.read() as connection:
        children = queries.runs(connection, parent=run_id)
    assert {child.run_id for child in children} == {f"{run_id}:{n}" for n in range(3)}
    assert {child.priority for child in children} == {2}, "children are as urgent as their parent"
    assert {child.run_id: child.retry_count for child in children}[f"{run_id}:2"] == 1


def test_a_run_waits_for_a_person_and_takes_each_message_once(launch: Launch) -> None:
    def ask(run: Run, payload: Json) -> Json:
        first = run.wait("approval", timeout=30)
        second = run.wait("approval", timeout=30)
        third = run.wait("approval", timeout=0.1)
        return {"answers": [first, second, third]}

    runs = launch([flow("ask", ask, queue="flow")])
    run_id = runs.start("ask", {})
    for _ in range(2):
        runs.send(run_id, "approval", {"yes": True}, key="click 1")
    time.sleep(0.1)
    runs.send(run_id, "approval", {"yes": False})
    assert runs.wait(run_id, 10) == {"answers": [{"yes": True}, {"yes": False}, None]}


def test_a_run_may_end_partially_completed(launch: Launch, database: Database) -> None:
    def body(run: Run, payload: Json) -> Json:
        run.partially("1 of 3 clips could not be cut")
        return {"clips": 2}

    runs = launch([flow("partly", body)])
    run_id = runs.start("partly", {})
    assert runs.wait(run_id, 10) == {"clips": 2}
    with database.read() as connection:
        assert queries.run(connection, run_id).status == "partially_completed"
        event = queries.events(connection, run_id=run_id)[0]
    assert (event.severity, event.message) == ("warning", "1 of 3 clips could not be cut")


def test_a_name_used_again_gets_a_number(launch: Launch, database: Database) -> None:
    def body(run: Run, payload: Json) -> Json:
        return {"all": [run.step("cut", double, {"n": n}) for n in range(3)]}

    runs = launch([flow("loop", body)])
    run_id = runs.start("loop", {})
    assert runs.wait(run_id, 10) == {"all": [{"n": 0}, {"n": 2}, {"n": 4}]}
    with database.read() as connection:
        names = [step.step_name for step in queries.steps(connection, run_id)]
    assert names == ["cut", "cut #2", "cut #3"]


def test_a_replayed_error_is_the_same_error(launch: Launch) -> None:
    """A body that catches an error of a step decides the same way when it is replayed after a retry."""
    replay = threading.Event()

    def bad(step: Step, payload: Json) -> Json:
        raise MediaError("Broken.")

    def odd(step: Step, payload: Json) -> Json:
        raise ZeroDivisionError("odd")

    def last(step: Step, payload: Json) -> Json:
        if not replay.is_set():
            raise PassingError("Later.")
        return payload

    def body(run: Run, payload: Json) -> Json:
        seen = []
        for work in (bad, odd):
            try:
                run.step(work.__name__, work, {})
            except Exception as error:
                seen.append(f"{type(error).__name__}: {error}".split(".")[0])
        return run.step("last", last, {"seen": seen})

    runs = launch([flow("catch", body)])
    run_id = runs.start("catch", {})
    with pytest.raises(PassingError):
        runs.wait(run_id, 10)
    replay.set()
    runs.retry(run_id)
    assert runs.wait(run_id, 10) == {
        "seen": ["MediaError: Broken", "UnexpectedError: ZeroDivisionError: odd"]
    }


def test_wrong_flows_are_refused_before_anything_runs(database: Database) -> None:
    body = lambda run, payload: payload  # noqa: E731 - a body in one line
    with pytest.raises(ValueError, match="'nowhere', which does not exist"):
        Runs(database, [flow("lost", body, queue="nowhere")])
    with pytest.raises(ValueError, match="needs a partition"):
        Runs(database, [flow("ads", body, queue="ads")])


def test_waiting_has_an_end(launch: Launch) -> None:
    runs = launch([flow("slow", lambda run, payload: {"answer": run.wait("never", 0.5)}, queue="flow")])
    run_id = runs.start("slow", {})
    seen: list[str] = []
    with pytest.raises(PassingError, match="not finished yet"):
        runs.wait(run_id, 0.1, seen=lambda row: seen.append(row.status))
    assert seen and set(seen) <= {"queued", "running"}
    assert runs.wait(run_id, 10) == {"answer": None}
