"""Writing clicks, conversions and settings, and finding which click brought what. Nothing here commits.

Two who tell of the same conversion take turns on its row; what is told again unchanged is answered as before.
"""

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import numpy as np
from sqlalchemy import Connection, Row, Table, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.currency import currency
from kinoloop.core.errors import InputError
from kinoloop.core.ids import NewId, hash_json
from kinoloop.learning.attribution import queries
from kinoloop.learning.attribution.answering import answered
from kinoloop.learning.attribution.matcher_fit import fit
from kinoloop.learning.attribution.matcher_layers import columns, visit_of
from kinoloop.learning.attribution.matcher_parameters import Parameters
from kinoloop.learning.attribution.records import (
    Attribution,
    AttributionSettings,
    Click,
    Conversion,
)
from kinoloop.learning.attribution.rows import (
    PERSONAL_OF_CLICK,
    PERSONAL_OF_CONVERSION,
    click_row,
    conversion_row,
    found_row,
    log_row,
    read_conversion,
)
from kinoloop.learning.attribution.rules import consented, merged, require_settings
from kinoloop.learning.attribution.tables import (
    attribution_credits,
    attribution_performance_log,
    attribution_settings,
    click_tracking,
    conversion_tracking,
)

AHEAD = timedelta(minutes=5)
"""How far in the future somebody's clock may be."""
FIT_DAYS = 60.0
FIT_CLICKS, FIT_CONVERSIONS = 50_000, 10_000
"""What one fit looks at, the newest."""


def track(connection: Connection, click: Click, *, now: datetime) -> Click:
    """Write a click down; the same id again is the same click, as it was told first.

    Without consent address, device and visitor id are not kept. Raises InputError for one in the future.
    """
    _require_past(click.at, now, "click")
    row = click_row(consented(click), row_id=_row_id("click", click.tenant_id, click.click_id), now=now)
    connection.execute(_insert(connection, click_tracking).values(row).on_conflict_do_nothing())
    return queries.click(connection, click.tenant_id, click.click_id)


def attribute(
    connection: Connection,
    conversion: Conversion,
    *,
    settings: AttributionSettings,
    now: datetime,
    new_id: NewId,
) -> Attribution:
    """Write a conversion down and find the click that brought it.

    Told again unchanged it is answered as before; told with more it is looked for anew, and every attempt is
    logged. An answer by likeness is not taken back once what it went by has been dropped. Raises InputError
    for one in the future.
    """
    _require_past(conversion.at, now, "conversion")
    require_settings(settings)
    row = _locked(connection, conversion, settings, now)
    told = consented(replace(conversion, currency=conversion.currency or settings.currency))
    told = merged(read_conversion(row), told) if row.attempts else told
    sha256 = hash_json(asdict(replace(told, raw={})))
    if row.attempts and row.told_sha256 == sha256:
        return queries.attribution(connection, conversion.tenant_id, conversion.conversion_id)
    numbers = queries.parameters(connection, conversion.tenant_id)
    found = answered(connection, told, settings, numbers)
    kept = _outlived(row, told, found, settings, now)
    _write(connection, row, told, found, sha256=sha256, kept=kept, now=now, new_id=new_id)
    return queries.attribution(connection, told.tenant_id, told.conversion_id)


def forget(connection: Connection, *, now: datetime) -> int:
    """Drop addresses, user agents and devices whose time is over; gives how many clicks and conversions."""
    return sum(
        _forget(connection, table, table.c[at], names, now)
        for table, at, names in (
            (click_tracking, "click_timestamp", PERSONAL_OF_CLICK),
            (conversion_tracking, "conversion_timestamp", PERSONAL_OF_CONVERSION),
        )
    )


def save_settings(
    connection: Connection, settings: AttributionSettings, *, who: str, now: datetime
) -> AttributionSettings:
    """The tenant's windows, threshold and sites from now on. Raises InputError for what cannot be."""
    require_settings(settings)
    currency(settings.currency)
    row = asdict(settings) | {"hosts": list(settings.hosts), "updated_at": now, "updated_by": who}
    changed = {name: value for name, value in row.items() if name != "tenant_id"}
    upsert = _insert(connection, attribution_settings).values(row)
    connection.execute(upsert.on_conflict_do_update(index_elements=["tenant_id"], set_=changed))
    return settings


def fit_matcher(connection: Connection, tenant_id: str, *, who: str, now: datetime) -> Parameters:
    """Learn the matcher's numbers from the tenant's last FIT_DAYS and keep them.

    Conversions found by an id are the labels. With nothing to learn from, the prior comes out again.
    """
    mine = queries.settings(connection, tenant_id)
    since = now - timedelta(days=FIT_DAYS)
    clicks = sorted(
        (one for one in queries.clicks(connection, tenant_id, limit=FIT_CLICKS) if one.at >= since),
        key=lambda one: (one.at, one.click_id),
    )
    told = queries.labelled(connection, tenant_id, since=since + mine.matcher_window, limit=FIT_CONVERSIONS)
    place = {click.click_id: index for index, click in enumerate(clicks)}
    labels = [place.get(click_id or "", -1) for _, click_id in told]
    fitted = fit_visits(clicks, [one for one, _ in told], labels, mine, now)
    save_settings(connection, mine, who=who, now=now)
    keep = update(attribution_settings).where(attribution_settings.c.tenant_id == tenant_id)
    connection.execute(keep.values(parameters=fitted.as_json()))
    return fitted


def fit_visits(
    clicks: list[Click],
    conversions: list[Conversion],
    labels: list[int],
    settings: AttributionSettings,
    now: datetime,
) -> Parameters:
    """`fit` on records: `labels` hold the index of each conversion's click, -1 where it is not known."""
    visits: list[Click | Conversion] = [*clicks, *conversions]
    everything = columns([visit_of(one) for one in visits], now)
    return fit(
        everything.taken(slice(0, len(clicks))),
        everything.taken(slice(len(clicks), None)),
        np.array(labels, dtype=np.int64),
        now=now,
        organic=settings.organic,
        cross_device=settings.cross_device,
        window_hours=settings.matcher_days * 24.0,
    )


def _require_past(at: datetime, now: datetime, what: str) -> None:
    if at > now + AHEAD:
        raise InputError(f"The {what} is in the future: {at}.", fix="Check the clock that told the time.")


def _locked(
    connection: Connection, conversion: Conversion, settings: AttributionSettings, now: datetime
) -> Row[Any]:
    """The conversion's row, made if need be, held until the transaction ends."""
    empty = {
        "id": _row_id("conversion", conversion.tenant_id, conversion.conversion_id),
        "conversion_id": conversion.conversion_id,
        "tenant_id": conversion.tenant_id,
        "conversion_type": conversion.conversion_type,
        "conversion_value": conversion.value,
        "currency": conversion.currency or settings.currency,
        "is_synthetic": conversion.is_synthetic,
        "attribution_method": "unattributed",
        "attribution_confidence": 0.0,
        "attribution_window_hours": 0,
        "probabilistic_candidates": [],
        "conversion_timestamp": conversion.at,
        "attributed_at": now,
        "raw_data": {},
        "created_at": now,
        "consent": False,
        "reason": "",
        "unattributed": 1.0,
        "told_sha256": "",
        "attempts": 0,
    }
    connection.execute(_insert(connection, conversion_tracking).values(empty).on_conflict_do_nothing())
    table = conversion_tracking
    mine = (table.c.tenant_id == conversion.tenant_id, table.c.conversion_id == conversion.conversion_id)
    return connection.execute(select(table).where(*mine).with_for_update()).one()


def _outlived(
    row: Row[Any], told: Conversion, found: Attribution, settings: AttributionSettings, now: datetime
) -> bool:
    """Whether the answer of before stays: it went by likeness, and that cannot be seen again."""
    by_likeness = row.attribution_method in ("fingerprint", "probabilistic")
    return by_likeness and found.method == "unattributed" and now - told.at >= settings.retention


def _write(
    connection: Connection,
    row: Row[Any],
    told: Conversion,
    found: Attribution,
    *,
    sha256: str,
    kept: bool,
    now: datetime,
    new_id: NewId,
) -> None:
    values = conversion_row(told) | {"told_sha256": sha256, "attempts": row.attempts + 1}
    if not kept:
        values |= found_row(found) | {"attributed_at": now}
        _credit(connection, told, found)
    connection.execute(update(conversion_tracking).where(conversion_tracking.c.id == row.id).values(values))
    number = row.attempts + 1
    logged = log_row(told, found, log_id=new_id(), number=number, now=now)
    connection.execute(insert(attribution_performance_log).values(logged))


def _credit(connection: Connection, told: Conversion, found: Attribution) -> None:
    table = attribution_credits
    mine = (table.c.tenant_id == told.tenant_id, table.c.conversion_id == told.conversion_id)
    connection.execute(delete(table).where(*mine))
    rows = [asdict(one) | {"tenant_id": told.tenant_id} for one in found.credits]
    if rows:
        connection.execute(insert(table), rows)


def _forget(connection: Connection, table: Table, at: Any, names: tuple[str, ...], now: datetime) -> int:
    tenants = connection.execute(select(table.c.tenant_id).where(table.c.forgotten_at.is_(None)).distinct())
    dropped = 0
    for tenant_id in tenants.scalars().all():
        since = now - queries.settings(connection, tenant_id).retention
        old = (table.c.forgotten_at.is_(None), table.c.tenant_id == tenant_id, at <= since)
        emptied: dict[str, Any] = dict.fromkeys(names) | {"forgotten_at": now}
        if table is conversion_tracking:
            emptied["raw_data"] = {}
        dropped += connection.execute(update(table).where(*old).values(emptied)).rowcount
    return dropped


def _insert(connection: Connection, table: Table) -> Any:
    """An insert that knows conflicts, in the dialect's own words."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def _row_id(kind: str, tenant_id: str, name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"kinoloop:{kind}:{tenant_id}:{name}"))
