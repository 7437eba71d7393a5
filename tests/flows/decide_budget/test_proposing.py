"""The run over accounts: one round each, its steps asked for once, what nobody answered gives way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from kinoloop.core.clock import ManualClock
from kinoloop.core.errors import PassingError, UnavailableError
from kinoloop.core.ids import new_id
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.changes import operations as changing
from kinoloop.delivery.changes import queries as changes
from kinoloop.delivery.changes.records import Change, Proposal
from kinoloop.delivery.drift import operations as drifting
from kinoloop.delivery.drift.records import AdContent, ApprovedAd, Difference
from kinoloop.delivery.drift.rules import content_hash
from kinoloop.flows.decide_budget.proposing import propose_steps
from kinoloop.flows.decide_budget.round import decide_round
from kinoloop.flows.decide_budget.tick import EVERY_SIX_HOURS, NAME, DecideBudget
from kinoloop.flows.decide_budget.tools import DecideTools
from kinoloop.learning.bandit.records import Policy
from kinoloop.learning.decisions import queries
from kinoloop.learning.decisions.records import TRIGGER, BudgetStep
from kinoloop.runs.door import Runs
from kinoloop.runs.queries import run as run_of
from kinoloop.store.session import Database
from tests.delivery.made import NOW, applied, proposal, proposed
from tests.learning.decisions.worlds import ACCOUNT, Plain, World, full, row
from tests.runs.conftest import QUICK

RAISES = Plain(budgets={"a5": 9_600})
Told = dict[str, Any]


@dataclass
class Office:
    """The flow over a world; `policy` decides, `refuse` may stand before the queue."""

    world: World
    clock: ManualClock
    policy: Policy = RAISES
    refuse: Callable[[Proposal], None] | None = None
    asked: list[Proposal] = field(default_factory=list)

    @property
    def tools(self) -> DecideTools:
        make = lambda name, settings, currency: self.policy  # noqa: E731
        return DecideTools(
            self.world.database.read, self.propose, self.clock, new_id, policy_of=make, backoff=0.01
        )

    def propose(self, wish: Proposal) -> Change:
        self.asked.append(wish)
        if self.refuse is not None:
            self.refuse(wish)
        with self.world.database.begin() as connection:
            return proposed(connection, self.world.place, wish, self.world.ids, self.clock.now())

    def later(self, hours: float = 6) -> None:
        """Everything is read anew."""
        self.clock.advance(hours * 3600)
        self.world.mirror(self.clock.now())
        self.world.told([row("a2", self.clock.now().date(), (100, 2, 400))], self.clock.now())

    def steps(self) -> tuple[BudgetStep, ...]:
        with self.world.database.read() as connection:
            decision = queries.last(connection, ACCOUNT)
            assert decision is not None
            return queries.steps(connection, decision.decision_id)

    def waiting(self) -> list[tuple[str, int | str]]:
        with self.world.database.read() as connection:
            found = changes.changes(connection, states=("proposed",))
        return [(one.entity_id, one.requested) for one in found]


@dataclass
class Running:
    """An office whose flow really runs."""

    office: Office
    runs: Runs

    def run(self, **payload: Any) -> Told:
        return self.runs.wait(self.runs.start(NAME, payload), timeout=30)


@pytest.fixture
def office(sqlite_database: Database) -> Office:
    return Office(full(sqlite_database), ManualClock(NOW))


@pytest.fixture
def running(office: Office) -> Iterator[Running]:
    runs = Runs(office.world.database, [DecideBudget(office.tools).flow()], QUICK, clock=office.clock)
    runs.launch()
    yield Running(office, runs)
    runs.close(timeout=2.0)


def test_a_round_is_decided_and_asked_for(running: Running) -> None:
    told = running.run()
    made = told["decisions"][ACCOUNT]
    assert (made["proposed"], made["total"], told["skipped"]) == (1, 23_000, {})
    [wish] = running.office.asked
    assert (wish.triggered_by, wish.kind, wish.entity_id, wish.requested) == (
        TRIGGER,
        "campaign",
        "c2",
        9_600,
    )
    assert wish.key == f"decision:{made['decision_id']}:c2:budget" and wish.confidence == pytest.approx(0.9)
    [step] = running.office.steps()
    with running.office.world.database.read() as connection:
        change = changes.change(connection, step.change_id or "")
    assert change.state == "proposed" and change.expected == step.expected and change.reason == step.reason
    assert EVERY_SIX_HOURS.flow == NAME and EVERY_SIX_HOURS.cron.endswith("*/6 * * *")


def test_what_was_asked_for_already_is_not_asked_for_again(running: Running) -> None:
    running.run()
    before = running.office.waiting()
    running.office.later()
    told = running.run(account_id=ACCOUNT)["decisions"][ACCOUNT]
    assert (told["proposed"], told["kept"], told["withdrawn"]) == (0, 1, 0)
    assert running.office.waiting() == before == [("c2", 9_600)]
    assert running.office.steps()[0].change_id is not None


def test_what_nobody_answered_gives_way_to_the_newer_decision(running: Running) -> None:
    running.run()
    running.office.later()
    running.office.policy = Plain({"a1": "killed"}, {"a5": 7_000})
    told = running.run()["decisions"][ACCOUNT]
    assert (told["proposed"], told["withdrawn"]) == (3, 1)
    assert sorted(running.office.waiting()) == [("a1", "PAUSED"), ("c2", 7_000), ("s1", 8_000)]
    running.office.later()
    running.office.policy = Plain()
    assert running.run()["decisions"][ACCOUNT]["withdrawn"] == 3 and running.office.waiting() == []


def test_what_a_person_said_yes_to_stands(running: Running) -> None:
    running.run()
    [step] = running.office.steps()
    with running.office.world.database.begin() as connection:
        changing.approve(connection, step.change_id or "", who="ada", sha256=None, now=NOW, rng=Random(1))
    running.office.later()
    running.office.policy = Plain(budgets={"a5": 7_000})
    told = running.run()["decisions"][ACCOUNT]
    assert (told["refused"], told["withdrawn"], told["proposed"]) == (1, 0, 0)
    assert running.office.steps()[0].note == f"Another change of it, by {TRIGGER}, is approved."


def test_another_change_of_the_same_budget_comes_first(running: Running) -> None:
    office = running.office
    with office.world.database.begin() as connection:
        wish = proposal("c2", "budget", 8_500, key="by-hand")
        proposed(connection, office.world.place, wish, office.world.ids)
    told = running.run()["decisions"][ACCOUNT]
    assert told["refused"] == 1 and office.waiting() == [("c2", 8_500)]
    assert "Another change of it, by test, is proposed." in (office.steps()[0].note or "")


def test_a_clear_no_is_written_down_and_a_passing_one_is_tried_again(running: Running) -> None:
    office = running.office
    answers: list[Exception | None] = [PassingError("Meta does not answer."), None]

    def refuse(wish: Proposal) -> None:
        answer = answers.pop(0) if answers else None
        if answer is not None:
            raise answer

    office.refuse = refuse
    told = running.run()
    assert told["decisions"][ACCOUNT]["proposed"] == 1 and len(office.asked) == 2
    assert office.waiting() == [("c2", 9_600)]

    office.later()
    office.world.place.set("c2", daily_budget=9_000)
    office.policy = Plain(budgets={"a5": 9_000})
    told = running.run()["decisions"][ACCOUNT]
    assert told["refused"] == 1 and "already is 9000" in (office.steps()[0].note or "")


def test_a_platform_that_stays_silent_leaves_the_decision_and_says_so(running: Running) -> None:
    def silent(wish: Proposal) -> None:
        raise UnavailableError("No ad account is connected.")

    running.office.refuse = silent
    run_id = running.runs.start(NAME, {})
    told = running.runs.wait(run_id, timeout=30)
    assert told["decisions"][ACCOUNT]["error"]["what"] == "No ad account is connected."
    with running.office.world.database.read() as connection:
        assert run_of(connection, run_id).status == "partially_completed"
    [step] = running.office.steps()
    assert step.change_id is None and step.note is None
    running.office.refuse = None
    running.office.later()
    running.run()
    assert running.office.steps()[0].change_id is not None


def test_where_nothing_can_be_decided_the_reason_is_told(running: Running) -> None:
    running.office.clock.advance(20 * 3600)
    told = running.run()
    assert told["decisions"] == {} and "were last read" in told["skipped"][ACCOUNT]


def test_where_changes_are_off_there_is_a_decision_and_no_change(running: Running) -> None:
    office = running.office
    with office.world.database.begin() as connection:
        accounts.set_authority(connection, ACCOUNT, "off", who="ada", now=NOW)
    running.run()
    assert office.steps() == () and office.asked == []
    with office.world.database.begin() as connection:
        decision = queries.last(connection, ACCOUNT)
        assert decision is not None and any("switched off" in note for note in decision.notes)
        accounts.set_authority(connection, ACCOUNT, "draft", who="ada", now=NOW)
        accounts.kill(connection, ACCOUNT, who="ada", reason="fire", now=NOW)
    office.later()
    running.run()
    with office.world.database.read() as connection:
        decision = queries.last(connection, ACCOUNT)
    assert decision is not None and any("ada stopped all changes" in note for note in decision.notes)
    assert office.asked == []


def test_ads_that_show_something_else_get_no_step(running: Running) -> None:
    office = running.office
    content = AdContent("k5", None, {"title": "As approved"}, {})
    approved = ApprovedAd("a5", ACCOUNT, content, content_hash(content), "ada", NOW)
    with office.world.database.begin() as connection:
        drifting.approve_content(connection, approved, new_id=new_id)
        drifting.found(
            connection,
            approved,
            (Difference("copy.title", "As approved", "Other"),),
            served=replace(content, copy={"title": "Other"}),
            now=NOW,
            new_id=new_id,
        )
    running.run()
    with office.world.database.read() as connection:
        decision = queries.last(connection, ACCOUNT)
    assert office.steps() == () and decision is not None
    assert any("ad a5 shows something that nobody approved" in note for note in decision.notes)


def test_in_an_account_that_decides_by_itself_steps_are_approved_and_applied(running: Running) -> None:
    office = running.office
    with office.world.database.begin() as connection:
        accounts.set_authority(connection, ACCOUNT, "auto", who="ada", now=NOW)
    running.run()
    [step] = office.steps()
    with office.world.database.begin() as connection:
        change = changes.change(connection, step.change_id or "")
        assert change.state == "approved" and change.approved_by == "auto"
        done = applied(connection, office.world.place, change, office.world.ids, NOW + timedelta(minutes=1))
    assert done.state == "completed" and 9_312 <= done.sent <= 9_600
    assert office.world.place.there["c2"].daily_budget == done.sent


def test_a_round_that_is_older_than_the_newest_asks_for_nothing(running: Running) -> None:
    office = running.office
    first = decide_round(office.world.database, office.tools, ACCOUNT, key="first")
    assert decide_round(office.world.database, office.tools, ACCOUNT, key="first") == first
    office.later()
    decide_round(office.world.database, office.tools, ACCOUNT, key="second")
    told = propose_steps(office.world.database, office.tools, first)
    assert told.proposed == 0 and office.asked == []
