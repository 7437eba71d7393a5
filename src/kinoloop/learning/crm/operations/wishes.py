"""The outbox of budget wishes: written with the ledger, handed on after it, once per move."""

from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, update

from kinoloop.learning.crm.records import BudgetWish
from kinoloop.learning.crm.rows import add
from kinoloop.learning.crm.rules import after_failure
from kinoloop.learning.crm.tables import budget_wishes as table


def wish(connection: Connection, wanted: BudgetWish) -> bool:
    """Write it down; False when this move has had its wish already."""
    return add(connection, table, vars(wanted))


def settle_wish(
    connection: Connection, wish_id: str, state: Literal["proposed", "refused"], answer: str, *, now: datetime
) -> None:
    """It was proposed (`answer` is the change's id), or refused for a reason."""
    _set(connection, wish_id, {"state": state, "answer": answer, "settled_at": now, "due_at": None})


def wish_failed(connection: Connection, wanted: BudgetWish, why: str, *, now: datetime) -> None:
    """It could not be handed on now: again later, for two days."""
    tries = wanted.tries + 1
    state, due = after_failure(tries, passing=True, since=wanted.created_at, now=now)
    dead = state == "dead"
    _set(
        connection,
        wanted.wish_id,
        {"state": "dead" if dead else "open", "answer": why, "tries": tries, "due_at": due},
    )


def _set(connection: Connection, wish_id: str, values: dict[str, object]) -> None:
    connection.execute(update(table).where(table.c.wish_id == wish_id).values(values))
