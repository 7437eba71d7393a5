"""HubSpot's records as ours: text everywhere, null anywhere."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from kinoloop.core.errors import IntegrityError
from kinoloop.learning.crm.records import CrmStage, StageMove
from kinoloop.vendors.hubspot.translate import ContactLinks, contact_of, deal_of, stages_of
from tests.vendors.hubspot.makers import START, deal_row, stamp


def test_a_deal_with_its_history() -> None:
    deal = deal_of(deal_row(), ["51", "52"])
    assert (deal.deal_id, deal.stage, deal.pipeline) == ("901", "closedwon", "default")
    assert deal.amount == Decimal("20000.50") and deal.currency == "EUR"
    assert deal.created_at == START and deal.modified_at == START + timedelta(days=6)
    assert deal.moves == (
        StageMove("appointmentscheduled", START, "FORM"),
        StageMove("showup", START + timedelta(days=2), "API"),
        StageMove("closedwon", START + timedelta(days=6), "CRM_UI"),
    )
    assert deal.contact_ids == ("51", "52") and deal.closed and deal.won and not deal.archived


@pytest.mark.parametrize(
    ("told", "amount"), [(None, None), ("", None), ("x", None), ("NaN", None), ("Infinity", None), ("0", 0)]
)
def test_an_amount_that_is_none_is_unknown(told: str | None, amount: int | None) -> None:
    assert deal_of(deal_row(amount=told), ()).amount == amount


@pytest.mark.parametrize("history", [None, {}, {"dealstage": None}, {"dealstage": ["x", {"value": ""}]}])
def test_without_history_there_are_no_moves(history: Any) -> None:
    row = deal_row(dealstage=None) | {"propertiesWithHistory": history}
    deal = deal_of(row, ())
    assert deal.moves == () and deal.stage == ""


@pytest.mark.parametrize(
    ("row", "lacks"),
    [
        (deal_row() | {"id": None}, "its id"),
        (deal_row() | {"properties": None}, "its properties"),
        (deal_row(createdate="yesterday"), "when a deal was made"),
        (deal_row(hs_lastmodifieddate=None) | {"updatedAt": None}, "when a deal was changed"),
        (
            deal_row() | {"propertiesWithHistory": {"dealstage": [{"value": "x", "timestamp": "9" * 40}]}},
            "when a deal moved",
        ),
    ],
)
def test_what_cannot_be_read_says_what_it_lacks(row: dict[str, Any], lacks: str) -> None:
    with pytest.raises(IntegrityError, match=lacks):
        deal_of(row, ())


def test_times_come_as_text_and_as_milliseconds() -> None:
    milliseconds = str(round(START.timestamp() * 1000))
    deal = deal_of(deal_row(createdate=milliseconds, hs_lastmodifieddate="2026-01-01T12:00:00"), ())
    assert deal.created_at == deal.modified_at == START


def test_a_contact_by_the_first_property_that_has_a_value() -> None:
    told = {"createdate": stamp(START), "kinoloop_click_id": "c1", "fbclid": "f1", "hs_facebook_click_id": ""}
    contact = contact_of({"id": "51", "properties": told}, ContactLinks())
    assert (contact.click_id, contact.fbclid, contact.visitor_id) == ("c1", "f1", None)
    other = ContactLinks(click_id=("my_click",), fbclid=(), visitor_id=("createdate",))
    assert contact_of({"id": "51", "properties": told}, other).click_id is None


def test_stages_have_texts_for_numbers() -> None:
    stages = [
        {
            "id": "won",
            "label": "Won",
            "displayOrder": 2,
            "metadata": {"isClosed": "true", "probability": "1.0"},
        },
        {"id": "new", "label": "New", "displayOrder": 0, "metadata": {"isClosed": "false"}},
        {"id": "odd", "metadata": {"probability": "1.5"}},
    ]
    assert stages_of([{"id": "p", "stages": stages}, {"id": "empty"}]) == (
        CrmStage("p", "won", "Won", 2, 1.0, True),
        CrmStage("p", "new", "New", 0, None, False),
        CrmStage("p", "odd", "", 0, None, False),
    )
