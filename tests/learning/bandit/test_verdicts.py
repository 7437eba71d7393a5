"""Who is killed, parked, brought back, scaled, or not judged yet; and that nothing in the zone is killed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.bandit.records import BanditSettings, Belief, Standing
from kinoloop.learning.bandit.rules.verdicts import (
    Case,
    best_chance,
    contenders,
    doomed,
    odds,
    over_chance,
    stand,
    words,
    zone_money,
)
from tests.learning.bandit.beliefs import LAUNCH, SETTINGS, belief, case

FREE = replace(SETTINGS, least_running=0)
ROOM = np.full(100, 10**9)


def judged(
    one: Case, known: Belief, over: float | list[float] = 0.5, settings: BanditSettings = FREE
) -> list[str]:
    found = odds(one, known, settings)
    chances = np.broadcast_to(np.asarray(over, dtype=np.float64), len(one.ad_ids))
    return [str(name) for name in stand(one, known, found, chances, ROOM[: len(chances)], settings)[0]]


def test_a_known_loser_is_killed_and_a_winner_is_not() -> None:
    assert judged(case(2), belief([0.4, 2.0], 0.3)) == ["killed", "running"]


@pytest.mark.parametrize(
    ("age", "spend", "maturity", "sd", "standing"),
    [
        (10, 50_000, 0.8, 0.3, "killed"),
        (1.9, 50_000, 0.8, 0.3, "running"),  # any day of the zone protects
        (10, 9_999, 0.8, 0.3, "running"),  # any money of the zone protects
        (10, 50_000, 0.49, 0.3, "running"),
        (10, 50_000, 0.8, 0.7, "running"),
    ],
)
def test_what_has_to_hold_for_a_kill(
    age: float, spend: int, maturity: float, sd: float, standing: str
) -> None:
    one, known = case(1, age_days=age, spend=spend), belief([0.1], sd, maturity=maturity, common=1e-6)
    assert judged(one, known) == [standing]


@given(st.floats(0, 10), st.integers(0, 30_000), st.floats(1e-3, 1), st.floats(0.05, 0.6))
def test_nothing_in_the_ignorance_zone_is_killed(age: float, spend: int, roas: float, sd: float) -> None:
    one, known = case(1, age_days=age, spend=spend), belief([roas], sd)
    if age < SETTINGS.zone_days or spend < SETTINGS.zone_spend:
        assert judged(one, known) == ["running"]
        assert words(odds(one, known, FREE), np.array(["running"]), np.array([False]), FREE) == (
            "not_enough_data",
        )


def test_without_the_zone_more_is_killed() -> None:
    ages, spend = np.linspace(0, 4, 20), np.linspace(1_000, 40_000, 20).astype(np.int64)
    one, known = case(20, age_days=ages, spend=spend), belief([0.2] * 20)
    bare = replace(FREE, zone_days=0.0, zone_spend=0)
    assert judged(one, known).count("killed") < judged(one, known, settings=bare).count("killed") == 20


def test_money_in_the_zone_is_less_where_budgets_are_small() -> None:
    assert zone_money(LAUNCH, SETTINGS) == 10_000
    assert zone_money(2_000, SETTINGS) == 4_000
    assert zone_money(2_000, replace(SETTINGS, zone_days=4.0)) == 8_000
    assert zone_money(2_000, replace(SETTINGS, zone_days=0.0)) == 4_000


def test_a_killed_ad_comes_back_only_when_it_looks_clearly_better() -> None:
    """Killed at 90 %, back below 70 %: between them things stay as they are."""
    known = belief([0.62, 0.75, 0.9], 0.3)
    losing = odds(case(3), known, FREE).loser
    assert losing[0] > 0.9 > losing[1] > 0.7 > losing[2]
    assert judged(case(3), known) == ["killed", "running", "running"]
    killed: list[Standing] = ["killed"] * 3
    assert judged(case(3, standing=killed), known) == ["killed", "killed", "running"]
    assert judged(case(3, standing=killed), known, 0.05) == ["killed", "killed", "parked"]


def test_parking_and_coming_back_have_a_gap_too() -> None:
    fine = belief([2.0] * 4)
    over = [0.02, 0.05, 0.11, 0.13]
    assert judged(case(4), fine, over) == ["parked", "running", "running", "running"]
    parked: list[Standing] = ["parked"] * 4
    assert judged(case(4, standing=parked), fine, over) == ["parked", "parked", "parked", "running"]


def test_nothing_is_parked_whose_money_could_go_nowhere() -> None:
    one, known, over = case(4, total=20_000), belief([2.0] * 4), np.array([0.02, 0.01, 0.5, 0.5])
    for room, parked in ((10_000, 2), (7_000, 1), (6_000, 0)):
        standing, _ = stand(one, known, odds(one, known, FREE), over, np.full(4, room), FREE)
        assert (standing == "parked").sum() == parked
        assert standing[0] == "running" or parked == 2


def test_what_is_young_or_open_is_not_parked() -> None:
    assert judged(case(1, age_days=1.0), belief([2.0]), 0.0) == ["running"]
    assert judged(case(1), belief([2.0], maturity=0.3), 0.0) == ["running"]
    cheap = case(2, spend=100)
    assert judged(cheap, belief([2.0, 2.0]), [0.0, 0.5]) == ["parked", "running"]  # parking is no kill


def test_a_parked_loser_stays() -> None:
    assert judged(case(1, standing=["parked"]), belief([0.3]), 0.9) == ["parked"]


def test_who_was_paused_elsewhere_is_left_alone() -> None:
    one, known = case(2, standing=["off", "running"]), belief([3.0, 0.3])
    assert judged(one, known, settings=replace(SETTINGS, least_running=2)) == ["off", "running"]
    assert contenders(one, odds(one, known, SETTINGS), SETTINGS).tolist() == [False, False]


@given(st.lists(st.sampled_from(["running", "parked", "killed", "off"]), min_size=1, max_size=12), st.data())
def test_never_fewer_than_the_least(standing: list[Standing], data: st.DataObject) -> None:
    count = len(standing)
    numbers = st.lists(st.floats(0.05, 4), min_size=count, max_size=count)
    chances = st.lists(st.floats(0, 1), min_size=count, max_size=count)
    one, known = case(count, standing=standing), belief(data.draw(numbers))
    after = judged(one, known, data.draw(chances), SETTINGS)
    able = sum(name in {"running", "parked"} for name in standing)
    assert after.count("running") >= min(SETTINGS.least_running, able)
    assert all(new == "off" for old, new in zip(standing, after, strict=True) if old == "off")


def test_the_outcompeted_stay_before_losers_and_the_least_bad_first() -> None:
    one, known = case(5), belief([0.2, 0.3, 0.4, 2.0, 2.0])
    after = judged(one, known, [0.0, 0.0, 0.0, 0.01, 0.02], SETTINGS)
    assert after == ["killed", "killed", "running", "running", "running"]


def test_words() -> None:
    known = belief([5.0, 2.0, 1.0, 1.0, 0.2], [0.2, 0.2, 0.2, 1.0, 0.2])
    one = case(5)
    found = odds(one, known, FREE)
    standing, kept = stand(one, known, found, np.full(5, 0.5), ROOM[:5], FREE)
    assert words(found, standing, kept, FREE) == ("scale", "keep", "keep", "not_enough_data", "pause")
    standing, kept = stand(one, known, found, np.full(5, 0.5), ROOM[:5], replace(FREE, least_running=5))
    assert words(found, standing, kept, FREE)[-1] == "keep" and kept.tolist() == [False] * 4 + [True]


def test_an_open_ad_that_is_clearly_good_is_kept() -> None:
    known = belief([2.5, 1.1], 0.3, maturity=0.3)
    one = case(2)
    found = odds(one, known, FREE)
    assert words(found, np.array(["running"] * 2), np.zeros(2, dtype=np.bool_), FREE) == (
        "keep",
        "not_enough_data",
    )


def test_chances_of_losing_count_what_all_ads_share() -> None:
    alone, shared = (odds(case(1), belief([0.7], 0.2, common=common), FREE) for common in (0.0, 0.5))
    assert alone.loser[0] > 0.9 > shared.loser[0] > 0.5
    assert shared.sd[0] == pytest.approx(np.sqrt(0.54))
    assert not doomed(case(1), shared, FREE)[0]


def test_the_chance_to_beat_the_last_unit_elsewhere() -> None:
    known = belief([2.0, 2.0], [0.1, 1.0], common=9.0)
    level = np.full(48, known.mu[0] + 0.5)
    narrow, wide = over_chance(known, level)
    assert narrow < 1e-5 and wide == pytest.approx(0.3085, abs=1e-3)
    assert over_chance(known, level + np.linspace(-1, 1, 48))[0] > narrow


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 1.5)), min_size=1, max_size=40))
def test_chances_to_be_the_best_sum_to_one(ads: list[tuple[float, float]]) -> None:
    mu, sd = np.array(ads).T
    chance = best_chance(mu, sd**2)
    assert chance.sum() == pytest.approx(1) and (chance >= 0).all()


def test_chances_to_be_the_best_are_those_of_many_draws() -> None:
    chance = np.random.default_rng(1)
    for _ in range(5):
        mu, sd = chance.normal(size=8), chance.uniform(0.02, 1.0, 8)
        drawn = mu + sd * chance.standard_normal((200_000, 8))
        often = np.bincount(drawn.argmax(axis=1), minlength=8) / 200_000
        assert best_chance(mu, sd**2) == pytest.approx(often, abs=0.01)
    assert best_chance(np.zeros(0), np.zeros(0)).tolist() == []
    many = best_chance(np.zeros(5_000), np.full(5_000, 0.1))
    assert many == pytest.approx(np.full(5_000, 1 / 5_000))
