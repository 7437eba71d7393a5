"""Allowances in headers: percent, minutes here, seconds there; how long is rested for them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kinoloop.vendors.meta.usage import Meter, usage_of


def business(percent: float, minutes: float = 0, kind: str = "ads_management") -> str:
    meter = {
        "type": kind,
        "call_count": percent,
        "total_cputime": 1,
        "total_time": 2,
        "estimated_time_to_regain_access": minutes,
        "ads_api_access_tier": "standard_access",
    }
    return json.dumps({"66782684": [meter]})


def test_minutes_and_seconds_are_told_apart() -> None:
    spent = usage_of({"x-business-use-case-usage": business(100, 5)})
    assert spent.meters == (Meter("ads_management", 100.0, 300.0),)
    assert spent.told_wait == 300 and spent.rest == 300 and spent.tier == "standard_access"
    account = usage_of({"x-ad-account-usage": json.dumps({"acc_id_util_pct": 100, "reset_time_duration": 5})})
    assert account.told_wait == 5 and account.rest == 5


def test_each_header_is_read() -> None:
    usage = usage_of(
        {
            "x-app-usage": json.dumps({"call_count": 28, "total_time": 25, "total_cputime": 31}),
            "x-ad-account-usage": json.dumps({"acc_id_util_pct": 9.67, "reset_time_duration": 0}),
            "x-fb-ads-insights-throttle": json.dumps({"app_id_util_pct": 12, "acc_id_util_pct": 91}),
            "x-business-use-case-usage": business(40, kind="ads_insights"),
        }
    )
    assert [(meter.name, meter.percent) for meter in usage.meters] == [
        ("x-app-usage", 31),
        ("x-ad-account-usage", 9.67),
        ("ads_insights", 40),
        ("x-fb-ads-insights-throttle", 91),
    ]
    assert usage.percent == 91 and usage.rest == 5 and usage.told_wait is None


@pytest.mark.parametrize(
    ("percent", "rest"), [(0, 0), (89.9, 0), (90, 5), (95, 30), (99.9, 30), (100, 300), (140, 300)]
)
def test_the_nearer_to_the_end_the_longer_the_rest(percent: float, rest: float) -> None:
    assert usage_of({"x-business-use-case-usage": business(percent)}).rest == rest


def test_a_wait_alone_tells_that_it_is_spent() -> None:
    told = json.dumps({"1": [{"type": "ads_management", "estimated_time_to_regain_access": 2}]})
    assert usage_of({"x-business-use-case-usage": told}).rest == 120
    assert usage_of({"x-business-use-case-usage": business(60, 2)}).told_wait == 120


@pytest.mark.parametrize(
    "header",
    ["", "no json", "[]", "7", '{"1": 2}', '{"1": [3]}', '{"call_count": "x"}', '{"call_count": true}'],
)
def test_what_cannot_be_read_tells_nothing(header: str) -> None:
    names = ("x-app-usage", "x-ad-account-usage", "x-business-use-case-usage", "x-fb-ads-insights-throttle")
    usage = usage_of(dict.fromkeys(names, header))
    assert usage.meters == () and usage.percent is None and usage.rest == 0 and usage.told_wait is None


@given(some.dictionaries(some.sampled_from(["x-app-usage", "x-business-use-case-usage"]), some.text()))
def test_no_header_breaks_a_call(headers: dict[str, str]) -> None:
    assert usage_of(headers).rest >= 0
