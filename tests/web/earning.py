"""Fills a house with deals, clicks, conversions, CRM events and syncs, by the rooms' own writers."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from kinoloop.core.currency import Currency
from kinoloop.core.ids import new_id
from kinoloop.delivery.accounts.operations import save_mirror
from kinoloop.delivery.accounts.records import AdEntity, Mirror
from kinoloop.learning.attribution.operations import attribute, save_settings, track
from kinoloop.learning.attribution.records import AttributionSettings, Click, Conversion
from kinoloop.learning.crm import operations as crm
from kinoloop.learning.crm.records import CrmEvent, Reconciled
from kinoloop.learning.crm.rules import event_key
from kinoloop.learning.revenue.operations import copy_template, record
from kinoloop.learning.revenue.records import StageEvent
from tests.web.house import START, House

PORTAL = "4711"
ADS = {"ad-quay": "Quay at dawn, 15 s, hook A", "ad-roast": "Roasted at six", "ad-bike": "By bicycle <b>"}
CLICKS = (
    # visitor, ad, days before START
    ("ann", "ad-quay", 9.0),
    ("ann", "ad-roast", 5.0),
    ("ann", "ad-bike", 3.5),
    ("bob", "ad-quay", 6.0),
    ("bob", "ad-bike", 4.0),
    ("cat", "ad-roast", 2.0),
    ("dan", "ad-gone", 6.5),
)
DEALS: tuple[tuple[str, str | None, float, tuple[str, ...]], ...] = (
    # deal, whose, the stages it entered from the day before START on which it was made
    ("9001", "ann", 3.0, ("SQL", "demo_scheduled", "closedwon")),
    ("9002", "bob", 2.5, ("SQL", "proposal_sent", "demo_scheduled")),
    ("9003", "cat", 1.5, ("MQL", "SQL", "closedlost")),
    ("9004", "dan", 1.0, ("MQL",)),
    ("9005", None, 0.8, ("SQL", "contract_at_legal")),
    ("9006", "nobody-we-know", 0.5, ("qualified-by-phone",)),
)


def fill_money(house: House, *, now: datetime = START) -> str:
    """Stages, ads, clicks, six deals and an inbox with everything that can become of an event."""
    tenant = house.settings.tenant
    fill_table(house, now=now)
    fill_ads_named(house, tenant)
    fill_deals(house, tenant, now=now)
    fill_attribution(house, tenant, now=now)
    fill_inbox(house, tenant, now=now)
    return tenant


def fill_table(house: House, *, now: datetime = START) -> None:
    with house.begin() as connection:
        copy_template(connection, "template_b2b_saas", house.settings.tenant, who="owner", now=now)


def fill_ads_named(house: House, tenant: str) -> None:
    def unit(entity_id: str, kind: Any, parent: str | None, name: str) -> AdEntity:
        return AdEntity(entity_id, "act_1", kind, parent, "camp-1", name, "ACTIVE", "ACTIVE")

    tree = (
        unit("camp-1", "campaign", None, "Autumn"),
        unit("set-1", "adset", "camp-1", "Harbour"),
        *(unit(ad_id, "ad", "set-1", name) for ad_id, name in ADS.items()),
    )
    seen = Mirror("act_1", "Harbour Roast", Currency("USD"), "Europe/Berlin", 100, tree, START)
    with house.begin() as connection:
        save_mirror(connection, seen, tenant_id=tenant, platform="meta")


def fill_deals(house: House, tenant: str, *, now: datetime = START) -> None:
    told = [
        StageEvent(
            tenant, deal_id, stage, now - timedelta(days=days) + timedelta(hours=5 * place), worth, "CRM"
        )
        for deal_id, _, days, stages in DEALS
        for place, stage in enumerate(stages)
        for worth in (1_840_000 if stage == "closedwon" else None,)
    ]
    with house.begin() as connection:
        record(connection, told, now=now)


def fill_many(house: House, tenant: str, count: int, *, now: datetime = START) -> None:
    """So many open deals, an hour apart."""
    told = [StageEvent(tenant, f"7{i:04}", "SQL", now - timedelta(hours=i)) for i in range(count)]
    with house.begin() as connection:
        record(connection, told, now=now)


def fill_attribution(house: House, tenant: str, *, now: datetime = START) -> None:
    """Everybody's clicks and what they became; 9006 follows no click, 9005 was not looked for."""
    settings = AttributionSettings(tenant, window_days=30.0, hosts=("harbour.example",))
    with house.begin() as connection:
        save_settings(connection, settings, who="owner", now=now)
        for number, (visitor, ad_id, days) in enumerate(CLICKS):
            track(connection, _click(tenant, number, visitor, ad_id, now - timedelta(days=days)), now=now)
        for deal_id, whose, days, stages in DEALS:
            if whose is None:
                continue
            told = Conversion(
                f"{tenant}:deal:{deal_id}",
                tenant,
                "deal",
                WORTH.get(stages[-1], 0),
                now - timedelta(days=days),
                visitor_id=whose,
                deal_id=deal_id,
            )
            attribute(connection, told, settings=settings, now=now, new_id=new_id)


WORTH = {"closedwon": 1_840_000, "demo_scheduled": 350_000, "MQL": 10_000}


def fill_inbox(house: House, tenant: str, *, now: datetime = START) -> None:
    with house.begin() as connection:
        crm.connect_portal(connection, PORTAL, tenant, who="owner", now=now)
        told = [
            told_event("9001", "closedwon", now - timedelta(hours=3)),
            told_event("9002", "demo_scheduled", now - timedelta(hours=2)),
            told_event("9005", "contract_at_legal", now - timedelta(hours=1)),
            told_event("9006", None, now - timedelta(minutes=50), change="creation"),
            told_event("888", "open", now, portal_id="9999", occurred_at=None),
        ]
        told.append(
            replace(told_event("5", None, now, change="deletion"), state="ignored", note="Not needed.")
        )
        told.append(told[0])
        kept = {one.object_id: one for one in crm.take_in(connection, told)}
        crm.handled(connection, [kept["9001"].key], now=now)
        why = "HubSpot answered 503: the service is being moved."
        crm.failed(connection, kept["9002"], why, passing=True, now=now)
        dead = kept["9005"]
        for _ in range(5):
            dead = crm.failed(
                connection, dead, "HubSpot answered 403: a scope is missing.", passing=False, now=now
            )
        fill_syncs(connection, tenant, now)


def fill_syncs(connection: Any, tenant: str, now: datetime) -> None:
    """One that found a move no webhook told of, one that failed, one that runs."""
    first = now - timedelta(hours=2)
    crm.begin_sync(connection, "sync-1", tenant, since=first, now=first)
    crm.advance(connection, "sync-1", position=now, listed=6, stored=5, failed=1)
    missed = {"deal_id": "9004", "stage": "MQL", "at": first.isoformat()}
    crm.finish_sync(
        connection, "sync-1", compared=Reconciled(8, 1, 2, (missed,)), window=(first, now), gone=1,
        now=first + timedelta(seconds=42),
    )  # fmt: skip
    crm.begin_sync(connection, "sync-2", tenant, since=first, now=now - timedelta(hours=1))
    crm.fail_sync(connection, "sync-2", "HubSpot answered 401: the token has expired.", now=now)
    crm.begin_sync(connection, "sync-3", tenant, since=first, now=now)


def told_event(object_id: str, stage: str | None, at: datetime, **changes: Any) -> CrmEvent:
    """A deal's event as the receiver makes it; it came 90 seconds after it happened."""
    change = changes.get("change", "propertyChange")
    name = "dealstage" if change == "propertyChange" else None
    portal = changes.get("portal_id", PORTAL)
    made = CrmEvent(
        key=event_key(portal, f"deal.{change}", object_id, name, round(at.timestamp() * 1000), stage),
        tenant_id=None,
        portal_id=portal,
        subscription_type=f"deal.{change}",
        object_id=object_id,
        property_name=name,
        property_value=stage,
        occurred_at=at - timedelta(seconds=90),
        attempt=0,
        received_at=at,
        raw={"objectId": object_id},
        delivery_id="delivery-1",
        kind="deal",
        change=change,
        deal_ids=(object_id,),
    )
    return replace(made, **changes)


def _click(tenant: str, number: int, visitor: str, ad_id: str, at: datetime) -> Click:
    return Click(
        click_id=f"click-{number}",
        tenant_id=tenant,
        ad_id=ad_id,
        campaign_id="camp-1",
        at=at,
        expires_at=at + timedelta(days=30),
        visitor_id=visitor,
        consent=True,
    )
