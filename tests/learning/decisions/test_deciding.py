"""A round from what is known: frozen first, the account's own limits hold, one row for each ad."""

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from kinoloop.core.currency import Currency
from kinoloop.core.errors import InputError
from kinoloop.delivery.accounts.records import GuardSettings
from kinoloop.learning.bandit.records import AccountView, AdDecision, BanditSettings, Round
from kinoloop.learning.decisions.policies import NAMES, policy_of, versions
from kinoloop.learning.decisions.records import DecisionSettings
from kinoloop.learning.decisions.rules.checking import problems
from kinoloop.learning.decisions.rules.deciding import (
    decide,
    effective,
    lines,
    seed_of,
    shown_interval,
    spent_in_a_day,
)
from kinoloop.learning.decisions.rules.moving import Limits
from kinoloop.learning.decisions.rules.steps import steps
from tests.delivery.made import ACCOUNT, NOW
from tests.learning.decisions.views import known, view
from tests.learning.decisions.worlds import Plain


def test_the_policy_sees_what_is_kept() -> None:
    told = known()
    seen: list[AccountView] = []

    class Looks(Plain):
        def decide(self, view: AccountView, seed: int) -> Round:
            seen.append(view)
            return super().decide(view, seed)

    made = decide(told, Looks(), BanditSettings())
    assert seen[0] is not told.view and seen[0].ad_ids == told.view.ad_ids
    assert made.seed == seed_of("act_1", NOW) == made.round.seed
    assert made.frozen == decide(told, Plain(), BanditSettings()).frozen
    assert made.round.decisions[0].parts == {"account": 0.333333333}


def test_traits_go_by_their_words_and_the_round_stays_as_it_was() -> None:
    told = known(traits=(("hook_type", ("question", "bold_claim")),))
    numbers = np.array([[0], [1], [-1], [0], [0]])
    told = replace(told, view=replace(told.view, features=numbers))
    made = decide(told, Plain(), BanditSettings())
    said = [
        replace(one, reason="Why: x1.30 from creative trait 1.", parts={"kind_0": 0.26, "value": 0.1})
        for one in made.round.decisions
    ]
    made = replace(made, round=replace(made.round, decisions=tuple(said)))
    rows = lines(made, "d")
    assert [one.reason for one in rows[:3]] == [
        "Why: x1.30 from hook type = question.",
        "Why: x1.30 from hook type = bold claim.",
        "Why: x1.30 from hook type = not known.",
    ]
    assert rows[0].parts == {"hook type = question": 0.26, "value": 0.1}
    assert made.round.decisions[0].parts == {"kind_0": 0.26, "value": 0.1}, "kept as the policy said it"
    more = replace(made.round, decisions=(replace(said[0], budget=9_000), *said[1:]))
    asked, _ = steps(told, more, Limits(ACCOUNT, (), NOW))
    assert asked and all("hook type" in one.reason for one in asked)


def test_seeds_differ_by_account_and_instant() -> None:
    seeds = {seed_of(one, NOW + timedelta(hours=h)) for one in ("a", "b") for h in range(10)}
    assert len(seeds) == 20 and max(seeds) < 2**31


def test_the_accounts_limits_bound_the_policys() -> None:
    guards = GuardSettings(velocity=0.1, velocity_hours=12, min_daily_budget=700)
    made = effective(BanditSettings(), replace(ACCOUNT, guards=guards, platform_minimum=100))
    assert (made.velocity, made.velocity_hours, made.floor_budget) == (0.1, 12, 700)
    assert effective(BanditSettings(velocity=0.05), ACCOUNT).velocity == 0.05


def test_shares_are_of_what_runs() -> None:
    told = known(disagreement={"a1": 0.25})
    made = decide(told, Plain({"a2": "killed"}, {"a1": 9_000, "a5": 3_000}), BanditSettings())
    found = {one.ad_id: one for one in lines(made, "d")}
    assert sum(one.share for one in found.values()) == pytest.approx(1)
    assert found["a2"].share == 0 and found["a2"].stood == "running" and found["a2"].standing == "killed"
    assert found["a1"].share == pytest.approx(9_000 / 17_000) and found["a1"].disagreement == 0.25
    assert found["a1"].owner_id == "s1" and found["a1"].name == "A1" and found["a5"].disagreement is None
    nothing = decide(told, Plain(dict.fromkeys(("a1", "a2", "a3", "a4", "a5"), "killed")), BanditSettings())
    assert {one.share for one in lines(nothing, "d")} == {0.0}
    assert spent_in_a_day(told) == 20_000


def test_mu_and_sd_are_of_the_interval_that_is_shown() -> None:
    one = AdDecision(
        "a",
        "keep",
        "running",
        1,
        1,
        "",
        low=math.exp(1 - 1.2815515655446004),
        high=math.exp(1 + 1.2815515655446004),
    )
    mu, sd = shown_interval(one)
    assert mu == pytest.approx(1) and sd == pytest.approx(1)
    assert shown_interval(replace(one, low=None)) == (None, None)
    assert shown_interval(replace(one, low=0.0)) == (None, None)


@pytest.mark.parametrize("name", NAMES)
def test_every_named_policy_decides(name: str) -> None:
    made = policy_of(name, BanditSettings(), Currency("USD"))
    told = made.decide(view(), 3)
    assert told.policy.partition(" ")[0] == name and len(told.decisions) == 3
    again = policy_of(told.policy, BanditSettings(), Currency("USD")).decide(view(), 3)
    assert again.policy == told.policy


def test_unknown_policies_are_refused() -> None:
    with pytest.raises(InputError, match="no policy 'magic 2'"):
        policy_of("magic 2", BanditSettings(), Currency("USD"))
    assert versions()["numpy"] == np.__version__


def test_every_wrong_setting_is_named() -> None:
    wrong = DecisionSettings(
        total=0,
        launch=-1,
        hoped=0,
        mode="sideways",  # type: ignore[arg-type]
        policy="magic",
        lookback_days=3,
        least_change=0.9,
        stale_hours=0,
        bandit=BanditSettings(kill_chance=1.5, draws=0, zone_days=-1),
    )
    told = " ".join(problems(wrong, NAMES))
    for name in (
        "total",
        "launch",
        "hoped",
        "mode",
        "policy",
        "lookback_days",
        "least_change",
        "stale_hours",
    ):
        assert name in told
    assert all(f"bandit.{name}" in told for name in ("kill_chance", "draws", "zone_days"))
    assert list(problems(DecisionSettings(), NAMES)) == []
