"""The same journeys through the real adapter and HTTP, at the sandbox that behaves like Meta."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx2
import pytest

from kinoloop.core.clock import ManualClock, SystemClock
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts import queries as read_accounts
from kinoloop.delivery.accounts.records import AdEntity, Kind
from kinoloop.delivery.changes import queries
from kinoloop.delivery.changes.records import Change, ChangeType, Expected, Proposal
from kinoloop.delivery.drift import operations as drift
from kinoloop.delivery.drift.records import ApprovedAd
from kinoloop.delivery.drift.rules import content_hash
from kinoloop.flows.apply_changes import deciding
from kinoloop.flows.apply_changes.executor import open_executor
from kinoloop.flows.apply_changes.place import Desk
from kinoloop.flows.apply_changes.telling import Report
from kinoloop.sandbox.faults import Fault
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from kinoloop.store.breaker import Breaker
from kinoloop.store.pace import Pace
from kinoloop.store.session import Database
from kinoloop.vendors.http import Retries
from kinoloop.vendors.meta.adapter import MetaPlatform
from kinoloop.vendors.meta.wire import GraphHttp
from tests.flows.apply_changes.conftest import LOOSE, ME, WORKER, numbered

ACCOUNT = "act_9001"
CAMPAIGN = {"name": "Spring", "sets": 2, "ads_per_set": 3, "daily_budget": 5000}


@dataclass
class Stand:
    """The product's desk with the sandbox behind it."""

    sandbox: Sandbox
    database: Database
    platform: MetaPlatform
    clock: ManualClock
    desk: Desk
    reports: list[Report]

    def find(self, kind: Kind, place: int = 0) -> AdEntity:
        with self.database.read() as connection:
            return read_accounts.entities(connection, ACCOUNT, kind=kind)[place]

    def order(
        self, entity: AdEntity, change_type: ChangeType, requested: int | str, *, dry_run: bool = False
    ) -> Change:
        proposal = Proposal(
            ACCOUNT, entity.kind, entity.entity_id, change_type, requested, "It earns.", "manual",
            f"{entity.entity_id}:{requested}", Expected("more"), dry_run=dry_run,
        )  # fmt: skip
        change = deciding.propose(self.desk, proposal)
        return deciding.approve(self.desk, change.change_id, who=ME, sha256=change.sha256)

    def work(self, batch: int = 1) -> list[str]:
        """Everything that is due; gives the endings."""
        done = len(self.reports)
        executor = open_executor(
            self.database,
            lambda account: self.platform,
            clock=self.clock,
            new_id=self.desk.new_id,
            seed=1,
            batch=batch,
            tell=self.reports.append,
        )
        while executor.once(WORKER):
            pass
        return [report.ending for report in self.reports[done:]]

    def now(self, change: Change) -> Change:
        with self.database.read() as connection:
            return queries.change(connection, change.change_id)

    def effects(self) -> list[dict[str, Any]]:
        """What took hold at the platform, by its own journal."""
        told = httpx2.get(f"{self.sandbox.url}/__sandbox/meta/changes").json()["changes"]
        return [each for each in told if each["by"] == "api"]

    def control(self, what: str, **body: Any) -> None:
        httpx2.post(f"{self.sandbox.url}/__sandbox/meta/{what}", json=body, timeout=30).raise_for_status()


@pytest.fixture
def stand(database: Database) -> Iterator[Stand]:
    clock = ManualClock(SystemClock().now())
    with (
        running_sandbox(speed=1) as sandbox,
        GraphHttp("Meta", random=Random(1), retries=Retries(first=0.01)) as http,
    ):
        breaker = Breaker(database, "meta", threshold=20)
        pace = Pace(database, "meta", 1000, 1.0)
        keys = sandbox.keys
        here = MetaPlatform(
            sandbox.vendor_url("meta"), keys.meta, keys.meta_app_secret, http, breaker, pace, clock=clock
        )
        desk = Desk(database, lambda account: here, clock, numbered(), Random(2))
        made = Stand(sandbox, database, here, clock, desk, [])
        made.control("accounts", account_id=ACCOUNT, setting="small", campaigns=[CAMPAIGN])
        seen = here.mirror(ACCOUNT)
        with database.begin() as connection:
            accounts.save_mirror(connection, seen, tenant_id="default", platform="meta")
            accounts.set_guards(connection, ACCOUNT, LOOSE, who=ME, now=clock.now())
        yield made


def test_budget_bid_and_status_reach_the_platform_once_each(stand: Stand) -> None:
    first, second = stand.find("adset"), stand.find("adset", 1)
    wanted = [
        stand.order(first, "budget", 5500),
        stand.order(second, "bid", 450),
        stand.order(stand.find("ad"), "status", "PAUSED"),
    ]
    assert stand.work() == ["applied"] * 3
    took = {(each["entity_id"], each["field"]): each["after"] for each in stand.effects()}
    assert len(stand.effects()) == 3
    assert took[first.entity_id, "daily_budget"] == 5500 and took[second.entity_id, "bid_amount"] == 450
    assert {stand.now(change).state for change in wanted} == {"completed"}
    with stand.database.read() as connection:
        rows = queries.history(connection, account_id=ACCOUNT)
    assert all(row.answer["success"] is True and row.read_back == row.new_value for row in rows)


def test_a_batch_with_an_item_that_was_never_answered(stand: Stand) -> None:
    first, second = stand.find("adset"), stand.find("adset", 1)
    lost, fine = stand.order(first, "budget", 5500), stand.order(second, "budget", 5500)
    stand.sandbox.fault(Fault(vendor="meta", path=f"/batch/{first.entity_id}", cut="after", times=1))
    assert sorted(stand.work(batch=50)) == ["applied", "unknown"]
    assert (stand.now(lost).state, stand.now(fine).state) == ("unknown", "completed")
    until = stand.now(lost).lease_until
    assert until is not None
    stand.clock.at = until
    assert stand.work() == ["applied"] and len(stand.effects()) == 2


@pytest.mark.parametrize("cut", ["before", "after", "midway"])
def test_a_cut_connection_is_reconciled_by_reading(stand: Stand, cut: Any) -> None:
    adset = stand.find("adset")
    change = stand.order(adset, "budget", 5500)
    stand.sandbox.fault(Fault(vendor="meta", method="POST", cut=cut, times=1))
    assert stand.work() == ["unknown"]
    until = stand.now(change).lease_until
    assert until is not None
    stand.clock.at = until
    assert stand.work()[-1] == "applied" and stand.now(change).state == "completed"
    assert [each["after"] for each in stand.effects()] == [5500]


def test_a_dry_run_leaves_no_trace(stand: Stand) -> None:
    stand.order(stand.find("adset"), "budget", 5500, dry_run=True)
    assert stand.work() == ["validated"] and stand.effects() == []


def test_a_block_for_policy_stops_the_account(stand: Stand) -> None:
    first = stand.order(stand.find("adset"), "budget", 5500)
    second = stand.order(stand.find("adset", 1), "budget", 5500)
    body = {"error": {"message": "The action is deemed abusive", "code": 368, "type": "OAuthException"}}
    stand.sandbox.fault(Fault(vendor="meta", method="POST", status=400, body=body, times=1))
    assert stand.work() == ["refused", "blocked"]
    assert stand.now(first).state == "failed" and stand.now(second).state == "blocked"
    with stand.database.read() as connection:
        account = read_accounts.account(connection, ACCOUNT)
    assert account.killed_by == "executor" and "368" in str(account.kill_reason)


def test_an_ad_that_the_platform_altered_gets_no_more_money(stand: Stand) -> None:
    ad = stand.find("ad")
    (served,) = stand.platform.served(ACCOUNT, [ad.entity_id])
    sha256 = content_hash(served.content)
    approved = ApprovedAd(ad.entity_id, ACCOUNT, served.content, sha256, ME, stand.clock.now())
    with stand.database.begin() as connection:
        drift.approve_content(connection, approved, new_id=stand.desk.new_id)
    with stand.database.read() as connection:
        adset = read_accounts.entity(connection, str(ad.parent_id))
    stand.order(adset, "budget", 5300)
    assert stand.work() == ["applied"]
    stand.control("drift", ad_id=ad.entity_id, toggles={"text_optimizations": True})
    stand.clock.advance(60)
    stand.order(adset, "budget", 5600)
    assert stand.work() == ["blocked"] and "text_optimizations" in stand.reports[-1].why
