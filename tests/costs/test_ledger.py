"""The ledger: what is set aside, reserved, committed and freed adds up, in whatever order it is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from kinoloop.core.errors import BudgetError, ConflictError, InputError, NotFoundError
from kinoloop.costs import operations as ledger
from kinoloop.costs import queries
from kinoloop.costs.records import Budgets, Day, Entry, Hold
from kinoloop.costs.tables import cost_entries
from kinoloop.store.session import Database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMITS = Budgets(soft=100, hard=150)
TODAY = NOW.date()


def hold(connection: Connection, amount: int, hold_id: str = "h", *, budgets: Budgets = LIMITS) -> Hold:
    return ledger.hold(connection, hold_id=hold_id, job_id="j", amount=amount, now=NOW, budgets=budgets)


def reserve(
    connection: Connection, amount: int, entry_id: str = "e", *, of: str | None = "h", now: datetime = NOW
) -> Entry:
    return ledger.reserve(
        connection, entry_id=entry_id, hold_id=of, job_id="j", provider="kie", model="veo3",
        operation="scene 1", quantity=8, unit="second", amount=amount, price_version="v", now=now,
        budgets=LIMITS,
    )  # fmt: skip


def commit(connection: Connection, amount: int, entry_id: str = "e") -> Entry:
    return ledger.commit(connection, entry_id, amount=amount, external_id="x-1", now=NOW)


def money(connection: Connection) -> tuple[int, int]:
    """Spent and set aside today."""
    seen = queries.day(connection, TODAY, LIMITS)
    return seen.spent, seen.held


def test_from_hold_to_spent(database: Database) -> None:
    with database.begin() as connection:
        taken = hold(connection, 60)
        assert (taken.day, taken.amount, taken.used, taken.free) == (TODAY, 60, 0, 60)
        assert hold(connection, 60) == taken
        made = reserve(connection, 40)
        assert reserve(connection, 40) == made
        assert (made.state, made.amount, made.day, made.external_id) == ("reserved", 40, TODAY, None)
        assert money(connection) == (0, 60)
        done = commit(connection, 35)
        assert (done.state, done.amount, done.expected, done.external_id) == ("committed", 35, 40, "x-1")
        assert commit(connection, 99) == done
        assert money(connection) == (35, 25)
        assert queries.hold(connection, "h").free == 25
        closed = ledger.close_hold(connection, "h", NOW)
        assert (closed.closed, closed.free, closed.set_aside) == (True, 0, 0)
        assert ledger.close_hold(connection, "h", NOW) == closed
        assert money(connection) == (35, 0)
        assert queries.entries(connection, "j") == (done,)
        assert queries.spent_on(connection, "j") == 35


def test_nothing_is_set_aside_beyond_the_hard_limit(database: Database) -> None:
    with database.begin() as connection:
        hold(connection, 150)
        with pytest.raises(BudgetError) as caught:
            hold(connection, 1, "more")
        assert caught.value.http_status == 429 and "$0.00015 set aside of $0.00015" in caught.value.why
        assert money(connection) == (0, 150)
        with pytest.raises(NotFoundError):
            queries.hold(connection, "more")
        ledger.close_hold(connection, "h", NOW)
        assert hold(connection, 150, "more").amount == 150


def test_an_event_draws_from_the_hold_then_from_the_day(database: Database) -> None:
    with database.begin() as connection:
        hold(connection, 50)
        hold(connection, 80, "other")
        reserve(connection, 60)
        assert money(connection) == (0, 140)
        with pytest.raises(BudgetError):
            reserve(connection, 11, "too much")
        assert [entry.entry_id for entry in queries.entries(connection, "j")] == ["e"]
        reserve(connection, 10, "fits")
        assert money(connection) == (0, 150)


def test_an_event_without_a_hold(database: Database) -> None:
    with database.begin() as connection:
        reserve(connection, 30, of=None)
        assert money(connection) == (0, 30)
        commit(connection, 33)
        assert money(connection) == (33, 0)
        reserve(connection, 50, "second", of=None)
        ledger.void(connection, "second", reason="refused", now=NOW)
        assert money(connection) == (33, 0)
        with pytest.raises(BudgetError):
            reserve(connection, 118, "third", of=None)
        with pytest.raises(NotFoundError):
            reserve(connection, 1, "fourth", of="no hold")


def test_money_really_spent_is_never_hidden(database: Database) -> None:
    with database.begin() as connection:
        hold(connection, 100)
        hold(connection, 50, "other")
        reserve(connection, 90)
        commit(connection, 130)
        seen = queries.day(connection, TODAY, LIMITS)
        assert (seen.spent, seen.held, seen.left, seen.over_budget) == (130, 50, -30, False)
        reserve(connection, 50, "rest", of="other")
        commit(connection, 60, "rest")
        assert queries.day(connection, TODAY, LIMITS).over_budget
        assert queries.hold(connection, "h").set_aside == 0
        with pytest.raises(BudgetError):
            hold(connection, 1, "new")


def test_void_frees_and_stays(database: Database) -> None:
    with database.begin() as connection:
        hold(connection, 60)
        reserve(connection, 60)
        gone = ledger.void(connection, "e", reason="nothing was charged", now=NOW)
        assert (gone.state, gone.amount, gone.reason) == ("void", 0, "nothing was charged")
        assert ledger.void(connection, "e", reason="again", now=NOW) == gone
        assert (money(connection), queries.hold(connection, "h").free) == ((0, 60), 60)
        late = commit(connection, 7)
        assert (late.state, late.amount, late.reason) == ("committed", 7, None)
        assert money(connection) == (7, 53)
        with pytest.raises(ConflictError, match="was charged"):
            ledger.void(connection, "e", reason="no", now=NOW)


def test_a_closed_hold_keeps_what_is_not_settled(database: Database) -> None:
    with database.begin() as connection:
        hold(connection, 100)
        reserve(connection, 30)
        ledger.close_hold(connection, "h", NOW)
        assert money(connection) == (0, 30)
        assert [one.entry_id for one in queries.open_entries(connection, NOW + timedelta(minutes=1))] == ["e"]
        assert queries.open_entries(connection, NOW) == ()
        reserve(connection, 20, "late")
        assert money(connection) == (0, 50)
        commit(connection, 25)
        commit(connection, 20, "late")
        assert money(connection) == (45, 0)
        assert queries.open_entries(connection, NOW + timedelta(days=1)) == ()


def test_events_count_on_the_day_of_their_hold(database: Database) -> None:
    tomorrow = NOW + timedelta(days=1)
    with database.begin() as connection:
        hold(connection, 100)
        made = reserve(connection, 10, now=tomorrow)
        assert made.day == TODAY
        ledger.commit(connection, "e", amount=10, external_id=None, now=tomorrow)
        assert money(connection) == (10, 90)
        reserve(connection, 5, "own", of=None, now=tomorrow)
        seen = queries.days(connection)
        assert [(one.day, one.spent, one.held) for one in seen] == [
            (tomorrow.date(), 0, 5),
            (TODAY, 10, 90),
        ]
        assert queries.days(connection, 1) == seen[:1]


def test_the_soft_limit_is_told_once_a_day(database: Database) -> None:
    with database.begin() as connection:
        assert not hold(connection, 99).crossed_soft
        assert not reserve(connection, 99).crossed_soft
        assert commit(connection, 100).crossed_soft
        assert not commit(connection, 100).crossed_soft
        assert not hold(connection, 40, "more").crossed_soft
        assert queries.day(connection, TODAY, LIMITS).soft_crossed_at == NOW
        next_day = NOW + timedelta(days=1)
        again = ledger.hold(connection, hold_id="n", job_id="j", amount=100, now=next_day, budgets=LIMITS)
        assert again.crossed_soft


def test_limits_follow_the_settings(database: Database) -> None:
    with database.begin() as connection:
        hold(connection, 10)
        hold(connection, 500, "big", budgets=Budgets(soft=500, hard=1000))
        assert queries.days(connection)[0].hard == 1000
        reserve(connection, 5, of="big")
        assert queries.days(connection)[0].hard == 1000
        with pytest.raises(BudgetError):
            hold(connection, 1, "small")
        assert queries.day(connection, TODAY, LIMITS).hard == 150


def test_nothing_bought_nothing_shown(database: Database) -> None:
    with database.begin() as connection:
        assert queries.day(connection, TODAY, LIMITS) == Day(TODAY, 0, 0, 100, 150)
        assert queries.days(connection) == () and queries.by_job(connection) == ()
        assert queries.spent_on(connection, "j") == 0
        closed = ledger.close_hold(connection, "never", NOW)
        assert (closed.closed, closed.amount) == (True, 0)
        for missing in (queries.hold, queries.entry):
            with pytest.raises(NotFoundError):
                missing(connection, "x")
        with pytest.raises(NotFoundError):
            commit(connection, 1, "x")
        with pytest.raises(InputError):
            queries.days(connection, 0)


def test_jobs_and_open_holds(database: Database) -> None:
    with database.begin() as connection:
        hold(connection, 100)
        reserve(connection, 30)
        commit(connection, 20)
        reserve(connection, 30, "open")
        reserve(connection, 30, "void")
        ledger.void(connection, "void", reason="no", now=NOW)
        (job,) = queries.by_job(connection)
        assert (job.job_id, job.spent, job.reserved, job.expected, job.entries) == ("j", 20, 30, 60, 3)
        assert job.last_at == NOW
        assert [one.hold_id for one in queries.open_holds(connection, NOW + timedelta(1))] == ["h"]
        ledger.close_hold(connection, "h", NOW)
        assert queries.open_holds(connection, NOW + timedelta(1)) == ()


def committed(connection: Connection) -> int:
    """What the events themselves say was spent."""
    state, amount = cost_entries.c.state, cost_entries.c.amount
    total = select(func.coalesce(func.sum(amount), 0)).where(state == "committed")
    return int(connection.execute(total).scalar_one())


AMOUNT = st.integers(0, 60)
EVENTS = st.lists(st.tuples(AMOUNT, AMOUNT, st.sampled_from(["commit", "void", "open"])), max_size=6)


@contextmanager
def undone(database: Database) -> Iterator[Connection]:
    """Everything in it is taken back, so that one database serves many examples."""
    with database.engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS, order=st.randoms(use_true_random=False), size=st.integers(0, 200), closed=st.booleans())
def test_any_order_and_repetition_adds_up_alike(
    sqlite_database: Database, events: list[tuple[int, int, str]], order: object, size: int, closed: bool
) -> None:
    """A law: totals depend on what happened, not on when or how often it was told."""
    wide = Budgets(soft=10**6, hard=10**9)
    told = [n for n in range(len(events)) for _ in range(2)]
    totals = []
    for shuffled in (False, True):
        if shuffled:
            order.shuffle(told)  # type: ignore[attr-defined]  # a Random
        with undone(sqlite_database) as connection:
            hold(connection, size, budgets=wide)
            for number, (expected, _, _) in enumerate(events):
                reserve(connection, expected, f"e{number}")
            if closed and shuffled:
                ledger.close_hold(connection, "h", NOW)
            for number in told:
                _, real, end = events[number]
                if end == "commit":
                    commit(connection, real, f"e{number}")
                elif end == "void":
                    ledger.void(connection, f"e{number}", reason="-", now=NOW)
            if closed:
                ledger.close_hold(connection, "h", NOW)
            assert committed(connection) == money(connection)[0]
            totals.append((*money(connection), queries.hold(connection, "h")))
    assert totals[0] == totals[1]
    spent, held, kept = totals[0]
    open_ones = sum(expected for expected, _, end in events if end == "open")
    assert spent == sum(real for _, real, end in events if end == "commit")
    assert held == kept.set_aside and held >= open_ones
    assert not closed or held == open_ones
