"""The market's people in the CRM: each step at its own time, and nothing of the hidden truth."""

from datetime import timedelta

from kinoloop.sandbox.hubspot.desk import Desk
from kinoloop.sandbox.hubspot.following import SHOP, Follower
from kinoloop.sandbox.market.events import Clicked, ContactCreated, DealCreated, Event, StageMoved
from kinoloop.sandbox.testing import Sandbox
from tests.sandbox.clients import control
from tests.sandbox.hubspot.conftest import START

DAY = timedelta(days=1)


def way(amount: int | None = 1_234_56) -> list[Event]:
    at = START - 20 * DAY
    return [
        Clicked("k1", at, "ad1", "Iw.1", False),
        ContactCreated("C1", at + DAY, "Iw.1", False, "k1", "ad1"),
        ContactCreated("C2", at + DAY, None, True, "k2", "ad2"),
        DealCreated("D1", at + DAY, "C1", "lead", None),
        StageMoved("D1", at + 2 * DAY, "C1", "appointment_scheduled", None),
        StageMoved("D1", at + 3 * DAY, "C1", "closed_won", amount),
    ]


def test_people_and_deals_follow_the_market(desk: Desk) -> None:
    follower = Follower(desk.portal)
    for event in way():
        follower.tell(event)
    deal = desk.portal.get("deals", follower.deals["D1"])
    history = [(one.value, one.at) for one in deal.history["dealstage"]]
    assert history == [
        ("lead", START - 19 * DAY),
        ("appointment_scheduled", START - 18 * DAY),
        ("closed_won", START - 17 * DAY),
    ]
    assert deal.values["amount"] == "1234.56" and deal.values["hs_is_closed_won"] == "true"
    assert desk.portal.links.of(deal.id) == (follower.contacts["C1"],)
    first, second = (desk.portal.get("contacts", follower.contacts[name]) for name in ("C1", "C2"))
    assert first.values["hs_facebook_click_id"] == "Iw.1" and "fbclid" not in second.values
    written = " ".join([*first.values.values(), *second.values.values(), *deal.values.values()])
    assert not {"k1", "k2", "ad1", "ad2"} & set(written.split())


def test_another_pipeline_by_other_names(desk: Desk, sandbox: Sandbox) -> None:
    follower = Follower(desk.portal, SHOP, {"closed_lost": "shop_lost"}, offset=1)
    for event in (
        ContactCreated("C1", START, None, False, None, None),
        DealCreated("D1", START, "C1", "initiated_checkout", 900),
        StageMoved("D1", START, "C1", "closed_lost", None),
    ):
        follower.tell(event)
    deal = desk.portal.get("deals", follower.deals["D1"])
    assert (deal.values["dealstage"], deal.values["amount"]) == ("shop_lost", "900")
    control(sandbox, "/reset", {})
    assert not follower.deals and desk.portal.pipelines.find("shop") is SHOP
