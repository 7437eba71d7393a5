"""Another policy decides about an account only after its trial, or by a yes that is kept."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from kinoloop.core.errors import ConflictError, InputError
from kinoloop.flows.decide_budget.switching import set_decisions
from kinoloop.learning.bandit.records import BanditSettings
from kinoloop.learning.decisions import operations, queries
from kinoloop.learning.decisions.records import DecisionSettings
from kinoloop.learning.decisions.rules.deciding import decide
from kinoloop.learning.trials.queries import switches
from kinoloop.store.session import Database
from tests.delivery.made import NOW
from tests.learning.decisions.views import known
from tests.learning.decisions.worlds import ACCOUNT, ADS, Plain, World

LATER = NOW + timedelta(days=28)
DAYS = 40
SPREAD = Plain(budgets={"a1": 2_600, "a2": 2_300, "a3": 2_000, "a4": 1_700, "a5": 1_400})
EQUAL = DecisionSettings(policy="equal")


def put(world: World, settings: DecisionSettings, **more: object) -> DecisionSettings:
    database = world.database
    return set_decisions(
        database.read,
        database.begin,
        ACCOUNT,
        settings,
        who="ada",
        now=LATER,
        new_id=world.ids,
        **more,  # type: ignore[arg-type]
    )


def in_force(world: World) -> str:
    with world.database.read() as connection:
        return queries.settings(connection, ACCOUNT).policy


@pytest.fixture
def world(database: Database) -> World:
    made = World(database)
    made.open()
    return made


def lived(world: World, ads: Sequence[str]) -> None:
    """Forty decided days; in half of them some ads sell, the first of these most."""
    world.days(DAYS)
    for day in range(2, DAYS, 2):
        for ad_id in ads[: 1 + day % 3]:
            way = {"closed_won": 24.0 * day}
            world.deal(f"{ad_id}-{day}", way, ad_id=ad_id, delay=1.0, value=12_000)
    for ago in range(1, DAYS + 1):
        at = NOW - timedelta(days=ago)
        made = decide(replace(known(), at=at), SPREAD, BanditSettings())
        with world.database.begin() as connection:
            operations.record(connection, made, (), (), key=str(at), made_by={}, new_id=world.ids)


def test_a_policy_not_shown_to_be_worse_takes_over_and_that_is_kept(sqlite_database: Database) -> None:
    world = World(sqlite_database)
    world.open()
    lived(world, tuple(reversed(ADS)))
    assert put(world, EQUAL, reason="Simple.") == EQUAL and in_force(world) == "equal"
    with world.database.read() as connection:
        [one] = switches(connection, ACCOUNT)
    assert (one.from_policy, one.to_policy, one.who, one.reason) == ("ours", "equal", "ada", "Simple.")
    assert one.admitted is True and one.at == LATER
    assert "It is not shown to be worse" in one.told and "Effective sample: 147 of 195 ad-days." in one.told
    assert one.trial["gain"] > 0 and one.trial["snips"]["sample"] == pytest.approx(147, abs=1)


def test_a_policy_that_would_earn_less_needs_a_yes_with_a_reason(world: World) -> None:
    lived(world, ADS)
    with pytest.raises(ConflictError, match="would earn less than what was done") as refused:
        put(world, EQUAL, reason="I want it.")
    assert "It would be worse: 0.3234 against 0.4 logged" in refused.value.why
    assert in_force(world) == "ours"
    put(world, EQUAL, yes=True, reason="A week of even learning.")
    with world.database.read() as connection:
        [one] = switches(connection, ACCOUNT)
    assert in_force(world) == "equal" and one.admitted is False and one.reason == "A week of even learning."


def test_where_the_log_cannot_tell_a_yes_is_needed_too(world: World) -> None:
    with pytest.raises(ConflictError, match="The log cannot tell what it would earn") as refused:
        put(world, EQUAL, yes=True, reason="  ")
    assert "it holds 0 rounds, 10 are needed. Effective sample: 0 of 0 ad-days." in refused.value.why
    put(world, EQUAL, yes=True, reason="It is new.")
    with world.database.read() as connection:
        assert [one.admitted for one in switches(connection, ACCOUNT)] == [None]


def test_other_settings_need_no_trial_and_nothing_gets_past_it(world: World) -> None:
    assert put(world, DecisionSettings(total=40_000)).total == 40_000
    with pytest.raises(InputError, match="These settings cannot be used"):
        put(world, DecisionSettings(policy="magic"), yes=True, reason="Abracadabra.")
    with world.database.begin() as connection, pytest.raises(ConflictError, match="was not tried"):
        operations.save_settings(connection, ACCOUNT, EQUAL, who="ada", now=LATER)
    with world.database.read() as connection:
        assert switches(connection, ACCOUNT) == ()


def test_a_policy_that_was_switched_during_the_trial_stays(world: World) -> None:
    database = world.database

    def begin() -> object:
        with database.begin() as connection:
            settings = DecisionSettings(policy="greedy")
            operations.save_settings(connection, ACCOUNT, settings, who="bo", now=LATER, tried=True)
        return database.begin()

    with pytest.raises(ConflictError, match="switched meanwhile"):
        set_decisions(
            database.read,
            begin,  # type: ignore[arg-type]
            ACCOUNT,
            EQUAL,
            who="ada",
            now=LATER,
            new_id=world.ids,
            yes=True,
            reason="Even.",
        )
    assert in_force(world) == "greedy"
