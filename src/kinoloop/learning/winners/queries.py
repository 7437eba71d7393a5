"""Reading winners, how ads stand, what they are made of, and what ads earned by the clicks of a time."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from kinoloop.core.errors import NotFoundError
from kinoloop.learning.attribution.tables import attribution_credits, click_tracking, conversion_tracking
from kinoloop.learning.winners.records import Dna, DnaReport, Judged, Similar, Verdict, Winner
from kinoloop.learning.winners.rows import read_dna, read_report, read_standing, read_winner
from kinoloop.learning.winners.tables import ad_standings, creative_dna, dna_reports
from kinoloop.learning.winners.tables import winners as table
from kinoloop.store.vectors import Near

CREDIT_MODEL = "matched"
AT_ONCE = 500


def winners(
    connection: Connection, tenant_id: str, *, ad_ids: Sequence[str] | None = None, removed: bool = False
) -> tuple[Winner, ...]:
    """A tenant's winners, the latest first; with `removed` also those that are none any more."""
    c = table.c
    query = select(table).where(c.tenant_id == tenant_id).order_by(c.updated_at.desc(), c.ad_id)
    query = query if removed else query.where(c.removed_at.is_(None))
    if ad_ids is None:
        return tuple(read_winner(row) for row in connection.execute(query))
    return tuple(read_winner(row) for row in _by_ids(connection, query, c.ad_id, ad_ids))


def winner(connection: Connection, tenant_id: str, ad_id: str) -> Winner:
    """Raises NotFoundError for an ad that is no winner (any more)."""
    found = winners(connection, tenant_id, ad_ids=[ad_id])
    if not found:
        raise NotFoundError(f"'{ad_id}' is not among the winners.", fix="List the winners to see their ids.")
    return found[0]


def counts(connection: Connection, tenant_id: str) -> dict[str | None, int]:
    """How many winners there are by space; None for those without a vector."""
    c = table.c
    query = select(c.space, c.vector.is_not(None).label("has"), func.count().label("count"))
    alive = query.where(c.tenant_id == tenant_id, c.removed_at.is_(None))
    found: dict[str | None, int] = {}
    for row in connection.execute(alive.group_by(c.space, c.vector.is_not(None))):
        key = row.space if row.has else None
        found[key] = found.get(key, 0) + row._mapping["count"]
    return found


def told(connection: Connection, tenant_id: str, near: Sequence[Near[str]]) -> tuple[Similar, ...]:
    """What an index found, with what is known of each; those removed meanwhile are left out."""
    known = {one.ad_id: one for one in winners(connection, tenant_id, ad_ids=[one.key for one in near])}
    return tuple(
        Similar(one.key, one.cosine, known[one.key].metadata, known[one.key].reason)
        for one in near
        if one.key in known
    )


def standings(
    connection: Connection,
    tenant_id: str,
    *,
    account_id: str | None = None,
    verdict: Verdict | None = None,
    ad_ids: Sequence[str] | None = None,
) -> tuple[Judged, ...]:
    """How ads stood when they were last judged, by ad."""
    c = ad_standings.c
    query = select(ad_standings).where(c.tenant_id == tenant_id).order_by(c.ad_id)
    query = query if account_id is None else query.where(c.account_id == account_id)
    query = query if verdict is None else query.where(c.verdict == verdict)
    rows = connection.execute(query) if ad_ids is None else _by_ids(connection, query, c.ad_id, ad_ids)
    return tuple(read_standing(row) for row in rows)


def dna(
    connection: Connection,
    tenant_id: str,
    *,
    account_id: str | None = None,
    client_id: str | None = None,
    ad_ids: Sequence[str] | None = None,
) -> tuple[Dna, ...]:
    """What ads are made of, by ad; ads that were not made here have none."""
    c = creative_dna.c
    query = select(creative_dna).where(c.tenant_id == tenant_id).order_by(c.ad_id)
    query = query if account_id is None else query.where(c.account_id == account_id)
    query = query if client_id is None else query.where(c.client_id == client_id)
    rows = connection.execute(query) if ad_ids is None else _by_ids(connection, query, c.ad_id, ad_ids)
    return tuple(read_dna(row) for row in rows)


def report(connection: Connection, tenant_id: str) -> tuple[DnaReport, datetime] | None:
    """What winners share, and when that was reckoned; None before the first time."""
    row = connection.execute(select(dna_reports).where(dna_reports.c.tenant_id == tenant_id)).first()
    return None if row is None else (read_report(row.report), row.learned_at)


def earned(
    connection: Connection, tenant_id: str, *, since: datetime, until: datetime
) -> dict[str, tuple[float, int]]:
    """By ad: conversions (sums of credited shares) and their value (minor units), of the clicks of this time.

    Once any conversion of the tenant is worth something, those worth nothing (a bare lead beside its deal)
    are left out, so that nobody is counted twice.
    """
    credit, click, told_ = attribution_credits, click_tracking, conversion_tracking
    clicked = (click.c.tenant_id == credit.c.tenant_id) & (click.c.click_id == credit.c.click_id)
    same = (told_.c.tenant_id == credit.c.tenant_id) & (told_.c.conversion_id == credit.c.conversion_id)
    share, value = func.sum(credit.c.share), func.sum(credit.c.share * told_.c.conversion_value)
    query = (
        select(credit.c.ad_id, share.label("share"), value.label("value"))
        .join(click, clicked)
        .join(told_, same)
        .where(credit.c.tenant_id == tenant_id, credit.c.model == CREDIT_MODEL)
        .where(click.c.click_timestamp >= since, click.c.click_timestamp < until)
        .group_by(credit.c.ad_id)
    )
    worth = (told_.c.tenant_id == tenant_id) & (told_.c.conversion_value > 0)
    if connection.execute(select(told_.c.id).where(worth).limit(1)).first() is not None:
        query = query.where(told_.c.conversion_value > 0)
    return {row.ad_id: (float(row.share), round(row.value)) for row in connection.execute(query)}


def _by_ids(
    connection: Connection, query: Select[Any], column: Any, ids: Sequence[str]
) -> Iterator[Row[Any]]:
    wanted = sorted(set(ids))
    for at in range(0, len(wanted), AT_ONCE):
        yield from connection.execute(query.where(column.in_(wanted[at : at + AT_ONCE])))
