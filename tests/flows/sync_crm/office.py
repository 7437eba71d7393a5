"""Everything the CRM's journeys need, on a real database, beside a sandbox of HubSpot over real HTTP."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from kinoloop.core.clock import ManualClock
from kinoloop.core.currency import Currency
from kinoloop.core.ids import new_id
from kinoloop.flows.sync_crm.desk import CrmDesk
from kinoloop.flows.sync_crm.process import ProcessEvents
from kinoloop.flows.sync_crm.receiving import Receiver
from kinoloop.flows.sync_crm.sync import SyncCrm
from kinoloop.flows.sync_crm.tools import CrmTools, Propose
from kinoloop.learning.attribution import operations as attribution
from kinoloop.learning.attribution.records import Click
from kinoloop.learning.crm import operations as crm
from kinoloop.learning.crm import queries
from kinoloop.learning.crm.ports import Crm
from kinoloop.learning.crm.records import BudgetWish, CrmEvent
from kinoloop.learning.revenue import operations as revenue
from kinoloop.learning.revenue import queries as ledger
from kinoloop.learning.revenue.records import StageTable, StageValue
from kinoloop.store.session import Database
from kinoloop.vendors.hubspot.events import read_delivery
from kinoloop.vendors.hubspot.signature import sign, signed_uri, verify
from tests.vendors.hubspot.makers import hubspot_crm
from tests.vendors.hubspot.sandboxed import START, HubSpotBox

TENANT = "studio"
URL = "https://us.example/webhooks/hubspot"
TABLE = StageTable(
    tenant_id=TENANT,
    currency=Currency("EUR"),
    stages={
        "appointment_scheduled": StageValue(225_000, 0.60),
        "show_up": StageValue(900_000, 0.85),
        "closed_won": StageValue(1_500_000, 1.0),
        "closed_lost": StageValue(0, 1.0),
    },
    aliases={
        "appointmentscheduled": "appointment_scheduled",
        "presentationscheduled": "show_up",
        "closedwon": "closed_won",
        "closedlost": "closed_lost",
    },
    avg_deal_value=1_500_000,
    probability={"appointment_scheduled": 0.15, "show_up": 0.6, "closed_won": 1.0, "closed_lost": 0.0},
)


@dataclass
class Office:
    """`started` are the runs that were queued; `proposed` the wishes that were taken."""

    database: Database
    box: HubSpotBox
    clock: ManualClock
    crm: Crm | None
    started: list[str] = field(default_factory=list)
    proposed: list[BudgetWish] = field(default_factory=list)
    propose: Propose | None = None
    url: str = URL

    @property
    def portal(self) -> str:
        return str(self.box.desk.account.portal_id)

    @property
    def tools(self) -> CrmTools:
        take = self.propose or self._take
        return CrmTools(self.database.begin, lambda tenant: self.crm, self.clock, new_id, take)

    @property
    def secret(self) -> str:
        return self.box.desk.account.client_secret

    @property
    def receiver(self) -> Receiver:
        return Receiver(
            begin=self.database.begin,
            read=read_delivery,
            start=self._start,
            clock=self.clock,
            new_id=new_id,
            verify=self._verify,
        )

    @property
    def desk(self) -> CrmDesk:
        return CrmDesk(self.receiver, self.tools)

    @property
    def process(self) -> ProcessEvents:
        return ProcessEvents(self.tools)

    @property
    def sync(self) -> SyncCrm:
        return SyncCrm(self.tools)

    def work(self) -> dict[str, int]:
        """What the flow does, in this thread: claim and work until nothing is due."""
        counts = {"handled": 0, "failed": 0}
        while True:
            with self.database.begin() as connection:
                mine = crm.claim(connection, "worker", now=self.clock.now())
            if not mine:
                return counts
            for state, count in self.process.work(TENANT, mine).items():
                counts[state] += count

    def tell(self, *events: dict[str, Any]) -> tuple[CrmEvent, ...]:
        """Events as HubSpot sends them, taken in by the back door."""
        told = [{"portalId": int(self.portal)} | event for event in events]
        receipt = self.receiver.take(json.dumps(told).encode())
        with self.database.read() as connection:
            return tuple(queries.event(connection, key) for key in receipt.keys)

    def events(self, *states: str) -> tuple[CrmEvent, ...]:
        with self.database.read() as connection:
            return queries.events(connection, states=states, limit=500)

    def levels(self) -> dict[str, tuple[str | None, int]]:
        """Stage and level of every deal of the ledger."""
        with self.database.read() as connection:
            return {
                one.deal_id: (one.stage, one.level) for one in ledger.deals(connection, TENANT, limit=500)
            }

    def click(self, click_id: str, at: datetime, *, campaign: str | None = "c1", **more: Any) -> None:
        told = Click(click_id, TENANT, f"ad-{click_id}", campaign, at, at + timedelta(days=30), **more)
        with self.database.begin() as connection:
            attribution.track(connection, told, now=self.clock.now())

    def _verify(self, method: str, query: str, headers: Any, body: bytes, now: datetime) -> None:
        verify(method, signed_uri(self.url, query), headers, body, [self.secret], now)

    def signed(self, body: bytes, *, query: str = "", at: datetime | None = None) -> dict[str, str]:
        """The headers that HubSpot would send with a body."""
        told = str(round((at or self.clock.now()).timestamp() * 1000))
        mark = sign(self.secret, "POST", signed_uri(self.url, query), body, told)
        return {"X-HubSpot-Signature-v3": mark, "X-HubSpot-Request-Timestamp": told}

    def _start(self, flow: str, payload: dict[str, Any], *, run_id: str, connection: Connection) -> str:
        self.started.append(run_id)
        return run_id

    def _take(self, wanted: BudgetWish) -> str:
        self.proposed.append(wanted)
        return f"change-{wanted.wish_id[:8]}"


@contextmanager
def open_office(
    database: Database, box: HubSpotBox, *, key: bool = True, table: bool = True, connected: bool = True
) -> Iterator[Office]:
    """The clock stands a day after the sandbox's start; the portal is connected since the start."""
    box.clock.at = START + timedelta(days=1)
    with ExitStack() as stack:
        client = (
            stack.enter_context(hubspot_crm(database, box.url, token=box.token, rests=[])) if key else None
        )
        office = Office(database, box, ManualClock(START + timedelta(days=1, minutes=1)), client)
        with database.begin() as connection:
            if table:
                revenue.save_table(connection, TABLE, who="me", now=START)
            if connected:
                crm.connect_portal(connection, office.portal, TENANT, who="me", now=START)
        yield office


def moved(deal_id: str, stage: str, at: datetime, **more: Any) -> dict[str, Any]:
    """A stage change in HubSpot's words."""
    return {
        "eventId": 1,
        "subscriptionId": 2,
        "appId": 3,
        "occurredAt": round(at.timestamp() * 1000),
        "subscriptionType": "deal.propertyChange",
        "attemptNumber": 0,
        "objectId": int(deal_id),
        "propertyName": "dealstage",
        "propertyValue": stage,
        "changeSource": "CRM_UI",
    } | more


def deal_with(
    box: HubSpotBox,
    stages: Sequence[str],
    *,
    at: datetime = START,
    contacts: Sequence[str] = (),
    **values: Any,
) -> str:
    """A deal that went through these stages, one an hour."""
    first, *rest = stages
    deal_id = box.desk.portal.put_deal({"dealstage": first} | values, contacts=contacts, at=at)
    for place, stage in enumerate(rest, 1):
        box.desk.portal.move_deal(deal_id, stage, at + timedelta(hours=place))
    return deal_id


@contextmanager
def patched() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch
