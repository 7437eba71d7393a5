"""Which ad a deal is credited to, and by which clicks: as the attribution room wrote it down."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from kinoloop.learning.attribution.queries import attribution, clicks, conversions
from kinoloop.learning.attribution.queries import credits as credits_of
from kinoloop.learning.attribution.records import Attribution, Conversion, Credit, Model
from kinoloop.web.pages.money.whose import ad_names

MOST = 20
"""So many conversions of one deal are shown."""


@dataclass(frozen=True)
class CreditedAd:
    """The ad with the largest part of a deal under the matched model; `share` 0 to 1, `others` behind it."""

    ad_id: str
    share: float
    others: int


@dataclass(frozen=True)
class CreditedClick:
    """A click and its part of the conversion under each model; `at` None when the click is not kept here."""

    click_id: str
    ad_id: str
    ad_name: str | None
    at: datetime | None
    shares: dict[Model, float]


@dataclass(frozen=True)
class Credited:
    """One conversion of a deal, how it was found, and the clicks that are credited with it."""

    conversion: Conversion
    attribution: Attribution
    clicks: tuple[CreditedClick, ...]


def top_ad(connection: Connection, tenant_id: str, deal_id: str) -> tuple[bool, CreditedAd | None]:
    """Whether a click was looked for at all, and the ad that the deal is credited to most."""
    told = conversions(connection, tenant_id, deal_id=deal_id, limit=MOST)
    by_ad: dict[str, float] = defaultdict(float)
    for one in credits_of(connection, tenant_id, model="matched", deal_id=deal_id) if told else ():
        by_ad[one.ad_id] += one.share
    if not by_ad:
        return bool(told), None
    best = max(by_ad, key=lambda ad_id: (by_ad[ad_id], ad_id))
    return True, CreditedAd(best, by_ad[best] / len(told), len(by_ad) - 1)


def credited_of(connection: Connection, tenant_id: str, deal_id: str) -> tuple[Credited, ...]:
    """Everything that is known of where a deal came from, the newest conversion first."""
    told = conversions(connection, tenant_id, deal_id=deal_id, limit=MOST)
    return tuple(_credited(connection, tenant_id, one) for one in told)


def _credited(connection: Connection, tenant_id: str, told: Conversion) -> Credited:
    found = attribution(connection, tenant_id, told.conversion_id)
    ids = tuple(dict.fromkeys(one.click_id for one in found.credits))
    kept = {one.click_id: one.at for one in clicks(connection, tenant_id, click_ids=ids, limit=len(ids) or 1)}
    names = ad_names(connection, (one.ad_id for one in found.credits))
    lines = (_click(click_id, found.credits, names, kept.get(click_id)) for click_id in ids)
    return Credited(told, found, tuple(sorted(lines, key=_strength)))


def _click(
    click_id: str, given: tuple[Credit, ...], names: dict[str, str], at: datetime | None
) -> CreditedClick:
    own = [one for one in given if one.click_id == click_id]
    ad_id = own[0].ad_id
    return CreditedClick(click_id, ad_id, names.get(ad_id), at, {one.model: one.share for one in own})


def _strength(one: CreditedClick) -> tuple[float, float, str]:
    return -one.shares.get("matched", 0.0), -sum(one.shares.values()), one.click_id
