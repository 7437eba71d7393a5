"""The safe executor: claims what is due and brings each change to its end, until told to stop.

Nothing here sleeps with a connection: the jitter of a change is its `earliest_execute_at`, set when it was
approved, and it is not claimed before.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from threading import Event

from sqlalchemy.exc import InterfaceError, OperationalError

from kinoloop.core.clock import Clock, SystemClock
from kinoloop.core.errors import InputError, KinoloopError
from kinoloop.core.ids import NewId
from kinoloop.core.ids import new_id as fresh_id
from kinoloop.core.text import redact
from kinoloop.delivery.changes import operations as changes
from kinoloop.delivery.changes.records import Change
from kinoloop.flows.apply_changes.attempt import Attempts
from kinoloop.flows.apply_changes.batches import MOST, apply_all
from kinoloop.flows.apply_changes.place import Desk, Patience, PlatformFor, Transactions
from kinoloop.flows.apply_changes.telling import Report

log = logging.getLogger(__name__)


def unheard(report: Report) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Executor(Desk):
    """Applies approved changes. `batch` is how many are taken and sent at once; `tell` hears of each end."""

    batch: int = 1
    patience: Patience = field(default_factory=Patience)
    tell: Callable[[Report], None] = unheard
    account_id: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.batch <= MOST:
            raise InputError(
                f"A batch holds 1 to {MOST} changes, not {self.batch}.", fix="Choose another size."
            )

    def once(self, worker: str) -> int:
        """Take what is due, at most one batch, and bring it to its end; gives how many were taken."""
        attempts = Attempts(self, self.patience)
        taken = self._claim(worker)
        if len(taken) == 1:
            self.tell(attempts.apply(worker, taken[0]))
        elif taken:
            apply_all(attempts, worker, taken, self.tell)
        return len(taken)

    def run(self, worker: str, stop: Event) -> int:
        """Until `stop` is set: what is in hand then is finished, nothing new is taken. Gives how many.

        A database that is away or in the way of itself is waited for: what was in hand comes up again when
        its lease is over. A bug of ours ends the loop.
        """
        done = 0
        while not stop.is_set():
            try:
                taken = self.once(worker)
            except (KinoloopError, OperationalError, InterfaceError) as error:
                log.warning("The executor waits: %s", redact(str(error).partition("\n")[0]))
                taken = 0
            done += taken
            if not taken:
                stop.wait(self._nap())
        return done

    def _claim(self, worker: str) -> tuple[Change, ...]:
        with self.database.begin() as connection:
            return changes.claim_batch(
                connection,
                worker,
                self.batch,
                now=self.clock.now(),
                lease_seconds=self.patience.lease_for(self.batch),
                account_id=self.account_id,
            )

    def _nap(self) -> float:
        """Seconds, at most `idle`; a little spread, so that workers do not march in step."""
        return self.patience.idle * (0.75 + self.rng.random() / 4)


def open_executor(
    database: Transactions,
    platform_for: PlatformFor,
    *,
    clock: Clock | None = None,
    new_id: NewId = fresh_id,
    seed: int | None = None,
    batch: int = 1,
    patience: Patience = Patience(),
    tell: Callable[[Report], None] = unheard,
) -> Executor:
    """The executor with the machine's clock and chance unless told otherwise. Raises InputError."""
    rng = Random(seed)
    return Executor(database, platform_for, clock or SystemClock(), new_id, rng, batch, patience, tell)
