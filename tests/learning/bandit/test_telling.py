"""One answer per ad: numbers that agree with each other, and null where nothing is known."""

from dataclasses import replace

import pytest

from kinoloop.core.currency import Currency
from kinoloop.learning.bandit.records import Round
from kinoloop.learning.bandit.rules.telling import Told, tell
from kinoloop.learning.bandit.rules.verdicts import Case
from tests.learning.bandit.beliefs import SETTINGS, belief, case

SHOW = Currency("USD").show


def told(one: Case, *, common: float = 0.01) -> Round:
    words = Told("lead", SHOW, [None] * len(one.ad_ids))
    sure = belief([0.3, 1.0, 2.0, 6.0], 0.3, common=common)
    return tell(one, sure, SETTINGS, 4, words, policy="ours 1")


def test_numbers_agree() -> None:
    found = told(case(4))
    assert [line.word for line in found.decisions] == ["pause", "keep", "keep", "scale"]
    assert (found.policy, found.seed, found.total) == ("ours 1", 4, 20_000)
    for line in found.decisions:
        assert line.low is not None and line.mean is not None and line.high is not None
        assert line.low < line.mean < line.high
        assert line.parts.keys() == {"conversions", "fatigue"}
        assert (line.maturity, line.coming, line.fatigue) == (0.8, 4.0, 0.0)
    assert found.decisions[3].mean == pytest.approx(6 * 1.05, rel=0.05)
    chances = [line.chance_best for line in found.decisions]
    assert chances[0] is None and sum(chance or 0 for chance in chances) == pytest.approx(1)
    losing = [line.chance_loser or 0 for line in found.decisions]
    assert losing == sorted(losing, reverse=True) and losing[0] > 0.9


def test_the_interval_is_wider_than_the_plain_one() -> None:
    wide, plain = (
        tell(
            case(1),
            belief([1.0], 0.5),
            replace(SETTINGS, display_factor=factor),
            1,
            Told("sale", SHOW, [None]),
            policy="p",
        ).decisions[0]
        for factor in (1.15, 1.0)
    )
    assert wide.mean == plain.mean
    assert (wide.high or 0) > (plain.high or 0) and (wide.low or 0) < (plain.low or 0)


def test_an_answer_has_a_price_only_while_it_is_open() -> None:
    found = told(case(4, age_days=1.0))
    assert {line.word for line in found.decisions} == {"not_enough_data"}
    for line in found.decisions:
        assert line.wait_days == pytest.approx(1.0)
        assert line.wait_spend == line.budget
    assert all(line.wait_days is None and line.wait_spend is None for line in told(case(4)).decisions)


def test_what_nobody_knows_is_null() -> None:
    """When what a sale is worth is unknown, no return is told, and nobody is killed."""
    found = told(case(4), common=1.2)
    for line in found.decisions:
        assert line.mean is line.low is line.high is line.chance_loser is None
        assert (line.word, line.standing, line.wait_days) == ("not_enough_data", "running", None)
        assert "Too little is known of this account to say what it returns" in line.reason


def test_notes_say_why_not_all_is_handed_out() -> None:
    assert told(case(4, total=18_000)).notes == ()
    assert told(case(4, total=90_000)).notes == (
        "USD 180.00 of USD 900.00 is handed out: budgets rise by 20% at most in 6 hours.",
    )
    off = case(4, standing=["off"] * 4)
    assert told(off).notes == ("No ad runs, so no money is handed out.",)
    assert {line.word for line in told(off).decisions} == {"pause"}


def test_a_belief_without_named_parts_has_no_why() -> None:
    bare = replace(belief([2.0], 0.3), parts={})
    line = tell(case(1), bare, SETTINGS, 4, Told("lead", SHOW, [None]), policy="p").decisions[0]
    assert line.parts == {} and "Why" not in line.reason
