"""The inbox on both dialects: once each, one worker at a time, reasons kept."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import Connection

from kinoloop.core.errors import ConflictError, InputError, NotFoundError
from kinoloop.learning.crm import operations as crm
from kinoloop.learning.crm import queries
from kinoloop.learning.crm.operations.inbox import LEASE
from kinoloop.learning.crm.records import CrmEvent
from kinoloop.store.session import Database
from tests.learning.crm.makers import NOON, PORTAL, TENANT, event

LATER = NOON + timedelta(hours=1)


def connect(connection: Connection) -> None:
    crm.connect_portal(connection, PORTAL, TENANT, who="me", now=NOON)


def test_an_event_is_stored_as_it_is_told(database: Database) -> None:
    told = event(raw={"a": [1, None, "räksmörgås"]}, contact_ids=("51", "52"))
    with database.begin() as connection:
        connect(connection)
        (fresh,) = crm.take_in(connection, [told])
    assert fresh == replace(told, tenant_id=TENANT)
    with database.read() as connection:
        assert queries.event(connection, told.key) == fresh
        with pytest.raises(NotFoundError):
            queries.event(connection, "other")


def test_the_same_again_is_counted_and_not_new(database: Database) -> None:
    told = event()
    with database.begin() as connection:
        connect(connection)
        assert len(crm.take_in(connection, [told, replace(told, attempt=1), event("902")])) == 2
    with database.begin() as connection:
        assert crm.take_in(connection, [replace(told, attempt=4), replace(told, attempt=2)]) == ()
        kept = queries.event(connection, told.key)
    assert (kept.times, kept.attempt, kept.delivery_id) == (4, 4, "d1")


def test_a_delivery_of_hundreds(database: Database) -> None:
    told = [event(str(number)) for number in range(350)]
    with database.begin() as connection:
        connect(connection)
        assert len(crm.take_in(connection, told)) == 350
        assert crm.take_in(connection, told[::-1]) == ()
        assert queries.event_counts(connection) == {"received": 350}
        assert queries.due_events(connection, now=NOON) == 350
        assert crm.take_in(connection, []) == ()


def test_an_unknown_portal_waits_for_its_tenant(database: Database) -> None:
    ours, theirs = event(), event(portal_id="44")
    junk = event(portal_id="44", state="ignored", property_name="dealname", note="no use")
    with database.begin() as connection:
        connect(connection)
        states = {one.portal_id: one.state for one in crm.take_in(connection, [ours, theirs])}
        crm.take_in(connection, [junk])
        assert states == {PORTAL: "received", "44": "unknown_portal"}
        assert [one.key for one in crm.claim(connection, "w", now=NOON)] == [ours.key]
        kept = queries.event(connection, theirs.key)
        assert kept.tenant_id is None and kept.note and "44" in kept.note
        assert crm.adopt(connection) == 0
        crm.connect_portal(connection, "44", "other", who="me", now=NOON)
        (freed,) = crm.claim(connection, "w2", now=NOON)
    assert (freed.key, freed.tenant_id, freed.note) == (theirs.key, "other", None)


def test_a_portal_is_one_tenants(database: Database) -> None:
    with database.begin() as connection:
        connect(connection)
        connect(connection)
        with pytest.raises(ConflictError, match=TENANT):
            crm.connect_portal(connection, PORTAL, "other", who="me", now=NOON)
        assert [one.portal_id for one in queries.portals(connection, tenant_id=TENANT)] == [PORTAL]
        assert queries.portals(connection, tenant_id="other") == ()
        assert queries.portal(connection, "77") is None


def test_a_claim_is_ones_own_until_it_ends(database: Database) -> None:
    with database.begin() as connection:
        connect(connection)
        crm.take_in(connection, [event(str(number)) for number in range(3)])
    with database.begin() as connection:
        first = crm.claim(connection, "one", now=NOON, limit=2)
        second = crm.claim(connection, "two", now=NOON)
        assert (len(first), len(second), crm.claim(connection, "three", now=NOON)) == (2, 1, ())
        assert queries.due_events(connection, now=NOON) == 0
        again = crm.claim(connection, "one", now=NOON + timedelta(minutes=1))
        assert {one.key for one in again} == {one.key for one in first}
        assert len(crm.claim(connection, "three", now=NOON + timedelta(minutes=1) + LEASE)) == 3


def test_two_workers_never_claim_the_same(database: Database) -> None:
    with database.begin() as connection:
        connect(connection)
        crm.take_in(connection, [event(str(number)) for number in range(120)])
    barrier, found = Barrier(3), dict[str, list[str]]()

    def work(name: str) -> None:
        mine = found.setdefault(name, [])
        barrier.wait()
        while True:
            with database.begin() as connection:
                part = crm.claim(connection, name, now=NOON, limit=7)
                crm.handled(connection, [one.key for one in part], now=NOON)
            mine += [one.key for one in part]
            if not part:
                return

    threads = [Thread(target=work, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    every = [key for keys in found.values() for key in keys]
    assert len(every) == len(set(every)) == 120


def test_a_failure_is_kept_and_tried_again_until_it_is_dead(database: Database) -> None:
    with database.begin() as connection:
        connect(connection)
        (told,) = crm.take_in(connection, [event()])
        now, kept = NOON, told
        while kept.state != "dead":
            (mine,) = crm.claim(connection, "w", now=now)
            kept = crm.failed(connection, mine, "HubSpot said no.", passing=False, now=now)
            assert crm.claim(connection, "w", now=now) == ()
            now = kept.due_at or now
        assert kept.tries == 5 and queries.event(connection, told.key) == kept
        assert crm.claim(connection, "w", now=now + timedelta(days=9)) == ()
        assert crm.redo(connection, ["other"], now=now) == 0
        assert crm.redo(connection, now=now) == 1
        (anew,) = crm.claim(connection, "w", now=now)
        assert (anew.state, anew.tries) == ("received", 0)
        crm.handled(connection, [anew.key], now=now, note="gone")
        done = queries.event(connection, anew.key)
    assert (done.state, done.note, done.handled_at) == ("handled", "gone", now)


def test_what_nobody_can_work_on_stays_dead(database: Database) -> None:
    hopeless = event(state="dead", occurred_at=None, note="It does not tell when it happened.")
    with database.begin() as connection:
        connect(connection)
        crm.take_in(connection, [hopeless])
        assert crm.redo(connection, now=NOON) == 0


def test_what_a_sync_puts_off_is_an_event_with_a_reason(database: Database) -> None:
    with database.begin() as connection:
        crm.put_off(connection, TENANT, "901", "HubSpot is away.", passing=True, now=NOON)
        assert crm.claim(connection, "w", now=NOON) == ()
        (again,) = crm.claim(connection, "w", now=NOON + timedelta(minutes=1))
    assert again.deal_ids == ("901",) and again.note == "HubSpot is away." and again.tries == 1


def test_pages_of_the_inbox(database: Database) -> None:
    told = [event(str(n), received_at=NOON + timedelta(minutes=n // 2)) for n in range(7)]
    with database.begin() as connection:
        connect(connection)
        crm.take_in(connection, told)
        crm.handled(connection, [told[0].key], now=LATER)
        seen, before = list[CrmEvent](), None
        while page := queries.events(connection, limit=3, before=before):
            seen, before = seen + list(page), page[-1]
        assert len(seen) == 7 and seen == sorted(
            seen, key=lambda one: (one.received_at, one.key), reverse=True
        )
        assert len(queries.events(connection, states=("received",), tenant_id=TENANT)) == 6
        assert [one.key for one in queries.events(connection, object_id="3")] == [told[3].key]
        assert queries.event_counts(connection, tenant_id="other") == {}
        for odd in (0, 501):
            with pytest.raises(InputError):
                queries.events(connection, limit=odd)


def test_old_ones_are_forgotten_when_they_are_done(database: Database) -> None:
    done, waiting, fresh = event("1"), event("2"), event("3", received_at=LATER)
    with database.begin() as connection:
        connect(connection)
        crm.take_in(connection, [done, waiting, fresh])
        crm.handled(connection, [done.key, fresh.key], now=LATER)
        assert crm.forget_events(connection, older_than=LATER) == 1
        assert {one.key for one in queries.events(connection)} == {waiting.key, fresh.key}
