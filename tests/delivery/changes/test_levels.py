"""The levels that people answer for: automation is measured from them, and what people do moves them."""

import random
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts.queries import levels, settings_log
from kinoloop.delivery.changes import operations as changes
from kinoloop.delivery.changes.records import Blocked, Change, NotTaken, Refused
from kinoloop.delivery.guards.queries import exposure, usage
from kinoloop.store.session import Database
from tests.delivery.made import FREE, HOUR, MINUTE, NOW, Place, applied, opened, proposal, proposed
from tests.footage.fill import Ids

BOUND = replace(FREE, daily_loss_bound=20_000)


class Desk:
    """One account, a worker, and a clock that moves an hour with every change."""

    def __init__(self, connection: Connection, **guards: Any) -> None:
        self.connection, self.place, self.new_id, self.now = connection, Place(), Ids(), NOW
        self.step = 7 * HOUR
        opened(connection, self.place, guards=replace(BOUND, **guards))

    def wants(self, entity_id: str, change_type: Any = "budget", requested: int | str = 11_000) -> Change:
        self.now += self.step
        wanted = proposal(entity_id, change_type, requested, key=str(self.now), exact=True)
        return proposed(self.connection, self.place, wanted, self.new_id, self.now)

    def auto(self, entity_id: str, change_type: Any = "budget", requested: int | str = 11_000) -> Any:
        change = self.wants(entity_id, change_type, requested)
        return applied(self.connection, self.place, change, self.new_id, self.now + MINUTE)

    def person(self, entity_id: str, change_type: Any = "budget", requested: int | str = 11_000) -> Any:
        accounts.set_authority(self.connection, "act_1", "draft", who="ada", now=self.now)
        change = self.wants(entity_id, change_type, requested)
        changes.approve(
            self.connection, change.change_id, who="ada", sha256=None, now=self.now, rng=random.Random(1)
        )
        done = applied(self.connection, self.place, change, self.new_id, self.now + MINUTE)
        accounts.set_authority(self.connection, "act_1", "auto", who="ada", now=self.now)
        return done

    def begun(self, entity_id: str, change_type: Any = "budget", requested: int | str = 11_000) -> Change:
        change = self.wants(entity_id, change_type, requested)
        at = self.now + MINUTE
        changes.claim(self.connection, "w", now=at, lease_seconds=60)
        changes.begin(
            self.connection, change.change_id, "w", live=self.place.look(entity_id, at), now=at,
            new_id=self.new_id, chance=0.5, drifts=(),
        )  # fmt: skip
        return change

    @property
    def used(self) -> int:
        return exposure(self.connection, "act_1").used

    @property
    def approved(self) -> dict[str, int]:
        return {owner: amount for owner, (_, amount) in levels(self.connection, "act_1").items()}


def test_raises_add_up_from_the_first_budget_on_and_cuts_give_back(database: Database) -> None:
    with database.begin() as connection:
        desk = Desk(connection)
        assert desk.auto("s1", requested=11_000).state == "completed" and desk.used == 1_750
        assert desk.auto("s1", requested=12_000).state == "completed" and desk.used == 3_500
        assert desk.auto("s2", requested=6_000).state == "completed" and desk.used == 5_250
        assert exposure(connection, "act_1").by_entity == {"s1": 3_500, "s2": 1_750}
        assert desk.auto("s1", requested=10_500).state == "completed" and desk.used == 2_625
        assert desk.auto("s1", requested=9_000).state == "completed" and desk.used == 1_750
        assert desk.approved == {"s1": 10_000, "s2": 5_000}


def test_what_a_person_accepts_or_approves_is_no_longer_at_risk(database: Database) -> None:
    with database.begin() as connection:
        desk = Desk(connection)
        desk.auto("s1", requested=12_000)
        accounts.accept_levels(connection, "act_1", who="ada", now=desk.now)
        assert (desk.used, desk.approved) == (0, {"s1": 12_000})
        desk.auto("s1", requested=13_000)
        desk.auto("s2", requested=6_000)
        assert desk.used == 3_500
        assert desk.person("s1", requested=15_000).state == "completed"
        assert (desk.used, desk.approved["s1"]) == (1_750, 15_000)
        log = settings_log(connection, "act_1")
        told = next(one for one in log if one.what == "levels")
        assert (told.who, told.before, told.after) == ("ada", {"s1": 10_000}, {"s1": 12_000})


def test_a_person_may_raise_where_the_bound_is_used_up(database: Database) -> None:
    with database.begin() as connection:
        desk = Desk(connection, daily_loss_bound=0)
        blocked = desk.auto("s1", requested=10_001)
        assert isinstance(blocked, Blocked) and blocked.blocks[0].guard == "loss_bound"
        assert desk.person("s1", requested=12_000).state == "completed" and desk.used == 0


def test_what_automation_switches_on_counts_in_full_until_a_person_accepts(database: Database) -> None:
    with database.begin() as connection:
        desk = Desk(connection)
        assert desk.auto("s2", "status", "PAUSED").state == "completed" and desk.used == 0
        assert desk.auto("s2", "status", "ACTIVE").state == "completed" and desk.used == 8_750
        accounts.accept_levels(connection, "act_1", who="ada", now=desk.now)
        assert desk.used == 0 and desk.approved == {"s2": 5_000}


def test_what_a_person_switches_on_or_off_moves_the_levels(database: Database) -> None:
    with database.begin() as connection:
        desk = Desk(connection)
        desk.auto("s1", requested=12_000)
        desk.person("c1", "status", "PAUSED")
        assert (desk.used, desk.approved) == (0, {"s1": 0})
        desk.person("c1", "status", "ACTIVE")
        assert (desk.used, desk.approved) == (0, {"s1": 12_000})
        desk.auto("s1", requested=13_000)
        desk.person("a1", "status", "PAUSED")  # the ad set goes on spending: nobody accepted its raise
        assert (desk.used, desk.approved) == (1_750, {"s1": 12_000})
        desk.person("s1", "bid", 310)
        assert desk.used == 1_750


def test_what_came_to_nothing_leaves_no_trace_in_the_levels(database: Database) -> None:
    with database.begin() as connection:
        desk = Desk(connection)
        change = desk.begun("s1", requested=11_000)
        assert desk.used == 1_750 and desk.approved == {"s1": 10_000}
        changes.settle(connection, change.change_id, "w", NotTaken("busy"), now=desk.now + MINUTE)
        assert desk.used == 0 and desk.approved == {}
        changes.reject(connection, change.change_id, who="ada", why="enough", now=desk.now)
        desk.auto("s1", requested=11_000)
        accounts.accept_levels(connection, "act_1", who="ada", now=desk.now)
        desk.auto("s1", "status", "PAUSED")
        on = desk.begun("s1", "status", "ACTIVE")
        assert desk.used == 19_250 and desk.approved == {"s1": 0}
        changes.settle(connection, on.change_id, "w", Refused("no"), now=desk.now + MINUTE)
        assert desk.used == 0 and desk.approved == {"s1": 11_000}


def test_when_something_else_was_sent_meanwhile_the_stricter_level_stays(database: Database) -> None:
    with database.begin() as connection:
        desk = Desk(connection)
        desk.step = MINUTE / 3
        first = desk.begun("s2", requested=5_500)
        desk.begun("s1", requested=11_000)
        changes.settle(connection, first.change_id, "w", NotTaken("busy"), now=desk.now + MINUTE)
        assert desk.approved == {"s1": 10_000, "s2": 5_000} and desk.used == 1_750


def test_usage_tells_each_limit_with_what_is_used(database: Database) -> None:
    with database.begin() as connection:
        desk = Desk(connection, rate_per_account=2)
        assert usage(connection, "act_1", now=NOW)["next_free"] is None
        desk.auto("s1", requested=11_000)
        done = desk.now + MINUTE
        change = proposed(connection, desk.place, proposal("c2", requested=8_800), desk.new_id, done)
        applied(connection, desk.place, change, desk.new_id, done + MINUTE)
        told = usage(connection, "act_1", now=done + 2 * MINUTE)
    assert told["rate_account"] == {"used": 2, "limit": 2} and told["next_free"] == done + HOUR
    assert told["rate_campaign"] == {"c1": {"used": 1, "limit": 15}, "c2": {"used": 1, "limit": 15}}
    assert told["budget_rate"] == {"c2": {"used": 1, "limit": 4}, "s1": {"used": 1, "limit": 4}}
    assert told["loss_bound"] == {"used": 3_150, "limit": 20_000}
    assert told["loss_by_entity"] == {"s1": 1_750, "c2": 1_400}
