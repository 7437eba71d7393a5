"""Approved contents and alarms at rest, on both dialects."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from kinoloop.core.errors import ConflictError, IntegrityError, NotFoundError
from kinoloop.core.ids import NewId
from kinoloop.delivery.drift import operations, queries
from kinoloop.delivery.drift.records import Check, Drift
from kinoloop.delivery.drift.rules import PLATFORM, content_hash, differences
from kinoloop.store.session import Database
from tests.delivery.drift.ads import CONTENT, approved, content, ids, later, open_account

SERVED = content(toggles={"enhance_cta": True})
FOUND = differences(CONTENT, SERVED)


@pytest.fixture
def house(database: Database) -> Database:
    with database.begin() as connection:
        open_account(connection)
        open_account(connection, "act_2", ads=0)
    return database


@pytest.fixture
def new_id() -> Iterator[NewId]:
    return ids()  # type: ignore[return-value]  # a plain function


def alarm(house: Database, new_id: NewId, ad_id: str = "30", minutes: float = 1) -> Drift:
    with house.begin() as connection:
        what = operations.approve_content(connection, approved(ad_id), new_id=new_id)
        return operations.found(connection, what, FOUND, served=SERVED, now=later(minutes), new_id=new_id)[0]


def test_what_was_approved_reads_back_and_is_replaced_but_not_lost(house: Database, new_id: NewId) -> None:
    first, other = approved(), approved(what=SERVED, approved_by="bob", approved_at=later(5))
    with house.begin() as connection:
        with pytest.raises(NotFoundError, match="Nobody approved"):
            queries.approved_ad(connection, "30")
        assert operations.approve_content(connection, first, new_id=new_id) == first
        again = replace(first, approved_at=later(1))
        assert operations.approve_content(connection, again, new_id=new_id) == first
        assert operations.approve_content(connection, other, new_id=new_id) == other
        operations.approve_content(connection, approved("31"), new_id=new_id)
    with house.read() as connection:
        assert queries.approved_ad(connection, "30") == other
        assert queries.approvals_of(connection, "30") == (other, first)
        assert [one.ad_id for one in queries.approved_ads(connection, "act_1")] == ["30", "31"]
        assert queries.approved_ads(connection, "act_2") == ()


def test_a_content_under_another_hash_is_refused(house: Database, new_id: NewId) -> None:
    with house.begin() as connection, pytest.raises(IntegrityError):
        operations.approve_content(connection, replace(approved(), content=SERVED), new_id=new_id)


def test_an_alarm_is_opened_once_and_takes_what_is_found_later(house: Database, new_id: NewId) -> None:
    first = alarm(house, new_id)
    assert (first.ad_id, first.differences, first.served, first.found_at) == ("30", FOUND, SERVED, later(1))
    worse = replace(SERVED, creative_id="72")
    found = differences(CONTENT, worse)
    with house.begin() as connection:
        same, fresh = operations.found(
            connection, approved(), FOUND, served=SERVED, now=later(2), new_id=new_id
        )
        assert (same, fresh) == (first, False)
        more, fresh = operations.found(
            connection, approved(), found, served=worse, now=later(3), new_id=new_id
        )
    assert (more, fresh) == (replace(first, differences=found, served=worse), False)
    with house.read() as connection:
        assert queries.open_drifts(connection) == (more,)
        assert queries.drift(connection, first.drift_id) == more


def test_alarms_are_found_by_account_and_ad_and_listed(house: Database, new_id: NewId) -> None:
    made = [alarm(house, new_id, str(ad_id), minutes) for minutes, ad_id in enumerate((30, 31, 32))]
    with house.begin() as connection:
        ended = operations.clear(connection, "31", by=PLATFORM, now=later(9))
        assert ended == replace(made[1], cleared_at=later(9), cleared_by=PLATFORM)
        assert operations.clear(connection, "31", by=PLATFORM, now=later(10)) is None
    with house.read() as connection:
        assert queries.open_drifts(connection, account_id="act_1") == (made[0], made[2])
        assert queries.open_drifts(connection, account_id="act_2") == ()
        assert queries.open_drifts(connection, ad_ids=["32", "31"]) == (made[2],)
        many = [str(number) for number in range(1200)]
        assert queries.open_drifts(connection, account_id="act_1", ad_ids=many) == (made[0], made[2])
        page = queries.drifts(connection, account_id="act_1", limit=2)
        assert page == (made[2], ended)
        assert queries.drifts(connection, limit=2, before=page[-1].drift_id) == (made[0],)
        with pytest.raises(NotFoundError):
            queries.drift(connection, "nothing")
    again = alarm(house, new_id, "31", 11)
    assert again.drift_id != made[1].drift_id and again.cleared_at is None


def test_what_was_proposed_or_why_not_is_kept(house: Database, new_id: NewId) -> None:
    first, change_id = alarm(house, new_id), new_id()
    with house.begin() as connection:
        operations.answered(connection, first.drift_id, note="Changes are switched off.")
        assert queries.drift(connection, first.drift_id).note == "Changes are switched off."
        operations.answered(connection, first.drift_id, change_id=change_id)
        assert queries.drift(connection, first.drift_id) == replace(first, change_id=change_id)


def test_a_person_may_approve_what_is_shown_instead(house: Database, new_id: NewId) -> None:
    first = alarm(house, new_id)
    how = {"who": "bob", "now": later(4), "new_id": new_id}
    with house.begin() as connection:
        with pytest.raises(ConflictError):
            operations.accept_served(connection, first.drift_id, sha256=content_hash(CONTENT), **how)  # type: ignore[arg-type]
        kept = operations.accept_served(connection, first.drift_id, sha256=content_hash(SERVED), **how)  # type: ignore[arg-type]
        assert (kept.content, kept.approved_by, kept.approved_at) == (SERVED, "bob", later(4))
        assert queries.approved_ad(connection, "30") == kept
        ended = queries.drift(connection, first.drift_id)
        assert (ended.cleared_by, queries.open_drifts(connection)) == ("bob", ())
        with pytest.raises(ConflictError):
            operations.accept_served(connection, first.drift_id, sha256=content_hash(SERVED), **how)  # type: ignore[arg-type]


def test_the_last_comparison_is_kept(house: Database) -> None:
    with house.begin() as connection:
        assert queries.last_check(connection, "act_1") is None
        for minutes, untold in ((1, {}), (2, {"30": ("media_hash",)})):
            operations.note_check(
                connection, "act_1", compared=3, unapproved=1, untold=untold, now=later(minutes)
            )
    with house.read() as connection:
        told = Check("act_1", later(2), 3, 1, {"30": ("media_hash",)})
        assert queries.last_check(connection, "act_1") == told


def test_many_that_look_at_once_open_one_alarm(house: Database, new_id: NewId) -> None:
    with house.begin() as connection:
        what = operations.approve_content(connection, approved(), new_id=new_id)
    opened = list[bool]()

    def look(number: int) -> None:
        made = [new_id() for _ in range(4)]
        with house.begin() as connection:
            opened.append(
                operations.found(connection, what, FOUND, served=SERVED, now=later(number), new_id=made.pop)[
                    1
                ]
            )

    threads = [threading.Thread(target=look, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(opened) == [False, False, False, True]
