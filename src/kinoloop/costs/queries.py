"""Reading money: a day, many days, a job's events, and events whose end is unknown."""

from datetime import date, datetime

from sqlalchemy import Connection, case, func, select

from kinoloop.core.errors import NotFoundError
from kinoloop.core.money import Micros
from kinoloop.costs.ledger_rows import read_day, read_entry, read_hold
from kinoloop.costs.records import Budgets, Day, Entry, Hold, JobCost
from kinoloop.costs.tables import cost_days, cost_entries, cost_holds
from kinoloop.store.reading import page_limit

LARGEST_PAGE = 500


def day(connection: Connection, on: date, budgets: Budgets) -> Day:
    """One day's money against these budgets; zeros for a day on which nothing was bought."""
    row = connection.execute(select(cost_days).where(cost_days.c.day == on.isoformat())).first()
    if row is None:
        return Day(on, 0, 0, budgets.soft, budgets.hard)
    return Day(on, row.spent, row.held, budgets.soft, budgets.hard, row.soft_crossed_at)


def days(connection: Connection, limit: int = 31) -> tuple[Day, ...]:
    """The last days that saw money, newest first, each with the limits that held."""
    query = select(cost_days).order_by(cost_days.c.day.desc()).limit(page_limit(limit, LARGEST_PAGE))
    return tuple(read_day(row) for row in connection.execute(query))


def hold(connection: Connection, hold_id: str) -> Hold:
    """Raises NotFoundError."""
    row = connection.execute(select(cost_holds).where(cost_holds.c.hold_id == hold_id)).first()
    if row is None:
        raise NotFoundError(f"No money was set aside as '{hold_id}'.", fix="Set it aside first.")
    return read_hold(row)


def entry(connection: Connection, entry_id: str) -> Entry:
    """Raises NotFoundError."""
    row = connection.execute(select(cost_entries).where(cost_entries.c.entry_id == entry_id)).first()
    if row is None:
        raise NotFoundError(f"There is no entry '{entry_id}' in the ledger.", fix="Reserve it first.")
    return read_entry(row)


def entries(connection: Connection, job_id: str) -> tuple[Entry, ...]:
    """All events of a job, oldest first."""
    query = select(cost_entries).where(cost_entries.c.job_id == job_id)
    ordered = query.order_by(cost_entries.c.created_at, cost_entries.c.entry_id)
    return tuple(read_entry(row) for row in connection.execute(ordered))


def open_entries(connection: Connection, older_than: datetime) -> tuple[Entry, ...]:
    """Events still reserved that began before `older_than`: ask the provider what became of them."""
    query = select(cost_entries).where(
        cost_entries.c.state == "reserved", cost_entries.c.created_at < older_than
    )
    ordered = query.order_by(cost_entries.c.created_at, cost_entries.c.entry_id)
    return tuple(read_entry(row) for row in connection.execute(ordered))


def open_holds(connection: Connection, older_than: datetime) -> tuple[Hold, ...]:
    """Holds that were never closed and began before `older_than`."""
    query = select(cost_holds).where(cost_holds.c.closed.is_(False), cost_holds.c.created_at < older_than)
    return tuple(read_hold(row) for row in connection.execute(query.order_by(cost_holds.c.created_at)))


def spent_on(connection: Connection, job_id: str) -> Micros:
    """What a job really cost so far."""
    total = select(func.coalesce(func.sum(cost_entries.c.amount), 0)).where(
        cost_entries.c.job_id == job_id, cost_entries.c.state == "committed"
    )
    return int(connection.execute(total).scalar_one())


def by_job(connection: Connection, limit: int = 50) -> tuple[JobCost, ...]:
    """What each job cost, the one with the latest event first."""
    c = cost_entries.c
    last = func.max(c.created_at).label("last_at")
    query = (
        select(
            c.job_id,
            func.sum(case((c.state == "committed", c.amount), else_=0)).label("spent"),
            func.sum(case((c.state == "reserved", c.amount), else_=0)).label("reserved"),
            func.sum(case((c.state == "void", 0), else_=c.expected)).label("expected"),
            func.count().label("entries"),
            last,
        )
        .group_by(c.job_id)
        .order_by(last.desc(), c.job_id)
        .limit(page_limit(limit, LARGEST_PAGE))
    )
    return tuple(
        JobCost(row.job_id, int(row.spent), int(row.reserved), int(row.expected), row.entries, row.last_at)
        for row in connection.execute(query)
    )
