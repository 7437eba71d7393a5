"""Insights as rows and back."""

from datetime import date
from typing import Any

from sqlalchemy import Row

from kinoloop.core.currency import Currency
from kinoloop.learning.insights.records import WHOLE_DAY, Counts, Insight, InsightRow, Known, Pull

_SAME = (
    "account_id",
    "entity_id",
    "kind",
    "timezone",
    "impressions",
    "clicks",
    "spend",
    "reach",
    "video_3s",
    "link_clicks",
    "actions",
    "action_values",
)


def row_values(row: InsightRow) -> dict[str, Any]:
    """The columns that both tables share."""
    return {name: getattr(row, name) for name in _SAME} | {
        "day": row.day.isoformat(),
        "hour": WHOLE_DAY if row.hour is None else row.hour,
        "currency": row.currency.code,
        "currency_offset": row.currency.offset,
    }


def read_row(row: Row[Any]) -> InsightRow:
    same = {name: getattr(row, name) for name in _SAME}
    return InsightRow(
        day=date.fromisoformat(row.day),
        hour=None if row.hour == WHOLE_DAY else row.hour,
        currency=Currency(row.currency, row.currency_offset),
        **same,
    )


def read_known(row: Row[Any]) -> Known:
    return Known(read_row(row), row.known_from, row.told_until)


def read_version(row: Row[Any]) -> Insight:
    """`known_until` where the query tells it."""
    return Insight(read_row(row), row.known_from, row._mapping.get("known_until"))


def read_pull(row: Row[Any]) -> Pull:
    return Pull(
        row.account_id,
        row.pulled_at,
        date.fromisoformat(row.since),
        date.fromisoformat(row.until),
        tuple(row.windows),
        Counts(**row.counts),
    )
