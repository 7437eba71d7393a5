"""What the platform shows of a new ad against its draft, field by field."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from kinoloop.delivery.accounts.records import AdEntity, LiveTree
from kinoloop.delivery.drift.records import AdContent
from kinoloop.delivery.publishing.records import AdDraft, CampaignDraft
from kinoloop.flows.publish_ads.comparing import Made, content_differences, tree_differences
from tests.flows.publish_ads.conftest import AD_SET, CREATIVE

DRAFT = AdDraft(
    "act_1",
    "ad a1",
    CampaignDraft("campaign a1"),
    AD_SET,
    replace(CREATIVE, description="Warm.", toggles={"enhance_cta": True}),
    Path("film.mp4"),
    "ab" * 32,
)
MADE = Made("10", "20", "40", "30", "17", own_campaign=True, own_ad_set=True)
SHOWN = AdContent(
    "40",
    "video:17",
    {
        "title": "Fresh bread",
        "body": "Every morning at six.",
        "link": "https://us.example/bread",
        "cta": "SIGN_UP",
        "description": "Warm.",
        "url_tags": "utm_content={{ad.id}}&utm_campaign=spring%20%26%20more&utm_source=meta",
    },
    {"enhance_cta": True, "show_summary": False},
)


def fields(shown: AdContent) -> list[str]:
    return [one.field for one in content_differences(DRAFT, MADE, shown)]


def tree(**changes: dict[str, Any]) -> LiveTree:
    def made(entity_id: str, kind: Any, parent: str | None, **more: Any) -> AdEntity:
        return AdEntity(
            entity_id,
            "act_1",
            kind,
            parent,
            "10",
            **{"status": "PAUSED", "effective_status": "PAUSED", **more},
        )

    ad = made("30", "ad", "20", **{"name": "ad a1", **changes.get("ad", {})})
    ad_set = made(
        "20", "adset", "10", **{"name": AD_SET.name, "daily_budget": 2000, **changes.get("ad_set", {})}
    )
    campaign = made("10", "campaign", None, **{"name": "campaign a1", **changes.get("campaign", {})})
    return LiveTree(ad, (ad_set, campaign))


def differing(live: LiveTree, made: Made = MADE) -> list[str]:
    return [one.field for one in tree_differences(DRAFT, made, live)]


def test_what_is_as_drafted_has_no_differences() -> None:
    assert fields(SHOWN) == [] and differing(tree()) == []


def test_each_field_of_the_content_counts() -> None:
    def words(**changes: str) -> AdContent:
        return replace(SHOWN, copy={**SHOWN.copy, **changes})

    assert fields(replace(SHOWN, creative_id="41")) == ["creative_id"]
    assert fields(replace(SHOWN, media_hash="video:18")) == ["media_hash"]
    assert fields(replace(SHOWN, media_hash=None)) == ["media_hash"]
    assert fields(words(body="Every morning at seven.")) == ["copy.body"]
    assert fields(words(**{"title.2": "Bread!"})) == ["copy.title.2"]
    assert fields(words(url_tags="utm_source=meta")) == ["copy.url_tags"]
    assert fields(replace(SHOWN, toggles={"enhance_cta": False})) == ["toggles.enhance_cta"]
    assert fields(replace(SHOWN, toggles={"show_summary": True})) == ["toggles.show_summary"]


def test_each_field_of_the_tree_counts() -> None:
    assert differing(tree(ad={"status": "ACTIVE"})) == ["ad.status"]
    assert differing(tree(ad_set={"daily_budget": 20_000, "bid": 5})) == ["ad_set.daily_budget", "ad_set.bid"]
    assert differing(tree(campaign={"status": "ACTIVE", "name": "other"})) == [
        "campaign.name",
        "campaign.status",
    ]
    assert "campaign.entity_id" in differing(LiveTree(tree().entity, tree().parents[:1]))


def test_what_was_there_before_may_stand_otherwise() -> None:
    moved = tree(ad_set={"daily_budget": 2400, "status": "ACTIVE"}, campaign={"status": "ACTIVE"})
    joined = replace(MADE, own_campaign=False, own_ad_set=False)
    assert differing(moved, joined) == []
    assert differing(moved, replace(joined, ad_set_id="21")) == ["ad_set.entity_id"]


def test_targeting_is_compared_where_it_is_told() -> None:
    def aimed(*countries: str) -> LiveTree:
        places = {"countries": list(countries), "location_types": ["home", "recent"]}
        return tree(ad_set={"raw": {"targeting": {"geo_locations": places, "age_min": 18}}})

    assert differing(aimed("US")) == []
    assert differing(aimed("US", "CA")) == ["ad_set.targeting.geo_locations"]
    assert differing(tree(ad_set={"raw": {"targeting": {}}})) == ["ad_set.targeting.geo_locations"]
