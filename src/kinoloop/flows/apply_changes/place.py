"""What the executor is handed: a door to the database, a platform for each account, and its patience."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from random import Random
from typing import Protocol

from sqlalchemy import Connection

from kinoloop.core.clock import Clock
from kinoloop.core.ids import NewId
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.accounts.records import AdAccount, Kind, LiveTree
from kinoloop.delivery.ports import AdPlatform

PlatformFor = Callable[[AdAccount], AdPlatform]
"""Opens the platform of an account, with that tenant's keys. Raises UnavailableError when none is set."""


class Transactions(Protocol):
    """The database as this flow uses it."""

    def begin(self) -> AbstractContextManager[Connection]:
        """One transaction, committed at the end of the block."""
        ...

    def read(self) -> AbstractContextManager[Connection]:
        """One consistent view; a write inside it fails."""
        ...


@dataclass(frozen=True)
class Desk:
    """Where changes are decided and applied."""

    database: Transactions
    platform_for: PlatformFor
    clock: Clock
    new_id: NewId
    rng: Random

    def account(self, account_id: str) -> AdAccount:
        """Raises NotFoundError."""
        with self.database.read() as connection:
            return accounts.account(connection, account_id)

    def look(self, account_id: str, kind: Kind, entity_id: str) -> LiveTree:
        """What the platform shows now; no connection is held meanwhile. Raises as the port does."""
        return self.platform_for(self.account(account_id)).look(account_id, kind, entity_id)


@dataclass(frozen=True)
class Patience:
    """Seconds. `lease` is how long a change is ours, counted anew from the check: longer than any request.

    `look` is what one look takes, `fresh` how old one may grow in a batch before it is acted on. `write` is
    the longest that a write may take, waits included: none is begun when the lease might end before it does.
    `settle` is how long a request without an answer may still arrive, `idle` the longest nap.
    """

    lease: float = 600.0
    look: float = 10.0
    fresh: float = 15.0
    write: float = 240.0
    settle: float = 60.0
    idle: float = 1.0

    def lease_for(self, size: int) -> float:
        """So many changes are looked at one after the other before they are sent together."""
        return self.lease + (size - 1) * self.look
