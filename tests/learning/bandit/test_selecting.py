"""A selection sums to the unit, and the cap gives way only to pauses."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.currency import Currency
from kinoloop.learning.bandit.records import BanditSettings
from kinoloop.learning.bandit.rules.selecting import Selection, select
from kinoloop.learning.bandit.rules.totals import Totals
from tests.learning.bandit.beliefs import SETTINGS, names
from tests.learning.bandit.test_totals import totals

CAPPED = replace(SETTINGS, velocity=0.5, floor_budget=100)


def selected(told: Totals, total: int, settings: BanditSettings = CAPPED) -> Selection:
    return select(names(len(told.spend)), told, total, settings, 1, Currency("USD").show)


def handed(found: Selection) -> int:
    return sum(line.budget for line in found.round.decisions if line.standing == "running")


@given(
    st.integers(1, 9).flatmap(
        lambda count: st.tuples(
            *(st.lists(st.integers(0, 10**6), min_size=count, max_size=count) for _ in range(4)),
            st.integers(count, 10**7),
        )
    )
)
def test_it_sums(numbers: tuple[list[int], list[int], list[int], list[int], int]) -> None:
    clicks, spend, value, pace, total = numbers
    told = replace(
        totals(len(clicks)),
        clicks=np.array(clicks, dtype=np.float64),
        spend=np.array(spend, dtype=np.float64),
        value=np.array(value, dtype=np.float64),
        pace=np.array(pace, dtype=np.float64),
        usual=total / len(clicks),
    )
    found = selected(told, total)
    assert handed(found) == total and found.round.notes == ()


def test_the_cap_is_kept_between_ads() -> None:
    told = replace(totals(), value=np.array([120_000.0, 90_000, 60_000, 60_000]))
    found = selected(told, 24_000)
    assert {line.standing for line in found.round.decisions} == {"running"}
    assert all(3_000 <= line.budget <= 9_000 for line in found.round.decisions)
    assert found.current.tolist() == [3_000] * 4


def test_the_cap_gives_way_to_pauses() -> None:
    told = replace(totals(), spend=np.array([30_000.0, 30_000, 30_000, 900_000]), pace=np.full(4, 3_000.0))
    told.pace[3] = 90_000
    found = selected(told, 99_000)
    assert found.round.decisions[3].standing == "killed"
    assert handed(found) == 99_000
    assert max(line.budget for line in found.round.decisions[:3]) > 1.5 * 3_000


def test_ads_without_a_budget_start_even() -> None:
    nothing = np.zeros(4)
    told = replace(totals(), clicks=nothing, spend=nothing, value=nothing, pace=nothing, age_days=nothing)
    found = selected(told, 10_000)
    assert [line.budget for line in found.round.decisions] == pytest.approx([2_500] * 4, rel=0.5)
