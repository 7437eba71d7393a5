"""Rows and pulls that tests start from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import strategies as st

from kinoloop.core.currency import Currency
from kinoloop.learning.insights.records import InsightRow

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = date(2026, 11, 20)
USD, YEN = Currency("USD"), Currency("JPY", 1)
NUMBERS = count(1)


def later(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def row(entity_id: str = "ad1", **changes: Any) -> InsightRow:
    values: dict[str, Any] = {
        "account_id": "act_1",
        "entity_id": entity_id,
        "kind": "ad",
        "day": DAY,
        "hour": None,
        "timezone": "America/New_York",
        "currency": USD,
        "impressions": 1000,
        "clicks": 20,
        "spend": 1234,
        "reach": 800,
        "video_3s": 300,
        "link_clicks": 15,
        "actions": {"7d_click": {"lead": 2.0}},
        "action_values": {"7d_click": {"lead": 5000}},
    }
    return InsightRow(**values | changes)


@dataclass(frozen=True)
class Told:
    """What one pull brought: an amount for each row that was in it."""

    hours: int
    spends: Mapping[tuple[str, int, int | None], int]

    def rows(self, account_id: str) -> list[InsightRow]:
        return [
            row(entity, account_id=account_id, day=DAY - timedelta(days=ago), hour=hour, spend=spend)
            for (entity, ago, hour), spend in self.spends.items()
        ]

    @property
    def at(self) -> datetime:
        return later(self.hours)


PLACES = st.tuples(st.sampled_from(["ad1", "ad2"]), st.integers(0, 1), st.sampled_from([None, 3]))
SPENDS = st.dictionaries(PLACES, st.integers(0, 2), max_size=5)
PULLS = st.lists(st.tuples(st.integers(0, 12), SPENDS), min_size=1, max_size=5, unique_by=lambda one: one[0])


def pulls() -> st.SearchStrategy[list[Told]]:
    """Pulls at different instants, each with some of the rows."""
    return PULLS.map(lambda told: [Told(hours, spends) for hours, spends in told])


def newest(told: Sequence[Told]) -> dict[tuple[str, int, int | None], int]:
    """For each row what the newest pull said that had it: the law, told in one line."""
    return {
        place: spend for one in sorted(told, key=lambda o: o.hours) for place, spend in one.spends.items()
    }
