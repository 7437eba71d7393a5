"""Meta's shapes and ours: money in minor units, who owns the budget, times, and writes that are refused."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kinoloop.core.errors import InputError, IntegrityError
from kinoloop.delivery.accounts.records import Kind
from kinoloop.delivery.ports import Write, WriteField
from kinoloop.vendors.meta.fields import account_path, entity_path
from kinoloop.vendors.meta.translate import (
    FIELDS,
    amount_of,
    belongs,
    entity_of,
    instant_of,
    minimum_of,
    request_of,
)
from tests.vendors.meta.account import AD_30, MINIMUMS, OWN, SET_20, SET_21, SET_22, SHARED
from tests.vendors.meta.graph import NOW


def entity(told: dict[str, Any], kind: Kind) -> Any:
    return entity_of(told, "act_1", kind, NOW)


def test_a_budget_has_one_owner() -> None:
    shared, own = entity(SHARED, "campaign"), entity(OWN, "campaign")
    assert (shared.daily_budget, own.daily_budget) == (5000, None)
    assert entity(SET_20, "adset").daily_budget == 2000
    assert entity(SET_22, "adset").daily_budget is None


def test_a_campaign_an_ad_set_and_an_ad() -> None:
    campaign, ad_set, ad = entity(SHARED, "campaign"), entity(SET_20, "adset"), entity(AD_30, "ad")
    assert (campaign.parent_id, campaign.campaign_id, campaign.kind) == (None, "10", "campaign")
    assert (ad_set.parent_id, ad_set.campaign_id, ad_set.learning) == ("11", "11", "LEARNING")
    assert (ad.parent_id, ad.campaign_id, ad.creative_id, ad.daily_budget) == ("20", "11", "40", None)
    assert entity(SET_21, "adset").bid == 450 and entity(SET_21, "adset").learning is None
    assert entity(SET_22, "adset").effective_status == "CAMPAIGN_PAUSED"
    assert ad_set.updated_at == datetime(2026, 11, 19, 9, tzinfo=UTC) and ad_set.seen_at == NOW
    assert ad_set.raw["learning_stage_info"]["last_sig_edit_ts"] == 1790000000


@pytest.mark.parametrize(
    "broken",
    [
        {"id": None, "status": None},
        {"status": ...},
        {"daily_budget": "20.00"},
        {"daily_budget": "-5"},
        {"daily_budget": 12.5},
        {"updated_time": "2026-11-19T10:00:00"},
        {"updated_time": "yesterday"},
        {"learning_stage_info": "LEARNING"},
        {"campaign_id": ...},
    ],
)
def test_what_cannot_be_read_is_no_entity(broken: dict[str, Any]) -> None:
    told = {name: value for name, value in {**SET_20, **broken}.items() if value is not ...}
    if broken.get("id", 1) is None:
        told.pop("id")
    with pytest.raises(IntegrityError):
        entity(told, "adset")


@given(some.integers(0, 10**12))
def test_amounts_are_whole_minor_units(amount: int) -> None:
    assert amount_of(str(amount)) == amount == amount_of(amount)


@given(
    some.datetimes(timezones=some.just(UTC)).map(lambda at: at.replace(microsecond=0)), some.integers(-12, 12)
)
def test_times_are_read_in_any_zone(at: datetime, hours: int) -> None:
    if not 1000 < at.year < 9000:
        at = at.replace(year=2026)
    sign, size = ("-" if hours < 0 else "+"), abs(hours)
    told = f"{(at + timedelta(hours=hours)).strftime('%Y-%m-%dT%H:%M:%S')}{sign}{size:02d}00"
    assert instant_of(told) == at


def test_minimums_are_those_of_the_currency() -> None:
    assert minimum_of(MINIMUMS, "USD") == 100
    assert minimum_of(MINIMUMS, "JPY") is None and minimum_of([], "USD") is None


def test_an_account_is_written_with_and_without_its_prefix() -> None:
    assert belongs({"account_id": "1"}, "act_1") and belongs({"account_id": "act_1"}, "act_1")
    assert not belongs({"account_id": "11"}, "act_1") and not belongs({}, "act_1")


@pytest.mark.parametrize("entity_id", ["", "1/insights", "act_1", "1?x=2", "..", "1" * 33, "１"])
def test_an_id_is_a_number(entity_id: str) -> None:
    with pytest.raises(InputError):
        entity_path(entity_id)
    if entity_id != "act_1":
        with pytest.raises(InputError):
            account_path(entity_id)
    assert entity_path("17") == "17" and account_path("act_17") == "act_17"


def write(kind: Kind, field: WriteField, value: int | str) -> Write:
    return Write("act_1", kind, "20", field, value)


def test_a_write_is_one_absolute_value() -> None:
    assert request_of(write("adset", "daily_budget", 2500), validate_only=False) == {"daily_budget": 2500}
    assert request_of(write("campaign", "daily_budget", 1), validate_only=False) == {"daily_budget": 1}
    assert request_of(write("adset", "bid_amount", 450), validate_only=False) == {"bid_amount": 450}
    assert request_of(write("ad", "status", "PAUSED"), validate_only=True) == {
        "status": "PAUSED",
        "execution_options": ["validate_only"],
    }
    assert request_of(write("ad", "creative_id", "40"), validate_only=False) == {
        "creative": {"creative_id": "40"}
    }


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("field", get_args(WriteField))
def test_only_what_a_thing_has_can_be_written(kind: Kind, field: WriteField) -> None:
    value: int | str = {"status": "ACTIVE", "creative_id": "40"}.get(field, 100)
    if kind in FIELDS[field]:
        assert request_of(write(kind, field, value), validate_only=False)
    else:
        with pytest.raises(InputError):
            request_of(write(kind, field, value), validate_only=False)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("daily_budget", 0),
        ("daily_budget", -100),
        ("daily_budget", "2000"),
        ("daily_budget", True),
        ("daily_budget", 20.5),
        ("status", "DELETED"),
        ("status", "active"),
        ("status", 1),
        ("bid_amount", 0),
    ],
)
def test_values_that_are_none_are_refused(field: WriteField, value: Any) -> None:
    with pytest.raises(InputError):
        request_of(write("adset", field, value), validate_only=False)


@pytest.mark.parametrize("value", ["", "x", 40, "40,41"])
def test_a_creative_is_named_by_its_number(value: Any) -> None:
    with pytest.raises(InputError):
        request_of(write("ad", "creative_id", value), validate_only=False)
