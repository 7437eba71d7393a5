"""The ledger: set money aside, reserve before each provider event, write down what it cost, free the rest.

One guarded UPDATE of the day's row decides, so that spent plus set aside never passes the hard limit however
many processes ask at once; only what was really spent may. Rows are locked in one order: entry, hold, day.
Everything is idempotent and nothing here commits.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.errors import BudgetError, ConflictError
from kinoloop.core.money import Micros, show_usd
from kinoloop.costs import queries
from kinoloop.costs.ledger_rows import read_entry, read_hold
from kinoloop.costs.records import Budgets, Entry, Hold, Unit
from kinoloop.costs.tables import cost_days, cost_entries, cost_holds


def hold(
    connection: Connection,
    *,
    hold_id: str,
    job_id: str,
    amount: Micros,
    now: datetime,
    budgets: Budgets,
) -> Hold:
    """Set money aside for a job on today's budget; the same `hold_id` again gives what is there.

    Raises BudgetError when spent + held + amount would pass the hard limit; nothing is written then.
    """
    on = now.date()
    made = Hold(hold_id, job_id, on, amount, used=0, closed=False)
    with connection.begin_nested():
        _open_day(connection, on, budgets)
        row = vars(made) | {"day": on.isoformat(), "created_at": now}
        del row["crossed_soft"]
        if not _insert_once(connection, cost_holds, "hold_id", row):
            return queries.hold(connection, hold_id)
        _take(connection, on, amount)
    return replace(made, crossed_soft=_crossed_soft(connection, on, now))


def reserve(
    connection: Connection,
    *,
    entry_id: str,
    hold_id: str | None,
    job_id: str,
    provider: str,
    model: str,
    operation: str,
    quantity: float,
    unit: Unit,
    amount: Micros,
    price_version: str,
    now: datetime,
    budgets: Budgets = Budgets(),
) -> Entry:
    """Write down the intent to spend, drawn from the hold, then from the hold's day; idempotent.

    An event counts on the day of its hold; without one on today, for which `budgets` hold when nothing else
    was said that day. Raises BudgetError when neither reaches (nothing is written then), NotFoundError for
    an unknown hold.
    """
    seen = connection.execute(select(cost_entries).where(cost_entries.c.entry_id == entry_id)).first()
    if seen is not None:
        return read_entry(seen)
    kept = None if hold_id is None else queries.hold(connection, hold_id)
    on = now.date() if kept is None else kept.day
    made = Entry(
        entry_id, hold_id, job_id, provider, model, operation, quantity, unit, amount, "reserved", None,
        price_version, on, now, expected=amount,
    )  # fmt: skip
    with connection.begin_nested():
        _open_day(connection, on, budgets, keep=True)
        row = vars(made) | {"day": on.isoformat()}
        del row["crossed_soft"]
        if not _insert_once(connection, cost_entries, "entry_id", row):
            return queries.entry(connection, entry_id)
        _take(connection, on, _moved(connection, hold_id, used=amount) if hold_id else amount)
    return replace(made, crossed_soft=_crossed_soft(connection, on, now))


def commit(
    connection: Connection, entry_id: str, *, amount: Micros, external_id: str | None, now: datetime
) -> Entry:
    """What the event really cost. The first commit stands; a void event that cost money after all counts too.

    More than reserved is drawn from the hold, then from the day, even past its limit: money that is spent is
    never hidden. Raises NotFoundError.
    """
    seen = _locked_entry(connection, entry_id)
    if seen.state == "committed":
        return seen
    before, spent = seen.set_aside, amount
    held = -before
    if seen.hold_id is not None:
        held = _moved(connection, seen.hold_id, used=amount - before, committed=amount)
    _settle(connection, seen, "committed", amount, now, external_id=external_id)
    _add(connection, seen.day, spent=spent, held=held)
    crossed = _crossed_soft(connection, seen.day, now)
    return replace(queries.entry(connection, entry_id), crossed_soft=crossed)


def void(connection: Connection, entry_id: str, *, reason: str, now: datetime) -> Entry:
    """The event did not happen or was not charged; its money is free again. Idempotent.

    Raises ConflictError when it was committed, NotFoundError.
    """
    seen = _locked_entry(connection, entry_id)
    if seen.state == "void":
        return seen
    if seen.state == "committed":
        raise ConflictError(
            f"'{entry_id}' was charged {show_usd(seen.amount)} and cannot be void.",
            why="Money that was spent stays on record.",
        )
    held = -seen.amount
    if seen.hold_id is not None:
        held = _moved(connection, seen.hold_id, used=-seen.amount)
    _settle(connection, seen, "void", 0, now, reason=reason)
    _add(connection, seen.day, held=held)
    return queries.entry(connection, entry_id)


def close_hold(connection: Connection, hold_id: str, now: datetime) -> Hold:
    """Free what the hold has left, once. Events whose end is unknown keep theirs until they are settled.

    A hold that was never taken is nothing to close: gives a closed one of nothing.
    """
    row = connection.execute(
        select(cost_holds).where(cost_holds.c.hold_id == hold_id).with_for_update()
    ).first()
    if row is None:
        return Hold(hold_id, "", now.date(), 0, 0, closed=True)
    seen = read_hold(row)
    if seen.closed:
        return seen
    after = replace(seen, closed=True)
    connection.execute(
        update(cost_holds).where(cost_holds.c.hold_id == hold_id).values(closed=True, closed_at=now)
    )
    _add(connection, seen.day, held=after.set_aside - seen.set_aside)
    return after


def _open_day(connection: Connection, on: date, budgets: Budgets, *, keep: bool = False) -> None:
    """The day's row, with the limits that were told last (`keep` leaves those that are there)."""
    limits = {"soft": budgets.soft, "hard": budgets.hard}
    row = {"day": on.isoformat(), "spent": 0, "held": 0, **limits}
    if not _insert_once(connection, cost_days, "day", row) and not keep:
        same = (cost_days.c.day == on.isoformat(),)
        changed = (cost_days.c.soft != budgets.soft) | (cost_days.c.hard != budgets.hard)
        connection.execute(update(cost_days).where(*same, changed).values(limits))


def _take(connection: Connection, on: date, amount: Micros) -> None:
    """The guard: set aside only what the day has left. Raises BudgetError."""
    c = cost_days.c
    fits = (c.day == on.isoformat()) & (c.spent + c.held + amount <= c.hard)
    if amount <= 0:
        _add(connection, on, held=amount)
    elif connection.execute(update(cost_days).where(fits).values(held=c.held + amount)).rowcount == 0:
        row = connection.execute(select(cost_days).where(c.day == on.isoformat())).one()
        raise BudgetError(
            f"Today's money does not reach for {show_usd(amount)} more.",
            why=f"On {on}, {show_usd(row.spent)} are spent and {show_usd(row.held)} set aside"
            f" of {show_usd(row.hard)}.",
            fix="Wait for the next day (UTC), or raise the daily budget.",
        )


def _add(connection: Connection, on: date, *, spent: Micros = 0, held: Micros = 0) -> None:
    c = cost_days.c
    changed = {"spent": c.spent + spent, "held": c.held + held}
    connection.execute(update(cost_days).where(c.day == on.isoformat()).values(changed))


def _moved(connection: Connection, hold_id: str, *, used: Micros = 0, committed: Micros = 0) -> Micros:
    """Change what a hold's events use; gives by how much it now keeps more (or less) of its day."""
    found = select(cost_holds).where(cost_holds.c.hold_id == hold_id).with_for_update()
    before = read_hold(connection.execute(found).one())
    after = replace(before, used=before.used + used, committed=before.committed + committed)
    changed = {"used": after.used, "committed": after.committed}
    connection.execute(update(cost_holds).where(cost_holds.c.hold_id == hold_id).values(changed))
    return after.set_aside - before.set_aside


def _locked_entry(connection: Connection, entry_id: str) -> Entry:
    queries.entry(connection, entry_id)
    found = select(cost_entries).where(cost_entries.c.entry_id == entry_id).with_for_update()
    return read_entry(connection.execute(found).one())


def _settle(
    connection: Connection,
    seen: Entry,
    state: str,
    amount: Micros,
    now: datetime,
    *,
    external_id: str | None = None,
    reason: str | None = None,
) -> None:
    connection.execute(
        update(cost_entries)
        .where(cost_entries.c.entry_id == seen.entry_id)
        .values(state=state, amount=amount, settled_at=now, external_id=external_id, reason=reason)
    )


def _crossed_soft(connection: Connection, on: date, now: datetime) -> bool:
    """True once a day: spent and set aside have reached the soft limit for the first time."""
    c = cost_days.c
    first = (c.day == on.isoformat()) & c.soft_crossed_at.is_(None) & (c.spent + c.held >= c.soft)
    return connection.execute(update(cost_days).where(first).values(soft_crossed_at=now)).rowcount == 1


def _insert_once(connection: Connection, table: Table, key: str, row: dict[str, Any]) -> bool:
    """False when a row of that key is there already."""
    maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    fresh = maker(table).values(row).on_conflict_do_nothing(index_elements=[key])
    return connection.execute(fresh.returning(table.c[key])).first() is not None
