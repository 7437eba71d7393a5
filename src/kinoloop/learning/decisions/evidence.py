"""Which leads and sales there are, whose they may be, and how surely: read from ledger and attribution.

A deal of the ledger is one entry, credited as attribution found it; in accounts that sell at once a purchase
without a deal is one too. Nothing here writes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.learning.attribution import queries as attribution
from kinoloop.learning.attribution.records import MODELS, LayerResult
from kinoloop.learning.attribution.rows import read_log
from kinoloop.learning.attribution.tables import (
    attribution_performance_log,
    click_tracking,
    conversion_tracking,
)
from kinoloop.learning.bandit.records import Mode
from kinoloop.learning.decisions.records import Entry
from kinoloop.learning.revenue import queries as revenue
from kinoloop.learning.revenue.records import DealPath, StageTable

IPHONE = "iOS"
LEAST_CHANCE = 0.02
"""A guess less likely than this is none."""
SURE = 0.999
Credit = dict[str, Any]
_TOLD = (
    "conversion_id",
    "crm_deal_id",
    "conversion_timestamp",
    "conversion_value",
    "currency",
    "device",
)


def entries(
    connection: Connection, account: AdAccount, mode: Mode, table: StageTable | None, now: datetime
) -> tuple[Entry, ...]:
    """Every entry of the account's tenant known at an instant. Purchases in another currency are left out."""
    tenant_id = account.tenant_id
    known = _credits(connection, tenant_id, now)
    devices = _devices(connection, tenant_id)
    found = list[Entry]()
    if table is not None:
        by_deal = {one["deal_id"]: one for one in known if one["deal_id"] is not None}
        for path in revenue.paths(connection, tenant_id):
            credit = by_deal.get(path.deal_id, {})
            found += _of_deal(path, credit, devices, mode, table, now)
    if mode == "direct":
        code = account.currency.code
        sales = (one for one in known if one["deal_id"] is None and one["currency"] == code)
        bought = [one for one in sales if one["value"] > 0]
        found += [_entry(one["id"], one["at"], one, devices, value=one["value"]) for one in bought]
    return tuple(found)


def iphone_clicks(connection: Connection, tenant_id: str) -> dict[str, tuple[int, int]]:
    """By ad: clicks from iPhones, and all clicks that tell what they came from."""
    c = click_tracking.c
    query = select(c.ad_id, c.os, func.count().label("clicks"))
    query = query.where(c.tenant_id == tenant_id, c.os.is_not(None)).group_by(c.ad_id, c.os)
    counts: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in connection.execute(query):
        iphones, told = counts[row.ad_id]
        counts[row.ad_id] = (iphones + row.clicks * (row.os == IPHONE), told + row.clicks)
    return dict(counts)


def disagreement(connection: Connection, tenant_id: str, since: datetime) -> dict[str, float]:
    """By ad, how far attribution models differ about its conversions: 0 all agree, near 1 one gives none."""
    by_ad: dict[str, list[float]] = defaultdict(list)
    for one in attribution.models_side_by_side(connection, tenant_id, since=since):
        if one.ad_id is not None:
            by_ad[one.ad_id].append(one.conversions)
    return {ad_id: spread_of(told) for ad_id, told in sorted(by_ad.items())}


def spread_of(conversions: Iterable[float]) -> float:
    """The range over models, over the most that any gives and one conversion more: one lead proves little.

    A model that is not among them gives the ad nothing.
    """
    told = list(conversions)
    most = max(told, default=0.0)
    least = min(told) if len(told) == len(MODELS) else 0.0
    return (most - least) / (most + 1)


def _of_deal(
    path: DealPath,
    credit: Credit,
    devices: Mapping[str, str],
    mode: Mode,
    table: StageTable,
    now: datetime,
) -> list[Entry]:
    """In direct mode only a sale is an entry, when it was made; else the first stage that is known."""
    stages = {name: at for name, at in path.entered.items() if at <= now}
    sold = stages.get(table.won) if path.won else None
    if not path.won:
        stages.pop(table.won, None)
    way = {name: at for name, at in stages.items() if name != table.lost}
    first = sold if mode == "direct" else min(way.values(), default=None)
    if first is None:
        return []
    value = path.value if sold is not None else None
    lost = stages.get(table.lost) if path.lost else None
    return [_entry(path.deal_id, first, credit, devices, entered=way, lost_at=lost, value=value)]


def _entry(entry_id: str, at: datetime, credit: Credit, devices: Mapping[str, str], **more: Any) -> Entry:
    ad_id, click_at = credit.get("ad_id"), credit.get("click_at")
    # A date set by hand may lie before the click that led to it: then nothing is known of the delay.
    known = ad_id is not None and click_at is not None and click_at <= at
    return Entry(
        entry_id=entry_id,
        at=at,
        ad_id=ad_id if known else None,
        click_at=click_at if known else None,
        guesses=credit.get("guesses", ()),
        ios=_ios(credit, devices),
        **more,
    )


def _ios(credit: Credit, devices: Mapping[str, str]) -> bool | None:
    os = credit.get("os") or devices.get(credit.get("click_id") or "")
    return None if os is None else os == IPHONE


def _credits(connection: Connection, tenant_id: str, now: datetime) -> list[Credit]:
    """Every conversion known now with what its last attempt found."""
    told, log = conversion_tracking, attribution_performance_log
    newest = func.row_number().over(partition_by=log.c.conversion_id, order_by=log.c.attempt_number.desc())
    mine = (log.c.tenant_id == tenant_id, log.c.created_at <= now)
    attempts = select(log, newest.label("place")).where(*mine).subquery()
    layers = {
        row.conversion_id: read_log(row).layers
        for row in connection.execute(select(attempts).where(attempts.c.place == 1))
    }
    query = select(*(told.c[name] for name in _TOLD))
    query = query.where(told.c.tenant_id == tenant_id, told.c.created_at <= now)
    query = query.where(told.c.conversion_timestamp <= now).order_by(told.c.conversion_id)
    return [_credit(row, layers.get(row.conversion_id, ())) for row in connection.execute(query)]


def _credit(row: Row[Any], layers: tuple[LayerResult, ...]) -> Credit:
    by_name = {layer.layer: layer.candidates for layer in layers}
    sure = max(by_name.get("url_param", ()), key=lambda one: one.probability, default=None)
    proven = sure is not None and sure.probability >= SURE
    chances: dict[str, float] = defaultdict(float)
    for one in by_name.get("url_param" if sure is not None else "probabilistic", ()):
        chances[one.ad_id] += one.probability
    guesses = tuple((ad, min(chance, 1.0)) for ad, chance in chances.items() if chance >= LEAST_CHANCE)
    return {
        "id": row.conversion_id,
        "deal_id": row.crm_deal_id,
        "at": row.conversion_timestamp,
        "value": row.conversion_value,
        "currency": row.currency,
        "os": (row.device or {}).get("os"),
        "ad_id": sure.ad_id if sure is not None and proven else None,
        "click_at": sure.at if sure is not None and proven else None,
        "click_id": sure.click_id if sure is not None else None,
        "guesses": () if proven else guesses,
    }


def _devices(connection: Connection, tenant_id: str) -> dict[str, str]:
    """What clicks that led to a conversion came from, where it is still told."""
    c, told = click_tracking.c, conversion_tracking.c
    query = select(c.click_id, c.os).join(
        conversion_tracking, (told.tenant_id == c.tenant_id) & (told.attributed_click_id == c.click_id)
    )
    rows = connection.execute(query.where(c.tenant_id == tenant_id, c.os.is_not(None)))
    return {row.click_id: row.os for row in rows}
