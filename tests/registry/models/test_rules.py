"""A challenger as good as the champion hardly ever gets in, a better one does, whoever looks how often."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kinoloop.learning.predictor.rules.pairing import BOUND, gains
from kinoloop.registry.models.records import Floats, Guards, TrialSettings
from kinoloop.registry.models.rules.betting import BETS, log_wealth
from kinoloop.registry.models.rules.judging import judge, promoted_at
from kinoloop.registry.models.rules.msprt import log_ratios

SETTINGS = TrialSettings()
FIT = Guards(1.0, 1.0)
RUNS, LOOKS = 1_000, 400
GAINS = arrays.arrays(np.float64, st.integers(1, 60), elements=st.floats(-BOUND, BOUND))


def campaigns(rng: np.random.Generator, champion: float, challenger: float, count: int = LOOKS) -> Floats:
    """Gains of campaigns whose champion and challenger err by so many logits each."""
    rate = 0.015 * np.exp(rng.normal(0, 0.5, count))
    said = [rate * np.exp(rng.normal(0, wrong, count)) for wrong in (champion, challenger)]
    clicks = rng.binomial(3_000, np.minimum(rate, 1.0)).astype(np.float64)
    return gains(said[0], said[1], np.full(count, 3_000.0), clicks)


def test_the_bound_of_the_settings_is_that_of_the_gains() -> None:
    assert SETTINGS.bound == pytest.approx(BOUND)


@pytest.mark.slow
def test_equally_good_challengers_are_promoted_in_at_most_one_of_twenty_of_1000_runs() -> None:
    rng = np.random.default_rng(20)
    promoted = [promoted_at(campaigns(rng, 0.2, 0.2), SETTINGS) for _ in range(RUNS)]
    assert sum(one is not None for one in promoted) <= 0.05 * RUNS


@pytest.mark.slow
def test_gains_that_are_as_often_losses_promote_nobody_too_often() -> None:
    rng, real = np.random.default_rng(21), campaigns(np.random.default_rng(1), 0.6, 0.1, 1_500)
    runs = [rng.choice(real, LOOKS) * rng.choice([-1.0, 1.0], LOOKS) for _ in range(RUNS)]
    promoted = sum(promoted_at(one, SETTINGS) is not None for one in runs)
    bets = sum(bool((log_wealth(one, SETTINGS.bound) >= np.log(20)).any()) for one in runs)
    assert promoted <= 0.05 * RUNS and bets <= 0.05 * RUNS


def test_a_better_challenger_is_promoted_and_a_worse_one_is_rejected() -> None:
    rng = np.random.default_rng(22)
    for _ in range(20):
        better = campaigns(rng, 0.5, 0.15, 300)
        assert (promoted_at(better, SETTINGS) or 0) >= SETTINGS.least
        assert judge(better, FIT, SETTINGS).word == "promote"
        worse = judge(campaigns(rng, 0.15, 0.5, 300), FIT, SETTINGS)
        assert worse.word == "reject" and "worse than the champion" in worse.reason


def test_what_is_worse_is_never_promoted() -> None:
    rng = np.random.default_rng(23)
    assert all(promoted_at(campaigns(rng, 0.15, 0.4, 200), SETTINGS) is None for _ in range(50))


def test_rejected_before_it_got_better_stays_out() -> None:
    bad, good = np.full(200, -0.4), np.full(4_000, 0.4)
    noise = np.random.default_rng(3).normal(0, 0.3, 4_200)
    assert promoted_at(np.concatenate([bad, good]) + noise, SETTINGS) is None


def test_nothing_is_decided_before_twenty_units() -> None:
    got = np.linspace(0.9, 1.1, 19)
    assert judge(got, FIT, SETTINGS).word == "continue"
    assert "nobody can say" in judge(got, FIT, SETTINGS).reason
    assert judge(np.linspace(0.9, 1.1, 21), FIT, SETTINGS).word == "promote"


def test_a_gain_that_is_sure_but_small_does_not_count() -> None:
    got = np.tile([0.0019, 0.0021], 200)
    assert judge(got, FIT, SETTINGS).word == "continue"
    assert "0.005 is asked" in judge(got, FIT, SETTINGS).reason
    assert promoted_at(got, SETTINGS) is None


@pytest.mark.parametrize(
    ("guards", "words"),
    [
        (Guards(None, 1.0), "its calibration slope cannot be told"),
        (Guards(0.8, 1.0), "its calibration slope is 0.800, outside 0.9 to 1.1"),
        (Guards(1.0, None), "over what was seen cannot be told"),
        (Guards(1.0, 1.06), "is 1.060, outside 0.95 to 1.05"),
    ],
)
def test_a_better_one_that_is_not_calibrated_waits(guards: Guards, words: str) -> None:
    verdict = judge(np.linspace(0.3, 0.5, 60), guards, SETTINGS)
    assert verdict.word == "continue" and words in verdict.reason


def test_an_empty_trial_says_so() -> None:
    verdict = judge(np.zeros(0), FIT, SETTINGS)
    assert (verdict.word, verdict.units, verdict.mean) == ("continue", 0, None)
    assert len(log_wealth(np.zeros(0), BOUND)) == 0


def test_the_same_predictions_never_decide_anything() -> None:
    assert judge(np.zeros(500), FIT, SETTINGS).word == "continue"
    assert not log_ratios(np.zeros(500), 0.3, 20).any()


def test_a_gain_beyond_the_bound_is_a_bug() -> None:
    with pytest.raises(ValueError, match="lies beyond"):
        judge(np.array([BOUND * 1.01]), FIT, SETTINGS)


@given(GAINS)
def test_wealth_is_the_mean_of_the_bets(got: Floats) -> None:
    paths = np.prod(1 + np.outer(got, BETS) / BOUND, axis=0)
    assert np.exp(log_wealth(got, BOUND)[-1]) == pytest.approx(paths.mean(), rel=1e-9)


@given(GAINS)
def test_betting_is_a_fair_game_when_signs_are_tossed(got: Floats) -> None:
    """The next unit's wealth, averaged over both signs, is today's: that is what Ville's inequality needs."""
    before = np.exp(log_wealth(got, BOUND)[-1])
    after = [np.exp(log_wealth(np.append(got, sign * 0.7), BOUND)[-1]) for sign in (1, -1)]
    assert np.mean(after) == pytest.approx(before, rel=1e-9)


@given(GAINS)
def test_turned_round_the_evidence_is_turned_round(got: Floats) -> None:
    assert np.allclose(log_ratios(-got, 0.3, 5), -log_ratios(got, 0.3, 5), atol=1e-9)


@given(GAINS, st.floats(0.01, 0.99))
def test_the_ratio_does_not_depend_on_the_unit(got: Floats, scale: float) -> None:
    if got.std() > 1e-3:
        assert np.allclose(log_ratios(got * scale, 0.3, 5), log_ratios(got, 0.3, 5), atol=1e-6)
