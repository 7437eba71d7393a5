"""The official SDK, warnings as errors, talks to the emulator and parses every answer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from facebook_business.adobjects.ad import Ad
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adcreative import AdCreative
from facebook_business.adobjects.adreportrun import AdReportRun
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.adsinsights import AdsInsights
from facebook_business.adobjects.advideo import AdVideo
from facebook_business.adobjects.campaign import Campaign
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi, FacebookResponse
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from kinoloop.sandbox.testing import Sandbox
from tests.sandbox.meta.graph import ACCESS, ACCOUNT, YEN, Graph
from tests.sandbox.meta.test_creating import FILM


@pytest.fixture
def api(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[FacebookAdsApi]:
    monkeypatch.setattr(FacebookSession, "GRAPH", sandbox.vendor_url("meta"))
    session = FacebookSession(ACCESS.app_id, ACCESS.secret, ACCESS.token)
    session.requests.trust_env = False
    yield FacebookAdsApi(session)
    session.requests.close()


@pytest.fixture
def account(api: FacebookAdsApi) -> AdAccount:
    return AdAccount(ACCOUNT, api=api)


def test_everything_is_listed_and_known_to_the_sdk(account: AdAccount, api: FacebookAdsApi) -> None:
    mine = User("me", api=api).get_ad_accounts(fields=["name", "currency", "account_status"])
    assert [one["id"] for one in mine] == [ACCOUNT, YEN]
    campaigns = list(account.get_campaigns(fields=["name", "objective", "effective_status", "daily_budget"]))
    fields = ["name", "daily_budget", "learning_stage_info"]
    sets = list(account.get_ad_sets(fields=fields, params={"limit": 2}))
    ads = list(account.get_ads(fields=["name", "creative", "effective_status"], params={"limit": 4}))
    assert (len(campaigns), len(sets), len(ads)) == (2, 6, 10)
    assert isinstance(sets[0], AdSet) and sets[0]["learning_stage_info"]["status"]
    creative = AdCreative(ads[0]["creative"]["id"], api=api).api_get(
        fields=["title", "object_story_spec", "degrees_of_freedom_spec", "video_id"]
    )
    assert creative["object_story_spec"]["video_data"]["title"] == creative["title"]
    least = account.get_minimum_budgets()
    assert least[0]["min_daily_budget_imp"] == 100


def test_an_ad_set_is_changed_checked_and_deleted(api: FacebookAdsApi, graph: Graph) -> None:
    adset = AdSet(graph.one("adsets"), api=api)
    adset.api_update(params={"daily_budget": 12_000, "execution_options": ["validate_only"]})
    assert adset.api_get(fields=["daily_budget"])["daily_budget"] == "11000"
    adset.api_update(params={"daily_budget": 12_000, "status": AdSet.Status.paused})
    assert adset.api_get(fields=["daily_budget", "status"])["status"] == "PAUSED"
    with pytest.raises(FacebookRequestError) as refused:
        adset.api_update(params={"daily_budget": 1})
    assert (refused.value.api_error_code(), refused.value.api_error_subcode()) == (100, 1885272)
    assert refused.value.api_blame_field_specs() == [["daily_budget"]]
    adset.api_delete()
    assert adset.api_get(fields=["status"])["status"] == "DELETED"


def test_an_ad_is_published(
    account: AdAccount, api: FacebookAdsApi, sandbox: Sandbox, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(FILM)
    video = account.create_ad_video(params={"source": str(film), "name": "Film"})
    assert isinstance(video, AdVideo)
    sandbox.world.advance(1)
    campaign = account.create_campaign(
        params={
            "name": "New",
            "objective": Campaign.Objective.outcome_leads,
            "special_ad_categories": [],
            "status": Campaign.Status.paused,
        }
    )
    adset = account.create_ad_set(
        params={
            "name": "Set",
            "campaign_id": campaign["id"],
            "daily_budget": 5_000,
            "billing_event": AdSet.BillingEvent.impressions,
            "optimization_goal": AdSet.OptimizationGoal.lead_generation,
            "targeting": {"geo_locations": {"countries": ["US"]}},
            "status": AdSet.Status.paused,
        },
    )
    assert AdSet(adset["id"], api=api).api_get(fields=["daily_budget"])["daily_budget"] == "5000"
    data = {"video_id": video["id"], "title": "T", "message": "M", "image_url": "https://example.com/t.jpg"}
    creative = account.create_ad_creative(
        params={"name": "K", "object_story_spec": {"page_id": "77", "video_data": data}}
    )
    ad = account.create_ad(
        params={
            "name": "Ad",
            "adset_id": adset["id"],
            "creative": {"creative_id": creative["id"]},
            "status": Ad.Status.paused,
        }
    )
    assert Ad(ad["id"], api=api).api_get(fields=["effective_status"])["effective_status"] == "PAUSED"
    assert len(list(Campaign(campaign["id"], api=api).get_ads())) == 1


def test_a_batch_with_a_lost_item(account: AdAccount, api: FacebookAdsApi, graph: Graph) -> None:
    sets = [row["id"] for row in graph.every(f"{ACCOUNT}/adsets")][:3]
    fault = {"vendor": "meta", "path": f"/batch/{sets[1]}", "cut": "after", "times": 1}
    graph.control("faults", {"faults": [fault]})
    good: list[Any] = []
    bad: list[Any] = []

    def won(answer: FacebookResponse) -> None:
        good.append(answer.json())

    def lost(answer: FacebookResponse) -> None:
        bad.append(answer.error().api_error_subcode())

    batch = api.new_batch()
    for id_, budget in zip(sets, (12_000, 12_100, 1), strict=True):
        AdSet(id_, api=api).api_update(
            params={"daily_budget": budget}, batch=batch, success=won, failure=lost
        )
    again = batch.execute()
    assert good == [{"success": True}] and bad == [1885272]
    assert again is not None and len(again) == 1, "the SDK would blindly repeat what was done already"
    assert [effect["after"] for effect in graph.changes()] == [12_000, 12_100]


def test_insights_now_and_as_a_report(account: AdAccount, api: FacebookAdsApi, sandbox: Sandbox) -> None:
    fields = ["ad_id", "spend", "impressions", "reach", "actions", "frequency", "cpm"]
    params = {
        "level": "ad",
        "date_preset": "last_7d",
        "time_increment": 1,
        "action_attribution_windows": ["1d_click", "7d_click", "1d_view"],
    }
    now = list(account.get_insights(fields=fields, params=params))
    run = account.get_insights_async(fields=fields, params=params)
    assert isinstance(run, AdReportRun)
    assert run.api_get()["async_status"] == "Job Not Started"
    sandbox.world.advance(1)
    told = run.api_get()
    assert (told["async_status"], told["async_percent_completion"]) == ("Job Completed", 100)
    later = list(run.get_result(params={"limit": 50}))
    assert [row.export_all_data() for row in later] == [row.export_all_data() for row in now]
    assert len(now) == 70 and all(isinstance(row, AdsInsights) for row in now)
    assert now[0]["actions"][0]["action_type"] == "link_click"


def test_throttles_reach_the_sdk_as_its_errors(account: AdAccount, graph: Graph) -> None:
    graph.control("meta/habits", {"tier": "limited"})
    for _ in range(60):
        account.api_get()
    with pytest.raises(FacebookRequestError) as refused:
        account.api_get()
    error = refused.value
    assert (error.http_status(), error.api_error_code(), error.api_error_subcode()) == (400, 17, 2446079)
    assert error.api_transient_error() and "x-ad-account-usage" in error.http_headers()
