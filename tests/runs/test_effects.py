"""The effect ledger: intent, call, done; a lost answer is read, never repeated blindly."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from kinoloop.core.clock import SystemClock
from kinoloop.core.errors import ConflictError, InputError, PassingError
from kinoloop.runs.effects import EffectLedger
from kinoloop.runs.records import Json
from kinoloop.runs.tables import run_effects
from kinoloop.store.session import Database


class World:
    """An outside world that counts its calls."""

    def __init__(self) -> None:
        self.state: Json | None = None
        self.calls = 0
        self.fails: Exception | None = None
        self.fails_after: Exception | None = None

    def call(self) -> Json:
        self.calls += 1
        if self.fails is not None:
            raise self.fails
        self.state = {"budget": 40}
        if self.fails_after is not None:
            raise self.fails_after
        return {"budget": 40, "id": "x"}

    def read(self) -> Json | None:
        return self.state


def ledger(database: Database, patience: float = 0.3) -> EffectLedger:
    def write(act: Callable[[Connection], Any]) -> Any:
        with database.begin() as connection:
            return act(connection)

    return EffectLedger("run", write, SystemClock().now, patience=patience, pause=time.sleep)


def state(database: Database) -> str:
    with database.read() as connection:
        return str(connection.execute(select(run_effects.c.state)).scalar_one())


WISH: Json = {"budget": 40}


def test_the_second_time_the_result_is_remembered(database: Database) -> None:
    world, effects = World(), ledger(database)
    for _ in range(3):
        assert effects.once("set", WISH, world.call, world.read) == {"budget": 40, "id": "x"}
    assert (world.calls, state(database)) == (1, "done")


def test_a_lost_answer_is_reconciled_by_reading(database: Database) -> None:
    world, effects = World(), ledger(database)
    world.fails_after = TimeoutError("no answer")
    with pytest.raises(TimeoutError):
        effects.once("set", WISH, world.call, world.read)
    assert state(database) == "unknown"
    assert effects.once("set", WISH, world.call, world.read) == {"budget": 40}
    assert (world.calls, state(database)) == (1, "done")


def test_a_call_that_never_arrived_is_made_again_after_reading(database: Database) -> None:
    world, effects = World(), ledger(database)
    world.fails = PassingError("down")
    with pytest.raises(PassingError):
        effects.once("set", WISH, world.call, world.read)
    world.fails = None
    assert effects.once("set", WISH, world.call, world.read) == {"budget": 40, "id": "x"}
    assert world.calls == 2


def test_a_clear_no_is_refused_and_may_be_asked_again_without_reading(database: Database) -> None:
    world, effects = World(), ledger(database)
    world.fails = InputError("too high")
    with pytest.raises(InputError):
        effects.once("set", WISH, world.call, world.read)
    assert state(database) == "refused"
    world.fails = None
    unread: Callable[[], Json | None] = lambda: pytest.fail("nothing to read after a no")  # noqa: E731 - one line
    assert effects.once("set", WISH, world.call, unread)["id"] == "x"


def test_one_key_is_one_wish(database: Database) -> None:
    world, effects = World(), ledger(database)
    effects.once("set", WISH, world.call, world.read)
    with pytest.raises(ConflictError, match="another wish"):
        effects.once("set", {"budget": 50}, world.call, world.read)
    assert effects.once("other", {"budget": 50}, world.call, world.read)
    assert world.calls == 2


def test_two_workers_cannot_both_claim_the_call(database: Database) -> None:
    """The zombie wakes up between its intent and its call, after another has claimed: it does not call."""
    world, effects = World(), ledger(database)
    world.fails = PassingError("down")
    with pytest.raises(PassingError):
        effects.once("set", WISH, world.call, world.read)

    def read_slowly() -> Json | None:
        with database.begin() as connection:
            connection.execute(update(run_effects).values(calls=run_effects.c.calls + 1))
        return None

    with pytest.raises(PassingError, match="Another worker"):
        effects.once("set", WISH, world.call, read_slowly)
    assert world.calls == 1


def test_who_finds_a_fresh_claim_waits_for_the_end_of_that_call(database: Database) -> None:
    """Two live workers hold the same run: the second waits, reads, and takes what the first has done."""
    world, inside = World(), threading.Event()

    def slow_call() -> Json:
        inside.set()
        time.sleep(0.15)
        return world.call()

    first = threading.Thread(target=ledger(database).once, args=("set", WISH, slow_call, world.read))
    first.start()
    assert inside.wait(5)
    assert ledger(database).once("set", WISH, world.call, world.read)["budget"] == 40
    first.join()
    assert world.calls == 1


def test_after_a_crash_before_the_claim_nothing_needs_reading(database: Database) -> None:
    world, effects = World(), ledger(database, patience=60)
    with database.begin() as connection:
        effects._intend(connection, "set", WISH)
    unread: Callable[[], Json | None] = lambda: pytest.fail("no call was made")  # noqa: E731 - one line
    assert effects.once("set", WISH, world.call, unread)["id"] == "x"
