"""Meta's own SDK as a witness: every parameter, value and field we send is one that it knows.

Its checker only warns; warnings are errors here. It lets unknown names pass, so names are checked beside it.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from facebook_business.adobjects.ad import Ad
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adcreative import AdCreative
from facebook_business.adobjects.adcreativefeaturesspec import AdCreativeFeaturesSpec
from facebook_business.adobjects.adcreativeobjectstoryspec import AdCreativeObjectStorySpec
from facebook_business.adobjects.adcreativevideodata import AdCreativeVideoData
from facebook_business.adobjects.adreportrun import AdReportRun
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.adsinsights import AdsInsights
from facebook_business.adobjects.advideo import AdVideo
from facebook_business.adobjects.campaign import Campaign
from facebook_business.adobjects.minimumbudget import MinimumBudget
from facebook_business.api import FacebookAdsApi

from kinoloop.delivery.accounts.records import Kind
from kinoloop.delivery.ports import Write, WriteField
from kinoloop.vendors.meta.client import VERSION
from kinoloop.vendors.meta.drafts import FILM_ENHANCEMENTS, ad_body, ad_set_body, campaign_body, creative_body
from kinoloop.vendors.meta.fields import ACCOUNT, ENTITY, SERVED
from kinoloop.vendors.meta.films import FIELDS as FILM_FIELDS
from kinoloop.vendors.meta.insight_rows import WINDOWS, question
from kinoloop.vendors.meta.reports import STATUS
from kinoloop.vendors.meta.served import STORY_TEXTS
from kinoloop.vendors.meta.translate import request_of
from tests.vendors.meta.account import MINIMUMS
from tests.vendors.meta.drafts import AD_SET, CAMPAIGN, CREATIVE

SDK: dict[Kind, Any] = {"campaign": Campaign, "adset": AdSet, "ad": Ad}
Call = Callable[..., Any]
ACCOUNT_ID = "act_1"


def taken(call: Call, params: dict[str, Any], *, beside: tuple[str, ...] = ()) -> Any:
    """The SDK's own request for these parameters. Names `beside` are known to be missing in it."""
    request = call(params={}, pending=True)
    checker = request._param_checker
    assert [name for name in params if not checker.is_valid_key(name) and name not in beside] == []
    request.add_params(params)
    return request


def known(fields: str, thing: Any) -> None:
    """Each field is one of the thing's; what stands in braces is another thing's."""
    names = re.sub(r"\{[^}]*\}", "", fields).split(",")
    assert [name for name in names if not hasattr(thing.Field, name)] == []


def test_the_version_is_the_sdks() -> None:
    assert FacebookAdsApi.API_VERSION == VERSION


def test_the_checker_would_object() -> None:
    with pytest.raises(UserWarning):
        taken(AdSet("20").api_update, {"daily_budget": "20.00"})
    with pytest.raises(UserWarning):
        taken(AdSet("20").api_update, {"status": "active"})
    with pytest.raises(AssertionError):
        taken(AdSet("20").api_update, {"dailybudget": 2000})


WRITES: list[tuple[Kind, WriteField, int | str]] = [
    ("campaign", "daily_budget", 5000),
    ("campaign", "status", "PAUSED"),
    ("adset", "daily_budget", 5000),
    ("adset", "bid_amount", 450),
    ("adset", "status", "ACTIVE"),
    ("ad", "status", "PAUSED"),
    ("ad", "creative_id", "40"),
]


@pytest.mark.parametrize(("kind", "field", "value"), WRITES)
@pytest.mark.parametrize("validate_only", [False, True])
def test_writes(kind: Kind, field: WriteField, value: int | str, validate_only: bool) -> None:
    params = request_of(Write(ACCOUNT_ID, kind, "20", field, value), validate_only=validate_only)
    request = taken(SDK[kind]("20").api_update, params)
    assert request._method == "POST" and request._path[0] == "20"


def test_new_things() -> None:
    account = AdAccount(ACCOUNT_ID)
    shared = campaign_body(replace(CAMPAIGN, daily_budget=5000))
    taken(account.create_campaign, campaign_body(CAMPAIGN))
    taken(account.create_campaign, shared)
    full = replace(AD_SET, bid=450, destination_type="WEBSITE", beneficiary="B", payor="P")
    taken(account.create_ad_set, ad_set_body("10", full))
    taken(account.create_ad, ad_body("20", "40", "n"))
    draft = replace(CREATIVE, description="D", instagram_user_id="8")
    body = creative_body("50", draft, "https://us.example/s.jpg")
    taken(account.create_ad_creative, body)
    story = body["object_story_spec"]
    assert [name for name in story if not hasattr(AdCreativeObjectStorySpec.Field, name)] == []
    assert [name for name in story["video_data"] if not hasattr(AdCreativeVideoData.Field, name)] == []
    assert (
        body["object_story_spec"]["video_data"]["call_to_action"]["type"]
        in vars(AdCreative.CallToActionType).values()
    )


def test_films() -> None:
    account = AdAccount(ACCOUNT_ID)
    phases: list[dict[str, Any]] = [
        {"name": "n", "title": "n"},
        {"upload_phase": "start", "file_size": 10},
        {"upload_phase": "transfer", "upload_session_id": "s", "start_offset": 0},
        {"upload_phase": "finish", "upload_session_id": "s", "title": "n"},
    ]
    for params in phases:
        taken(account.create_ad_video, params)
    checker = account.create_ad_video(params={}, pending=True)._param_checker
    assert checker.get_type("source") == "file" == checker.get_type("video_file_chunk")
    taken(account.get_ad_videos, {"title": "n"})


@pytest.mark.parametrize("hourly", [False, True])
@pytest.mark.parametrize("level", ["campaign", "adset", "ad"])
def test_insights(level: Any, hourly: bool) -> None:
    asked = question(date(2026, 11, 1), date(2026, 11, 3), level, hourly=hourly, windows=WINDOWS)
    params = asked.params()
    fields = params.pop("fields")
    known(fields, AdsInsights)
    account = AdAccount(ACCOUNT_ID)
    taken(account.get_insights, params)
    taken(account.get_insights_async, params)
    known(STATUS, AdReportRun)


def test_fields_that_are_read() -> None:
    known(ACCOUNT, AdAccount)
    for kind, thing in SDK.items():
        known(ENTITY[kind], thing)
    known(SERVED, Ad)
    inner = SERVED.partition("creative{")[2].removesuffix("}")
    known(inner, AdCreative)
    known(FILM_FIELDS, AdVideo)
    assert all(hasattr(MinimumBudget.Field, name) for each in MINIMUMS for name in each)


def test_every_enhancement_is_one_of_metas() -> None:
    assert [name for name in FILM_ENHANCEMENTS if not hasattr(AdCreativeFeaturesSpec.Field, name)] == []
    assert len(set(FILM_ENHANCEMENTS)) == len(FILM_ENHANCEMENTS)


def test_the_windows_that_the_sdk_still_lists_are_refused_by_us() -> None:
    listed = set(vars(AdsInsights.ActionAttributionWindows).values())
    assert {*WINDOWS, "7d_view", "28d_view"} <= listed


def test_the_names_of_texts_are_those_of_a_story() -> None:
    film = {
        name for names in STORY_TEXTS.values() for name in names if hasattr(AdCreativeVideoData.Field, name)
    }
    assert film == {"title", "message", "link_description"}
