"""Everything the sandbox knows, in one object: clock, jobs' agenda, files, faults, journal, ledger, post."""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from secrets import token_hex
from typing import Any

from kinoloop.core.clock import Clock, SystemClock
from kinoloop.core.money import Micros
from kinoloop.sandbox.clock import Agenda, SandboxClock
from kinoloop.sandbox.faults import FaultPlan
from kinoloop.sandbox.journal import Journal
from kinoloop.sandbox.keys import SandboxKeys
from kinoloop.sandbox.ledger import Ledger
from kinoloop.sandbox.post import PostRoom
from kinoloop.sandbox.scenarios import scenario
from kinoloop.sandbox.scripts import Script
from kinoloop.sandbox.shelf import Shelf

SPEED = 20.0
"""How much faster than the real vendors: a film of 45 seconds' work takes about two."""
_LONGEST_NAP = 0.5


class World:
    """Share it between threads: take `lock` around anything that reads or changes state.

    `speed` divides all waiting; `credit` is what each vendor granted (micro-dollars); `new_token` makes ids.
    `accounts` are the ad accounts that exist from the start (`meta.plans.AccountPlan`), None the usual ones.
    """

    def __init__(
        self,
        *,
        keys: SandboxKeys = SandboxKeys(),
        seed: int = 7,
        speed: float = SPEED,
        scenario_name: str = "healthy",
        credit: dict[str, Micros] | None = None,
        page_size: int = 100,
        clock: Clock | None = None,
        new_token: Callable[[int], str] = token_hex,
        accounts: Sequence[Any] | None = None,
    ) -> None:
        self.keys, self.seed, self.speed, self.page_size = keys, seed, speed, page_size
        self.new_token, self.accounts = new_token, accounts
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.clock = SandboxClock(clock or SystemClock())
        self.agenda = Agenda()
        self.faults = FaultPlan(seed)
        self.journal = Journal()
        self.ledger = Ledger(credit)
        self.shelf = Shelf()
        self.post = PostRoom(speed)
        self.scripts: list[Script] = []
        self._resets: list[Callable[[], None]] = []
        self._open = True
        self._hand = threading.Thread(target=self._turn, name="sandbox-clock", daemon=True)
        self.play(scenario_name)
        self._hand.start()

    def now(self) -> datetime:
        return self.clock.now()

    def play(self, name: str) -> None:
        """Set the faults of a scenario. Raises InputError."""
        with self.lock:
            self.faults.set(scenario(name))

    def settle(self) -> None:
        """Do all work that is due."""
        with self.lock:
            moved = False
            while (due := self.agenda.take_due(self.now())) is not None:
                due[1]()
                moved = True
            if moved:
                self.changed.notify_all()

    def advance(self, seconds: float) -> datetime:
        """Skip time and do what fell due meanwhile. Gives the new instant."""
        with self.lock:
            self.clock.advance(seconds)
            self.settle()
            self.changed.notify_all()
            return self.now()

    def schedule(self, at: datetime, work: Callable[[], None]) -> None:
        with self.lock:
            self.agenda.add(at, work)
            self.changed.notify_all()

    def wait_for(self, met: Callable[[], bool], seconds: float) -> bool:
        """Wait until it is so, at most so many seconds."""
        until = time.monotonic() + seconds
        with self.lock:
            while not met():
                left = until - time.monotonic()
                if left <= 0 or not self._open:
                    return False
                self.changed.wait(min(left, _LONGEST_NAP))
                self.settle()
        return True

    def on_reset(self, forget: Callable[[], None]) -> None:
        """A vendor's own state is forgotten with the rest."""
        self._resets.append(forget)

    def reset(self) -> None:
        """Forget everything but keys, speed and the clock."""
        with self.lock:
            self.agenda.clear()
            self.faults.set([])
            self.journal.clear()
            self.ledger.clear()
            self.shelf.clear()
            self.post.clear()
            self.scripts.clear()
            for forget in self._resets:
                forget()

    def close(self) -> None:
        with self.lock:
            self._open = False
            self.changed.notify_all()
        self._hand.join(2)
        self.post.close()

    def _turn(self) -> None:
        """The hand of the clock: does due work also while nobody asks."""
        with self.lock:
            while self._open:
                self.settle()
                next_at = self.agenda.next_at()
                wait = _LONGEST_NAP if next_at is None else (next_at - self.now()).total_seconds()
                self.changed.wait(min(max(wait, 0.001), _LONGEST_NAP))
