"""What a sale is worth."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.currency import Minor
from kinoloop.learning.bandit.rules.credit import Links
from kinoloop.learning.bandit.rules.value import Worth, sales, worth
from tests.learning.bandit.makers import nothing, told

NONE = Links(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))


def _worth(ad: list[int], value: list[float], hoped: Minor | None, ads: int = 3) -> Worth | None:
    count = len(ad)
    links = Links(np.arange(count), np.array(ad, dtype=np.int64), np.ones(count))
    return worth(sales(told(ad, [0.0] * count, [1.0] * count, value), links, hoped, ads))


def test_nothing_sold_and_nothing_said_is_unknown() -> None:
    assert worth(sales(nothing(), NONE, None, 3)) is None
    assert _worth([0, 1], [np.nan, np.nan], None) is None
    assert _worth([0], [np.nan], 0) is None


def test_hope_counts_until_sales_tell() -> None:
    hoped = worth(sales(nothing(), NONE, 9000, 3))
    assert hoped is not None
    assert np.exp(hoped.mu + hoped.var / 2) == pytest.approx(9000)
    many = _worth([0, 1, 2] * 100, [3000.0] * 300, 9000)
    assert many is not None
    assert np.exp(many.level) == pytest.approx(3000, rel=0.04)
    assert many.common < hoped.common / 20


def test_one_huge_sale_does_not_make_an_ad() -> None:
    values = [1000.0] * 199 + [1_000_000.0]
    made = _worth([0] * 100 + [1] * 100, values, None)
    assert made is not None
    assert np.exp(made.mu[1] - made.mu[0]) < 1.01


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(100, 9999)), min_size=1, max_size=30))
def test_an_ad_lies_between_its_own_mean_and_the_accounts(rows: list[tuple[int, float]]) -> None:
    ads, values = [ad for ad, _ in rows], [value for _, value in rows]
    made = _worth(ads, values, 5000)
    assert made is not None
    means = np.exp(made.mu + made.var / 2)
    cut = np.minimum(values, np.quantile(values, 0.99))
    for ad in range(3):
        own = cut[np.array(ads) == ad]
        ends = [np.exp(made.level), own.mean() if len(own) else np.exp(made.level)]
        assert min(ends) * (1 - 1e-9) <= means[ad] <= max(ends) * (1 + 1e-9)


@given(st.lists(st.floats(100, 9999), min_size=1, max_size=20))
def test_money_in_smaller_units_is_the_same_money(values: list[float]) -> None:
    small, large = _worth([0] * len(values), values, 5000), None
    large = _worth([0] * len(values), [10 * value for value in values], 50_000)
    assert small is not None and large is not None
    assert large.mu - small.mu == pytest.approx(np.log(10))
    assert large.var == pytest.approx(small.var)
    assert small.prior_var == pytest.approx(0.045)


def test_a_match_of_half_the_information_counts_half() -> None:
    sold = told([0, 1], [0.0] * 2, [1.0] * 2, [9000.0, 9000.0])
    links = Links(np.array([0, 1]), np.array([0, 1]), np.array([1.0, 0.5]))
    made = worth(sales(replace(sold), links, 1000, 2))
    assert made is not None
    assert made.mu[0] > made.mu[1]
    assert made.var[0] < made.var[1]
