"""The changed markets: each differs in what it says, and only there."""

import dataclasses

import numpy as np
import pytest

from kinoloop.sandbox.market.settings import SETTINGS
from kinoloop.sandbox.market.truth import Nature, Truth
from kinoloop.sandbox.market.worlds import PLACES, WORLDS, world


def ads(name: str, count: int = 4000) -> Truth:
    return Nature(world(name).setting, 11).draw(count, np.random.default_rng(3))


def tied(one: object, other: object) -> float:
    return float(np.corrcoef(np.log(np.asarray(one)), np.log(np.asarray(other)))[0, 1])


def test_names_are_found() -> None:
    assert set(PLACES) == set(SETTINGS) and len(WORLDS) == 16 and not PLACES.keys() & WORLDS.keys()
    assert world("b2b").setting is SETTINGS["b2b"] and world("b2b-slow").setting.days == 90
    with pytest.raises(KeyError):
        world("mars")


@pytest.mark.parametrize("name", WORLDS)
def test_one_thing_is_different(name: str) -> None:
    changed, usual = world(name).setting, SETTINGS[name.partition("-")[0]]
    fields = {f.name for f in dataclasses.fields(usual) if getattr(changed, f.name) != getattr(usual, f.name)}
    allowed = {"b2b-slow": {"stages", "days"}, "b2b-rare": {"stages", "cvr"}}
    allowed |= {"b2b-large": {"ads", "daily_budget"}, "b2b-quality": {"stages", "lead_correlation"}}
    allowed |= {"b2b-alike": {"price", "ctr", "cvr", "value", "stages"}}
    assert fields == allowed.get(name, fields) and (len(fields) == 1 or name in allowed)


@pytest.mark.parametrize("name", [*PLACES, *WORLDS])
def test_every_market_pays_about_the_same(name: str) -> None:
    drawn, setting = ads(name), world(name).setting
    average = np.full(drawn.count, setting.average_budget)
    returns = np.log(drawn.revenue(average, setting.average_budget) / average)
    assert abs(returns.mean() - 0.327) < 0.06


def test_what_the_changes_do_to_ads() -> None:
    assert tied(ads("ecom-clicks-buy").ctr, ads("ecom-clicks-buy").cvr) > 0.2
    assert tied(ads("ecom-clickbait").ctr, ads("ecom-clickbait").cvr) < -0.5
    quality, usual = ads("b2b-quality"), ads("b2b")
    assert tied(quality.cvr, quality.rates[:, 0]) < -0.35 and abs(tied(usual.cvr, usual.rates[:, 0])) < 0.1
    assert np.log(ads("b2b-alike").worth).std() < 0.6 * np.log(usual.worth).std()
    assert 14_000 < world("b2b-rare").setting.usual_value < 16_000
    assert world("b2b-rare").hoped_value == 1.5 * world("b2b-rare").setting.usual_value
