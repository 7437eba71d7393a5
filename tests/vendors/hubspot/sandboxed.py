"""A sandbox with HubSpot in it whose clock stands still, and its account."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from kinoloop.sandbox.hubspot.desk import Desk, desk_of
from kinoloop.sandbox.hubspot.limits import Limits
from kinoloop.sandbox.testing import Sandbox, running_sandbox

START = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


@dataclass
class StandingClock:
    """Time moves only by the sandbox's own skips, and when `at` is set."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class HubSpotBox:
    """`url` is the vendor's root, `desk` the account behind it."""

    sandbox: Sandbox
    desk: Desk
    clock: StandingClock

    @property
    def url(self) -> str:
        return self.sandbox.vendor_url("hubspot")

    @property
    def token(self) -> str:
        return self.desk.account.token

    def advance(self, seconds: float) -> None:
        """Skip time, then wait until what went out has arrived."""
        self.sandbox.world.advance(seconds)
        assert self.desk.sender.idle(20)

    def patient(self) -> None:
        """No limits: for tests of other things, as its clock stands still."""
        self.desk.limits = Limits(10**9, 10**9)


@contextmanager
def hubspot_box() -> Iterator[HubSpotBox]:
    clock = StandingClock()
    with running_sandbox(speed=1.0, clock=clock) as running:
        box = HubSpotBox(running, desk_of(running.world), clock)
        box.patient()
        yield box
