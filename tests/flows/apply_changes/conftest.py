"""An account with two campaigns at the strict platform, and an executor at its desk, on either database."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any

import pytest

from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import uuid7
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts.records import GuardSettings, Kind
from kinoloop.delivery.changes import queries
from kinoloop.delivery.changes.records import Change, ChangeType, Expected, HistoryRow, Proposal
from kinoloop.flows.apply_changes import deciding
from kinoloop.flows.apply_changes.executor import Executor, open_executor
from kinoloop.flows.apply_changes.place import Desk
from kinoloop.flows.apply_changes.telling import Report
from kinoloop.store.session import Database
from tests.flows.apply_changes.platform import SEEN_AT, StrictPlatform, campaign, mirror

ACCOUNT, ME, WORKER = "act_1", "ada", "w1"
LOOSE = GuardSettings(
    cooldown_minutes=0, fuzz=0.0, jitter_ms_min=0, jitter_ms_max=1, daily_loss_bound=10_000_000
)


@dataclass
class House:
    """The desk, the platform behind it, and short words for what tests do."""

    database: Database
    platform: StrictPlatform
    clock: ManualClock
    desk: Desk
    reports: list[Report] = field(default_factory=list)
    keys: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def executor(self, **more: Any) -> Executor:
        made = open_executor(
            self.database,
            lambda account: self.platform,
            clock=self.clock,
            new_id=self.desk.new_id,
            seed=5,
            tell=self.reports.append,
        )
        return replace(made, **more)

    def wish(self, entity_id: str, change_type: ChangeType, requested: int | str, **more: Any) -> Change:
        """Propose it; not yet approved."""
        kind: Kind = self.platform.entities[entity_id].kind
        proposal = Proposal(
            account_id=ACCOUNT,
            kind=kind,
            entity_id=entity_id,
            change_type=change_type,
            requested=requested,
            reason="It earns more than it costs.",
            triggered_by="manual",
            key=f"k{next(self.keys)}",
            expected=Expected("more of it"),
        )
        return deciding.propose(self.desk, replace(proposal, **more))

    def ordered(self, entity_id: str, change_type: ChangeType, requested: int | str, **more: Any) -> Change:
        """Proposed and approved: due now."""
        change = self.wish(entity_id, change_type, requested, **more)
        return deciding.approve(self.desk, change.change_id, who=ME, sha256=change.sha256)

    def guards(self, guards: GuardSettings) -> None:
        with self.database.begin() as connection:
            accounts.set_guards(connection, ACCOUNT, guards, who=ME, now=self.clock.now())

    def now(self, change: Change) -> Change:
        with self.database.read() as connection:
            return queries.change(connection, change.change_id)

    def audit(self, change: Change) -> tuple[HistoryRow, ...]:
        with self.database.read() as connection:
            return queries.history(connection, change_id=change.change_id)

    def endings(self) -> list[str]:
        return [report.ending for report in self.reports]


@pytest.fixture
def house(database: Database) -> House:
    platform = StrictPlatform(
        {each.entity_id: each for number in (1, 2) for each in campaign(ACCOUNT, number)},
        held=database.engine.pool.checkedout,  # type: ignore[attr-defined]  # a queue pool
    )
    return open_house(database, platform)


def open_house(database: Database, platform: StrictPlatform) -> House:
    """The account mirrored, its guards loose, its authority that of a person."""
    clock = ManualClock(SEEN_AT)
    seen = mirror(ACCOUNT, tuple(platform.entities.values()))
    with database.begin() as connection:
        accounts.save_mirror(connection, seen, tenant_id="default", platform="meta")
        accounts.set_guards(connection, ACCOUNT, LOOSE, who=ME, now=clock.now())
        accounts.accept_levels(connection, ACCOUNT, who=ME, now=clock.now())
    desk = Desk(database, lambda account: platform, clock, numbered(), Random(3))
    return House(database, platform, clock, desk)


def numbered() -> Callable[[], str]:
    """Ids in order, the same in every run."""
    numbers = itertools.count(1)
    return lambda: uuid7(int(SEEN_AT.timestamp() * 1000), next(numbers))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)
