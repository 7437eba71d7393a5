"""What was sent and never answered: the platform is read, and nothing is sent again before that."""

import pytest

from kinoloop.core.errors import KinoloopError, NotFoundError, PassingError
from kinoloop.delivery.changes.records import Change
from tests.flows.apply_changes.conftest import WORKER, House
from tests.flows.apply_changes.platform import Trouble


def sent_into_silence(house: House, trouble: Trouble) -> Change:
    """A change whose answer was lost; the time in which it may still arrive is over."""
    change = house.ordered("c1s1", "budget", 5500)
    house.platform.writes.append(trouble)
    house.executor().once(WORKER)
    unknown = house.now(change)
    assert unknown.state == "unknown" and unknown.sent == 5500 and unknown.lease_until is not None
    assert house.executor().once("w2") == 0, "it may still arrive: nobody touches it"
    house.clock.at = unknown.lease_until
    return change


def test_an_answer_lost_after_it_was_done_is_found_by_reading(house: House) -> None:
    change = sent_into_silence(house, "cut after")
    house.executor().once("w2")
    (row,) = house.audit(change)
    assert house.now(change).state == "completed" and row.status == "completed" and row.read_back == 5500
    assert house.platform.sent() == ["c1s1"] and house.platform.applied() == [("c1s1", 5500)]
    assert house.endings() == ["unknown", "applied"] and house.reports[1].why == "found by reading."


@pytest.mark.parametrize("trouble", ["cut before", "null", "ignored"])
def test_what_never_arrived_is_sent_once_more(house: House, trouble: Trouble) -> None:
    change = sent_into_silence(house, trouble)
    executor = house.executor()
    executor.once("w2")
    assert house.now(change).state == "approved" and house.platform.applied() == []
    house.clock.at = house.now(change).earliest_execute_at
    executor.once("w2")
    assert house.now(change).state == "completed" and house.platform.applied() == [("c1s1", 5500)]
    assert [row.status for row in house.audit(change)].count("completed") == 1


def test_a_third_value_stops_it(house: House) -> None:
    change = sent_into_silence(house, "cut before")
    house.platform.set("c1s1", daily_budget=6100)
    house.executor().once("w2")
    assert house.now(change).state == "blocked" and house.endings()[-1] == "overtaken"
    assert house.platform.applied() == []


def test_what_is_gone_meanwhile_is_not_sent_again(house: House) -> None:
    change = sent_into_silence(house, "cut before")
    house.platform.looks.append(NotFoundError("Gone."))
    house.executor().once("w2")
    assert house.now(change).state == "blocked" and house.platform.sent() == ["c1s1"]


@pytest.mark.parametrize("error", [PassingError("Away."), KinoloopError("Odd.")])
def test_while_it_cannot_be_read_it_stays_unknown(house: House, error: KinoloopError) -> None:
    change = sent_into_silence(house, "cut after")
    house.platform.looks.append(error)
    house.executor().once("w2")
    again = house.now(change)
    assert again.state == "unknown" and again.lease_until is not None
    house.clock.at = again.lease_until
    house.executor().once("w3")
    assert house.now(change).state == "completed" and house.platform.sent() == ["c1s1"]


def test_a_worker_that_died_after_sending_is_taken_over_by_reading(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500)

    def die(_: object) -> None:
        raise KeyboardInterrupt

    house.platform.on_write = die
    with pytest.raises(KeyboardInterrupt):
        house.executor().once(WORKER)
    left = house.now(change)
    assert left.state == "executing" and left.lease_until is not None
    house.platform.on_write = lambda write: None
    house.platform.set("c1s1", daily_budget=5500)  # it had arrived
    assert house.executor().once("w2") == 0
    house.clock.at = left.lease_until
    house.executor().once("w2")
    assert house.now(change).state == "completed" and house.platform.sent() == []


def test_an_interrupted_dry_run_is_only_asked_again(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500, dry_run=True)

    def die(_: object) -> None:
        raise KeyboardInterrupt

    house.platform.on_write = die
    with pytest.raises(KeyboardInterrupt):
        house.executor().once(WORKER)
    left = house.now(change)
    assert left.lease_until is not None
    house.platform.on_write = lambda write: None
    house.clock.at = left.lease_until
    executor = house.executor()
    executor.once("w2")
    house.clock.at = house.now(change).earliest_execute_at
    executor.once("w2")
    assert house.endings()[-1] == "validated" and house.platform.applied() == []


def test_a_worker_whose_claim_was_taken_over_does_not_send(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500)
    look = house.platform.look

    def slow(account_id: str, kind: str, entity_id: str) -> object:
        house.platform.look = look  # type: ignore[method-assign]
        house.clock.advance(house.executor().patience.lease + 1)
        assert house.executor().once("w2") == 1
        return look(account_id, kind, entity_id)  # type: ignore[arg-type]

    house.platform.look = slow  # type: ignore[method-assign, assignment]
    house.executor().once(WORKER)
    assert house.platform.applied() == [("c1s1", 5500)] and house.now(change).state == "completed"
    assert house.endings() == ["applied", "not ours"]
