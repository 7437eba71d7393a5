"""Where ads hang, who holds their budgets, and what each ad may be said to have of a shared one. Pure.

The platform spends a budget as it likes on all ads under it, so one ad's budget is a reckoning: its owner's,
by what the ads under it spent lately. Budgets move at the owner, ads are switched one by one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from kinoloop.core.currency import Minor
from kinoloop.delivery.accounts.records import AdEntity
from kinoloop.delivery.accounts.rules import ON, standing
from kinoloop.delivery.history.records import HistoryRow
from kinoloop.learning.bandit.records import Standing
from kinoloop.learning.decisions.records import AdPlace, BudgetOwner

ABLE = frozenset({ON, "PAUSED", "CAMPAIGN_PAUSED", "ADSET_PAUSED"})
"""Effective statuses of an ad that runs as soon as it and what stands above it are on."""
BASE_SHARE = 0.1
"""This part of a shared budget counts as spread evenly, so that an ad without any spend has something."""


def place(ad: AdEntity, by_id: Mapping[str, AdEntity]) -> AdPlace:
    """An ad in the tree of what is there; nothing can be done with one that is gone."""
    ad_set = by_id.get(ad.parent_id or "")
    campaign = by_id.get(ad.campaign_id)
    above = (ad_set, campaign)
    there = ad.gone_at is None and ad_set is not None and campaign is not None
    owner = next((one.entity_id for one in above if one is not None and one.daily_budget is not None), None)
    able = there and ad.status in (ON, "PAUSED") and ad.effective_status in ABLE
    return AdPlace(
        ad_id=ad.entity_id,
        name=ad.name,
        set_id=ad.parent_id,
        campaign_id=ad.campaign_id,
        owner_id=owner if there else None,
        ad_on=ad.status == ON,
        set_on=ad_set is not None and ad_set.status == ON,
        above_on=campaign is not None and campaign.status == ON,
        able=able,
    )


def lost_place(ad_id: str) -> AdPlace:
    """Of an ad that brought results and is not in the mirror: nothing can be done with it."""
    return AdPlace(ad_id, "", None, None, None, ad_on=False, set_on=False, above_on=False, able=False)


def owners(by_id: Mapping[str, AdEntity]) -> tuple[BudgetOwner, ...]:
    """Everything with a daily budget, by id."""
    return tuple(
        BudgetOwner(one.entity_id, one.kind, one.name, one.campaign_id, one.daily_budget, _on(one, by_id))
        for one in sorted(by_id.values(), key=lambda one: one.entity_id)
        if one.daily_budget is not None
    )


def paused_as(
    place: AdPlace, ours: Mapping[tuple[str, str], tuple[Standing, datetime]], seen: Mapping[str, datetime]
) -> Standing | None:
    """What our pause of an ad meant, if it is ours that keeps it off. `ours` is by (entity, ad) with when it
    arrived. Once the ad was `seen` running after it, somebody else has paused it since.
    """
    whole = place.set_on or any(entity_id == place.set_id for entity_id, _ in ours)
    entity_id = (place.set_id or "") if place.ad_on else place.ad_id
    meant, at = ours.get((entity_id, place.ad_id), (None, None))
    if not whole or meant is None or at is None:
        return None
    return None if place.ad_id in seen and seen[place.ad_id] > at else meant


def stood(place: AdPlace, paused_as: Standing | None) -> Standing:
    """How an ad stands. `paused_as` is what our own pause of it (or of its ad set) meant, if one holds."""
    if not place.able or place.owner_id is None or not place.above_on:
        return "off"
    if place.ad_on and place.set_on:
        return "running"
    return paused_as or "off"


def budgets(
    spots: Sequence[AdPlace],
    stands: Sequence[Standing],
    holders: Sequence[BudgetOwner],
    recent: Mapping[str, int],
    last: Mapping[str, Minor],
) -> tuple[Minor, ...]:
    """Each ad's daily budget: its part of its owner's when it runs, so that they add up to it exactly.

    `recent` is what ads spent lately; `last` what a paused ad was given when it was last decided on. Without
    that, it has an even part. 0 without an owner.
    """
    amounts = {one.entity_id: one.budget for one in holders}
    under: dict[str, list[int]] = {}
    for number, place in enumerate(spots):
        if place.owner_id in amounts:
            under.setdefault(place.owner_id, []).append(number)
    made = [0] * len(spots)
    for owner_id, numbers in under.items():
        running = [number for number in numbers if stands[number] == "running"]
        spent = [recent.get(spots[number].ad_id, 0) for number in running]
        for number, part in zip(running, shares(amounts[owner_id], spent), strict=True):
            made[number] = part
        even = amounts[owner_id] // len(numbers)
        for number in set(numbers) - set(running):
            made[number] = last.get(spots[number].ad_id, even)
    return tuple(made)


def shares(amount: Minor, spent: Sequence[int]) -> tuple[Minor, ...]:
    """An amount in parts by what was spent, BASE_SHARE of it evenly; largest remainders make them add up."""
    if not spent:
        return ()
    weights = np.array(spent, dtype=np.float64)
    even = np.full(len(spent), 1 / len(spent))
    by_spend = weights / weights.sum() if weights.sum() > 0 else even
    exact = amount * (BASE_SHARE * even + (1 - BASE_SHARE) * by_spend)
    floors = np.floor(exact).astype(np.int64)
    left = amount - int(floors.sum())
    floors[np.argsort(floors - exact, kind="stable")[:left]] += 1
    return tuple(int(one) for one in floors)


def carried(
    total: Minor, before: Sequence[AdEntity], ours: Sequence[HistoryRow], now: Sequence[AdEntity]
) -> tuple[Minor, Minor]:
    """The money to hand out: what it was, and what others have added or taken since (both are given).

    What we paused or lowered ourselves stays in the total, so that it goes elsewhere instead of being lost.
    `before` is the tree of the round before, `ours` what this program sent since, oldest first.
    """
    told = {one.entity_id: one for one in before}
    for row in ours:
        one = told.get(row.entity_id)
        if one is not None and row.of_budget and isinstance(row.new_value, int):
            told[row.entity_id] = replace(one, daily_budget=row.new_value)
        elif one is not None and row.change_type == "STATUS_CHANGE":
            told[row.entity_id] = replace(one, status=str(row.new_value))
    others = sum(standing(now).values()) - sum(standing(told.values()).values())
    return max(0, total + others), others


def _on(one: AdEntity, by_id: Mapping[str, AdEntity]) -> bool:
    campaign = by_id.get(one.campaign_id)
    return one.status == ON and campaign is not None and campaign.status == ON
