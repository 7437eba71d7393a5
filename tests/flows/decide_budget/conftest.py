"""The decisions at the sandbox's Meta, with the hourly pull before them and the queue of changes behind."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts.records import Authority, GuardSettings
from kinoloop.delivery.changes import queries as changes
from kinoloop.delivery.changes.records import Change, ChangeState, Proposal
from kinoloop.flows.apply_changes import deciding
from kinoloop.flows.apply_changes.executor import open_executor
from kinoloop.flows.apply_changes.place import Desk
from kinoloop.flows.apply_changes.telling import Report
from kinoloop.flows.decide_budget.tick import NAME, DecideBudget
from kinoloop.flows.decide_budget.tools import DecideTools
from kinoloop.flows.pull_results import tick as pulling
from kinoloop.flows.pull_results.tools import ResultsTools, Seat
from kinoloop.flows.sync_crm.desk import CrmDesk, HandedDeal
from kinoloop.flows.sync_crm.receiving import Receiver
from kinoloop.flows.sync_crm.tools import CrmTools
from kinoloop.learning.attribution import operations as attribution
from kinoloop.learning.attribution.records import AttributionSettings, Click
from kinoloop.learning.crm.records import CrmContact, CrmDeal, StageMove
from kinoloop.learning.decisions import queries
from kinoloop.learning.decisions.records import AdLine, BudgetStep, Decision
from kinoloop.learning.revenue import operations as revenue
from kinoloop.runs.door import Runs
from kinoloop.sandbox.market.events import Clicked, ContactCreated, DealCreated, Event, StageMoved
from kinoloop.sandbox.market.place import marketplace
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from kinoloop.store.session import Database
from kinoloop.vendors.hubspot.events import read_delivery
from tests.flows.pull_results.conftest import WorldClock
from tests.runs.conftest import QUICK
from tests.vendors.meta.sandboxed import NOW, USD, Meta, meta_at

TENANT = "t1"
MOST_DEALS = 120
"""So many are enough for a decision."""
LOOSE = GuardSettings(
    cooldown_minutes=0, fuzz=0.0, jitter_ms_min=0, jitter_ms_max=1, daily_loss_bound=10_000_000
)


@dataclass
class People:
    """What the market's people do, told to the house as its CRM and its landing page would."""

    clicks: dict[str, Clicked] = field(default_factory=dict)
    contacts: dict[str, ContactCreated] = field(default_factory=dict)
    deals: dict[str, CrmDeal] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)

    def hear(self, account_id: str, event: Event) -> None:
        if account_id != USD:
            return
        if isinstance(event, Clicked):
            self.clicks[event.click_id] = event
        elif isinstance(event, ContactCreated):
            self.contacts[event.contact_id] = event
        elif isinstance(event, DealCreated):
            moves = (StageMove(event.stage, event.at),)
            self.deals[event.deal_id] = CrmDeal(
                event.deal_id,
                "studio",
                event.stage,
                None,
                "USD",
                event.at,
                event.at,
                moves,
                (event.contact_id,),
            )
            self.fresh.add(event.deal_id)
        elif isinstance(event, StageMoved):
            self._moved(event)

    def _moved(self, event: StageMoved) -> None:
        known = vars(self.deals[event.deal_id])
        amount = known["amount"] if event.amount is None else Decimal(event.amount) / 100
        moves = (*known["moves"], StageMove(event.stage, event.at))
        told = {"stage": event.stage, "amount": amount, "modified_at": event.at, "moves": moves}
        self.deals[event.deal_id] = CrmDeal(**{**known, **told})
        self.fresh.add(event.deal_id)

    def handed(self) -> list[HandedDeal]:
        """Those of the first deals that changed since they were last handed over, with their people."""
        first = sorted(self.deals, key=lambda one: (self.deals[one].created_at, one))[:MOST_DEALS]
        found = [self.deals[one] for one in first if one in self.fresh]
        self.fresh.clear()
        return [HandedDeal(one, (self._person(one.contact_ids[0]),)) for one in found]

    def _person(self, contact_id: str) -> CrmContact:
        told = self.contacts[contact_id]
        return CrmContact(contact_id, told.at, fbclid=told.fbclid)


@dataclass
class House:
    """The flows, the sandbox behind them, and short words for what tests look at."""

    database: Database
    meta: Meta
    sandbox: Sandbox
    desk: Desk
    runs: Runs
    people: People
    crm: CrmDesk
    clock: WorldClock
    proposals: list[Proposal]

    def pull(self) -> dict[str, Any]:
        """Results and deals, as they are now."""
        told = self.runs.wait(self.runs.start(pulling.NAME, {"account_id": USD}), timeout=60)
        with self.sandbox.world.lock:
            marketplace(self.sandbox.world).settle()
            handed = self.people.handed()
        self._track(handed)
        failed = [one.error for one in self.crm.take_deals(handed, tenant_id=TENANT) if one.error]
        assert not failed, failed[0]
        return told

    def decide(self, **payload: Any) -> dict[str, Any]:
        return self.runs.wait(self.runs.start(NAME, payload), timeout=60)

    def allow(self, authority: Authority, guards: GuardSettings = LOOSE) -> None:
        with self.database.begin() as connection:
            now = self.clock.now()
            accounts.set_authority(connection, USD, authority, who="ada", now=now)
            accounts.set_guards(connection, USD, guards, who="ada", now=now)

    def last(self) -> tuple[Decision, tuple[AdLine, ...], tuple[BudgetStep, ...]]:
        with self.database.read() as connection:
            decision = queries.last(connection, USD)
            assert decision is not None
            told = decision.decision_id
            return decision, queries.lines(connection, told), queries.steps(connection, told)

    def changes(self, *states: ChangeState) -> tuple[Change, ...]:
        with self.database.read() as connection:
            return changes.changes(connection, account_id=USD, states=states, limit=200)

    def approve(self, change: Change) -> None:
        deciding.approve(self.desk, change.change_id, who="ada", sha256=change.sha256)

    def execute(self) -> list[str]:
        """What became of what is due."""
        self.meta.wait(20)
        reports: list[Report] = []
        executor = open_executor(
            self.database, lambda account: self.meta.platform, clock=self.clock, seed=5, tell=reports.append
        )
        while executor.once("w1"):
            pass
        return [f"{one.ending} {one.why}".strip() for one in reports]

    def _track(self, handed: list[HandedDeal]) -> None:
        """The clicks of these people, as the landing page saw them."""
        by_fbclid = {one.fbclid: one for one in self.people.clicks.values() if one.fbclid}
        now = self.clock.now()
        with self.database.begin() as connection:
            for one in handed:
                click = by_fbclid.get(one.people[0].fbclid or "")
                if click is not None:
                    told = Click(
                        click.click_id,
                        TENANT,
                        click.ad_id,
                        None,
                        click.at,
                        click.at + timedelta(days=30),
                        fbclid=click.fbclid,
                    )
                    attribution.track(connection, told, now=now)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(clock=ManualClock(NOW)) as running:
        yield running


@pytest.fixture
def house(sqlite_database: Database, sandbox: Sandbox) -> Iterator[House]:
    """One account of the sandbox with two weeks behind it, in draft, its tenant with a table of stages."""
    database, clock = sqlite_database, WorldClock(sandbox)
    people, proposals = People(), list[Proposal]()
    with meta_at(sandbox, database) as meta:
        desk = Desk(database, lambda account: meta.platform, clock, new_id, Random(3))

        def propose(proposal: Proposal) -> Change:
            proposals.append(proposal)
            return deciding.propose(desk, proposal)

        results = ResultsTools(
            lambda seat: meta.platform,
            propose,
            clock,
            new_id,
            lambda: (Seat(USD, TENANT, "meta"),),
            backoff=0.01,
        )
        decides = DecideTools(database.read, propose, clock, new_id, backoff=0.01)
        flows = [pulling.PullResults(results).flow(), DecideBudget(decides).flow()]
        runs = Runs(database, flows, QUICK, clock=clock)
        crm_tools = CrmTools(database.begin, lambda _: None, clock, new_id)

        def start(*_: object, **__: object) -> str:
            return "nobody"

        crm = CrmDesk(Receiver(database.begin, read_delivery, start, clock, new_id), crm_tools)
        with database.begin() as connection:
            revenue.copy_template(connection, "ptd_fitness", TENANT, who="ada", now=clock.now())
            mine = AttributionSettings(TENANT, window_days=45.0, organic=0.1)
            attribution.save_settings(connection, mine, who="ada", now=clock.now())
        marketplace(sandbox.world).subscribe(people.hear)
        runs.launch()
        yield House(database, meta, sandbox, desk, runs, people, crm, clock, proposals)
        runs.close(timeout=2.0)
