"""Two weeks of the sandbox's market: results, deals, a decision, its changes, their effect, the next one."""

import pytest

from kinoloop.core.ids import hash_bytes
from kinoloop.learning.decisions import queries
from kinoloop.learning.decisions.records import TRIGGER
from kinoloop.learning.decisions.replaying import replay
from kinoloop.learning.decisions.rules.freezing import thaw
from tests.flows.decide_budget.conftest import MOST_DEALS, House
from tests.vendors.meta.sandboxed import USD

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_from_results_to_a_change_its_effect_and_the_next_decision(house: House) -> None:
    house.pull()
    house.allow("draft")
    told = house.decide(account_id=USD)["decisions"][USD]
    decision, lines, steps = house.last()
    assert told["decision_id"] == decision.decision_id and told["proposed"] == len(steps) > 0
    assert decision.total == decision.stands == 60_000 and decision.mode == "pipeline"
    with house.database.read() as connection:
        view, around = thaw(queries.frozen(connection, decision.view_sha256))
    market_clicks = len(house.people.clicks)
    assert abs(view.clicks.sum() - market_clicks) < 0.02 * market_clicks
    assert len(view.outcomes) == MOST_DEALS and around["account_id"] == USD
    assert 0.4 < (view.outcomes.by_id >= 0).mean() < 0.9, "some click ids are lost on the way"

    assert sum(one.share for one in lines) == pytest.approx(1) and len(lines) == 10
    assert all(one.mean and one.low and one.high and one.low < one.mean < one.high for one in lines)
    waiting = {one.change_id: one for one in house.changes("proposed")}
    assert {step.change_id for step in steps} == set(waiting)
    for step in steps:
        change = waiting[step.change_id or ""]
        assert change.triggered_by == TRIGGER and change.expected == step.expected
        assert change.reason == step.reason and change.confidence == step.confidence
        assert step.expected.low is not None and step.expected.high is not None

    raised = next(one for one in steps if int(one.requested) > int(one.before))
    assert raised.expected.worst_case and raised.requested <= 1.2 * int(raised.before)  # type: ignore[operator]
    house.approve(waiting[raised.change_id or ""])
    assert house.execute() == ["applied"]
    [effect] = house.meta.effects()
    assert (effect["entity_id"], int(effect["after"])) == (raised.entity_id, raised.requested)

    house.meta.wait(6 * 3600)
    house.pull()
    again = house.decide()["decisions"][USD]
    second, _, asked = house.last()
    assert second.decision_id == again["decision_id"] != decision.decision_id
    assert second.total == 60_000, "what we raised ourselves is no more money to hand out"
    assert second.stands == 60_000 + int(raised.requested) - int(raised.before)
    left = [one for one in waiting if one != raised.change_id]
    assert again["kept"] + again["withdrawn"] == len(left)
    assert {one.change_id for one in house.changes("proposed")} == {
        one.change_id for one in asked if one.change_id
    }

    with house.database.read() as connection:
        for one in (decision, second):
            assert replay(connection, one).same
            assert hash_bytes(queries.round_stored(connection, one.decision_id)) == one.round_sha256
