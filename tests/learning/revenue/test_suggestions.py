"""What closed deals teach: true rates come back, open deals are censored, the table weighs as a prior."""

import math
import random
from dataclasses import replace
from datetime import timedelta

import pytest

from kinoloop.core.errors import InputError
from kinoloop.learning.revenue.records import DealPath, Proposal, StageTable
from kinoloop.learning.revenue.rules import accepted, check, suggest
from kinoloop.learning.revenue.rules.suggestions import beta_quantiles
from tests.learning.revenue.business import FITNESS, NOON

SHOWS, WINS, BRINGS = 0.5, 0.4, 1_200_000
"""The hidden truth: half of the appointments show up, of those 40 % are won, for 12,000 each."""


def market(seed: int, deals: int = 1500, slow_wins: float = 3.0) -> list[DealPath]:
    """Deals of the last 90 days; wins take longer than losses, and what is not over yet is open."""
    rng, made = random.Random(seed), list[DealPath]()
    for number in range(deals):
        start = NOON - timedelta(days=90 * rng.random())
        show = start + timedelta(days=rng.expovariate(0.5))
        shows, wins = rng.random() < SHOWS, rng.random() < WINS
        end = show + timedelta(days=rng.expovariate(1 / (slow_wins if shows and wins else 1.0)))
        over, won = end <= NOON, shows and wins
        entered = {"appointment_scheduled": start} | ({"show_up": show} if shows and show <= NOON else {})
        value = int(BRINGS * (0.5 + rng.random())) if won and over else None
        made.append(DealPath(str(number), entered, won and over, over and not won, value))
    return made


def by_stage(proposals: tuple[Proposal, ...]) -> dict[str, Proposal]:
    return {one.stage: one for one in proposals}


def test_true_rates_and_values_come_back() -> None:
    inside, narrow = 0, 0
    for seed in range(20):
        found = by_stage(suggest(FITNESS, market(seed), now=NOON))
        for stage, truth in (("appointment_scheduled", SHOWS * WINS), ("show_up", WINS)):
            one = found[stage]
            assert one.rate is not None and one.low is not None and one.high is not None
            assert one.rate == pytest.approx(truth, abs=0.06)
            inside += one.low <= truth <= one.high
            narrow += one.high - one.low < 0.09
            assert one.value == pytest.approx(truth * BRINGS, rel=0.25)
    assert inside >= 32 and narrow == 40


def test_open_deals_are_not_lost_ones() -> None:
    """Counting them as lost is what makes slow wins look like losses."""
    ours, naive = 0.0, 0.0
    table = replace(FITNESS, probability=None)
    for seed in range(12):
        deals = market(seed, slow_wins=15.0)
        one = by_stage(suggest(table, deals, now=NOON, mature_days=60))["show_up"]
        assert one.rate is not None and one.worst is not None and one.worst <= one.won / (one.won + one.lost)
        entered = [deal for deal in deals if "show_up" in deal.entered]
        ours += abs(one.rate - WINS)
        naive += abs(sum(deal.won for deal in entered) / len(entered) - WINS)
    assert ours < naive / 2


def test_what_is_still_open_is_told() -> None:
    old = NOON - timedelta(days=60)
    ends = [(True, False)] * 4 + [(False, True)] * 4 + [(False, False)] * 2
    deals = [DealPath(str(n), {"show_up": old}, won, lost) for n, (won, lost) in enumerate(ends)]
    one = by_stage(suggest(FITNESS, deals, now=NOON))["show_up"]
    assert (one.won, one.lost, one.still_open, one.worst) == (4, 4, 2, 0.4)
    assert one.reason == "57.1% of USD 15,000.00: 4 of 8 closed deals won; 2 still open, not counted."


def test_young_deals_are_left_out_whole() -> None:
    """Fast endings of young deals would stand for all of them."""
    fresh = NOON - timedelta(days=2)
    deals = [DealPath(str(n), {"show_up": fresh}, won=False, lost=True) for n in range(50)]
    one = by_stage(suggest(FITNESS, deals, now=NOON))["show_up"]
    assert (one.young, one.won, one.lost, one.value, one.rate) == (50, 0, 0, None, None)
    assert "closed yet" in one.reason


def test_few_deals_hardly_move_the_table() -> None:
    old = NOON - timedelta(days=60)
    one = by_stage(suggest(FITNESS, [DealPath("d", {"show_up": old}, won=False, lost=True)], now=NOON))[
        "show_up"
    ]
    assert one.rate == pytest.approx(0.6 * 20 / 21)
    assert one.value == round(0.6 * 20 / 21 * 1_500_000)
    assert one.current == 900_000


def test_a_stage_without_a_chance_starts_from_jeffreys() -> None:
    old = NOON - timedelta(days=60)
    deals = [DealPath(str(n), {"lead": old}, won=n == 0, lost=n > 0) for n in range(10)]
    one = by_stage(suggest(FITNESS, deals, now=NOON))["lead"]
    assert one.rate == pytest.approx(1.5 / 11)
    assert one.deal_value == 1_500_000


def test_what_a_deal_brings_may_be_unknown() -> None:
    table = replace(FITNESS, avg_deal_value=None)
    old = NOON - timedelta(days=60)
    one = by_stage(suggest(table, [DealPath("d", {"show_up": old}, won=True, lost=False)], now=NOON))[
        "show_up"
    ]
    assert one.value is None and one.rate is not None and "what a deal of 'ptd_fitness' brings" in one.reason
    real = [DealPath("d", {"show_up": old}, won=True, lost=False, value=70)]
    assert by_stage(suggest(table, real, now=NOON))["show_up"].deal_value == 70


def test_it_must_be_known_how_long_a_deal_takes() -> None:
    with pytest.raises(InputError, match="how long a deal needs"):
        suggest(replace(FITNESS, sales_cycle_days=None), [], now=NOON)


def test_a_person_accepts_some() -> None:
    found = by_stage(suggest(FITNESS, market(1), now=NOON))
    made = accepted(FITNESS, [found["show_up"], found["lead"]])
    check(made)
    assert made.stages["show_up"].value == found["show_up"].value
    assert made.stages["show_up"].confidence == 0.85
    assert (made.probability or {})["show_up"] == pytest.approx(found["show_up"].rate, abs=1e-4)
    assert "closed deals won" in str(made.stages["show_up"].description)
    untouched = [name for name in FITNESS.stages if name != "show_up"]
    assert {name: made.stages[name] for name in untouched} == {
        name: FITNESS.stages[name] for name in untouched
    }


def test_no_proposal_for_the_ends() -> None:
    assert [one.stage for one in suggest(FITNESS, [], now=NOON)] == [
        "lead",
        "appointment_scheduled",
        "show_up",
    ]


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_quantiles_against_closed_forms(share: float) -> None:
    """Beta(n, 1): x^n; Beta(1, n): 1-(1-x)^n; Beta(1/2, 1/2): the arcsine law."""
    for n in (1.0, 2.0, 30.0, 4000.0):
        assert beta_quantiles(n, 1.0, [share])[0] == pytest.approx(share ** (1 / n), abs=1e-3)
        assert beta_quantiles(1.0, n, [share])[0] == pytest.approx(1 - (1 - share) ** (1 / n), abs=1e-3)
    assert beta_quantiles(0.5, 0.5, [share])[0] == pytest.approx(math.sin(math.pi * share / 2) ** 2, abs=1e-3)


def test_the_table_stays_as_it_is_without_proposals() -> None:
    table: StageTable = accepted(FITNESS, [])
    assert table == FITNESS
