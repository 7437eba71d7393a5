"""Makes the accounts of a plan: campaigns, ad sets, ads, creatives and films, and their ads in the market."""

from datetime import datetime
from typing import Any

from kinoloop.core.currency import currency
from kinoloop.sandbox.market.market import Market
from kinoloop.sandbox.market.place import Marketplace
from kinoloop.sandbox.meta.nodes import Node, Nodes
from kinoloop.sandbox.meta.plans import PAGE_ID, AccountPlan, CampaignPlan
from kinoloop.sandbox.meta.specs import founded, nature


def found(nodes: Nodes, place: Marketplace, plan: AccountPlan, now: datetime) -> None:
    """Everything began with the market's history. Of an account that is not ours, only its name exists."""
    account = {
        "name": plan.name,
        "currency": plan.code,
        "timezone_name": plan.zone,
        "account_status": 1,
        "min_daily_budget": plan.minimum,
        "spend_cap": "0",
    }
    if not plan.allowed:
        nodes.make("account", plan.account_id, account, now, id_=plan.account_id)
        return
    market = place.open(plan.account_id, plan.setting, zone=plan.zone, unit=plan.unit)
    nodes.make("account", plan.account_id, account, market.start, id_=plan.account_id)
    for campaign in plan.campaigns:
        _campaign(nodes, market, plan, campaign)


def offset_of(account: Node) -> int:
    """Minor units in a major unit of the account's money."""
    return currency(str(account.data["currency"])).offset


def _campaign(nodes: Nodes, market: Market, plan: AccountPlan, wish: CampaignPlan) -> None:
    sales = not plan.setting.stages
    data: dict[str, Any] = {
        "name": wish.name,
        "objective": "OUTCOME_SALES" if sales else "OUTCOME_LEADS",
        "status": "ACTIVE",
        "buying_type": "AUCTION",
        "special_ad_categories": [],
    }
    if wish.shared:
        data |= {"daily_budget": wish.daily_budget, "bid_strategy": "LOWEST_COST_WITHOUT_CAP"}
    campaign = nodes.make("campaign", plan.account_id, data, market.start)
    for number in range(1, wish.sets + 1):
        budget = {} if wish.shared else {"daily_budget": wish.daily_budget}
        adset = nodes.make(
            "adset",
            plan.account_id,
            {
                "name": f"{wish.name}, set {number}",
                "campaign_id": campaign.id,
                "status": "ACTIVE",
                "billing_event": "IMPRESSIONS",
                "optimization_goal": "OFFSITE_CONVERSIONS",
                "bid_strategy": "LOWEST_COST_WITHOUT_CAP",
                "targeting": {"geo_locations": {"countries": ["US"]}, "age_min": 18, "age_max": 65},
                **budget,
            },
            market.start,
        )
        for place in range(1, wish.ads_per_set + 1):
            _ad(nodes, market, adset, campaign if wish.shared else adset, place)


def _ad(nodes: Nodes, market: Market, adset: Node, purse: Node, place: int) -> None:
    account, at = adset.account_id, market.start
    count = len(tuple(nodes.of(account, "ad"))) + 1
    film = nodes.make("advideo", account, {"title": f"Film {count}", "length": 15.0}, at)
    creative = nodes.make("adcreative", account, founded(count, film.id, PAGE_ID), at)
    data = {
        "name": f"{adset.data['name']}, ad {place}",
        "adset_id": adset.id,
        "campaign_id": adset.data["campaign_id"],
        "creative_id": creative.id,
        "status": "ACTIVE",
    }
    ad = nodes.make("ad", account, data, at)
    ad.private["review_until"] = at
    market.add(ad.id, purse.id, nature(creative.data))


def graph_time(at: datetime) -> str:
    """The Graph's own form of an instant."""
    return at.strftime("%Y-%m-%dT%H:%M:%S%z")
