"""A policy tried on the rounds of another, in a world where one ad earns three times what another does."""

from dataclasses import dataclass

import numpy as np
import pytest

from kinoloop.learning.bandit.records import AccountView, AdDecision, Outcomes, Round
from kinoloop.learning.trials.records import LoggedRound
from kinoloop.learning.trials.rules.estimates import compare
from kinoloop.learning.trials.rules.replaying import log_of, shares

ADS = ("a", "b", "c")
RETURN = {"a": 3.0, "b": 1.0, "c": 0.5}
NOTHING = Outcomes(
    entry_at=np.zeros(0),
    click_at=np.zeros(0),
    by_id=np.zeros(0, dtype=np.int64),
    guess=np.zeros((0, 2), dtype=np.int64),
    trust=np.zeros((0, 2)),
    ios=np.zeros(0, dtype=np.bool_),
    moves=np.zeros((0, 0)),
    lost_at=np.zeros(0),
    value=np.zeros(0),
)


@dataclass(frozen=True)
class Fixed:
    """Always the same shares; what gets nothing is parked."""

    by_ad: dict[str, float]
    name: str = "fixed"

    def decide(self, view: AccountView, seed: int) -> Round:
        total = view.total
        decided = tuple(
            AdDecision(ad, "keep", "running" if part else "parked", 0, round(total * part), "")
            for ad, part in self.by_ad.items()
        )
        return Round(self.name, seed, total, decided)


def view(total: int = 10_000) -> AccountView:
    empty = np.zeros((1, 3), dtype=np.int64)
    return AccountView(
        mode="direct",
        hours=6.0,
        step_hours=6.0,
        ad_ids=ADS,
        launched_at=np.zeros(3),
        kinds=(),
        features=np.zeros((3, 0), dtype=np.int64),
        ios=np.full(3, np.nan),
        spend=empty,
        impressions=empty,
        clicks=empty,
        frequency=np.full((1, 3), np.nan),
        budgets=np.full(3, total // 3),
        standing=("running",) * 3,
        total=total,
        launch=total // 3,
        outcomes=NOTHING,
    )


def rounds(count: int = 200) -> list[LoggedRound]:
    """Shares that change from round to round, as a sampler's do."""
    rng, made = np.random.default_rng(1), []
    for number in range(count):
        parts = rng.dirichlet((4.0, 4.0, 4.0))
        done = Fixed(dict(zip(ADS, (float(part) for part in parts), strict=True))).decide(view(), number)
        spent = {one.ad_id: one.budget for one in done.decisions}
        earned = {ad: int(rng.gamma(4.0, money * RETURN[ad] / 4.0)) for ad, money in spent.items()}
        made.append(LoggedRound(view(), number, done, spent, earned))
    return made


@pytest.mark.parametrize("by_ad", [{"a": 0.6, "b": 0.2, "c": 0.2}, {"a": 0.2, "b": 0.3, "c": 0.5}])
def test_what_a_policy_would_have_earned_is_found(by_ad: dict[str, float]) -> None:
    told = compare(log_of(rounds(), Fixed(by_ad)))
    truth = sum(part * RETURN[ad] for ad, part in by_ad.items())
    assert told.snips.value == pytest.approx(truth, rel=0.08)
    assert told.snips.low is not None and told.snips.high is not None
    assert told.snips.low * 0.95 <= truth <= told.snips.high * 1.05
    assert told.admitted is (by_ad["a"] > 0.4)


def test_a_parked_ad_has_no_share_and_somebody_elses_money_is_left_out() -> None:
    done = Fixed({"a": 0.75, "b": 0.25, "c": 0.0}).decide(view(), 0)
    assert shares(done) == {"a": 0.75, "b": 0.25}
    one = LoggedRound(view(), 0, done, {"a": 7_500, "b": 0, "c": 100}, {"a": 9_000, "c": 50})
    log = log_of([one], Fixed({"a": 1.0, "b": 0.0, "c": 0.0}))
    assert (list(log.reward), list(log.size), list(log.logged), list(log.target)) == (
        [9_000.0],
        [7_500.0],
        [0.75],
        [1.0],
    )


def test_a_round_without_money_has_no_shares() -> None:
    assert shares(Fixed({"a": 0.0, "b": 0.0, "c": 0.0}).decide(view(), 0)) == {}
    assert len(log_of([], Fixed({"a": 1.0}))) == 0
