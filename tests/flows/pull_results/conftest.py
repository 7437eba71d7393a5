"""The hourly pull at the sandbox's Meta, with the queue of changes behind it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

import pytest

from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.delivery.changes.records import Change, Proposal
from kinoloop.delivery.drift import operations as drift
from kinoloop.delivery.drift.records import ApprovedAd
from kinoloop.delivery.drift.rules import content_hash
from kinoloop.flows.apply_changes import deciding
from kinoloop.flows.apply_changes.place import Desk
from kinoloop.flows.pull_results.tick import NAME, PullResults
from kinoloop.flows.pull_results.tools import ResultsTools, Seat
from kinoloop.runs.door import Runs
from kinoloop.runs.queries import events
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from kinoloop.store.session import Database
from tests.runs.conftest import QUICK
from tests.vendors.meta.sandboxed import NOW, USD, YEN, Meta, meta_at

SEATS = (Seat(USD, "t1", "meta"), Seat(YEN, "t2", "meta"))


@dataclass(frozen=True)
class WorldClock:
    """The sandbox's own time."""

    sandbox: Sandbox

    def now(self) -> datetime:
        return self.sandbox.world.now()


@dataclass
class House:
    """The pull, what it is given, and short words for what tests look at."""

    database: Database
    meta: Meta
    tools: ResultsTools
    desk: Desk
    runs: Runs
    proposed: list[Proposal] = field(default_factory=list)

    def pull(self, **payload: Any) -> dict[str, Any]:
        return self.runs.wait(self.runs.start(NAME, payload), timeout=60)

    def approve(self, ad_id: str, account_id: str = USD) -> ApprovedAd:
        """A person says yes to what is shown now."""
        [shown] = self.meta.platform.served(account_id, [ad_id])
        sha256 = content_hash(shown.content)
        made = ApprovedAd(ad_id, account_id, shown.content, sha256, "ada", self.tools.clock.now())
        with self.database.begin() as connection:
            return drift.approve_content(connection, made, new_id=new_id)

    def told(self, kind: str) -> list[str]:
        with self.database.read() as connection:
            return [one.message for one in events(connection, limit=200) if one.event_type == kind]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(clock=ManualClock(NOW)) as running:
        yield running


@pytest.fixture
def house_of(sqlite_database: Database, sandbox: Sandbox) -> Iterator[Callable[..., House]]:
    """Opens the house with these accounts; `platform_for` may stand before the real one."""
    opened: list[Runs] = []
    with meta_at(sandbox, sqlite_database) as meta:

        def build(seats: tuple[Seat, ...] = SEATS, **changes: Any) -> House:
            clock = WorldClock(sandbox)
            desk = Desk(sqlite_database, lambda account: meta.platform, clock, new_id, Random(3))
            proposed = list[Proposal]()

            def propose(proposal: Proposal) -> Change:
                proposed.append(proposal)
                return deciding.propose(desk, proposal)

            given: dict[str, Any] = {
                "platform_for": lambda seat: meta.platform,
                "propose": propose,
                "clock": clock,
                "new_id": new_id,
                "seats": lambda: seats,
                "backoff": 0.01,
            }
            tools = ResultsTools(**given | changes)
            runs = Runs(sqlite_database, [PullResults(tools).flow()], QUICK, clock=clock)
            opened.append(runs)
            runs.launch()
            return House(sqlite_database, meta, tools, desk, runs, proposed)

        yield build
        for runs in opened:
            runs.close(timeout=2.0)


@pytest.fixture
def house(house_of: Callable[..., House]) -> House:
    return house_of()
