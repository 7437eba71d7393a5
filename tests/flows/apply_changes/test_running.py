"""The loop: works while something is due, naps while nothing is, ends what is in hand when told to stop."""

import threading
from random import Random

import pytest
from sqlalchemy.exc import OperationalError

from kinoloop.core.clock import SystemClock
from kinoloop.core.errors import UnavailableError
from kinoloop.delivery.ports import Write
from kinoloop.flows.apply_changes.executor import open_executor
from kinoloop.flows.apply_changes.place import Patience
from tests.flows.apply_changes.conftest import WORKER, House


class Bell(threading.Event):
    """Counts naps, and stops the loop after so many."""

    def __init__(self, naps: int) -> None:
        super().__init__()
        self.naps, self.waits = naps, list[float]()

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        if len(self.waits) >= self.naps:
            self.set()
        return self.is_set()


def test_it_works_until_nothing_is_due_and_then_naps_a_second_at_most(house: House) -> None:
    for name in ("c1s1", "c1s2", "c2s1"):
        house.ordered(name, "budget", 5500)
    bell = Bell(naps=2)
    assert house.executor().run(WORKER, bell) == 3
    assert len(bell.waits) == 2 and all(0 < wait <= 1 for wait in bell.waits)


def test_told_to_stop_it_ends_what_is_in_hand_and_takes_nothing_new(house: House) -> None:
    first, second = house.ordered("c1s1", "budget", 5500), house.ordered("c1s2", "budget", 5500)
    stop = threading.Event()
    house.platform.on_write = lambda write: stop.set()
    assert house.executor().run(WORKER, stop) == 1
    states = sorted(house.now(change).state for change in (first, second))
    assert states == ["approved", "completed"], "which of two made in one millisecond goes first is chance"


@pytest.mark.parametrize(
    "error",
    [
        UnavailableError("The database does not answer."),
        OperationalError("SELECT 1", {}, Exception("deadlock detected, password=hunter2")),
    ],
)
def test_a_database_that_is_away_is_waited_for(
    house: House, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    house.ordered("c1s1", "budget", 5500)
    executor, begin, failures = house.executor(), house.database.begin, [1, 1]

    class Moody:
        def begin(self) -> object:
            if failures:
                failures.pop()
                raise error
            return begin()

        read = house.database.read

    object.__setattr__(executor, "database", Moody())
    assert executor.run(WORKER, Bell(naps=3)) == 1
    assert house.platform.applied() == [("c1s1", 5500)]
    assert caplog.text.count("The executor waits") == 2 and "hunter2" not in caplog.text


def test_workers_side_by_side_send_each_change_once(house: House) -> None:
    names = ("c1s1", "c1s2", "c2s1", "c2s2")
    for name in names:
        house.ordered(name, "budget", 5500)
    house.platform.held = lambda: 0  # others hold connections while one asks
    gate, lock = threading.Barrier(4), threading.Lock()
    look = house.platform.look

    def locked(account_id: str, kind: str, entity_id: str) -> object:
        with lock:
            return look(account_id, kind, entity_id)  # type: ignore[arg-type]

    house.platform.look = locked  # type: ignore[method-assign, assignment]
    writes: list[Write] = []
    house.platform.on_write = writes.append
    executor = house.executor(rng=Random(2))

    def work(worker: str) -> None:
        gate.wait()
        while executor.once(worker):
            pass

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    house.clock.advance(120)
    while executor.once(WORKER):
        pass
    assert sorted(write.entity_id for write in writes) == sorted(names)


def test_it_opens_with_the_machines_own_clock_and_chance(house: House) -> None:
    made = open_executor(house.database, lambda account: house.platform, patience=Patience(idle=0.1))
    assert isinstance(made.clock, SystemClock) and made.batch == 1 and made.once(WORKER) == 0
