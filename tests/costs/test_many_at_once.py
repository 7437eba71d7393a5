"""Many at once never set aside more than the day has: threads, and processes of their own."""

import threading
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

import pytest

from kinoloop.core.errors import BudgetError
from kinoloop.core.money import usd
from kinoloop.costs import operations as ledger
from kinoloop.costs import queries
from kinoloop.costs.records import Budgets
from kinoloop.store.session import Database, connect
from tests.forked import CHILDREN

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BUDGETS = Budgets(soft=usd("100"), hard=usd("150"))
SPENT = usd("149.50")
EACH = usd("0.07")


def spend(database: Database) -> None:
    """The day stands at $149.50 spent."""
    with database.begin() as connection:
        ledger.hold(connection, hold_id="before", job_id="b", amount=SPENT, now=NOW, budgets=BUDGETS)
        ledger.reserve(
            connection, entry_id="b", hold_id="before", job_id="b", provider="p", model="m", operation="o",
            quantity=1, unit="video", amount=SPENT, price_version="v", now=NOW,
        )  # fmt: skip
        ledger.commit(connection, "b", amount=SPENT, external_id=None, now=NOW)
        ledger.close_hold(connection, "before", NOW)


def one_job(database: Database, number: int) -> bool:
    """Hold, reserve, commit, free the rest; False when there was no money."""
    try:
        with database.begin() as connection:
            ledger.hold(
                connection, hold_id=f"h{number}", job_id=f"j{number}", amount=EACH, now=NOW, budgets=BUDGETS
            )
    except BudgetError:
        return False
    with database.begin() as connection:
        day = queries.day(connection, NOW.date(), BUDGETS)
        assert day.spent + day.held <= BUDGETS.hard
        ledger.reserve(
            connection, entry_id=f"e{number}", hold_id=f"h{number}", job_id=f"j{number}", provider="p",
            model="m", operation="o", quantity=1, unit="video", amount=EACH, price_version="v", now=NOW,
        )  # fmt: skip
    with database.begin() as connection:
        ledger.commit(connection, f"e{number}", amount=EACH, external_id=None, now=NOW)
        ledger.close_hold(connection, f"h{number}", NOW)
    return True


def check(database: Database, done: list[bool]) -> None:
    """Seven cents fit seven times into fifty."""
    assert len(done) == 50 and sum(done) == 7
    with database.read() as connection:
        day = queries.day(connection, NOW.date(), BUDGETS)
        assert (day.spent, day.held) == (SPENT + 7 * EACH, 0)
        assert sum(job.spent for job in queries.by_job(connection)) == day.spent


def test_fifty_threads(database: Database) -> None:
    spend(database)
    start, done = threading.Barrier(50), list[bool]()

    def work(number: int) -> None:
        start.wait(30)
        done.append(one_job(database, number))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    check(database, done)


def worker(url: str, first: int, start: Barrier, answers: "Queue[list[bool]]") -> None:
    database = connect(url, profile="test")
    start.wait(60)
    answers.put([one_job(database, number) for number in range(first, first + 10)])
    database.close()


@pytest.mark.slow
def test_fifty_jobs_of_five_processes(database: Database) -> None:
    spend(database)
    url = database.engine.url.render_as_string(hide_password=False)
    start, queue = CHILDREN.Barrier(5), CHILDREN.Queue()
    workers = [CHILDREN.Process(target=worker, args=(url, 10 * n, start, queue)) for n in range(5)]
    for process in workers:
        process.start()
    done = [one for _ in workers for one in queue.get(timeout=60)]
    for process in workers:
        process.join(60)
        assert process.exitcode == 0
    queue.close()
    queue.join_thread()
    check(database, done)


def test_the_same_event_told_by_many(database: Database) -> None:
    """One reservation, one commit, one closing, whoever comes first."""
    with database.begin() as connection:
        ledger.hold(connection, hold_id="h", job_id="j", amount=EACH, now=NOW, budgets=BUDGETS)
    start, failures = threading.Barrier(8), list[BaseException]()

    def work() -> None:
        start.wait(30)
        try:
            with database.begin() as connection:
                ledger.reserve(
                    connection, entry_id="e", hold_id="h", job_id="j", provider="p", model="m",
                    operation="o", quantity=1, unit="video", amount=EACH, price_version="v", now=NOW,
                )  # fmt: skip
            with database.begin() as connection:
                ledger.commit(connection, "e", amount=EACH - 1, external_id=None, now=NOW)
            with database.begin() as connection:
                ledger.close_hold(connection, "h", NOW)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    with database.read() as connection:
        day = queries.day(connection, NOW.date(), BUDGETS)
        assert (day.spent, day.held) == (EACH - 1, 0)
