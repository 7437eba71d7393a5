"""One round of one account: look, decide, write down. No transaction is open while the policy thinks."""

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection

from kinoloop.delivery.accounts.queries import account as account_of
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.delivery.guards.queries import past_of
from kinoloop.delivery.history.records import HistoryRow
from kinoloop.flows.decide_budget.tools import DecideTools
from kinoloop.learning.decisions import operations, queries
from kinoloop.learning.decisions.gathering import gather
from kinoloop.learning.decisions.policies import versions
from kinoloop.learning.decisions.records import Decision, Known
from kinoloop.learning.decisions.rules.deciding import decide, effective
from kinoloop.learning.decisions.rules.moving import Limits
from kinoloop.learning.decisions.rules.steps import steps


class Place(Protocol):
    """Where the round works; a `Step` is one."""

    def begin(self) -> AbstractContextManager[Connection]:
        """One transaction, committed at the end of the block."""
        ...


def decide_round(place: Place, tools: DecideTools, account_id: str, *, key: str) -> Decision:
    """The account's decision under this key: made now, or the one that is there already.

    Raises UnavailableError with the reason where nothing can be decided, NotFoundError for no such account.
    """
    with tools.read() as connection:
        there = queries.by_key(connection, key)
        if there is not None:
            return there
        account, known, past = _look(connection, tools, account_id)
    settings = effective(known.settings.bandit, account)
    made = decide(known, tools.policy_of(known.settings.policy, settings, known.currency), settings)
    wanted, notes = steps(known, made.round, Limits(account, past, known.at))
    with place.begin() as connection:
        return operations.record(
            connection, made, wanted, notes, key=key, made_by=versions(), new_id=tools.new_id
        )


def _look(
    connection: Connection, tools: DecideTools, account_id: str
) -> tuple[AdAccount, Known, tuple[HistoryRow, ...]]:
    now, account = tools.clock.now(), account_of(connection, account_id)
    known = gather(connection, account_id, now=now, traits=tools.traits(connection, account_id))
    return account, known, past_of(connection, account, now)
