"""Everything the faces may do with the CRM: deliveries, single events, deals and values handed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kinoloop.core.errors import InputError, KinoloopError
from kinoloop.flows.sync_crm.keeping import keep_deal
from kinoloop.flows.sync_crm.receiving import PROCESS, Receiver
from kinoloop.flows.sync_crm.tools import CrmTools
from kinoloop.learning.crm import operations as crm
from kinoloop.learning.crm import queries
from kinoloop.learning.crm.records import CrmContact, CrmDeal, Portal, Receipt
from kinoloop.learning.revenue.queries import table_of
from kinoloop.learning.revenue.queries import tables as revenue_tables
from kinoloop.learning.revenue.records import DealValue


@dataclass(frozen=True)
class HandedDeal:
    """A deal that somebody tells of, and the people behind it."""

    deal: CrmDeal
    people: tuple[CrmContact, ...] = ()


@dataclass(frozen=True)
class Taken:
    """What became of it: where it stands now, or why it was refused."""

    deal_id: str
    standing: DealValue | None
    error: KinoloopError | None = None


@dataclass(frozen=True)
class CrmDesk:
    """What the web face is given as `crm`."""

    receiver: Receiver
    tools: CrmTools

    def receive(self, method: str, query: str, headers: Mapping[str, str], body: bytes) -> Receipt:
        """A webhook call; see `Receiver.receive`."""
        return self.receiver.receive(method, query, headers, body)

    def take_event(self, event: Mapping[str, Any]) -> Receipt:
        """One event from somebody with a key; it goes through the same inbox."""
        return self.receiver.take_event(event)

    def report(self, told: Mapping[str, Decimal], *, who: str, tenant_id: str | None = None) -> int:
        """Keep what ads are said to have brought, beside the ledger; gives for how many that is news."""
        owner, now, make = self.tenant(tenant_id), self.tools.clock.now(), self.tools.new_id
        with self.tools.begin() as connection:
            return crm.report_values(connection, owner, told, who=who, now=now, new_id=make)

    def take_deals(self, told: Sequence[HandedDeal], *, tenant_id: str | None = None) -> tuple[Taken, ...]:
        """Deals with their moves into the ledger, each for itself. Raises NotFoundError for a tenant without
        a table of stages, InputError when it is not clear whose they are.
        """
        owner = self.tenant(tenant_id)
        with self.tools.begin() as connection:
            table_of(connection, owner)
        return tuple(self._take(owner, one) for one in told)

    def connect(self, portal_id: str, tenant_id: str, *, who: str) -> Portal:
        """Say whose an account at the CRM is. Raises ConflictError when it is another tenant's already."""
        with self.tools.begin() as connection:
            return crm.connect_portal(connection, portal_id, tenant_id, who=who, now=self.tools.clock.now())

    def redo(self, keys: Sequence[str] | None = None, *, tenant_id: str | None = None) -> int:
        """Try dead and failed events (all, or these) again, at once; gives how many."""
        run_id = f"{PROCESS}:again:{self.tools.new_id()}"
        with self.tools.begin() as connection:
            count = crm.redo(connection, keys, tenant_id=tenant_id, now=self.tools.clock.now())
            if count:
                self.receiver.start(PROCESS, {"events": count}, run_id=run_id, connection=connection)
        return count

    def tenant(self, named: str | None) -> str:
        """The one named, or the only one there is: of the portals, else of the tables. Raises InputError."""
        if named:
            return named
        with self.tools.begin() as connection:
            known = {one.tenant_id for one in queries.portals(connection)}
            known = known or {one.tenant_id for one in revenue_tables(connection)}
        if len(known) == 1:
            return known.pop()
        raise InputError(
            "It is not said whose deals these are.",
            why=f"There are {len(known)} tenants.",
            fix="Send `tenant_id`.",
        )

    def _take(self, tenant_id: str, told: HandedDeal) -> Taken:
        try:
            with self.tools.begin() as connection:
                standing = keep_deal(connection, self.tools, tenant_id, told.deal, told.people, source="api")
        except KinoloopError as error:
            return Taken(told.deal.deal_id, None, error)
        return Taken(told.deal.deal_id, standing)
