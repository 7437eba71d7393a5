"""Asks which click led to a deal or a lead: once, and again when something else could link them.

It is told again, too, when the deal is worth something else, so that what ads are credited with follows it.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from kinoloop.core.currency import Currency
from kinoloop.core.ids import hash_json
from kinoloop.flows.sync_crm.tools import CrmTools
from kinoloop.learning.attribution import operations as attribution
from kinoloop.learning.attribution import queries as attributed
from kinoloop.learning.attribution.records import Attribution, Conversion
from kinoloop.learning.crm import operations as crm
from kinoloop.learning.crm import queries
from kinoloop.learning.crm.records import CrmContact, CrmConversion, CrmDeal, ObjectKind
from kinoloop.learning.crm.rules import evidence, who_led
from kinoloop.learning.revenue.records import DealValue


def conversion_id(tenant_id: str, kind: ObjectKind, object_id: str) -> str:
    """How attribution knows it."""
    return f"crm:{tenant_id}:{kind}:{object_id}"


def attribute_deal(
    connection: Connection,
    tools: CrmTools,
    tenant_id: str,
    deal: CrmDeal,
    standing: DealValue | None,
    currency: Currency,
) -> CrmConversion:
    """By the person with the surest link, for what the deal is worth by the ledger now."""
    who = who_led(queries.contacts(connection, tenant_id, deal.contact_ids))
    asked = Conversion(
        conversion_id=conversion_id(tenant_id, "deal", deal.deal_id),
        tenant_id=tenant_id,
        conversion_type="deal",
        value=standing.level if standing else 0,
        at=deal.created_at,
        deal_id=deal.deal_id,
        currency=currency.code,
        external_id=deal.deal_id,
        stage=standing.stage if standing else None,
        is_synthetic=not (standing and standing.won),
    )
    return _attribute(connection, tools, "deal", deal.deal_id, who, asked)


def attribute_contact(
    connection: Connection, tools: CrmTools, tenant_id: str, contact_id: str
) -> CrmConversion | None:
    """A lead by itself, worth nothing yet. None for somebody who asked to be forgotten."""
    known = queries.contacts(connection, tenant_id, [contact_id])
    if not known:
        return None
    asked = Conversion(
        conversion_id=conversion_id(tenant_id, "contact", contact_id),
        tenant_id=tenant_id,
        conversion_type="lead",
        value=0,
        at=known[0].created_at,
        external_id=contact_id,
        is_synthetic=True,
    )
    return _attribute(connection, tools, "contact", contact_id, known[0], asked)


def _attribute(
    connection: Connection,
    tools: CrmTools,
    kind: ObjectKind,
    object_id: str,
    who: CrmContact | None,
    bare: Conversion,
) -> CrmConversion:
    proof = hash_json([evidence(who), bare.value, bare.stage, bare.currency])
    before = queries.conversion(connection, bare.conversion_id)
    if before is not None and before.evidence == proof:
        return before
    asked = bare if who is None else _linked(bare, who)
    now, settings = tools.clock.now(), attributed.settings(connection, bare.tenant_id)
    # A deal's date may be set by hand, into the future even: it converted no later than we know of it.
    asked = replace(asked, at=min(asked.at, now))
    found = attribution.attribute(connection, asked, settings=settings, now=now, new_id=tools.new_id)
    made = _kept(found, asked, kind, object_id, proof, now)
    crm.save_conversion(connection, made)
    return made


def _linked(bare: Conversion, who: CrmContact) -> Conversion:
    return replace(
        bare,
        click_id=who.click_id,
        fbclid=who.fbclid,
        visitor_id=who.visitor_id,
        contact_id=who.contact_id,
    )


def _kept(
    found: Attribution, asked: Conversion, kind: ObjectKind, object_id: str, proof: str, now: datetime
) -> CrmConversion:
    return CrmConversion(
        conversion_id=asked.conversion_id,
        tenant_id=asked.tenant_id,
        kind=kind,
        object_id=object_id,
        contact_id=asked.contact_id,
        evidence=proof,
        method=found.method,
        confidence=found.confidence,
        click_id=found.click_id,
        ad_id=found.ad_id,
        campaign_id=found.campaign_id,
        attributed_at=now,
    )
