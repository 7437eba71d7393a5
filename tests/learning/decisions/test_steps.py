"""From a round to changes: budgets at their owners, ads one by one, nothing past a limit."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.delivery.accounts.records import AdEntity
from kinoloop.delivery.history.records import HistoryRow
from kinoloop.learning.bandit.records import AdDecision, Standing
from kinoloop.learning.decisions.records import BudgetStep, Known
from kinoloop.learning.decisions.rules.expecting import Shift, expected, revenue, thinned
from kinoloop.learning.decisions.rules.moving import Limits
from kinoloop.learning.decisions.rules.steps import steps
from tests.delivery.made import ACCOUNT, NOW, entities, sent
from tests.learning.decisions.views import known, outcomes
from tests.learning.decisions.worlds import Plain

Wanted = dict[tuple[str, str], int | str]


def changed(**changes: Mapping[str, Any]) -> tuple[AdEntity, ...]:
    return tuple(
        replace(one, **changes[one.entity_id]) if one.entity_id in changes else one for one in entities()
    )


def asked(
    told: Known,
    standing: Mapping[str, Standing] | None = None,
    budgets: Mapping[str, int] | None = None,
    *,
    past: tuple[HistoryRow, ...] = (),
    account: Any = ACCOUNT,
    **more: Any,
) -> tuple[tuple[BudgetStep, ...], tuple[str, ...]]:
    made = Plain(standing or {}, budgets or {}, **more).decide(told.view, 1)
    return steps(told, made, Limits(account, past, NOW))


def wanted(found: tuple[BudgetStep, ...]) -> Wanted:
    return {(one.entity_id, one.change_type): one.requested for one in found}


def test_a_budget_is_the_sum_of_its_ads_within_velocity() -> None:
    found, notes = asked(known(), budgets={"a1": 5_500, "a2": 5_400, "a3": 1_000, "a5": 9_000})
    assert wanted(found) == {("s2", "budget"): 4_000, ("s1", "budget"): 10_900, ("c2", "budget"): 9_000}
    assert [one.entity_id for one in found] == ["s2", "c2", "s1"], "cuts come before raises"
    assert notes == ()
    raised = next(one for one in found if one.entity_id == "s1")
    assert raised.before == 10_000 and raised.ad_ids == ("a1", "a2") and raised.kind == "adset"
    assert raised.reason == "2 ads. A1: Because of a1."
    assert raised.expected.worst_case == 1_575 and raised.expected.effect == "USD 9.00 a day more for S1."
    assert raised.confidence == pytest.approx(0.9)
    cut = found[0]
    assert cut.expected.worst_case == 0 and cut.confidence is None
    assert cut.reason.startswith("Other ads are expected to earn more with this money. 2 ads. A")


def test_what_differs_too_little_is_left() -> None:
    assert asked(known(), budgets={"a1": 5_200, "a5": 8_300})[0] == ()


def test_a_step_that_began_counts_for_velocity() -> None:
    past = (sent("c2", 8_000, 8_500, NOW - timedelta(hours=2)),)
    tree = changed(c2={"daily_budget": 8_500})
    found, _ = asked(known(tree), budgets={"a5": 12_000}, past=past)
    assert wanted(found) == {("c2", "budget"): 9_600}


@given(st.integers(0, 30_000), st.integers(0, 30_000), st.floats(0, 1))
def test_no_step_is_past_velocity_or_the_wrong_way(first: int, second: int, doubt: float) -> None:
    told = known(disagreement={"a1": doubt, "a2": doubt})
    found, _ = asked(told, budgets={"a1": first, "a2": second})
    for one in found:
        assert isinstance(one.requested, int) and 8_000 <= one.requested <= 12_000
        assert (one.requested > 10_000) == (first + second > 10_000)
        assert abs(one.requested - 10_000) <= abs(first + second - 10_000)


def test_models_that_disagree_make_the_step_smaller() -> None:
    sure, _ = asked(known(), budgets={"a5": 9_600})
    unsure, _ = asked(known(disagreement={"a5": 0.5}), budgets={"a5": 9_600})
    assert (sure[0].requested, unsure[0].requested) == (9_600, 8_800)
    assert "Attribution models differ by 50% here" in unsure[0].reason
    assert asked(known(disagreement={"a5": 0.9}), budgets={"a5": 9_600})[0] == ()


def test_an_ad_is_paused_by_itself_and_its_money_goes_to_the_one_beside_it() -> None:
    found, _ = asked(known(), {"a1": "killed"})
    assert wanted(found) == {("a1", "status"): "PAUSED", ("s1", "budget"): 8_000}
    pause = found[0]
    assert (pause.kind, pause.before, pause.reason) == ("ad", "ACTIVE", "Because of a1.")
    assert "goes to the ads beside it" in pause.expected.effect and pause.expected.worst_case == 0
    assert pause.confidence == pytest.approx(0.95)
    alone, _ = asked(known(standing={"a2": "off"}), {"a1": "parked"})
    assert wanted(alone) == {("s1", "status"): "PAUSED"} and alone[0].confidence is None


def test_where_no_ad_goes_on_the_ad_set_is_paused() -> None:
    found, _ = asked(known(), {"a1": "killed", "a2": "parked", "a5": "killed"})
    assert wanted(found) == {("s1", "status"): "PAUSED", ("s3", "status"): "PAUSED"}
    whole = next(one for one in found if one.entity_id == "s1")
    assert whole.ad_ids == ("a1", "a2") and "USD 100.00 a day is free" in whole.expected.effect


def test_ads_come_back_one_by_one() -> None:
    tree = changed(a1={"status": "PAUSED"})
    told = known(tree, {"a1": "killed"})
    assert wanted(asked(told)[0]) == {}
    found, _ = asked(told, {"a1": "running"}, {"a1": 2_000, "a2": 10_000})
    assert wanted(found) == {("a1", "status"): "ACTIVE", ("s1", "budget"): 12_000}
    assert found[-1].entity_id == "a1", "what spends more comes last"
    assert found[-1].expected.worst_case == 3_500 and found[-1].before == "PAUSED"


def test_an_ad_set_comes_back_once_the_right_ads_are_on_in_it() -> None:
    off = {"s1": {"status": "PAUSED"}}
    told = known(changed(**off), {"a1": "killed", "a2": "parked"})
    assert wanted(asked(told, {"a2": "running"})[0]) == {
        ("a1", "status"): "PAUSED",
        ("s1", "budget"): 8_000,
    }
    told = known(changed(**off, a1={"status": "PAUSED"}), {"a1": "killed", "a2": "parked"})
    assert wanted(asked(told, {"a2": "running"}, {"a2": 10_000})[0]) == {("s1", "status"): "ACTIVE"}
    both = known(changed(**off, a1={"status": "PAUSED"}), {"a1": "killed", "a2": "parked"})
    assert ("a1", "status") in wanted(asked(both, {"a1": "running", "a2": "running"})[0])


def test_what_is_off_by_a_person_is_left_alone() -> None:
    told = known(standing={"a1": "off", "a2": "off", "a3": "off", "a4": "off", "a5": "off"})
    assert asked(told, {"a1": "running"}, {"a1": 20_000}) == ((), ())


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"authority": "off"}, "switched off"),
        ({"killed_at": NOW, "killed_by": "ada"}, "ada stopped all changes"),
    ],
)
def test_nothing_is_asked_for_where_changes_are_stopped(changes: dict[str, Any], note: str) -> None:
    found, notes = asked(known(), {"a1": "killed"}, account=replace(ACCOUNT, **changes))
    assert found == () and note in notes[0]


def test_nothing_is_asked_for_without_evidence() -> None:
    empty = known()
    empty = replace(empty, view=replace(empty.view, outcomes=outcomes(0, 5)))
    found, notes = asked(empty, budgets={"a5": 9_600})
    assert found == () and "no evidence to move money" in notes[0]
    found, notes = asked(known(), budgets={"a5": 9_600}, word="not_enough_data")
    assert found == () and "about 3 days away" in notes[0]


def test_nothing_is_asked_for_what_shows_something_else_than_approved() -> None:
    found, notes = asked(known(drifted=frozenset({"a1"})), {"a1": "killed"}, {"a5": 9_600})
    assert wanted(found) == {("c2", "budget"): 9_600}
    assert notes == ("Nothing is proposed for a1, s1: ad a1 shows something that nobody approved.",)


def told_ad(budget: int = 5_000, **changes: Any) -> AdDecision:
    values: dict[str, Any] = {"mean": 2.0, "low": 1.0, "high": 4.0} | changes
    return AdDecision("a1", "keep", "running", budget, budget, "", **values)


@given(st.integers(100, 50_000), st.floats(100, 50_000), st.floats(1.01, 3), st.integers(100, 20_000))
def test_more_money_earns_more_but_less_and_less(budget: int, other: float, more: float, scale: int) -> None:
    one = told_ad(budget)
    assert revenue(one, 2.0, budget, scale) == pytest.approx(2.0 * budget)
    assert revenue(one, 2.0, other, scale) < revenue(one, 2.0, other * more, scale)
    assert thinned(other, scale) > thinned(other * more, scale)
    assert revenue(one, 2.0, 0, scale) == 0


def test_profit_is_what_comes_in_less_what_is_spent() -> None:
    off = expected([Shift(told_ad(), 5_000, 0)], 5_000, "Off.", -5_000, 0)
    assert (off.profit, off.low, off.high, off.worst_case) == (-5_000, -15_000, 0, 0)
    on = expected([Shift(told_ad(), 0, 5_000)], 5_000, "On.", 5_000, 5_000)
    assert (on.profit, on.low, on.high, on.worst_case) == (5_000, 0, 15_000, 8_750)
    unknown = expected([Shift(told_ad(low=None), 0, 5_000)], 5_000, "On.", 5_000, 5_000)
    assert (unknown.profit, unknown.low, unknown.high) == (5_000, None, None)
    nothing = expected([Shift(told_ad(mean=None), 0, 5_000)], 5_000, "On.", 5_000, 5_000)
    assert nothing.profit is None


def test_confidence_is_unknown_where_a_chance_is() -> None:
    found, _ = asked(known(), budgets={"a5": 9_600}, mean=None)
    assert found[0].confidence is None and found[0].expected.profit is None
