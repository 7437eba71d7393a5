"""One change from approval to its end: sent once, read back, and every way in which that can fail."""

from dataclasses import replace

import pytest

from kinoloop.core.errors import ForbiddenError, NotFoundError, PassingError, UnavailableError
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts import queries as read_accounts
from kinoloop.delivery.changes.records import ChangeType
from kinoloop.delivery.drift import operations as drift
from kinoloop.delivery.drift.records import AdContent, ApprovedAd
from kinoloop.delivery.drift.rules import content_hash
from kinoloop.delivery.ports import Write
from kinoloop.flows.apply_changes.place import Patience
from tests.flows.apply_changes.conftest import ACCOUNT, LOOSE, ME, WORKER, House


def test_an_approved_change_is_sent_once_and_read_back(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500)
    assert house.executor().once(WORKER) == 1
    assert house.platform.applied() == [("c1s1", 5500)]
    assert house.platform.entities["c1s1"].daily_budget == 5500
    ended, (row,) = house.now(change), house.audit(change)
    assert (ended.state, ended.sent) == ("completed", 5500)
    assert (row.status, row.old_value, row.new_value, row.read_back) == ("completed", 5000, 5500, 5500)
    assert row.answer["success"] is True and row.approved_by == ME and row.reason == change.reason
    assert str(house.reports[0]).startswith("applied     adset c1s1 budget USD 50.00 -> USD 55.00")
    assert house.executor().once(WORKER) == 0


def test_status_and_bid_are_changed_the_same_way(house: House) -> None:
    house.ordered("c1s1a1", "status", "PAUSED")
    house.ordered("c1s2", "bid", 330)
    executor = house.executor()
    assert [executor.once(WORKER) for _ in range(3)] == [1, 1, 0]
    assert house.platform.entities["c1s1a1"].status == "PAUSED"
    assert house.platform.entities["c1s2"].bid == 330
    assert house.endings() == ["applied", "applied"]


def test_a_change_is_not_taken_before_its_hour(house: House) -> None:
    house.guards(replace(LOOSE, jitter_ms_min=3000, jitter_ms_max=18000))
    change = house.ordered("c1s1", "budget", 5500)
    wait = (change.earliest_execute_at - house.clock.now()).total_seconds()
    assert 3 <= wait <= 18
    assert house.executor().once(WORKER) == 0 and house.platform.sent() == []
    house.clock.advance(wait)
    assert house.executor().once(WORKER) == 1


def test_what_was_not_taken_is_tried_again_when_the_platform_asks(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500)
    house.platform.writes.append("not taken")
    executor = house.executor()
    executor.once(WORKER)
    waiting = house.now(change)
    assert waiting.state == "approved" and house.platform.applied() == []
    assert (waiting.earliest_execute_at - house.clock.now()).total_seconds() >= 7
    house.clock.at = waiting.earliest_execute_at
    executor.once(WORKER)
    assert house.now(change).state == "completed" and house.platform.applied() == [("c1s1", 5500)]
    assert house.endings() == ["not taken", "applied"]


def test_a_clear_no_ends_it_with_the_platforms_words(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500)
    house.platform.writes.append("refused")
    house.executor().once(WORKER)
    (row,) = house.audit(change)
    assert house.now(change).state == "failed" and row.status == "failed"
    assert row.answer == {"code": 100, "message": "Invalid parameter"}
    assert house.executor().once(WORKER) == 0


def test_a_dry_run_changes_nothing_and_does_not_say_applied(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500, dry_run=True)
    house.executor().once(WORKER)
    (row,) = house.audit(change)
    assert house.platform.journal[-1].dry and house.platform.applied() == []
    assert row.status == "validated" and house.endings() == ["validated"]


def test_a_platform_that_cannot_be_read_is_left_alone_for_a_while(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500)
    house.platform.looks += [PassingError("Away."), UnavailableError("No key.")]
    executor = house.executor()
    executor.once(WORKER)
    assert executor.once(WORKER) == 0
    for _ in range(2):
        house.clock.at = house.now(change).earliest_execute_at
        assert executor.once(WORKER) == 1
    assert house.endings() == ["not taken", "not taken", "applied"]
    assert house.platform.applied() == [("c1s1", 5500)]


def test_what_is_gone_cannot_be_changed(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500)
    house.platform.looks.append(NotFoundError("Gone."))
    house.executor().once(WORKER)
    assert house.now(change).state == "failed" and house.platform.sent() == []


def test_the_kill_switch_is_read_at_the_last_moment(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500)
    with house.database.begin() as connection:
        accounts.kill(connection, ACCOUNT, who=ME, reason="Stop.", now=house.clock.now())
    house.executor().once(WORKER)
    assert house.platform.sent() == [] and house.now(change).state in ("approved", "blocked")


def test_authority_taken_away_stops_what_was_approved(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500)
    with house.database.begin() as connection:
        accounts.set_authority(connection, ACCOUNT, "off", who=ME, now=house.clock.now())
    house.executor().once(WORKER)
    assert house.platform.sent() == [] and house.now(change).state in ("approved", "blocked")


def test_a_guard_that_forbids_ends_it_with_the_reason(house: House) -> None:
    change = house.ordered("c1s1", "budget", 9000)
    house.executor().once(WORKER)
    assert house.now(change).state == "blocked" and house.platform.sent() == []
    assert house.endings() == ["blocked"] and house.reports[0].why


def test_somebody_elses_change_since_the_approval_stops_it(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500)
    house.platform.set("c1s1", daily_budget=8000)
    house.executor().once(WORKER)
    assert house.platform.sent() == [] and house.now(change).state == "blocked"


def test_a_write_is_not_begun_when_the_claim_might_end_first(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500)
    executor = house.executor(patience=Patience(lease=60, write=61))
    executor.once(WORKER)
    assert house.platform.sent() == [] and house.now(change).state == "approved"
    assert house.endings() == ["not taken"]


def test_an_accepted_value_that_is_not_shown_is_not_called_applied(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500)
    house.platform.writes.append("ignored")
    house.executor().once(WORKER)
    assert house.now(change).state == "unknown" and house.endings() == ["unknown"]


def test_another_hand_between_write_and_look_is_told(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500)
    executor = house.executor()
    platform, look = house.platform, house.platform.look

    def meddling(account_id: str, kind: str, entity_id: str) -> object:
        if platform.applied():
            platform.set("c1s1", daily_budget=7000)
        return look(account_id, kind, entity_id)  # type: ignore[arg-type]

    platform.look = meddling  # type: ignore[method-assign, assignment]
    executor.once(WORKER)
    (row,) = house.audit(change)
    assert house.now(change).state == "blocked" and row.read_back == 7000
    assert "USD 70.00" in house.reports[0].why


def test_a_bug_of_ours_is_settled_as_unknown_and_then_seen(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500)
    house.platform.writes.append("bug")
    with pytest.raises(ZeroDivisionError):
        house.executor().once(WORKER)
    assert house.now(change).state == "unknown"


def test_a_stop_for_policy_kills_the_account(house: House) -> None:
    class PolicyStopError(ForbiddenError):
        code = "policy_stop"

    change = house.ordered("c1s1", "budget", 5500)

    def stop(write: Write) -> None:
        raise PolicyStopError("Meta has blocked this for its policies.")

    house.platform.on_write = stop
    house.executor().once(WORKER)
    with house.database.read() as connection:
        account = read_accounts.account(connection, ACCOUNT)
    assert house.now(change).state == "failed"
    assert account.killed_at == house.clock.now() and account.killed_by == "executor"


def test_what_was_accepted_but_cannot_be_read_back_is_unknown(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500)
    house.platform.looks += [None, PassingError("Away.")]
    house.executor().once(WORKER)
    assert house.now(change).state == "unknown" and "could not be read back" in house.reports[0].why
    until = house.now(change).lease_until
    assert until is not None
    house.clock.at = until
    house.executor().once("w2")
    assert house.now(change).state == "completed" and house.platform.applied() == [("c1s1", 5500)]


def test_who_comes_back_too_late_changes_nothing_in_the_books(house: House) -> None:
    """A worker that slept inside its request, until another one had reconciled the change."""
    change = house.ordered("c1s1", "budget", 5500)
    executor = house.executor()

    def sleep(_: Write) -> None:
        house.platform.on_write = lambda write: None
        house.platform.set("c1s1", daily_budget=5500)  # it arrived, and the answer is on its way
        house.clock.advance(executor.patience.lease + 1)
        assert executor.once("w2") == 1

    house.platform.on_write = sleep
    executor.once(WORKER)
    assert house.endings() == ["applied", "not ours"]
    assert [row.status for row in house.audit(change)] == ["completed"]


CONTENT = AdContent("k1", "aa11", {"title": "See how it works"}, {"text_optimizations": False})


def approve_ad(house: House, ad_id: str) -> None:
    """A person approved what the ad shows."""
    approved = ApprovedAd(ad_id, ACCOUNT, CONTENT, content_hash(CONTENT), ME, house.clock.now())
    with house.database.begin() as connection:
        drift.approve_content(connection, approved, new_id=house.desk.new_id)


@pytest.mark.parametrize(
    ("entity_id", "change_type", "wanted"), [("c1s1", "budget", 5500), ("c1s1a1", "creative", "k9")]
)
def test_no_money_for_an_ad_that_shows_what_nobody_approved(
    house: House, entity_id: str, change_type: ChangeType, wanted: int | str
) -> None:
    """It changed since the last pull: the executor looks for itself."""
    approve_ad(house, "c1s1a1")
    house.platform.shown["c1s1a1"] = replace(CONTENT, copy={"title": "Cheap! Cheap!"})
    change = house.ordered(entity_id, change_type, wanted)
    house.executor().once(WORKER)
    drifted = house.now(change)
    if change_type == "budget":
        assert drifted.state == "blocked" and house.platform.sent() == []
        assert "copy.title" in house.reports[0].why
    else:
        assert house.platform.applied() == [("c1s1a1", "k9")], "what brings an ad back is let through"


def test_an_ad_that_shows_what_was_approved_is_no_hindrance(house: House) -> None:
    approve_ad(house, "c1s1a1")
    house.platform.shown["c1s1a1"] = CONTENT
    house.ordered("c1s1", "budget", 5500)
    house.ordered("c1s1a2", "status", "PAUSED")
    house.executor(batch=2).once(WORKER)
    assert len(house.platform.applied()) == 2


def test_a_drift_stops_the_budget_of_the_campaign_above(house: House) -> None:
    house.platform.entities["c1"] = replace(house.platform.entities["c1"], daily_budget=9000)
    for name in ("c1s1", "c1s2"):
        house.platform.set(name, daily_budget=None)
    approve_ad(house, "c1s2a3")
    house.platform.shown["c1s2a3"] = replace(CONTENT, media_hash="bb22")
    change = house.ordered("c1", "budget", 9500)
    house.executor().once(WORKER)
    assert house.now(change).state == "blocked" and "media_hash" in house.reports[0].why
