"""A new ad as it is typed, and a house in which ads were made from here before."""

import html
import re
from dataclasses import replace

from sqlalchemy import insert

from kinoloop.creative.plain import to_json
from kinoloop.creative.renders.operations import record_variant
from kinoloop.creative.renders.records import Variant, Verdict
from kinoloop.delivery.accounts.operations import save_mirror
from kinoloop.delivery.accounts.records import Mirror
from kinoloop.delivery.publishing.records import AdSetDraft, CampaignDraft
from kinoloop.flows.publish_ads.making import scope_of
from kinoloop.runs.tables import run_effects
from tests.web.advertising import MAIN, USD, coffee, entity
from tests.web.house import START, House

FORM: dict[str, object] = {
    "account_id": MAIN,
    "name": "Morning film",
    "page_id": "100000000000777",
    "title": "Fresh bread",
    "body": "Every morning at six.",
    "link": "https://shop.example/bread",
    "cta": "SHOP_NOW",
    "tags": "utm_source=meta&utm_content={{ad.id}}",
    "goal": "traffic",
    "campaign": "Bread, spring",
    "ad_set": "Bread, spring, US",
    "countries": "us, PT",
    "age_min": "18",
    "age_max": "65",
    "daily_budget": "20.50",
}


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields that go along with a yes."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def made_here(house: House) -> None:
    """A campaign with an ad set, as earlier runs left them; its budget was raised since."""
    campaign = CampaignDraft("Bread", "OUTCOME_TRAFFIC")
    ad_set = AdSetDraft("Bread, all", {"geo_locations": {"countries": ["DE"]}}, 2000, "LINK_CLICKS")
    wishes = {
        "campaign:Bread": (to_json(campaign), "c-1"),
        "ad_set:Bread, all": (to_json(ad_set) | {"campaign_id": "c-1"}, "as-1"),
        "creative:Bread 1": ({"page_id": "4711"}, "k-1"),
        "ad:Bread 1": ({"name": "Bread 1"}, "ad-1"),
    }
    there = (
        entity(MAIN, "c-1", "campaign", None, "Bread"),
        entity(MAIN, "as-1", "adset", "c-1", "Bread, all", campaign="c-1", daily_budget=2400),
        entity(MAIN, "ad-1", "ad", "as-1", "Bread 1", campaign="c-1"),
    )
    scope = scope_of(MAIN)
    rows = [
        {
            "effect_id": f"{scope}:{key}",
            "run_id": scope,
            "effect_key": key,
            "desired": desired,
            "state": "done",
            "calls": 1,
            "result": {"id": made, "by": "an earlier order"},
            "intent_at": START,
            "done_at": START,
        }
        for key, (desired, made) in wishes.items()
    ]
    seen = Mirror(MAIN, "Harbour Roast", USD, "UTC", 100, (*coffee(), *there), START)
    with house.begin() as connection:
        connection.execute(insert(run_effects), rows)
        save_mirror(connection, seen, tenant_id="main", platform="meta")


def judged(house: House, variant: Variant, verdict: Verdict) -> None:
    """The gate says something else of this film."""
    with house.begin() as connection:
        record_variant(connection, replace(variant, verdict=verdict))
