"""Deals, people, attribution, wishes, syncs and reported values at rest, on both dialects."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.core.ids import new_id
from kinoloop.learning.crm import operations as crm
from kinoloop.learning.crm import queries
from kinoloop.learning.crm.records import BudgetWish, CrmConversion, Reconciled, StageMove
from kinoloop.learning.crm.rules import Told
from kinoloop.store.session import Database
from tests.learning.crm.makers import NOON, PORTAL, TENANT, contact, deal, event

LATER = NOON + timedelta(hours=1)
WISH = BudgetWish(
    "w1", TENANT, "901", "show_up", NOON, 675_000, 0.85, 1.0, 0.14, "ad1", "c1", "It rose.", NOON
)


def test_a_deal_as_it_was_read(database: Database) -> None:
    told = deal(contact_ids=("52", "51"), won=True)
    with database.begin() as connection:
        crm.save_deal(connection, TENANT, told, source="crm", now=NOON, note="a word")
        kept = queries.deal(connection, TENANT, "901")
        assert (kept.amount, kept.contact_ids, kept.won, kept.note) == (
            Decimal("20000.00"),
            ("51", "52"),
            True,
            "a word",
        )
        assert (kept.source, kept.created_at, kept.gone_at) == ("crm", NOON, None)
        assert queries.deals_of(connection, TENANT, ["52", "77"]) == ("901",)
        assert queries.deals_of(connection, "other", ["52"]) == ()
        with pytest.raises(NotFoundError):
            queries.deal(connection, "other", "901")


def test_an_older_reading_changes_nothing_but_adds_its_moves(database: Database) -> None:
    fresh = deal("901", "appointmentscheduled", "showup", "closedwon", contact_ids=("51",))
    stale = deal("901", "appointmentscheduled", "showup", contact_ids=("99",), amount=None)
    with database.begin() as connection:
        crm.save_deal(connection, TENANT, fresh, source="crm", now=NOON)
        crm.save_deal(connection, TENANT, stale, source="crm", now=LATER)
        kept = queries.deal(connection, TENANT, "901")
        assert (kept.stage, kept.contact_ids, kept.amount) == ("closedwon", ("51",), Decimal("20000.00"))
        newer = replace(fresh, modified_at=LATER + timedelta(days=1), contact_ids=("52",))
        crm.save_deal(connection, TENANT, newer, source="crm", now=LATER)
        assert queries.deal(connection, TENANT, "901").contact_ids == ("52",)
        assert len(queries.moves_told(connection, TENANT, NOON, NOON + timedelta(days=9))) == 3


def test_gone_and_there_again(database: Database) -> None:
    with database.begin() as connection:
        assert not crm.gone(connection, TENANT, "901", at=NOON)
        crm.save_deal(connection, TENANT, deal(), source="crm", now=NOON)
        assert crm.gone(connection, TENANT, "901", at=LATER)
        assert not crm.gone(connection, TENANT, "901", at=LATER + timedelta(hours=1))
        assert queries.deal(connection, TENANT, "901").gone_at == LATER
        crm.save_deal(connection, TENANT, deal(), source="crm", now=LATER)
        assert queries.deal(connection, TENANT, "901").gone_at is None
        crm.save_deal(connection, TENANT, deal(archived=True), source="crm", now=LATER)
        assert queries.deal(connection, TENANT, "901").gone_at is not None


def test_what_only_an_event_told_never_hides_what_was_read(database: Database) -> None:
    early, late = StageMove("a", NOON), StageMove("b", LATER)
    with database.begin() as connection:
        for move in (late, early, late):
            crm.save_told_stage(connection, TENANT, "7", move, now=LATER, note="told")
        kept = queries.deal(connection, TENANT, "7")
        assert (kept.stage, kept.source, kept.pipeline, kept.won) == ("b", "event", None, None)
        assert queries.moves_told(connection, TENANT, NOON, LATER) == (), "webhooks do not count as history"
        crm.save_deal(connection, TENANT, deal("7", "a"), source="crm", now=LATER)
        crm.save_told_stage(connection, TENANT, "7", StageMove("z", LATER), now=LATER, note="told")
        assert (
            queries.deal(connection, TENANT, "7").stage,
            queries.deal(connection, TENANT, "7").source,
        ) == ("a", "crm")


def test_people_and_their_wish_to_be_forgotten(database: Database) -> None:
    told = contact(click_id="c1", fbclid="f1", visitor_id="v1")
    with database.begin() as connection:
        crm.save_contact(connection, TENANT, told, now=NOON)
        assert queries.contacts(connection, TENANT, ["51", "52"]) == (told,)
        assert queries.contacts(connection, "other", ["51"]) == ()
        crm.forget_contact(connection, TENANT, "51", now=LATER)
        crm.forget_contact(connection, TENANT, "52", now=LATER)
        crm.save_contact(connection, TENANT, told, now=LATER)
        assert queries.contacts(connection, TENANT, ["51", "52"]) == ()


def test_attribution_is_kept_over_what_it_was(database: Database) -> None:
    first = CrmConversion("x", TENANT, "deal", "901", "51", "e1", "unattributed", 0.0, None, None, None, NOON)
    with database.begin() as connection:
        assert queries.conversion(connection, "x") is None
        crm.save_conversion(connection, first)
        found = replace(first, evidence="e2", method="url_param", confidence=1.0, click_id="c", ad_id="a")
        crm.save_conversion(connection, found)
        assert queries.conversion(connection, "x") == found


def test_a_wish_is_written_once_and_settled(database: Database) -> None:
    with database.begin() as connection:
        assert crm.wish(connection, WISH) and not crm.wish(connection, replace(WISH, step=0.5))
        assert queries.wishes(connection, states=("open",), due_at=NOON) == (WISH,)
        crm.wish_failed(connection, WISH, "Meta is away.", now=NOON)
        assert queries.wishes(connection, states=("open",), due_at=NOON) == ()
        (due,) = queries.wishes(connection, states=("open",), due_at=NOON + timedelta(minutes=1))
        assert (due.tries, due.answer) == (1, "Meta is away.")
        crm.settle_wish(connection, "w1", "proposed", "change-1", now=LATER)
        (done,) = queries.wishes(connection)
        assert (done.state, done.answer, done.settled_at, done.due_at) == (
            "proposed",
            "change-1",
            LATER,
            None,
        )
        crm.wish(connection, replace(WISH, wish_id="w2"))
        crm.wish_failed(connection, replace(WISH, wish_id="w2"), "away", now=NOON + timedelta(days=3))
        assert [one.wish_id for one in queries.wishes(connection, states=("dead",))] == ["w2"]


def test_a_syncs_report_and_the_cursor_that_moves_last(database: Database) -> None:
    window = (NOON, LATER)
    compared = Reconciled(3, 1, 2, ({"deal_id": "1", "stage": "a", "at": "x"},))
    with database.begin() as connection:
        assert queries.cursor(connection, TENANT) is None
        fresh = crm.begin_sync(connection, "s1", TENANT, since=NOON, now=NOON)
        crm.advance(connection, "s1", position=LATER, listed=50, stored=49, failed=1)
        back = crm.advance(connection, "s1", position=NOON, listed=1, stored=1, failed=0)
        assert (fresh.position, back.position, back.listed, back.stored, back.failed) == (
            NOON,
            LATER,
            51,
            50,
            1,
        )
        assert queries.cursor(connection, TENANT) is None
        assert crm.begin_sync(connection, "s1", TENANT, since=NOON, now=LATER) == back
        broken = crm.fail_sync(connection, "s1", "HubSpot is away.", now=LATER)
        assert (broken.state, broken.error) == ("failed", "HubSpot is away.")
        again = crm.begin_sync(connection, "s1", TENANT, since=NOON, now=LATER)
        assert (again.state, again.error, again.position) == ("running", None, LATER)
        done = crm.finish_sync(connection, "s1", compared=compared, window=window, gone=4, now=LATER)
        assert queries.sync(connection, "s1") == done and done.reconciled == compared and done.gone == 4
        cursor = queries.cursor(connection, TENANT)
        assert cursor is not None and (cursor.cursor_at, cursor.reconciled_until) == (LATER, LATER)
        crm.begin_sync(connection, "s2", TENANT, since=NOON - timedelta(days=1), now=LATER)
        crm.finish_sync(connection, "s2", compared=Reconciled(), window=(LATER, LATER), gone=0, now=LATER)
        later = queries.cursor(connection, TENANT)
        assert later is not None and later.cursor_at == LATER, "it never goes back"
        assert [one.sync_id for one in queries.syncs(connection, tenant_id=TENANT)] == ["s2", "s1"]
        assert queries.syncs(connection, tenant_id="other") == ()
        with pytest.raises(NotFoundError):
            queries.sync(connection, "s3")


def test_both_sides_of_the_comparison(database: Database) -> None:
    told = [
        event("901", occurred_at=NOON),
        event("901", property_name="amount", property_value="5"),
        event("902", change="creation", property_name=None, property_value=None, occurred_at=LATER),
        event("903", occurred_at=NOON - timedelta(days=1)),
    ]
    with database.begin() as connection:
        crm.connect_portal(connection, PORTAL, TENANT, who="me", now=NOON)
        crm.take_in(connection, told)
        crm.save_deal(connection, TENANT, deal(), source="crm", now=NOON)
        until = LATER + timedelta(minutes=1)
        assert queries.webhooks_told(connection, TENANT, NOON, until) == (
            Told("901", "showup", NOON),
            Told("902", None, LATER),
        )
        assert queries.moves_told(connection, TENANT, NOON, until) == (
            Told("901", "appointmentscheduled", NOON),
            Told("901", "showup", LATER),
        )


def test_reported_values_stay_as_they_were_said(database: Database) -> None:
    def report(at_hour: int, **told: str) -> int:
        values = {ad: Decimal(value) for ad, value in told.items()}
        at = NOON + timedelta(hours=at_hour)
        with database.begin() as connection:
            return crm.report_values(connection, TENANT, values, who="me", now=at, new_id=new_id)

    assert report(0, a="10.10", b="0") == 2
    assert report(1, a="10.10", b="-3") == 1
    assert report(2) == 0
    with database.read() as connection:
        last = queries.reported(connection, TENANT)
        assert {ad: one.value for ad, one in last.items()} == {"a": Decimal("10.10"), "b": Decimal(-3)}
        assert last["a"].reported_at == NOON + timedelta(hours=1) and last["a"].who == "me"
        assert set(queries.reported(connection, TENANT, ["b", "z"])) == {"b"}
        assert queries.reported(connection, "other") == {}
        with pytest.raises(InputError):
            queries.wishes(connection, limit=0)
