"""What is drawn: as many winners and losers as the settings promise, and features that explain a third."""

import numpy as np
import pytest

from kinoloop.sandbox.market.market import Market
from kinoloop.sandbox.market.settings import SETTINGS
from kinoloop.sandbox.market.truth import Nature


def fresh_roas(name: str, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    market = Market(SETTINGS[name], seed)
    budget = SETTINGS[name].average_budget
    truth = market.truth
    return truth.revenue(np.full(truth.count, budget), budget) / budget, truth.ctr, truth.cvr


@pytest.mark.parametrize("name", SETTINGS)
def test_winners_and_losers_come_as_promised(name: str) -> None:
    drawn = [fresh_roas(name, seed) for seed in range(60)]
    roas = np.concatenate([one[0] for one in drawn])
    assert abs((roas >= 1.5).mean() - 0.45) < 0.04
    assert abs((roas < 1).mean() - 0.30) < 0.04
    within = [np.corrcoef(np.log(ctr), np.log(cvr))[0, 1] for _, ctr, cvr in drawn]
    assert -0.35 < np.mean(within) < -0.12


def test_features_explain_a_third_of_the_click_rate() -> None:
    shares = []
    for seed in range(20):
        truth = Nature(SETTINGS["ecom"], seed).draw(600, np.random.default_rng(seed))
        levels = enumerate(SETTINGS["ecom"].features)
        columns = [truth.features[:, [kind]] == np.arange(n) for kind, n in levels]
        design = np.hstack([np.ones((600, 1)), *columns]).astype(float)
        log = np.log(truth.ctr)
        rest = log - design @ np.linalg.lstsq(design, log, rcond=None)[0]
        shares.append(1 - rest.var() / log.var())
    assert 0.28 < np.mean(shares) < 0.42


def test_the_same_key_is_the_same_ad() -> None:
    market = Market(SETTINGS["small"], 5, found=False)
    for ad in ("1", "2", "3"):
        market.add(ad, ad, "film a" if ad != "3" else "film b")
    ctr = market.truth.ctr
    assert ctr[0] == ctr[1] != ctr[2]
    audience = market.truth.audience[1]
    market.recast("2", "film b")
    assert market.truth.ctr[1] == ctr[2] and market.truth.audience[1] == audience
