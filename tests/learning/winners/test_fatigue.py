"""Tired ads are found, steady ones let be however often one looks, and what cannot be told is said."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.winners.records import WinnerSettings
from kinoloop.learning.winners.rules.audience import audience_of, frequencies, frequency_now, reached
from kinoloop.learning.winners.rules.fatigue import evidence, fatigue, weekday_factors
from tests.learning.winners.makers import exposure

SETTINGS = WinnerSettings()
CTR = 0.012


def highest(seed: int, **how: float) -> float:
    """The highest log e-value of an ad at any day."""
    one = exposure(np.random.default_rng(seed), **how)  # type: ignore[arg-type]  # counts are ints
    shown = one.impressions.astype(np.float64)
    audience = audience_of(shown, one.reach)
    assert audience is not None
    found = evidence(one.clicks, shown, frequencies(shown, audience), CTR, SETTINGS.day_noise)
    return float(found.log_e.max())


def test_steady_ads_are_let_be_at_every_look() -> None:
    """At most one in twenty is promised, whatever the traffic and with the day noise that is allowed for."""
    for noise, daily in ((0.0, 2_000), (0.1, 2_000), (0.1, 40_000)):
        over = [highest(seed, noise=noise, daily=daily) >= np.log(20) for seed in range(150)]
        assert np.mean(over) <= 0.05


def test_a_tired_ad_is_found_with_its_loss() -> None:
    found = [
        fatigue(exposure(np.random.default_rng(seed), slope=0.6, noise=0.1), CTR, SETTINGS)
        for seed in range(40)
    ]
    tired = [one for one in found if one.recommendation == "REFRESH_CREATIVE"]
    assert len(tired) >= 37
    assert all(one.since is not None and one.since < 44 for one in tired)
    truth = 1 - ((1 + 10.0) / 2.1) ** -0.6
    assert np.mean([one.loss for one in tired if one.loss]) == pytest.approx(truth, abs=0.12)
    assert "CTR is down" in tired[0].reason and "5% of steady ads" in tired[0].reason


def test_a_high_frequency_alone_wears_nothing_out() -> None:
    steady = fatigue(exposure(np.random.default_rng(3), daily=40_000), CTR, SETTINGS)
    assert steady.status == "HEALTHY" and steady.frequency is not None and steady.frequency > 10
    assert steady.evidence is not None and steady.loss is None


def test_the_degrees_of_tiredness() -> None:
    tired = exposure(np.random.default_rng(4), slope=1.0, daily=20_000)
    assert fatigue(tired, CTR, SETTINGS).status == "SATURATED"
    dearer = replace(tired, spend=(tired.spend * np.linspace(1, 3, 45)).astype(np.int64))
    assert fatigue(dearer, CTR, SETTINGS).status == "AUDIENCE_EXHAUSTED"
    wide = exposure(np.random.default_rng(4), slope=1.4, daily=20_000, audience=500_000)
    assert fatigue(wide, CTR, SETTINGS).status == "FATIGUING"


def test_evidence_that_is_gone_ends_the_alarm() -> None:
    tired = exposure(np.random.default_rng(5), slope=1.0, daily=20_000, days=20)
    fresh = exposure(np.random.default_rng(6), daily=20_000, days=120, ctr=0.02)
    both = replace(
        tired,
        day=np.arange(140),
        impressions=np.concatenate([tired.impressions, fresh.impressions]),
        clicks=np.concatenate([tired.clicks, fresh.clicks]),
        spend=np.concatenate([tired.spend, fresh.spend]),
        reach=np.concatenate([tired.reach, fresh.reach]),
    )
    assert fatigue(tired, CTR, SETTINGS).status == "SATURATED"
    assert fatigue(both, CTR, SETTINGS).status == "HEALTHY"


def test_what_cannot_be_told_is_said() -> None:
    one = exposure(np.random.default_rng(7))
    few = fatigue(replace(one, clicks=np.zeros_like(one.clicks)), CTR, SETTINGS)
    assert few.status == "NOT_ENOUGH_DATA" and "too few" in few.reason and few.recommendation == "CONTINUE"
    untold = fatigue(replace(one, reach=np.full(45, np.nan)), CTR, SETTINGS)
    assert untold.status == "NOT_ENOUGH_DATA" and "people were reached" in untold.reason
    nobody = fatigue(replace(one, reach=np.zeros(45)), CTR, SETTINGS)
    assert nobody.status == "NOT_ENOUGH_DATA"


def test_a_week_is_told_from_a_decline() -> None:
    day = np.arange(70)
    shown = np.full(70, 100_000.0)
    week = np.where(day % 7 >= 5, 0.8, 1.08)
    found = weekday_factors(day, shown * 0.01 * week * np.exp(-0.01 * day), shown)
    assert found == pytest.approx([1.08] * 5 + [0.8] * 2, rel=0.05)
    assert weekday_factors(day[:20], shown[:20], shown[:20]) == pytest.approx(np.ones(7))


@given(st.floats(2_000, 5e6), st.integers(1, 40))
def test_the_audience_comes_back_from_daily_people(audience: float, days: int) -> None:
    shown = np.full(days, 1_500.0)
    found = audience_of(shown, reached(shown, audience))
    assert found == pytest.approx(audience, rel=0.02)


def test_who_meets_an_ad_once_only_has_an_endless_audience() -> None:
    shown = np.full(10, 1_000.0)
    found = audience_of(shown, shown)
    assert found is not None and frequency_now(shown, found) == pytest.approx(1.0, abs=1e-3)
    assert frequencies(shown, 100.0)[-1] == pytest.approx(95.0)
