"""From wish to audit on both databases: propose, approve, claim, begin."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kinoloop.core.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.changes import operations as changes
from kinoloop.delivery.changes import queries
from kinoloop.delivery.changes.records import (
    Begun,
    Blocked,
    Deferred,
)
from kinoloop.delivery.drift.records import Difference, Drift
from kinoloop.delivery.ports import Write
from kinoloop.store.session import Database
from tests.delivery.made import FREE, HOUR, MINUTE, NOW, Place, applied, begun, opened, proposal, proposed
from tests.footage.fill import Ids

SOON = NOW + MINUTE
RNG = random.Random(1)


def test_a_draft_waits_for_a_person_and_then_for_its_jitter(database: Database) -> None:
    place, new_id = Place(), Ids()
    with database.begin() as connection:
        opened(connection, place, authority="draft")
        change = proposed(connection, place, proposal(), new_id)
        assert (change.state, change.current, change.requested) == ("proposed", 10_000, 11_000)
        assert changes.claim(connection, "w", now=NOW + HOUR, lease_seconds=60) is None
        with pytest.raises(ConflictError, match="not what was looked at"):
            changes.approve(connection, change.change_id, who="ada", sha256="0" * 64, now=NOW, rng=RNG)
        for nobody in ("auto", " "):
            with pytest.raises(InputError, match="is not a person"):
                changes.approve(connection, change.change_id, who=nobody, sha256=None, now=NOW, rng=RNG)
        said = changes.approve(
            connection, change.change_id, who="ada", sha256=change.sha256, now=NOW, rng=RNG
        )
        wait = said.earliest_execute_at - NOW
        assert timedelta(seconds=3) <= wait < timedelta(seconds=18) and said.approved_by == "ada"
        again = changes.approve(connection, change.change_id, who="ada", sha256=None, now=SOON, rng=RNG)
        assert again == said
        with pytest.raises(ConflictError, match="only what is proposed"):
            changes.approve(connection, change.change_id, who="bob", sha256=None, now=SOON, rng=RNG)
        early = said.earliest_execute_at - timedelta(milliseconds=1)
        assert changes.claim(connection, "w", now=early, lease_seconds=60) is None
        ended = applied(connection, place, change, new_id, said.earliest_execute_at)
        assert (ended.state, ended.sent, place.there["s1"].daily_budget) == ("completed", 11_000, 11_000)
        row = queries.history(connection, change_id=change.change_id)[0]
    assert (row.status, row.change_type, row.old_value, row.new_value) == (
        "completed",
        "BUDGET_INCREASE",
        10_000,
        11_000,
    )
    assert (row.read_back, row.answer, row.approved_by, row.worker) == (11_000, {"success": True}, "ada", "w")
    assert row.change_percentage == pytest.approx(10) and row.duration_ms == 0
    assert row.guards["checks"]["velocity"] == "passed" and ended.history_id == row.history_id
    assert row.change_id == ended.change_id


def test_the_same_key_is_the_same_change_and_off_refuses(database: Database) -> None:
    place, new_id = Place(), Ids()
    with database.begin() as connection:
        opened(connection, place)
        first = proposed(connection, place, proposal(key="k"), new_id)
        assert proposed(connection, place, proposal(key="k", requested=9_000), new_id, NOW + HOUR) == first
        assert (first.state, first.approved_by) == ("approved", "auto")
        with pytest.raises(ConflictError, match="belongs to another change"):
            proposed(connection, place, proposal("s2", key="k", requested=5_500), new_id)
        accounts.set_authority(connection, "act_1", "off", who="ada", now=NOW)
        with pytest.raises(ForbiddenError, match="switched off"):
            proposed(connection, place, proposal(key="k2"), new_id)
        with pytest.raises(NotFoundError):
            proposed(connection, place, replace(proposal(key="k3"), account_id="act_9"), new_id)
        assert queries.counts(connection) == {"approved": 1}
        assert queries.counts(connection, "act_2") == {}


def test_a_stopped_account_approves_nothing_by_itself(database: Database) -> None:
    place, new_id = Place(), Ids()
    with database.begin() as connection:
        opened(connection, place)
        accounts.kill(connection, "act_1", who="ada", reason="odd", now=NOW)
        assert proposed(connection, place, proposal(), new_id).state == "proposed"


def test_a_no_is_kept_with_its_reason(database: Database) -> None:
    place, new_id = Place(), Ids()
    with database.begin() as connection:
        opened(connection, place)
        change = proposed(connection, place, proposal(), new_id)
        said = changes.reject(connection, change.change_id, who="ada", why="not now", now=NOW)
        assert said.state == "rejected" and said.error == "Rejected by ada on 2026-03-01 12:00 UTC: not now"
        assert changes.reject(connection, change.change_id, who="bob", why="x", now=NOW) == said
        assert changes.claim(connection, "w", now=SOON, lease_seconds=60) is None
        with pytest.raises(ConflictError):
            changes.approve(connection, change.change_id, who="ada", sha256=None, now=NOW, rng=RNG)


def test_pages_of_changes(database: Database) -> None:
    place, new_id = Place(), Ids()
    with database.begin() as connection:
        opened(connection, place)
        made = [
            proposed(connection, place, proposal(requested=10_100 + n), new_id).change_id for n in range(5)
        ]
        page = queries.changes(connection, account_id="act_1", states=("approved",), limit=2)
        assert [one.change_id for one in page] == made[:2:-1]
        rest = queries.changes(connection, before=page[-1].change_id)
        assert [one.change_id for one in rest] == made[2::-1]
        assert queries.changes(connection, account_id="act_2") == ()
        with pytest.raises(InputError, match="1 to 200"):
            queries.changes(connection, limit=0)
        with pytest.raises(NotFoundError):
            queries.change(connection, new_id())


def test_a_guard_that_forbids_ends_it_with_the_reason_in_the_audit(database: Database) -> None:
    place, new_id = Place(), Ids()
    with database.begin() as connection:
        opened(connection, place)
        change = proposed(connection, place, proposal(requested=15_000), new_id)
        step = begun(connection, place, change, new_id)
        assert isinstance(step, Blocked) and [block.guard for block in step.blocks] == ["velocity"]
        row = queries.history(connection, change_id=change.change_id)[0]
        assert (step.change.state, step.change.claimed_by, row.status) == ("blocked", None, "blocked")
        assert row.error is not None and "by more than 20%" in row.error and row.error == step.change.error
        assert row.new_value == 15_000 and row.completed_at == SOON
        stored = connection.exec_driver_sql(
            "SELECT velocity_check_passed, rate_limit_passed, safety_override FROM ad_change_history"
        ).one()
        assert [bool(one) for one in stored] == [False, True, False]


def test_what_is_too_early_comes_up_again_when_the_window_frees(database: Database) -> None:
    place, new_id = Place(), Ids()
    with database.begin() as connection:
        opened(connection, place, guards=replace(FREE, cooldown_minutes=30))
        first = proposed(connection, place, proposal(requested=10_500), new_id)
        assert applied(connection, place, first, new_id, SOON).state == "completed"
        second = proposed(connection, place, proposal(requested=11_000), new_id, SOON)
        step = begun(connection, place, second, new_id, SOON + MINUTE)
        assert isinstance(step, Deferred) and step.until == SOON + 30 * MINUTE
        assert (step.change.state, step.change.claimed_by, step.change.attempts) == ("approved", None, 0)
        assert len(queries.history(connection, entity_id="s1")) == 1
        assert changes.claim(connection, "w", now=step.until - MINUTE, lease_seconds=60) is None
        assert applied(connection, place, second, new_id, step.until).state == "completed"


def test_only_the_holder_of_a_live_claim_may_begin_and_only_once(database: Database) -> None:
    place, new_id = Place(), Ids()
    with database.begin() as connection:
        opened(connection, place)
        change = proposed(connection, place, proposal(), new_id)
        live = place.look("s1", SOON)
        begin: dict[str, Any] = {"live": live, "new_id": new_id, "chance": 0.5, "drifts": ()}
        assert changes.claim(connection, "w", now=SOON, lease_seconds=60) is not None
        with pytest.raises(ConflictError, match="not in the hands of 'v'"):
            changes.begin(connection, change.change_id, "v", now=SOON, **begin)
        with pytest.raises(ConflictError, match="not in the hands of 'w'"):
            changes.begin(connection, change.change_id, "w", now=SOON + MINUTE, **begin)
        with pytest.raises(InputError, match="What was looked at"):
            changes.begin(connection, change.change_id, "w", now=SOON, **begin | {"live": place.look("s2")})
        step = changes.begin(connection, change.change_id, "w", now=SOON, lease_seconds=300, **begin)
        assert isinstance(step, Begun)
        assert step.write == Write("act_1", "adset", "s1", "daily_budget", 11_000)
        assert step.change.lease_until == SOON + 5 * MINUTE and step.change.history_id == step.history_id
        with pytest.raises(ConflictError, match="it was sent, or may have been"):
            changes.begin(connection, change.change_id, "w", now=SOON, **begin)
        with pytest.raises(ConflictError, match="It was begun"):
            changes.release(connection, change.change_id, "w", now=SOON)


def test_a_claim_given_back_is_there_for_anybody(database: Database) -> None:
    place, new_id = Place(), Ids()
    with database.begin() as connection:
        opened(connection, place)
        change = proposed(connection, place, proposal(), new_id)
        assert changes.claim(connection, "w", now=SOON, lease_seconds=60) is not None
        with pytest.raises(ConflictError):
            changes.release(connection, change.change_id, "v", now=SOON)
        back = changes.release(connection, change.change_id, "w", now=SOON)
        assert (back.state, back.claimed_by, back.lease_until) == ("approved", None, None)
        with pytest.raises(InputError, match="cannot be claimed"):
            changes.claim_batch(connection, "v", 0, now=SOON, lease_seconds=60)
        assert changes.claim(connection, "v", now=SOON, lease_seconds=60) is not None


def test_an_open_drift_blocks_the_campaign_that_holds_the_ad(database: Database) -> None:
    place, new_id = Place(), Ids()
    drift = Drift("d", "a5", "act_1", (Difference("media_hash", "x", "y"),), NOW)
    with database.begin() as connection:
        opened(connection, place)
        raised = proposed(connection, place, proposal("c2", requested=8_800), new_id)
        step = begun(connection, place, raised, new_id, drifts=(drift,))
        assert isinstance(step, Blocked) and step.blocks[0].guard == "creative_drift"
        other = proposed(connection, place, proposal("c2", requested=8_700), new_id)
        elsewhere = replace(drift, ad_id="a1")
        assert isinstance(begun(connection, place, other, new_id, drifts=(elsewhere,)), Begun)


def test_the_queue_refuses_a_step_that_somebody_else_took(database: Database) -> None:
    from kinoloop.delivery.changes.operations.moving import move

    place, new_id = Place(), Ids()
    with database.begin() as connection:
        opened(connection, place)
        old = proposed(connection, place, proposal(), new_id)
        changes.reject(connection, old.change_id, who="ada", why="no", now=NOW)
        with pytest.raises(ConflictError, match="is approved no more"):
            move(connection, old, "claimed")
