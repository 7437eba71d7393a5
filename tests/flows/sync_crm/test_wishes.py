"""A rise that an ad is credited with asks for budget: once, if it is fresh, sure and large enough."""

from datetime import timedelta

import pytest

from kinoloop.core.currency import Currency
from kinoloop.core.errors import ForbiddenError, PassingError
from kinoloop.delivery.accounts.operations import save_mirror
from kinoloop.delivery.accounts.records import AdEntity, Mirror
from kinoloop.flows.sync_crm.wishing import FRESH, hand_on, trigger, who_brought
from kinoloop.learning.crm import queries
from kinoloop.learning.crm.records import BudgetWish
from tests.flows.sync_crm.office import TENANT, Office, deal_with, moved
from tests.vendors.hubspot.sandboxed import START

NOW = START + timedelta(days=1)


def risen(office: Office, *stages: str, at_hours_ago: float = 2.0, campaign: str | None = "c1") -> str:
    """A credited deal that went through these stages, the last one an hour before now at most."""
    at = NOW - timedelta(hours=at_hours_ago)
    office.click("k1", at - timedelta(hours=1), campaign=campaign)
    person = office.box.desk.portal.put_contact({"email": "a@b.example", "kinoloop_click_id": "k1"}, at=at)
    return deal_with(office.box, stages, at=at, contacts=[person])


def wishes(office: Office) -> tuple[BudgetWish, ...]:
    with office.database.read() as connection:
        return queries.wishes(connection)


def test_the_seeds_rule_once_per_rise(office: Office) -> None:
    deal_id = risen(office, "appointmentscheduled", "presentationscheduled")
    office.tell(moved(deal_id, "presentationscheduled", NOW))
    office.work()
    (made,) = wishes(office)
    assert (made.increment, made.stage_confidence, made.attribution_confidence) == (675_000, 0.85, 1.0)
    assert made.step == pytest.approx(0.05 + 0.10 * 1.0 * 0.675)
    assert (made.campaign_id, made.ad_id, made.stage, made.state) == ("c1", "ad-k1", "show_up", "open")
    assert made.reason == (
        f"Deal {deal_id} reached \u201cShow up\u201d, EUR 6,750.00 more than ever before;"
        " it is credited to ad ad-k1 with 100% confidence, by the click's id."
    )
    assert hand_on(office.tools) == {"proposed": 1, "refused": 0, "waiting": 0}
    office.tell(moved(deal_id, "presentationscheduled", NOW, eventId=2))
    office.work()
    assert hand_on(office.tools) == {"proposed": 0, "refused": 0, "waiting": 0}
    (done,) = wishes(office)
    assert done.state == "proposed" and done.answer and office.proposed == [made]


def test_the_reason_names_the_ad_and_the_stage_as_people_know_them(small: Office) -> None:
    ad = AdEntity("ad-k1", "act_1", "ad", "s1", "c1", "Fog, hook B", "ACTIVE", "ACTIVE")
    seen = Mirror("act_1", "Shop", Currency("EUR"), "UTC", 100, (ad,), NOW)
    with small.database.begin() as connection:
        save_mirror(connection, seen, tenant_id=TENANT, platform="meta")
    deal_id = risen(small, "presentationscheduled")
    small.tell(moved(deal_id, "presentationscheduled", NOW))
    small.work()
    (made,) = wishes(small)
    assert "reached \u201cShow up\u201d" in made.reason
    assert "credited to ad \u201cFog, hook B\u201d with" in made.reason


def test_a_click_of_a_campaign_alone_is_told_as_such(small: Office) -> None:
    with small.database.read() as connection:
        assert who_brought(connection, None, "c1") == "campaign c1"


def test_to_and_fro_is_no_second_rise(small: Office) -> None:
    back = (
        "presentationscheduled",
        "closedlost",
        "presentationscheduled",
        "appointmentscheduled",
        "presentationscheduled",
    )
    deal_id = risen(small, *back, at_hours_ago=5.0)
    small.tell(moved(deal_id, "presentationscheduled", NOW))
    small.work()
    assert [one.increment for one in wishes(small)] == [900_000]


@pytest.mark.parametrize(
    ("stages", "hours", "campaign"),
    [
        (("appointmentscheduled",), 1.0, "c1"),
        (("presentationscheduled",), FRESH.total_seconds() / 3600 + 1, "c1"),
        (("presentationscheduled",), 1.0, None),
        (("closedlost",), 1.0, "c1"),
    ],
)
def test_what_is_no_reason(
    small: Office, stages: tuple[str, ...], hours: float, campaign: str | None
) -> None:
    """Not sure enough; long ago; of no campaign; no rise."""
    small.box.clock.at = NOW + timedelta(hours=1)
    deal_id = risen(small, *stages, at_hours_ago=hours, campaign=campaign)
    small.tell(moved(deal_id, stages[-1], NOW))
    assert small.work()["handled"] == 1 and wishes(small) == ()


def test_a_deal_of_nobodys_ad_is_no_reason(small: Office) -> None:
    deal_id = deal_with(small.box, ("presentationscheduled",), at=NOW - timedelta(hours=1))
    small.tell(moved(deal_id, "presentationscheduled", NOW))
    assert small.work()["handled"] == 1 and wishes(small) == ()


def test_a_refusal_is_kept_a_passing_failure_comes_again(small: Office) -> None:
    deal_id = risen(small, "presentationscheduled")
    small.tell(moved(deal_id, "presentationscheduled", NOW))
    small.work()
    answers: list[Exception] = [PassingError("Meta is away."), ForbiddenError("The authority is off.")]

    def propose(wanted: BudgetWish) -> str:
        raise answers.pop(0)

    small.propose = propose
    assert hand_on(small.tools)["waiting"] == 1
    (waiting,) = wishes(small)
    assert (waiting.state, waiting.answer, waiting.tries) == ("open", "Meta is away.", 1)
    assert hand_on(small.tools) == {"proposed": 0, "refused": 0, "waiting": 0}
    small.clock.advance(60)
    assert hand_on(small.tools)["refused"] == 1
    assert [(one.state, one.answer) for one in wishes(small)] == [("refused", "The authority is off.")]


def test_without_anybody_to_take_them_they_stay_open(small: Office) -> None:
    deal_id = risen(small, "presentationscheduled")
    small.tell(moved(deal_id, "presentationscheduled", NOW))
    small.work()
    bare = type(small.tools)(small.database.begin, lambda tenant: None, small.clock, lambda: TENANT)
    assert hand_on(bare) == {"proposed": 0, "refused": 0, "waiting": 0}
    assert [one.state for one in wishes(small)] == ["open"]


def test_the_limits_are_in_the_currencys_own_units() -> None:
    assert (trigger(Currency("EUR")).least_increment, trigger(Currency("EUR")).full_increment) == (
        100_000,
        1_000_000,
    )
    assert (trigger(Currency("JPY", 1)).least_increment, trigger(Currency("JPY", 1)).full_increment) == (
        1_000,
        10_000,
    )
