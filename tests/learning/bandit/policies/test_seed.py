"""The founding score, number by number; and the founding policy's faults, which ours must not have."""

import numpy as np
import pytest

from kinoloop.learning.bandit.policies.seed import Score, Seed, samples, score, softmax
from kinoloop.learning.bandit.records import Outcomes
from kinoloop.learning.bandit.rules.decision import Thresholds
from tests.learning.bandit.beliefs import account, results
from tests.learning.bandit.worlds import permuted


def one(
    impressions: float, clicks: float, spend: float, value: float, hours: float, dna: float = 0.0
) -> tuple[Score, float]:
    found = score(*(np.array([number]) for number in (impressions, clicks, spend, value, hours)), dna=dna)
    return found, float(found.final[0])


def test_golden_scores() -> None:
    found, final = one(5_000, 250, 100, 600, 48)
    assert (found.normalized_ctr[0], found.normalized_roas[0], found.blended[0]) == (1, 1, 1)
    assert found.decay[0] == pytest.approx(0.6065, abs=5e-5) and final == pytest.approx(0.6065, abs=5e-5)
    found, final = one(2_000, 100, 40, 400, 240)
    assert found.ctr_weight[0] == pytest.approx(0.149, abs=5e-4)
    assert final == pytest.approx(0.8187, abs=5e-5)
    assert one(50_000, 2_500, 1_000, 10_000, 240)[1] == pytest.approx(0.0067, abs=5e-5)


@pytest.mark.parametrize(("dna", "boost"), [(0, 1.0), (0.5, 1.10), (0.95, 1.19), (1.0, 1.20)])
def test_dna(dna: float, boost: float) -> None:
    assert one(5_000, 250, 100, 600, 48, dna)[1] / one(5_000, 250, 100, 600, 48)[1] == pytest.approx(boost)


def test_an_ad_without_data_scores_nothing() -> None:
    assert one(0, 0, 0, 0, 0)[1] == 0


def test_its_softmax_can_hardly_choose() -> None:
    """Scores are 0 to 1, so of ten ads a perfect one gets 23 %."""
    assert softmax(np.array([1.0] + [0.0] * 9))[0] == pytest.approx(0.232, abs=1e-3)
    assert softmax(np.array([1.0, 0.0]), 0.1)[0] > 0.99


def test_its_certainty_grows_with_views() -> None:
    chance = np.random.default_rng(1)
    few, many = (
        [
            samples(score(*(np.array([x]) for x in (shown, 0, 1, 1.5, 100))), np.array([shown]), chance)[0]
            for _ in range(300)
        ]
        for shown in (100.0, 10_000.0)
    )
    assert np.std(many) < 0.2 * np.std(few)


STAGES = ("appointment_scheduled", "show_up", "closed_won")


def pipeline() -> Outcomes:
    """Four leads of the first ad: none, appointment, show-up and lost, won at 9,000."""
    told = results([(0, np.nan), (0, np.nan), (0, np.nan), (0, 9_000.0)], stages=3)
    told.moves[1, 0], told.moves[2, :2], told.moves[3] = 1.0, 2.0, 3.0
    told.lost_at[2] = 5.0
    return told


def test_a_pipeline_is_worth_what_its_stages_say() -> None:
    view = account([50_000, 1], mode="pipeline", stages=STAGES, hoped=10_000, outcomes=pipeline())
    assert Seed().pipeline_value(view).tolist() == [1_500 + 9_000, 0]
    unsaid = account([50_000, 1], mode="pipeline", stages=STAGES, outcomes=pipeline())
    assert Seed().pipeline_value(unsaid).tolist() == [9_000, 0]


def test_it_kills_before_any_deal_can_close() -> None:
    """250 dollars in a few hours: their zone does not protect, ours does."""
    view = account([25_000] * 4, launched_at=[232.0] * 4, hours=240.0)
    theirs = Seed().decide(view, 1)
    assert [line.standing for line in theirs.decisions].count("killed") == 1  # three are always left
    assert theirs.policy == "seed 1"
    ours = Seed(thresholds=Thresholds()).decide(view, 1)
    assert all(line.standing == "running" for line in ours.decisions)


def test_scaled_ads_count_double() -> None:
    view = account(
        [25_000] * 4, outcomes=results([(0, 90_000.0)] + [(place, 20_000.0) for place in (1, 2, 3)])
    )
    found = Seed().decide(view, 3)
    assert [line.word for line in found.decisions] == ["scale", "keep", "keep", "keep"]
    assert found.decisions[0].budget == 6_000
    assert found.decisions[0].reason == "It returns 3.60 per 1 spent, more than 3."


def test_the_order_of_ads_does_not_matter() -> None:
    view = account([25_000, 9_000, 4_000, 100], outcomes=results([(0, 90_000.0), (2, 900.0)]))
    found, order = Seed().decide(view, 3), np.array([3, 1, 0, 2])
    moved = Seed().decide(permuted(view, order), 3)
    assert moved.decisions == tuple(found.decisions[place] for place in order)


def test_nobody_runs() -> None:
    found = Seed().decide(account([1, 1], standing=["off", "killed"]), 1)
    assert [line.budget for line in found.decisions] == [5_000, 5_000]
