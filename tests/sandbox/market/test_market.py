"""The market as a whole: seeded, causal, money kept, nothing known before its time."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from kinoloop.sandbox.market.market import Market
from kinoloop.sandbox.market.settings import SETTINGS

DAY = timedelta(days=1)
ECOM, B2B = SETTINGS["ecom"], SETTINGS["b2b"]


def after(days: float, *, name: str = "ecom", seed: int = 1, **more: float) -> Market:
    market = Market(SETTINGS[name], seed, **more)  # type: ignore[arg-type]
    market.advance(market.start + days * DAY)
    return market


def test_a_seed_is_a_world() -> None:
    one, same, other = after(9), after(9), after(9, seed=2)
    assert (one.seen().clicks == same.seen().clicks).all()
    assert np.array_equal(one.seen().results.value, same.seen().results.value, equal_nan=True)
    assert one.seen().clicks.shape == other.seen().clicks.shape
    assert (one.seen().clicks != other.seen().clicks).any()


def test_it_does_not_matter_how_time_is_cut() -> None:
    whole, pieces = after(6), after(0)
    for hours in range(0, 6 * 24 + 1, 5):
        pieces.advance(pieces.start + timedelta(hours=hours))
    pieces.advance(pieces.start + 6 * DAY)
    assert (whole.seen().spend == pieces.seen().spend).all()
    assert whole.now == pieces.now == whole.start + 6 * DAY


def test_doubling_a_budget_raises_spend_and_concavely_clicks() -> None:
    plain, rich = after(0, seed=4), after(0, seed=4)
    doubled = {card.ad_id: 10_000 for card in rich.ads}
    rich.act(doubled, set())
    for market in (plain, rich):
        market.advance(market.start + 20 * DAY)
    less, more = plain.seen(), rich.seen()
    assert 1.95 < more.spend.sum() / less.spend.sum() < 2.05
    shown = more.impressions.sum() / less.impressions.sum()
    assert 1.3 < shown < 1.9
    assert 1.2 < more.clicks.sum() / less.clicks.sum() < shown


def test_pausing_stops_spend_and_nothing_else() -> None:
    market = after(5)
    market.act({}, {"ad-003"})
    market.advance(market.start + 8 * DAY)
    place, late = market.place("ad-003"), market.seen().spend[20:]
    assert late[:, place].sum() == 0 and market.seen().impressions[20:, place].sum() == 0
    assert (np.delete(late, place, axis=1).sum(axis=0) > 0).all()


@pytest.mark.parametrize("hours", [1.0, 6.0])
def test_a_day_costs_at_most_its_limit(hours: float) -> None:
    market = after(12, step_hours=hours)
    per_day = market.seen().spend.reshape(12, -1, ECOM.ads).sum(axis=1)
    assert (per_day <= 1.75 * 5000).all() and abs(per_day.mean() - 5000) < 150


def test_earned_is_what_was_expected() -> None:
    earned = expected = 0.0
    for seed in range(6):
        market = after(30, seed=seed)
        journeys = market.journeys
        earned += float(journeys.value[journeys.ad >= 0].sum()) * 100
        expected += float(market.expected.sum())
    assert abs(earned / expected - 1) < 0.05


def test_nothing_is_known_before_its_time() -> None:
    market = after(20, name="b2b")
    early = market.seen()
    market.advance(market.start + 40 * DAY)
    late = market.seen().results
    known = late.entry_at <= early.hours
    assert known.sum() == len(early.results)
    for name in ("moves", "lost_at"):
        then, now = getattr(early.results, name), getattr(late, name)[known]
        assert np.array_equal(then, np.where(now <= early.hours, now, np.nan), equal_nan=True)
    assert np.isnan(late.value).any() and (late.value[~np.isnan(late.value)] > 0).all()


def test_conversions_come_late_and_are_counted_on_the_day_of_the_click() -> None:
    market = after(10)
    day = slice(9 * 4, 10 * 4)

    def counted() -> int:
        told = market.reported()
        return int(((told.step >= day.start) & (told.step < day.stop)).sum())

    told = [counted()]
    for days in (11, 13, 17, 40):
        market.advance(market.start + days * DAY)
        told.append(counted())
    assert told == sorted(told) and told[0] < told[1] < told[-1]
    assert market.reported().lag.max() <= 30


def test_the_pipeline_runs_at_its_pace() -> None:
    market = after(75, name="b2b", seed=9)
    journeys = market.journeys
    moves = journeys.moves
    old = journeys.entry_at < 10 * 24
    won = ~np.isnan(moves[:, 2])
    assert 0.07 < won.mean() < 0.12
    steps = np.diff(np.column_stack([journeys.entry_at, moves])[won], axis=1) / 24
    assert np.allclose(np.median(steps, axis=0), [2, 4, 6], rtol=0.25)
    assert not (won & ~np.isnan(journeys.lost_at)).any() and old.any()


def test_click_ids_survive_as_often_as_promised() -> None:
    journeys = after(45).journeys
    by_ad = journeys.ad >= 0
    assert abs(journeys.kept[by_ad & ~journeys.ios].mean() - 0.80) < 0.05
    assert abs(journeys.kept[by_ad & journeys.ios].mean() - 0.45) < 0.05
    assert abs(1 - by_ad.mean() - 0.10) < 0.04 and not journeys.kept[~by_ad].any()
    right = (journeys.second == journeys.ad)[by_ad].mean(), (journeys.third == journeys.ad)[by_ad].mean()
    assert abs(right[0] - 0.71) < 0.05 and abs(right[1] - 0.42) < 0.05


def test_repeated_views_wear_an_ad_out() -> None:
    setting = replace(ECOM, drift_sd=0.0, tiring=replace(SETTINGS["fatigue"].tiring))
    market = Market(setting, 3)
    market.advance(market.start + 40 * DAY)
    seen = market.seen()
    clicks, shown = (table.reshape(40, 4, -1).sum(axis=(1, 2)) for table in (seen.clicks, seen.impressions))
    rate = clicks / shown
    assert rate[-5:].mean() < 0.8 * rate[:5].mean()
    assert (np.diff(seen.frequency, axis=0) > -1e-9).all()


def test_new_ads_arrive() -> None:
    market = after(10.5, name="fatigue")
    cards = market.seen().ads
    assert len(market.ads) == 60 + 39 and cards[0].launched_at == 0 and cards[-1].launched_at > 240
    assert market.seen().spend.shape == (42, 99) and len(cards[0].features) == 4
    assert market.truth.count == 60 + 4 * 45


def test_the_week_and_the_hours_show() -> None:
    market = after(28, seed=2, step_hours=1.0)
    by_hour = market.seen().spend.sum(axis=1).reshape(28, 24).sum(axis=0)
    assert by_hour[20] > 4 * by_hour[3]
    by_day = market.seen().impressions.sum(axis=1).reshape(4, 7, 24).sum(axis=(0, 2))
    assert by_day[1] > by_day[5]


def test_an_account_without_ads_is_quiet() -> None:
    market = Market(B2B, 1, found=False)
    market.advance(market.start + 2 * DAY)
    assert len(market.seen().results) == 0 and not market.ads
    market.add("7", "7", "film")
    assert market.has("7") and not market.has("8")
    market.act({"7": 100_000}, set())
    market.advance(market.start + 20 * DAY)
    assert market.seen().spend.sum() > 1_000_000 and market.ads[0].launched_at == 48
