"""Writing results: only what is new or was restated is written, and every version of it is kept.

Nothing here commits. Two pulls of one account are put in order by its row.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.learning.insights.queries import known_in, told_at
from kinoloop.learning.insights.records import Counts, InsightRow, Known, Pull
from kinoloop.learning.insights.rows import row_values
from kinoloop.learning.insights.rules import Slot, judge, slot_of
from kinoloop.learning.insights.tables import (
    ad_insight_days,
    ad_insight_pulls,
    ad_insight_versions,
    ad_insights,
)

_KEY = ("account_id", "day", "hour", "entity_id")


def store(connection: Connection, rows: Iterable[InsightRow], *, now: datetime) -> Counts:
    """Keep what was pulled at `now`. A restated row overwrites, and what was known before stays readable.

    Pulls may be stored in any order: of each row that of the newest pull stays. The same again changes
    nothing. A row that a later pull leaves out stays as it was: the platform does not tell of deleted ads.
    """
    accounts: dict[str, dict[Slot, list[InsightRow]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        accounts[row.account_id][slot_of(row)].append(row)
    counts = Counts()
    for account_id in sorted(accounts):
        counts += _store(connection, account_id, accounts[account_id], now)
    return counts


def note_pull(
    connection: Connection,
    account_id: str,
    *,
    since: date,
    until: date,
    windows: Sequence[str],
    counts: Counts,
    now: datetime,
) -> Pull:
    """Write down that these days were fetched whole; replaces the account's pull before."""
    _lock(connection, account_id)
    told = {"pulled_at": now, "since": since.isoformat(), "until": until.isoformat()}
    told |= {"windows": list(windows), "counts": asdict(counts)}
    mine = ad_insight_pulls.c.account_id == account_id
    connection.execute(update(ad_insight_pulls).where(mine).values(told))
    return Pull(account_id, now, since, until, tuple(windows), counts)


def _store(
    connection: Connection, account_id: str, slots: dict[Slot, list[InsightRow]], now: datetime
) -> Counts:
    learned = max(now, _lock(connection, account_id) or now)
    days = sorted(slot.day for slot in slots)
    told, known = told_at(connection, account_id, days[0], days[-1]), known_in(connection, slots)
    keep, versions, counts = list[Known](), list[Known](), Counts()
    for slot, pulled in slots.items():
        judged = judge(pulled, known[slot], told_at=told.get(slot), now=now, learned=learned)
        keep += judged.keep
        versions += judged.versions
        counts += judged.counts
    _write(connection, keep, versions)
    _told(connection, [slot for slot in slots if slot not in told or told[slot] < now], now)
    mine = ad_insight_pulls.c.account_id == account_id
    connection.execute(update(ad_insight_pulls).where(mine).values(learned_at=learned))
    return counts


def _lock(connection: Connection, account_id: str) -> datetime | None:
    """Others that store for this account wait until this transaction ends. Gives its `learned_at`."""
    statement = _insert(connection, ad_insight_pulls).values(account_id=account_id)
    connection.execute(statement.on_conflict_do_nothing(index_elements=["account_id"]))
    mine = ad_insight_pulls.c.account_id == account_id
    query = select(ad_insight_pulls.c.learned_at).where(mine).with_for_update()
    learned: datetime | None = connection.execute(query).scalar_one()
    return learned


def _write(connection: Connection, keep: Sequence[Known], versions: Sequence[Known]) -> None:
    if keep:
        rows = [
            row_values(one.row) | {"known_from": one.known_from, "told_until": one.told_until} for one in keep
        ]
        statement = _insert(connection, ad_insights)
        fresh = {c.name: statement.excluded[c.name] for c in ad_insights.c if c.name not in _KEY}
        connection.execute(statement.on_conflict_do_update(index_elements=list(_KEY), set_=fresh), rows)
    if versions:
        added = [row_values(one.row) | {"known_from": one.known_from} for one in versions]
        connection.execute(insert(ad_insight_versions), added)


def _told(connection: Connection, slots: Sequence[Slot], now: datetime) -> None:
    if not slots:
        return
    rows = [slot._asdict() | {"day": slot.day.isoformat(), "told_at": now} for slot in slots]
    statement = _insert(connection, ad_insight_days)
    keys = ["account_id", "day", "kind", "hourly"]
    fresh = {"told_at": statement.excluded.told_at}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=fresh), rows)


def _insert(connection: Connection, table: Table) -> Any:
    return (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)
