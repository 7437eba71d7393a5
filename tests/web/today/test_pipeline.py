"""Ranges of what open deals may bring, and what models credit to ads."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.currency import Currency
from kinoloop.learning.attribution.records import Model
from kinoloop.learning.insights.records import Totals
from kinoloop.learning.lineage.records import CreditedClick, Sale
from kinoloop.learning.revenue.records import DealValue
from kinoloop.web.pages.today.daily import DAYS, day_bars
from kinoloop.web.pages.today.pipeline import ads_money, likely, pipeline_of
from kinoloop.web.pages.today.queries import CameIn
from tests.learning.revenue.business import FITNESS

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
OPEN = DealValue("ptd_fitness", "d", "show_up", 900_000, 900_000, 0.85, False, False, AT)
WON = replace(OPEN, stage="closed_won", level=1_500_000, expected=1_500_000, won=True)
LOST = replace(OPEN, stage="closed_lost", level=0, expected=0, lost=True)
ODD = replace(OPEN, stage="lead", level=0, expected=None)


def draws() -> np.random.Generator:
    return np.random.default_rng(0)


def test_what_is_over_has_no_range() -> None:
    assert likely([WON, LOST], FITNESS, draws()) == (1_500_000, 1_500_000)
    assert likely([], FITNESS, draws()) == (0, 0)
    assert likely([ODD], FITNESS, draws()) == (0, 0), "without a chance nothing is drawn"


@given(st.integers(1, 60), st.integers(0, 5))
def test_the_range_holds_what_is_expected_and_stays_possible(count: int, won: int) -> None:
    deals = [OPEN] * count + [WON] * won
    low, high = likely(deals, FITNESS, draws())
    sure = 1_500_000 * won
    assert sure <= low <= high <= sure + 1_500_000 * count
    if count > 20:
        assert low < sure + 900_000 * count < high


def test_the_range_is_as_wide_as_the_binomial() -> None:
    low, high = likely([OPEN] * 1_200, FITNESS, draws())
    deviation = 1_500_000 * (1_200 * 0.6 * 0.4) ** 0.5
    assert (high - low) / 2 == pytest.approx(1.2816 * deviation, rel=0.08)


def test_all_of_it_together() -> None:
    told: tuple[tuple[Model, float], ...] = (("matched", 0.5), ("last", 1.0))
    clicks = tuple(CreditedClick("c", model, "k", "a", share, AT) for model, share in told)
    sale = Sale("d", 900_000, "show_up", False, False, AT, 1, clicks)
    found = pipeline_of([OPEN, WON, LOST, ODD], [sale], FITNESS, draws())
    assert (found.deals, found.won, found.lost, found.unknown) == (4, 1, 1, 1)
    assert (found.stand, found.won_money, found.expected) == (2_400_000, 1_500_000, 2_400_000)
    assert (found.by_ads, found.least, found.most) == (450_000, 0, 900_000)
    assert (found.low, found.high) == (1_500_000, 3_000_000)


def test_a_deal_that_nobody_looked_up_is_nobodys() -> None:
    assert set(ads_money([Sale("d", 900_000, None, False, False, AT, 0)]).values()) == {0}


def test_days_without_results_are_not_days_without_spend() -> None:
    told = [
        Totals("a", date(2026, 3, 1) - timedelta(days=ago), Currency("USD"), 1, 1, spend, 1, 1)
        for ago, spend in ((0, 500), (0, 500), (2, 250))
    ]
    bars = day_bars(told, [CameIn(OPEN, AT - timedelta(days=1))], AT)
    assert len(bars) == DAYS and (bars[-1].day, bars[-1].spend) == (date(2026, 3, 1), 1_000)
    assert bars[-2].spend is None and bars[-3].spend == 250 and bars[-3].spend_high == 25
    assert (bars[-2].value, bars[-2].value_high, bars[-1].value_high) == (900_000, 100, 0)
    assert bars[0].x >= 0 and bars[-1].x + bars[-1].width <= 100
    assert {one.spend_high for one in day_bars([], [], AT)} == {0}
