"""The market's answer: concave in money, exact when paced evenly, tired by repetition."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.sandbox.market.response import frequency, impressions, reached, tired

ONE = np.ones(1)
SHARES = st.lists(st.floats(0.01, 1), min_size=1, max_size=24)


@given(SHARES, st.floats(1, 500), st.floats(0.55, 0.9))
def test_even_pacing_adds_up_to_the_day(shares: list[float], budget: float, eta: float) -> None:
    parts = np.array(shares) / sum(shares)
    whole = impressions(budget * ONE, 1.0, 100 * ONE, 50.0, eta * ONE)[0]
    pieces = [impressions(budget * part * ONE, part, 100 * ONE, 50.0, eta * ONE)[0] for part in parts]
    assert np.isclose(sum(pieces), whole)


@given(st.floats(1, 500), st.floats(1.1, 5), st.floats(0.55, 0.9))
def test_more_money_brings_more_but_less_per_dollar(budget: float, times: float, eta: float) -> None:
    less, more = (
        impressions(value * ONE, 1.0, 100 * ONE, 50.0, eta * ONE)[0] for value in (budget, budget * times)
    )
    assert less < more < times * less


def test_no_time_brings_nothing() -> None:
    assert impressions(10 * ONE, 0.0, ONE, 50.0, 0.7 * ONE)[0] == 0


def test_reach_stays_below_audience_and_impressions() -> None:
    shown, audience = np.array([0.0, 100.0, 1e6]), np.full(3, 1000.0)
    people = reached(shown, audience)
    assert people[0] == 0 and people[1] < 100 and people[2] <= 1000
    assert frequency(shown, audience).tolist()[:1] == [1.0] and frequency(shown, audience)[2] > 900


def test_the_two_kinds_of_fatigue() -> None:
    seen = np.array([1.0, 1.0, 4.0, 4.0])
    left = tired(seen, np.array([0.5, 0.0, 0.5, 0.0]), np.full(4, 0.6), np.full(4, 1.0))
    assert left[:2].tolist() == [1.0, 1.0]
    assert left[2] == 0.5 and 0.6 < left[3] < 0.63
