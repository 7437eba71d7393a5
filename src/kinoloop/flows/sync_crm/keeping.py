"""A deal as it was read becomes ledger, mirror, attribution and perhaps a budget wish, in one transaction.

All of it may happen again and again, in any order, with the same end.
"""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import Connection

from kinoloop.core.currency import Currency, Minor
from kinoloop.flows.sync_crm.attributing import attribute_contact, attribute_deal
from kinoloop.flows.sync_crm.tools import CrmTools
from kinoloop.flows.sync_crm.wishing import wish_for
from kinoloop.learning.crm import operations as crm
from kinoloop.learning.crm.records import CrmContact, CrmDeal, ReadBy, StageMove
from kinoloop.learning.revenue import operations as revenue
from kinoloop.learning.revenue.queries import table_of
from kinoloop.learning.revenue.records import DealValue, StageEvent

ONLY_TOLD = "Told by the event alone: there is no key to read the deal."


def keep_deal(
    connection: Connection,
    tools: CrmTools,
    tenant_id: str,
    deal: CrmDeal,
    people: Sequence[CrmContact],
    *,
    source: ReadBy = "crm",
) -> DealValue | None:
    """Where the deal stands after it; None while the CRM tells no stage of it.

    Raises NotFoundError for a tenant without a table of stages, InputError for an impossible amount.
    """
    now, currency = tools.clock.now(), table_of(connection, tenant_id).currency
    value, note = in_minor(deal.amount, deal.currency, currency)
    events = [
        StageEvent(tenant_id, deal.deal_id, move.stage, move.at, value, source, deal.modified_at)
        for move in deal.moves
    ]
    found = revenue.record(connection, events, now=now)
    standing = found[0] if found else None
    crm.save_deal(connection, tenant_id, deal, source=source, now=now, note=note)
    for person in people:
        crm.save_contact(connection, tenant_id, person, now=now)
    credited = attribute_deal(connection, tools, tenant_id, deal, standing, currency)
    wish_for(connection, tenant_id, deal.deal_id, credited, currency, now=now)
    return standing


def keep_told_stage(
    connection: Connection, tools: CrmTools, tenant_id: str, deal_id: str, move: StageMove
) -> None:
    """A stage that only an event told of: it counts, marked so. Raises NotFoundError without a table."""
    now = tools.clock.now()
    told = StageEvent(tenant_id, deal_id, move.stage, move.at, source="event")
    revenue.record(connection, [told], now=now)
    crm.save_told_stage(connection, tenant_id, deal_id, move, now=now, note=ONLY_TOLD)


def keep_contact(connection: Connection, tools: CrmTools, tenant_id: str, contact: CrmContact) -> None:
    """Somebody became a lead."""
    crm.save_contact(connection, tenant_id, contact, now=tools.clock.now())
    attribute_contact(connection, tools, tenant_id, contact.contact_id)


def in_minor(amount: Decimal | None, told: str | None, currency: Currency) -> tuple[Minor | None, str | None]:
    """The amount in the tenant's minor units, or None and why: another currency is never taken for ours."""
    if amount is None:
        return None, None
    if told is not None and told != currency.code:
        return None, f"Its amount is in {told}; the ledger counts {currency.code}."
    if amount < 0:
        return None, "Its amount is below nothing."
    return currency.rounded(amount), None
