"""Where runs happen: what every run and step of this process shares, and patience with the database.

A database that is gone for a moment must not fail a run: what the engine itself writes waits for it, and so
does what we write about it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from kinoloop.core.clock import Clock
from kinoloop.core.errors import PassingError, UnavailableError
from kinoloop.runs import journal
from kinoloop.runs.config import RunsConfig
from kinoloop.runs.drain import Gate
from kinoloop.runs.progress import Board
from kinoloop.runs.watcher import Watcher
from kinoloop.store.session import Database

log = logging.getLogger(__name__)
T = TypeVar("T")
GONE = (OperationalError, InterfaceError, UnavailableError, PassingError)
LONGEST_PAUSE = 5.0


@dataclass(frozen=True)
class Place:
    """One process's share of the runs."""

    database: Database
    config: RunsConfig
    clock: Clock
    worker: str
    gate: Gate
    watcher: Watcher
    board: Board = field(default_factory=Board)

    def write(self, act: Callable[[Connection], T]) -> T:
        """`act` in one transaction, again and again while the database is away. Raises Parked on leaving."""
        pause = 0.1
        while True:
            try:
                with self.database.begin() as connection:
                    return act(connection)
            except GONE as error:
                log.warning("runs: the database is away, waiting: %s", error)
                self.gate.pause(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def flush_progress(self) -> None:
        """Write what steps have said since the last time."""
        rows = self.board.take()
        if rows:
            with self.database.begin() as connection:
                journal.set_progress(connection, rows, self.clock.now())
