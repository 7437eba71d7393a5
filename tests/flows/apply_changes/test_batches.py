"""Fifty at once obey what one obeys: judged each, one request, each item settled by its own answer."""

from collections import Counter
from dataclasses import replace

import pytest

from kinoloop.core.errors import InputError, PassingError
from kinoloop.delivery.changes.records import Change
from kinoloop.delivery.ports import Write, Written
from kinoloop.flows.apply_changes.place import Patience
from tests.flows.apply_changes.conftest import LOOSE, WORKER, House

SETS = ("c1s1", "c1s2", "c2s1", "c2s2")


def ordered(house: House) -> list[Change]:
    return [house.ordered(name, "budget", 5500) for name in SETS]


def test_one_request_sends_all_and_each_is_read_back(house: House) -> None:
    wanted = ordered(house)
    assert house.executor(batch=50).once(WORKER) == 4
    assert sorted(house.platform.applied()) == [(name, 5500) for name in SETS]
    assert [each.what for each in house.platform.journal].count("batch item") == 4
    assert {house.now(change).state for change in wanted} == {"completed"}
    assert house.endings() == ["applied"] * 4


def test_each_item_is_settled_by_its_own_answer(house: House) -> None:
    wanted = ordered(house)
    house.platform.writes += ["ok", "refused", "null", "not taken"]
    house.executor(batch=50).once(WORKER)
    states = Counter(house.now(change).state for change in wanted)
    assert states == {"completed": 1, "failed": 1, "unknown": 1, "approved": 1}
    assert Counter(house.endings()) == {"applied": 1, "refused": 1, "unknown": 1, "not taken": 1}


def test_a_batch_obeys_the_limits_inside_itself(house: House) -> None:
    house.guards(replace(LOOSE, rate_per_campaign=1))
    wanted = ordered(house)
    house.executor(batch=50).once(WORKER)
    assert Counter(name[:2] for name, _ in house.platform.applied()) == {"c1": 1, "c2": 1}
    assert Counter(house.now(change).state for change in wanted) == {"completed": 2, "approved": 2}


def test_a_batch_never_empties_an_ad_set(house: House) -> None:
    for ad in ("c1s1a1", "c1s1a2", "c1s1a3"):
        house.ordered(ad, "status", "PAUSED")
    house.executor(batch=50).once(WORKER)
    house.clock.advance(60)
    house.executor(batch=50).once(WORKER)
    left = [ad for ad in ("c1s1a1", "c1s1a2", "c1s1a3") if house.platform.entities[ad].status == "ACTIVE"]
    assert len(left) == 1


def test_the_failure_of_the_whole_request_is_the_failure_of_each(house: House) -> None:
    wanted = ordered(house)

    def cut(write: Write) -> None:
        raise PassingError("Cut.")

    house.platform.on_write = cut
    house.executor(batch=50).once(WORKER)
    assert {house.now(change).state for change in wanted} == {"unknown"}
    assert house.platform.applied() == []


def test_an_answer_that_is_too_short_leaves_the_rest_unknown(house: House) -> None:
    wanted = ordered(house)
    write_all = house.platform.write_all
    house.platform.write_all = lambda *args, **more: write_all(*args, **more)[:2]  # type: ignore[method-assign]
    house.executor(batch=50).once(WORKER)
    assert Counter(house.now(change).state for change in wanted) == {"completed": 2, "unknown": 2}


def test_unknown_ones_in_a_batch_are_read_and_not_sent(house: House) -> None:
    first = house.ordered("c1s1", "budget", 5500)
    house.platform.writes.append("cut after")
    house.executor().once(WORKER)
    until = house.now(first).lease_until
    assert until is not None
    second = house.ordered("c2s1", "budget", 5500)
    house.clock.at = max(until, second.earliest_execute_at)
    assert house.executor(batch=50).once("w2") == 2
    assert house.now(first).state == house.now(second).state == "completed"
    assert Counter(house.platform.sent()) == {"c1s1": 1, "c2s1": 1}


def test_dry_runs_are_sent_apart(house: House) -> None:
    house.ordered("c1s1", "budget", 5500, dry_run=True)
    house.ordered("c1s2", "budget", 5500)
    house.executor(batch=50).once(WORKER)
    assert house.platform.applied() == [("c1s2", 5500)]
    assert sorted(house.endings()) == ["applied", "validated"]


def test_nothing_of_a_batch_is_sent_when_the_claim_might_end_first(house: House) -> None:
    ordered(house)
    house.executor(batch=50, patience=Patience(lease=60, look=0, write=61)).once(WORKER)
    assert house.platform.sent() == [] and house.endings() == ["not taken"] * 4


def test_a_bug_in_one_answer_leaves_no_other_unsettled(house: House) -> None:
    wanted = ordered(house)

    def odd(*_: object, **__: object) -> list[object]:
        return [Written({}), ZeroDivisionError("ours"), PassingError("Cut."), Written({})]

    house.platform.write_all = odd  # type: ignore[method-assign, assignment]
    with pytest.raises(ZeroDivisionError):
        house.executor(batch=50).once(WORKER)
    assert {house.now(change).state for change in wanted} == {"unknown"}


def test_a_batch_has_a_size(house: House) -> None:
    for size in (0, 51):
        with pytest.raises(InputError):
            house.executor(batch=size)


def test_a_look_does_not_grow_old_while_others_are_taken(house: House) -> None:
    ordered(house)
    house.platform.journal.clear()
    look = house.platform.look

    def slow(account_id: str, kind: str, entity_id: str) -> object:
        house.clock.advance(10)
        return look(account_id, kind, entity_id)  # type: ignore[arg-type]

    house.platform.look = slow  # type: ignore[method-assign, assignment]
    house.executor(batch=50).once(WORKER)
    kinds = ["look" if each.what == "look" else "sent" for each in house.platform.journal]
    assert kinds == ["look", "look", "sent", "sent", "look", "look"] * 2
    assert house.endings() == ["applied"] * 4
