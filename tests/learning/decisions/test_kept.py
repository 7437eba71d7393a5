"""Decisions at rest: written once, found again, made again to the byte, and what our pauses meant."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from kinoloop.core.currency import Currency
from kinoloop.core.errors import InputError, IntegrityError, NotFoundError, UnavailableError
from kinoloop.core.ids import hash_bytes
from kinoloop.delivery.accounts.queries import account as account_of
from kinoloop.delivery.changes.records import Change
from kinoloop.delivery.guards.queries import past_of
from kinoloop.learning.bandit.records import BanditSettings, Policy
from kinoloop.learning.decisions import operations, queries
from kinoloop.learning.decisions.gathering import gather
from kinoloop.learning.decisions.policies import PolicyOf, policy_of, versions
from kinoloop.learning.decisions.records import BudgetStep, Decision, DecisionSettings
from kinoloop.learning.decisions.replaying import replay
from kinoloop.learning.decisions.rules.deciding import decide, effective
from kinoloop.learning.decisions.rules.moving import Limits
from kinoloop.learning.decisions.rules.steps import steps
from kinoloop.learning.decisions.tables import budget_decisions, budget_views
from kinoloop.store.session import Database
from tests.delivery.made import HOUR, NOW, applied, proposal, proposed
from tests.learning.decisions.worlds import ACCOUNT, Plain, World, full, hours_ago, row


def made(
    world: World,
    policy: Policy | None = None,
    *,
    now: datetime = NOW,
    key: str | None = None,
    by: Mapping[str, str] | None = None,
) -> Decision:
    """A round, kept."""
    with world.database.begin() as connection:
        account = account_of(connection, ACCOUNT)
        known = gather(connection, ACCOUNT, now=now)
        settings = effective(known.settings.bandit, account)
        told = decide(known, policy or policy_of("ours", settings, known.currency), settings)
        past = past_of(connection, account, now)
        asked, notes = steps(known, told.round, Limits(account, past, now))
        return operations.record(
            connection, told, asked, notes, key=key or str(now), made_by=by or versions(), new_id=world.ids
        )


def always(policy: Policy) -> PolicyOf:
    return lambda name, settings, currency: policy


def sent(world: World, decision: Decision, *, now: datetime) -> list[Change]:
    """Every step of a round proposed by us, approved, sent, and seen by the next mirror."""
    found = list[Change]()
    with world.database.begin() as connection:
        for step in queries.steps(connection, decision.decision_id):
            wish = replace(
                proposal(
                    step.entity_id,
                    step.change_type,
                    step.requested,
                    key=f"{now}{step.entity_id}{step.change_type}",
                ),
                triggered_by="decide_budget",
            )
            change = proposed(connection, world.place, wish, world.ids, now)
            operations.answered(connection, decision.decision_id, step, change_id=change.change_id)
            done = applied(connection, world.place, change, world.ids, now + timedelta(minutes=1))
            assert isinstance(done, Change) and done.state == "completed", done
            found.append(done)
    return found


def again(world: World, now: datetime) -> None:
    """Six hours later everything is read anew."""
    world.mirror(now)
    world.told([row("a2", now.date(), (100, 2, 400))], now)


def test_a_round_is_written_once_and_found_again(database: Database) -> None:
    world = full(database)
    first = made(world, Plain({"a1": "killed"}, {"a5": 9_600}), key="one")
    assert made(world, Plain(), key="one") == first
    with database.read() as connection:
        assert queries.decision(connection, first.decision_id) == first
        assert queries.by_key(connection, "other") is None
        assert queries.last(connection, ACCOUNT) == first
        assert queries.last(connection, ACCOUNT, before=NOW) is None
        assert queries.decisions(connection, account_id=ACCOUNT) == (first,)
        assert queries.decisions(connection, account_id="act_9") == ()
        lines = queries.lines(connection, first.decision_id)
        asked = queries.steps(connection, first.decision_id)
        assert queries.of_ad(connection, "a1") == tuple(one for one in lines if one.ad_id == "a1")
        known = queries.propensities(connection, ACCOUNT, hours_ago(1))
        assert sorted(known, key=lambda one: one.ad_id) == sorted(lines, key=lambda one: one.ad_id)
    assert (first.total, first.stands, first.ads, first.mode) == (23_000, 23_000, 5, "pipeline")
    assert first.policy == "plain 1" and "As it was told." in first.notes and first.launch == 4_600
    assert first.spend > 0 and first.made_by["numpy"]
    assert lines[0].ad_id == "a5" and sum(one.share for one in lines) == pytest.approx(1)
    assert [(one.entity_id, one.change_type, one.requested) for one in asked] == [
        ("a1", "status", "PAUSED"),
        ("s1", "budget", 8_000),
        ("c2", "budget", 9_600),
    ]
    assert isinstance(asked[0], BudgetStep) and asked[1].before == 10_000 and asked[2].ad_ids == ("a5",)


def test_a_round_is_made_again_to_the_byte_whatever_is_known_since(database: Database) -> None:
    world = full(database)
    told = made(world)
    assert told.policy.startswith("ours")
    world.told([row("a1", hours_ago(24).date(), (9_999, 99, 99_999))], NOW + HOUR)
    world.deal("later", {"lead": 30, "closed_won": 1}, ad_id="a2", value=5_000_000)
    with database.read() as connection:
        found = replay(connection, told)
        assert found.same and found.replayed_sha256 == found.stored_sha256 == told.round_sha256
        assert hash_bytes(queries.frozen(connection, told.view_sha256)) == told.view_sha256


def test_a_replay_says_what_is_another_and_why(sqlite_database: Database) -> None:
    world = full(sqlite_database)
    told = made(world, Plain({"a1": "killed"}))

    with sqlite_database.read() as connection:
        same = replay(connection, told, make=always(Plain({"a1": "killed"})))
        other = replay(connection, told, make=always(Plain()))
        unknown = replay(connection, told)
        newer = replay(connection, replace(told, policy="plain 0"), make=always(Plain()))
        elsewhere = replay(
            connection, replace(told, made_by={**told.made_by, "numpy": "0.1"}), make=always(Plain())
        )
    assert same.same and same.differing == ()
    assert not other.same and other.differing == ("a1",) and "its code has changed" in other.why
    assert not unknown.same and unknown.replayed_sha256 is None and "no policy 'plain 1'" in unknown.why
    assert newer.why == "It was decided by 'plain 0'; this program has 'plain 1'."
    assert "numpy 0.1, now" in elsewhere.why


def test_what_old_rounds_rest_on_is_dropped_but_not_what_the_next_one_needs(database: Database) -> None:
    world = full(database)
    old, new = made(world), made(world, now=NOW + HOUR)
    with database.begin() as connection:
        assert operations.drop_views(connection, before=NOW) == 0
        assert operations.drop_views(connection, before=NOW + 2 * HOUR) == 1
        assert operations.drop_views(connection, before=NOW + 2 * HOUR) == 0
    with database.read() as connection:
        with pytest.raises(NotFoundError, match="not kept any more"):
            replay(connection, old)
        assert replay(connection, new).same and len(queries.lines(connection, old.decision_id)) == 5


def test_what_was_tampered_with_is_not_replayed(sqlite_database: Database) -> None:
    world = full(sqlite_database)
    told = made(world)
    with sqlite_database.begin() as connection:
        connection.execute(update(budget_decisions).values(round=b"other"))
        with pytest.raises(IntegrityError):
            replay(connection, told)
        connection.execute(update(budget_views).values(data=b"other"))
        with pytest.raises(IntegrityError):
            queries.frozen(connection, told.view_sha256)
        with pytest.raises(NotFoundError, match="not kept any more"):
            queries.frozen(connection, "0" * 64)


def test_a_decision_is_found_by_its_changes(sqlite_database: Database) -> None:
    world = full(sqlite_database, authority="auto")
    told = made(world, Plain({"a1": "killed"}))
    changes = sent(world, told, now=NOW)
    with sqlite_database.read() as connection:
        assert queries.find(connection, told.decision_id) == told
        assert {queries.find(connection, one.change_id).decision_id for one in changes} == {told.decision_id}
        for nothing in ("nothing", world.ids()):
            with pytest.raises(NotFoundError, match="No decision and no change"):
                queries.find(connection, nothing)


def test_our_pauses_are_remembered_until_somebody_else_switches(database: Database) -> None:
    world = full(database, authority="auto")
    later = [NOW + timedelta(hours=6 * n) for n in range(5)]
    first = made(world, Plain({"a1": "killed", "a3": "parked", "a4": "parked"}))
    assert [one.requested for one in sent(world, first, now=NOW)] == ["PAUSED", "PAUSED", 8_000]
    again(world, later[1])
    second = made(world, Plain(), now=later[1])
    with database.read() as connection:
        stood = {one.ad_id: one.stood for one in queries.lines(connection, second.decision_id)}
    assert stood == {"a1": "killed", "a2": "running", "a3": "parked", "a4": "parked", "a5": "running"}
    assert second.total == 23_000 and second.stands == 16_000, "what we freed is still there to hand out"

    back = made(world, Plain({"a1": "running"}, {"a1": 2_000, "a2": 6_000}), now=later[1], key="back")
    assert [one.requested for one in sent(world, back, now=later[1])] == ["ACTIVE"]
    again(world, later[2])
    third = made(world, Plain(), now=later[2])
    with database.read() as connection:
        stood = {one.ad_id: one.stood for one in queries.lines(connection, third.decision_id)}
    assert stood["a1"] == "running"

    world.place.set("a1", status="PAUSED")
    world.place.set("s2", status="ACTIVE")
    again(world, later[3])
    fourth = made(world, Plain(), now=later[3])
    with database.read() as connection:
        stood = {one.ad_id: one.stood for one in queries.lines(connection, fourth.decision_id)}
    assert stood["a1"] == "off" and stood["a3"] == stood["a4"] == "running"
    assert fourth.total == 28_000 and any("others added USD 50.00 a day" in one for one in fourth.notes)

    world.place.set("s2", status="PAUSED")
    again(world, later[4])
    fifth = made(world, Plain(), now=later[4])
    with database.read() as connection:
        stood = {one.ad_id: one.stood for one in queries.lines(connection, fifth.decision_id)}
    assert stood["a3"] == stood["a4"] == "off", "it ran after our pause, so this one is somebody else's"
    assert any("others took away USD 50.00 a day" in one for one in fifth.notes)


def test_settings_are_kept_or_refused(database: Database) -> None:
    world = full(database)
    mine = DecisionSettings(total=50_000, bandit=BanditSettings(zone_days=3.0))
    with database.begin() as connection:
        assert queries.settings(connection, ACCOUNT) == DecisionSettings()
        operations.save_settings(connection, ACCOUNT, DecisionSettings(), who="ada", now=NOW)
        assert operations.save_settings(connection, ACCOUNT, mine, who="ada", now=NOW) == mine
        assert queries.settings(connection, ACCOUNT) == mine
        with pytest.raises(InputError, match="total is an amount"):
            operations.save_settings(connection, ACCOUNT, replace(mine, total=-1), who="ada", now=NOW)
        with pytest.raises(NotFoundError):
            operations.save_settings(connection, "act_9", mine, who="ada", now=NOW)
    told = made(world)
    assert told.total == 50_000 and told.settings.zone_days == 3.0 and told.settings.velocity == 0.2
    assert told.currency == Currency("USD")


def test_ads_that_were_never_shown_are_decided_on(sqlite_database: Database) -> None:
    world = World(sqlite_database)
    world.open()
    world.told([])
    told = made(world)
    with sqlite_database.read() as connection:
        assert len(queries.lines(connection, told.decision_id)) == 5
        assert queries.steps(connection, told.decision_id) == ()
        assert replay(connection, told).same
    assert any("no evidence to move money" in note for note in told.notes)


def test_an_account_without_ads_has_nothing_to_decide(sqlite_database: Database) -> None:
    world = World(sqlite_database)
    world.place.there = {name: one for name, one in world.place.there.items() if one.kind == "campaign"}
    world.open()
    world.told([])
    with pytest.raises(UnavailableError, match="nothing to decide in Shop"):
        made(world)
