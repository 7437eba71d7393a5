"""Propose, approve, reject, revert: a look at most, one transaction, and an answer bound to what was seen."""

import pytest

from kinoloop.approvals.queries import history, standing
from kinoloop.core.errors import ConflictError, ForbiddenError
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.flows.apply_changes import deciding
from tests.flows.apply_changes.conftest import ACCOUNT, ME, WORKER, House


def test_a_wish_keeps_what_was_live_when_it_was_made(house: House) -> None:
    house.platform.set("c1s1", daily_budget=5100)
    change = house.wish("c1s1", "budget", 5500)
    assert (change.state, change.current, change.requested) == ("proposed", 5100, 5500)
    assert house.executor().once(WORKER) == 0


def test_the_same_key_gives_the_same_change(house: House) -> None:
    first = house.wish("c1s1", "budget", 5500, key="the same")
    again = house.wish("c1s1", "budget", 5500, key="the same")
    assert first.change_id == again.change_id


def test_an_account_that_is_off_takes_no_wishes(house: House) -> None:
    with house.database.begin() as connection:
        accounts.set_authority(connection, ACCOUNT, "off", who=ME, now=house.clock.now())
    with pytest.raises(ForbiddenError):
        house.wish("c1s1", "budget", 5500)


def test_with_authority_auto_it_is_approved_at_once(house: House) -> None:
    with house.database.begin() as connection:
        accounts.set_authority(connection, ACCOUNT, "auto", who=ME, now=house.clock.now())
    change = house.wish("c1s1", "budget", 5500)
    assert (change.state, change.approved_by) == ("approved", "auto")
    house.executor().once(WORKER)
    assert house.platform.applied() == [("c1s1", 5500)]


def test_a_yes_is_bound_to_what_was_seen(house: House) -> None:
    change = house.wish("c1s1", "budget", 5500)
    with pytest.raises(ConflictError):
        deciding.approve(house.desk, change.change_id, who=ME, sha256="something else")
    with house.database.read() as connection:
        assert standing(connection, deciding.subject(change.change_id)) is None
    deciding.approve(house.desk, change.change_id, who=ME, sha256=change.sha256)
    with house.database.read() as connection:
        answer = standing(connection, f"change:{change.change_id}")
    assert answer is not None and (answer.answer, answer.who, answer.sha256) == (
        "approved",
        ME,
        change.sha256,
    )
    assert answer.what == "adset c1s1 budget USD 50.00 -> USD 55.00"


def test_a_no_after_a_yes_stops_it(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500)
    rejected = deciding.reject(house.desk, change.change_id, who="bob", why="Not today.")
    assert rejected.state == "rejected"
    with house.database.read() as connection:
        answers = history(connection, deciding.subject(change.change_id))
    assert [(each.answer, each.void_at is None) for each in answers] == [
        ("rejected", True),
        ("approved", False),
    ]
    assert house.executor().once(WORKER) == 0 and house.platform.sent() == []


def test_applied_and_reverted_is_as_before(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500)
    house.executor().once(WORKER)
    house.clock.advance(60)
    back = deciding.revert(house.desk, change.change_id, who=ME)
    assert (back.requested, back.exact, back.reverts) == (5000, True, change.change_id)
    if back.state == "proposed":
        deciding.approve(house.desk, back.change_id, who=ME, sha256=back.sha256)
    house.clock.advance(60)
    house.executor().once(WORKER)
    assert house.platform.entities["c1s1"].daily_budget == 5000
    assert house.now(change).state == "reverted" and house.now(back).state == "completed"


def test_only_what_was_applied_can_be_reverted(house: House) -> None:
    change = house.wish("c1s1", "budget", 5500)
    with pytest.raises(ConflictError):
        deciding.revert(house.desk, change.change_id, who=ME)
