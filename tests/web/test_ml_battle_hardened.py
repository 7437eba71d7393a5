"""The battle-hardened routes: splits that sum to the cent, feedback that is kept and used, the plain rule."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinoloop.core.clock import ManualClock
from kinoloop.learning.bandit.queries import latest
from kinoloop.store.session import Database
from kinoloop.web.api.ml import battle_hardened
from kinoloop.web.faults import add_faults
from tests.web.house import START, open_house

PATH = "/api/ml/battle-hardened"
Json = dict[str, Any]


@contextmanager
def opened(database: Database, tmp_path: Path) -> Iterator[TestClient]:
    """The routes alone, on a real house and database."""
    clock = ManualClock(START)
    house = open_house(database, tmp_path, clock=clock)
    site = FastAPI()
    site.state.backstage, site.state.clock = house, clock
    add_faults(site)
    site.include_router(battle_hardened.router)
    try:
        yield TestClient(site, base_url="http://localhost")
    finally:
        house.runs.close()


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> Iterator[TestClient]:
    with opened(sqlite_database, tmp_path) as client:
        yield client


def ask(desk: TestClient, what: str, body: Json, status: int = 200) -> Json:
    answer = desk.post(f"{PATH}/{what}", json=body)
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


def state(ad_id: str, **changes: Any) -> Json:
    usual = {"impressions": 20_000, "clicks": 400, "spend": 300, "pipeline_value": 600, "age_hours": 240}
    return {"ad_id": ad_id, **usual, **changes}


THREE = [state(name, pipeline_value=value) for name, value in (("ad-a", 1800), ("ad-b", 900), ("ad-c", 150))]


def summed(found: Json) -> Decimal:
    return sum((Decimal(str(one["recommended_budget"])) for one in found["recommendations"]), Decimal(0))


def test_the_founding_example_sums_and_follows_the_money(desk: TestClient) -> None:
    """Theirs handed out 223 of 300 and raised the loser."""
    found = ask(desk, "select", {"ad_states": THREE, "total_budget": 300})
    best, middle, worst = found["recommendations"]
    assert summed(found) == 300 and found["total_budget"] == 300 and found["num_ads"] == 3
    assert (found["currency"], found["policy"]) == ("USD", "ours from totals 1")
    assert best["recommended_budget"] > middle["recommended_budget"] > worst["recommended_budget"]
    assert (best["ad_id"], best["current_budget"]) == ("ad-a", 30)
    assert best["change_percentage"] == round(100 * (best["recommended_budget"] - 30) / 30, 2)
    assert best["metrics"] == {
        "impressions": 20_000,
        "clicks": 400,
        "ctr": 2.0,
        "pipeline_roas": 6.0,
        "cash_roas": 0.0,
        "ctr_weight": pytest.approx(best["metrics"]["ctr_weight"]),
        "roas_weight": pytest.approx(1 - best["metrics"]["ctr_weight"], abs=1e-4),
        "blended_score": pytest.approx(
            0.4 * best["metrics"]["ctr_weight"] + best["metrics"]["roas_weight"], abs=1e-3
        ),
        "decay_factor": 1.0,
        "age_hours": 240,
    }
    assert 0 < best["confidence"] < 1
    assert best["low"] < best["expected_return"] < best["high"]
    assert best["chance_loser"] < worst["chance_loser"]
    assert worst["reason"].startswith("Kept only so that at least 3 ads run: expected")
    assert "seen" not in best["reason"]  # nobody told of single results


def test_the_same_question_has_the_same_answer(desk: TestClient) -> None:
    body = {"ad_states": THREE, "total_budget": 300}
    assert ask(desk, "select", body) == ask(desk, "select", body)


def test_another_currency_changes_only_units(desk: TestClient) -> None:
    yen = [
        one | {"spend": 30_000, "pipeline_value": 100 * one["pipeline_value"], "current_budget": 3_000}
        for one in THREE
    ]
    told = {"ad_states": yen, "total_budget": 30_000, "currency": "JPY", "value_per_result": 6_000}
    told["ignorance_zone_spend"] = 10_000
    found = ask(desk, "select", told)
    dollars = ask(desk, "select", {"ad_states": THREE, "total_budget": 300, "value_per_result": 60})
    for here, there in zip(found["recommendations"], dollars["recommendations"], strict=True):
        assert here["expected_return"] == pytest.approx(there["expected_return"], rel=0.2)
    assert summed(found) == 30_000


def test_a_sure_loser_is_paused_and_gets_nothing(desk: TestClient) -> None:
    states = [state(f"ad-{place}", pipeline_value=900) for place in range(4)]
    states.append(state("ad-x", spend=3_000, clicks=4_000, impressions=200_000, pipeline_value=300))
    body = {"ad_states": states, "total_budget": 500, "value_per_result": 50}
    found = ask(desk, "select", body)
    last = found["recommendations"][-1]
    assert (last["verdict"], last["recommended_budget"], last["change_percentage"]) == ("pause", 0, -100)
    assert last["reason"].startswith("Paused as a loser: ")
    assert summed(found) == 500 and all(one["verdict"] != "pause" for one in found["recommendations"][:4])
    patient = ask(desk, "select", body | {"ignorance_zone_days": 14})["recommendations"][-1]
    assert (patient["verdict"], patient["wait_days"]) == ("not_enough_data", 4.0)


def test_a_young_ad_is_explored_and_not_judged(desk: TestClient) -> None:
    """Theirs starved it. What an answer costs is said."""
    fresh = state(
        "ad-new", impressions=0, clicks=0, spend=0, pipeline_value=0, age_hours=0, current_budget=75
    )
    states = [*(one | {"current_budget": 75} for one in THREE), fresh]
    found = ask(desk, "select", {"ad_states": states, "total_budget": 300})
    new = found["recommendations"][-1]
    assert new["verdict"] == "not_enough_data" and new["recommended_budget"] >= 37.5
    assert new["wait_days"] >= 2 and new["wait_spend"] > 0
    assert new["confidence"] == 0 and new["metrics"]["ctr_weight"] is None
    assert new["metrics"]["ctr"] is new["metrics"]["pipeline_roas"] is None


def test_volume_is_no_fault(desk: TestClient) -> None:
    """The same rates at 25 times the volume: theirs kept 1 % of the score."""
    large = state("ad-l", impressions=50_000, clicks=2_500, spend=1_000, pipeline_value=10_000)
    small = state("ad-s", impressions=2_000, clicks=100, spend=40, pipeline_value=400)
    body = {"ad_states": [large, small, state("ad-c")], "total_budget": 300, "value_per_result": 50}
    one, other, _ = ask(desk, "select", body)["recommendations"]
    assert one["expected_return"] >= other["expected_return"] * 0.9


def test_the_cap_holds_between_ads(desk: TestClient) -> None:
    states = [one | {"current_budget": 100} for one in THREE]
    body = {"ad_states": states, "total_budget": 300, "max_budget_change_pct": 0.2}
    for one in ask(desk, "select", body)["recommendations"]:
        assert 80 <= one["recommended_budget"] <= 120


def test_direct_mode_counts_cash(desk: TestClient) -> None:
    states = [one | {"cash_revenue": 2_000 - one["pipeline_value"]} for one in THREE]
    found = ask(desk, "select", {"ad_states": states, "total_budget": 300, "mode": "direct"})
    first, _, last = found["recommendations"]
    assert first["recommended_budget"] < last["recommended_budget"]


def test_dna_moves_what_is_expected_of_the_unknown(desk: TestClient) -> None:
    fresh = {"impressions": 0, "clicks": 0, "spend": 0, "pipeline_value": 0, "age_hours": 0}
    states = [*THREE, state("ad-x", **fresh), state("ad-y", **fresh)]
    scores = {"ad-x": 1.0, "ad-y": 0.0}
    found = ask(desk, "select", {"ad_states": states, "total_budget": 500, "creative_dna_scores": scores})
    good, bad = found["recommendations"][-2:]
    assert good["expected_return"] / bad["expected_return"] == pytest.approx(1.2, rel=0.05)


def test_when_nothing_tells_what_a_result_is_worth_nothing_is_promised(desk: TestClient) -> None:
    states = [one | {"pipeline_value": 0} for one in THREE]
    found = ask(desk, "select", {"ad_states": states, "total_budget": 300})
    for one in found["recommendations"]:
        assert (one["verdict"], one["expected_return"], one["chance_loser"]) == (
            "not_enough_data",
            None,
            None,
        )
    assert summed(found) == 300


states_of = st.lists(
    st.tuples(
        st.integers(0, 10**6),
        st.floats(0, 1),
        st.integers(0, 10**6),
        st.integers(0, 10**6),
        st.floats(0, 5000),
    ),
    min_size=1,
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(states_of, st.integers(12, 10**7), st.sampled_from(["pipeline", "direct"]))
def test_whatever_is_told_the_split_sums_to_the_cent(
    desk: TestClient, ads: list[tuple[int, float, int, int, float]], cents: int, mode: str
) -> None:
    states = [
        {
            "ad_id": f"ad-{place}",
            "impressions": shown,
            "clicks": int(shown * rate),
            "spend": f"{spent / 100:.2f}",
            "pipeline_value": f"{value / 100:.2f}",
            "cash_revenue": f"{value / 200:.2f}",
            "age_hours": age,
        }
        for place, (shown, rate, spent, value, age) in enumerate(ads)
    ]
    found = ask(desk, "select", {"ad_states": states, "total_budget": f"{cents / 100:.2f}", "mode": mode})
    assert summed(found) == Decimal(cents) / 100
    for one in found["recommendations"]:
        assert one["recommended_budget"] > 0 or one["verdict"] == "pause"
        assert one["verdict"] != "pause" or (one["metrics"]["age_hours"] >= 48)


def test_feedback_is_kept_and_counts(database: Database, tmp_path: Path) -> None:
    with opened(database, tmp_path) as desk:
        fresh = {"impressions": 0, "clicks": 0, "spend": 0, "pipeline_value": 0, "age_hours": 0}
        body = {"ad_states": [*THREE, state("ad-n", **fresh)], "total_budget": 300}
        before = ask(desk, "select", body)["recommendations"][-1]["expected_return"]
        word = {"ad_id": "old", "actual_pipeline_value": 90_000, "actual_spend": 4_500.5}
        assert ask(desk, "feedback", word) == {
            "status": "recorded",
            "ad_id": "old",
            "actual_roas": 19.9978,
            "timestamp": START.isoformat().replace("+00:00", "Z"),
        }
        assert ask(desk, "select", body)["recommendations"][-1]["expected_return"] > before
        with database.read() as connection:
            kept = [(one.ad_id, one.value, one.spend, one.at) for one in latest(connection, "main", "USD")]
            assert kept == [("old", 9_000_000, 450_050, START)]
            assert latest(connection, "other", "USD") == latest(connection, "main", "EUR") == ()


def test_the_newest_word_on_an_ad_counts(database: Database, tmp_path: Path) -> None:
    with opened(database, tmp_path) as desk:
        for place, value in enumerate((10, 30, 20)):
            desk.app.state.clock.advance(3_600 * place)  # type: ignore[attr-defined]
            ask(desk, "feedback", {"ad_id": "a", "actual_pipeline_value": value, "actual_spend": 10})
        ask(desk, "feedback", {"ad_id": "b", "actual_pipeline_value": 0, "actual_spend": 0})
        with database.read() as connection:
            kept = [(one.ad_id, one.value, one.roas) for one in latest(connection, "main", "USD")]
            assert kept == [("a", 2_000, 2.0), ("b", 0, None)]


@pytest.mark.parametrize(
    ("spend", "earned", "days", "decision"),
    [
        (50, 0, 1, "maintain"),
        (200, 99, 3, "kill"),
        (200, 100, 3, "maintain"),
        (200, 600, 3, "maintain"),
        (200, 601, 3, "scale"),
        (250, 0, 0.3, "maintain"),  # the founding repository kills it on its first morning
    ],
)
def test_decide(desk: TestClient, spend: int, earned: int, days: float, decision: str) -> None:
    body = {"ad_id": "ad-a", "spend": spend, "days_live": days}
    for mode, name in (("pipeline", "synthetic_revenue"), ("direct", "revenue")):
        found = ask(desk, "decide", body | {name: earned, "mode": mode})
        assert (found["ad_id"], found["decision"], found["mode"]) == ("ad-a", decision, mode)
        assert found["metrics"]["roas"] == earned / spend and found["reason"].endswith(".")


def test_decide_by_an_accounts_own_numbers(desk: TestClient) -> None:
    body = {"ad_id": "a", "spend": 90, "days_live": 3, "thresholds": {"min_spend_for_kill": 50}}
    assert ask(desk, "decide", body)["decision"] == "maintain"
    body["thresholds"] = {"min_spend_for_kill": 50, "ignorance_zone_spend": 0}
    assert ask(desk, "decide", body)["decision"] == "kill"


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("select", {"ad_states": [], "total_budget": 300}),
        ("select", {"ad_states": THREE, "total_budget": 0}),
        ("select", {"ad_states": THREE, "total_budget": 0.02}),
        ("select", {"ad_states": [*THREE, THREE[0]], "total_budget": 300}),
        ("select", {"ad_states": THREE, "total_budget": 300, "creative_dna_scores": {"ad-z": 0.5}}),
        ("select", {"ad_states": THREE, "total_budget": 300, "creative_dna_scores": {"ad-a": 1.5}}),
        ("select", {"ad_states": [state("a", spend=-1)], "total_budget": 300}),
        ("select", {"ad_states": [state("a", spend="0.001")], "total_budget": 300}),
        ("select", {"ad_states": [state("a", more=1)], "total_budget": 300}),
        ("select", {"ad_states": THREE, "total_budget": "NaN"}),
        ("feedback", {"ad_id": "a", "actual_pipeline_value": -1, "actual_spend": 1}),
        ("feedback", {"ad_id": "", "actual_pipeline_value": 1, "actual_spend": 1}),
        ("decide", {"ad_id": "a", "spend": 1, "days_live": -1}),
    ],
)
def test_what_cannot_be_is_refused(desk: TestClient, what: str, body: Json) -> None:
    assert ask(desk, what, body, 422)["code"] == "bad_input"
