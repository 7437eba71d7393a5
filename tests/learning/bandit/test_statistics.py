"""From tables to few numbers per ad."""

from dataclasses import replace

import numpy as np
import pytest

from kinoloop.learning.bandit.rules.statistics import gather, result_curve
from tests.learning.bandit.makers import SETTINGS, piped, quiet, selling, told


def test_hourly_daily_and_six_hourly_tables_tell_the_same() -> None:
    six = gather(quiet(step_hours=6.0), SETTINGS)
    hourly = gather(quiet(step_hours=1.0), SETTINGS)
    daily = gather(quiet(step_hours=24.0), SETTINGS)
    for other in (hourly, daily):
        assert other.clicks == pytest.approx(six.clicks, rel=0.01)
        assert other.attention.views == pytest.approx(six.attention.views, rel=0.01)
        assert other.credits.sure_exposure == pytest.approx(six.credits.sure_exposure, rel=0.02)
        assert other.maturity == pytest.approx(six.maturity, rel=0.02)
        assert other.response.views == pytest.approx(six.response.views, rel=0.01)


def test_steps_are_counted_back_from_now() -> None:
    """27 hours in hourly steps: three of them stand alone at the beginning."""
    view = quiet(days=27 / 24, step_hours=1.0, views=6000)
    assert gather(view, SETTINGS).clicks.tolist() == [270.0] * 4


def test_clicks_of_long_ago_are_mature_those_of_now_are_not() -> None:
    view = quiet(2, days=70)
    clicks = np.zeros_like(view.clicks)
    clicks[:8, 0], clicks[-1, 1] = 10, 10
    seen = gather(replace(view, clicks=clicks), SETTINGS)
    assert seen.maturity[0] > 0.99
    assert seen.maturity[1] < 0.4
    assert seen.pending[0] == pytest.approx(0, abs=0.2)
    assert seen.pending[1] > 6


def test_maturity_waits_for_sales_where_there_are_stages() -> None:
    stages = ("appointment", "won")
    direct = gather(quiet(days=20), SETTINGS)
    pipeline = gather(quiet(days=20, mode="pipeline", stages=stages), SETTINGS)
    assert (pipeline.maturity < direct.maturity - 0.2).all()
    assert pipeline.pending == pytest.approx(direct.pending)
    assert direct.passages is None
    assert pipeline.passages is not None


def test_an_ad_without_clicks_is_not_mature() -> None:
    view = quiet()
    assert gather(replace(view, clicks=view.clicks * 0), SETTINGS).maturity.tolist() == [0.0] * 4


def test_only_click_ids_since_the_tables_began_tell_the_delay() -> None:
    old = told([0] * 50, [-500.0] * 50, [200.0] * 50, [5000.0] * 50)
    view = quiet()
    assert result_curve(replace(view, outcomes=old)).cdf.tolist() == result_curve(view).cdf.tolist()
    new = told([0] * 50, [10.0] * 50, [200.0] * 50, [5000.0] * 50)
    assert result_curve(replace(view, outcomes=new)).cdf.tolist() != result_curve(view).cdf.tolist()


def test_restated_tables_are_simply_read_again() -> None:
    rng = np.random.default_rng(2)
    view = piped(selling(quiet(mode="pipeline", stages=("won",)), rng), rng)
    before = gather(view, SETTINGS)
    gather(replace(view, clicks=view.clicks * 2), SETTINGS)
    assert gather(view, SETTINGS).credits.named.tolist() == before.credits.named.tolist()
