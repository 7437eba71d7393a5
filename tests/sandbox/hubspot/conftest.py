"""A sandbox with HubSpot in it, its clock standing still unless told, and the official client."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from hubspot import HubSpot

from kinoloop.sandbox.hubspot.desk import Desk, desk_of
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from tests.vendors.server import LocalServer, Seen, serving

START = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


class StandingClock:
    """Time moves only by the sandbox's own skips, and when `at` is set."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def sandbox(clock: StandingClock) -> Iterator[Sandbox]:
    with running_sandbox(speed=1.0, clock=clock) as running:
        yield running


@pytest.fixture
def desk(sandbox: Sandbox) -> Desk:
    return desk_of(sandbox.world)


@pytest.fixture
def client(sandbox: Sandbox, desk: Desk) -> HubSpot:
    """The vendor's own client, checking what it sends and what it is given."""
    return HubSpot(
        access_token=desk.account.token,
        host=f"{sandbox.url}/hubspot",
        client_side_validation=True,
        retry=False,
    )


@pytest.fixture
def answers() -> list[int]:
    """Statuses that the receiver gives, in turn; then 204."""
    return []


@pytest.fixture
def inbox(answers: list[int]) -> Iterator[LocalServer]:
    def behave(seen: Seen) -> None:
        seen.answer(answers.pop(0) if answers else 204)

    with serving(behave) as server:
        yield server


@pytest.fixture
def advance(sandbox: Sandbox, desk: Desk) -> Callable[[float], None]:
    """Skip time, then wait until what went out has arrived."""

    def skip(seconds: float) -> None:
        sandbox.world.advance(seconds)
        assert desk.sender.idle(20)

    return skip
