"""The pure parts: progress, time left, configuration, errors that cross the engine, gate and watcher."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import (
    InputError,
    KinoloopError,
    LimitError,
    MediaError,
    PassingError,
    UnexpectedError,
)
from kinoloop.runs.config import ALL, RunsConfig
from kinoloop.runs.drain import Gate, Parked
from kinoloop.runs.failure import (
    StepTimeoutError,
    StoredError,
    as_known,
    rebuild,
    worth_retrying,
)
from kinoloop.runs.flow import stored_data
from kinoloop.runs.looks import LOOKS, message_key, messages
from kinoloop.runs.place import Place
from kinoloop.runs.progress import Board, Word, percent, seconds_left, usual_seconds
from kinoloop.runs.queries import stored_error
from kinoloop.runs.records import run_status
from kinoloop.runs.watcher import Watcher
from kinoloop.store.session import Database

shares = st.floats(0, 1, allow_nan=False)


@given(st.integers(0, 20), st.none() | st.integers(1, 20), st.floats(allow_nan=False))
def test_progress_of_an_unfinished_run_is_never_a_hundred(
    done: int, expected: int | None, share: float
) -> None:
    assert 0 <= percent(done, expected, share) <= 99


@given(st.integers(1, 10), shares, shares)
def test_progress_grows_with_the_work(steps: int, a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert percent(0, steps, low) <= percent(0, steps, high) <= percent(steps, steps, low)


def test_progress_of_six_steps() -> None:
    assert [percent(done, 6, 0.5) for done in range(6)] == [8, 25, 41, 58, 75, 91]
    assert percent(3, None, 0.25) == 25


def test_time_left_is_unknown_until_enough_is_known() -> None:
    assert seconds_left(1, 0, 10) is None, "no total"
    assert seconds_left(1, 1000, 10) is None, "hardly begun"
    assert seconds_left(50, 100, 0.5) is None, "too short to tell"
    assert seconds_left(50, 100, 10, later=None) is None, "the steps to come are unknown"
    assert seconds_left(25, 100, 10) == 30.0
    assert seconds_left(25, 100, 10, later=12.0) == 42.0
    assert seconds_left(120, 100, 10) == 0.0


@given(st.floats(0.1, 1), st.floats(1, 1000))
def test_time_left_follows_the_speed(share: float, elapsed: float) -> None:
    left = seconds_left(share * 100, 100, elapsed)
    assert left is not None and left == pytest.approx(elapsed * (1 - share) / share, abs=1e-6)


def test_the_usual_duration_is_the_median() -> None:
    assert usual_seconds([]) is None
    assert usual_seconds([3, 1, 2]) == 2
    assert usual_seconds([4, 1, 2, 3]) == 2.5


def test_the_board_keeps_the_newest_word_of_each_run() -> None:
    board = Board()
    for done in range(3):
        board.say(Word("a", "cut", done, 10, "", 1, 2))
    board.say(Word("b", "cut", 1, 0, "", 0, None))
    board.forget("b")
    assert [(row["run_id"], row["done"], row["percent"]) for row in board.take()] == [("a", 2, 60)]
    assert board.take() == []


def test_configuration_refuses_what_cannot_work() -> None:
    with pytest.raises(ValueError, match="two heartbeats"):
        RunsConfig(beat=20, lease=30)
    table = {queue.name: queue for queue in RunsConfig(fastest_poll=0.05).queue_table(4)}
    assert tuple(table) == ALL
    assert (
        table["media"].per_worker == 4 and table["llm"].per_worker == 4 and table["flow"].per_worker is None
    )
    assert {queue.poll for queue in table.values()} == {0.05}


@given(st.sampled_from([MediaError, InputError, LimitError, PassingError, StepTimeoutError]), st.text())
def test_an_error_crosses_the_engine_unchanged(kind: type[KinoloopError], words: str) -> None:
    error = kind(words, why="because", fix="do")
    for crossed in (StoredError(error), _replayed(error)):
        back = rebuild(stored_data(crossed))
        assert (type(back), back.as_dict()) == (kind, error.as_dict())


def _replayed(error: KinoloopError) -> Exception:
    """As the engine gives it back: another type with the data."""

    class PortableError(Exception):
        data = error.as_dict()

    return PortableError()


def test_surprises_are_bugs_and_tried_again_a_clear_no_is_not() -> None:
    bug = as_known(KeyError("x"))
    assert isinstance(bug, UnexpectedError) and "KeyError" in bug.what
    assert as_known(bug) is bug
    retried = [
        worth_retrying(e) for e in (KeyError(), bug, PassingError("x"), MediaError("x"), LimitError("x"))
    ]
    assert retried == [True, True, True, False, False]
    assert rebuild({"code": "from the future", "what": "x"}).as_dict()["code"] == "error"
    assert stored_data(ValueError("x")) == {"code": "bug", "what": "ValueError: x"}


def test_errors_from_elsewhere_are_shown_as_they_are() -> None:
    assert stored_error(None) is None
    assert stored_error("plain words") == {"code": "error", "what": "plain words", "why": "", "fix": ""}
    assert stored_error("[1]") == {"code": "error", "what": "[1]", "why": "", "fix": ""}
    with pytest.raises(ValueError, match="is not a run status"):
        run_status("odd")


def test_the_gate_lets_running_steps_end_and_nobody_in() -> None:
    gate, inside, go = Gate(), threading.Event(), threading.Event()

    def step() -> None:
        with gate.step():
            inside.set()
            go.wait(5)

    thread = threading.Thread(target=step)
    thread.start()
    assert inside.wait(5) and gate.running == 1
    gate.close()
    with pytest.raises(Parked), gate.step():
        pass
    with pytest.raises(Parked):
        gate.pause(5)
    assert not gate.wait_until_empty(0.01)
    go.set()
    assert gate.wait_until_empty(5)
    thread.join()


def test_the_watcher_wakes_those_who_wait_and_rests_otherwise(sqlite_database: Database) -> None:
    looked: list[frozenset[str]] = []

    def look(connection: object, keys: frozenset[str]) -> set[str]:
        looked.append(keys)
        return {"b"} & keys if len(looked) > 2 else set()

    gate = Gate()
    watcher = Watcher(sqlite_database, gate, {"kind": look}, 0.01)
    acted: list[int] = []
    watcher.start_with(lambda: acted.append(1), 0.0)
    time.sleep(0.05)
    assert looked == [], "nobody waits"
    with (
        watcher.watching("kind", "a") as a,
        watcher.watching("kind", "b") as b,
        watcher.watching("kind", "b"),
    ):
        assert watcher.wait(b, time.monotonic() + 5)
        assert not watcher.wait(a, time.monotonic() + 0.02)
        gate.close()
        with pytest.raises(Parked):
            watcher.wait(a, None)
    assert acted
    watcher.stop()


def test_the_watcher_survives_a_database_that_is_away(sqlite_database: Database) -> None:
    troubles: list[int] = []

    def look(connection: object, keys: frozenset[str]) -> set[str]:
        troubles.append(1)
        if len(troubles) < 3:
            raise PassingError("away")
        return set(keys)

    watcher = Watcher(sqlite_database, Gate(), {"kind": look}, 0.01)
    watcher.start_with(lambda: None, 1.0)
    with watcher.watching("kind", "a") as event:
        assert event.wait(5)
    watcher.stop()


def test_writing_is_patient_with_a_database_that_is_away(sqlite_database: Database) -> None:
    gate = Gate()
    watcher = Watcher(sqlite_database, gate, LOOKS, 0.01)
    from kinoloop.core.clock import SystemClock

    place = Place(sqlite_database, RunsConfig(), SystemClock(), "me", gate, watcher)
    tries: list[int] = []

    def act(connection: object) -> str:
        tries.append(1)
        if len(tries) < 3:
            raise PassingError("away")
        return "written"

    assert place.write(act) == "written"
    gate.close()
    tries.clear()
    with pytest.raises(Parked):
        place.write(act)


def test_many_waiters_are_looked_for_in_portions(sqlite_database: Database) -> None:
    keys = frozenset(message_key(f"run {n}", "topic") for n in range(1200))
    with sqlite_database.read() as connection:
        assert messages(connection, keys) == set()
