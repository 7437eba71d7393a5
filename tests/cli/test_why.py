"""`kinoloop why`: the record for a person and for a program, and whether it comes out the same again."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from kinoloop.cli import main
from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.flows.decide_budget.proposing import propose_steps
from kinoloop.flows.decide_budget.round import decide_round
from kinoloop.flows.decide_budget.tools import DecideTools
from kinoloop.learning.decisions import queries
from kinoloop.learning.decisions.policies import policy_of
from kinoloop.learning.decisions.records import Decision
from kinoloop.learning.decisions.tables import budget_decisions, budget_views
from kinoloop.store.session import Database, connect
from tests import databases
from tests.cli.conftest import Ask
from tests.delivery.made import NOW, proposed
from tests.learning.decisions.grown import grown
from tests.learning.decisions.worlds import ACCOUNT, Plain, World, full


@pytest.fixture(autouse=True)
def room(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command stands in the program."""
    monkeypatch.setitem(main.ROOMS, "why", ("why",))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """The database of the home that `ask` works in."""
    path = tmp_path / "home" / "kinoloop.db"
    path.parent.mkdir()
    path.write_bytes(databases.sqlite_template())
    opened = connect(f"sqlite:///{path}", profile="test")
    yield opened
    opened.close()


def decided(world: World, **more: object) -> Decision:
    """A round of our own policy (or of another), its steps in the queue."""

    def propose(wish):  # type: ignore[no-untyped-def]
        with world.database.begin() as connection:
            return proposed(connection, world.place, wish, world.ids)

    tools = DecideTools(world.database.read, propose, ManualClock(NOW), new_id, **more)  # type: ignore[arg-type]
    made = decide_round(world.database, tools, ACCOUNT, key="one")
    propose_steps(world.database, tools, made)
    return made


def test_a_decision_is_told_and_made_again(database: Database, ask: Ask) -> None:
    world = full(database)
    made = decided(world)
    told = ask("why", made.decision_id)
    assert told.code == 0, told.err
    assert f"Decision {made.decision_id}" in told.out and "by Kinoloop's own policy, version 1" in told.out
    assert "USD 230.00 a day to hand out; USD 230.00 stood" in told.out
    assert "Frequency is reckoned from daily reach" in told.out
    assert "A1 (a1)" in told.out and "Would change our mind: It is paused once" in told.out
    assert f"same bytes: yes (sha256 {made.round_sha256})" in told.out


def test_a_change_leads_to_its_decision(database: Database, ask: Ask) -> None:
    world = full(database)
    cuts = Plain({"a1": "killed"}, {"a5": 9_600})
    made = decided(world, policy_of=lambda *_: cuts)
    with database.read() as connection:
        steps = queries.steps(connection, made.decision_id)
    told = ask("why", steps[2].change_id)
    assert "3 changes asked for; USD 16.00 a day goes to other ads." in told.out
    assert "campaign C2" in told.out and "80.00 → 96.00" in told.out and "28.00" in told.out
    assert f"Why: see A5. Change {steps[2].change_id}. (the change you named)" in " ".join(told.out.split())
    assert "ad A1" in told.out and "active → paused" in told.out and "Pause (loser)" in told.out
    assert told.code == 1 and "same bytes: no" in told.out and "no policy 'plain 1'" in told.out
    assert "Would change our mind" not in told.out, "another policy has other bars"


def test_without_an_id_the_latest_are_listed(database: Database, ask: Ask) -> None:
    nothing = ask("why")
    assert nothing.code == 0 and "No decision yet" in nothing.err and "kinoloop demo" in nothing.err
    made = decided(full(database))
    told = ask("why")
    assert told.code == 0 and "The latest decisions about ad money" in told.out
    assert f"kinoloop why {made.decision_id}" in told.out and "2026-03-01 12:00" in told.out
    assert [one["decision_id"] for one in json.loads(ask("why", "--json").out)["decisions"]] == [
        made.decision_id
    ]


def test_what_is_dropped_is_told_and_no_failure(database: Database, ask: Ask) -> None:
    made = decided(full(database))
    with database.begin() as connection:
        connection.execute(update(budget_views).values(data=b""))
    told = ask("why", made.decision_id)
    assert told.code == 0 and "Not possible any more." in told.out and "A1 (a1)" in told.out
    body = json.loads(ask("why", made.decision_id, "--json").out)
    assert body["replay"] is None and "not kept any more" in body["no_replay"]


def test_of_many_ads_those_are_told_that_matter_most(database: Database, ask: Ask) -> None:
    made = decided(grown(database, ads=14, days=9, shaped=0, deals=2))
    told, whole = ask("why", made.decision_id), ask("why", made.decision_id, "--all")
    assert f"6 more ads: kinoloop why {made.decision_id} --all" in told.out
    assert told.out.count("Would change our mind") == 8 and "more ads:" not in whole.out
    assert whole.out.count("Would change our mind") == 14


def test_what_is_not_known_is_not_told(database: Database, ask: Ask) -> None:
    full(database)
    unsure = Plain({}, {"a5": 9_600}, mean=None)

    def refuse(wish):  # type: ignore[no-untyped-def]
        raise AssertionError("nothing is asked for in this test")

    tools = DecideTools(database.read, refuse, ManualClock(NOW), new_id, policy_of=lambda *_: unsure)
    made = decide_round(database, tools, ACCOUNT, key="one")
    told = ask("why", made.decision_id)
    assert "not known" in told.out and "It was not handed to the queue yet." in told.out
    empty = decide_round(
        database,
        DecideTools(database.read, refuse, ManualClock(NOW), new_id, policy_of=lambda *_: Plain()),
        ACCOUNT,
        key="two",
    )
    assert "Nothing was asked for." in ask("why", empty.decision_id).out


def test_machines_get_all_of_it(database: Database, ask: Ask) -> None:
    made = decided(full(database))
    told = ask("why", made.decision_id, "--json")
    body = json.loads(told.out)
    assert body["decision"]["decision_id"] == made.decision_id and body["replay"]["same"] is True
    assert len(body["ads"]) == 5 and sum(one["share"] for one in body["ads"]) == pytest.approx(1)
    assert {one["entity_id"] for one in body["steps"]} <= {"s1", "s2", "c2"}


def test_a_decision_that_comes_out_otherwise_says_for_whom(database: Database, ask: Ask) -> None:
    world = full(database)
    make = policy_of

    def other(name, settings, currency):  # type: ignore[no-untyped-def]
        return make("equal", settings, currency)

    made = decided(world, policy_of=other)
    with database.begin() as connection:
        connection.execute(update(budget_decisions).values(policy="greedy 1"))
    told = ask("why", made.decision_id)
    assert told.code == 1 and "same bytes: no" in told.out and "It differs for" in told.out


def test_an_unknown_id_is_refused(database: Database, ask: Ask) -> None:
    told = ask("why", new_id())
    assert told.code == 2 and "No decision and no change" in told.err
