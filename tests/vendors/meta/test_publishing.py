"""Making ads: one call each, paused, every enhancement opted out of; found again by name."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kinoloop.core.errors import ConflictError, InputError, PassingError
from kinoloop.delivery.publishing.ports import AdPublisher
from kinoloop.vendors.meta.drafts import (
    FILM_ENHANCEMENTS,
    ad_body,
    ad_set_body,
    campaign_body,
    creative_body,
    url_tags,
)
from kinoloop.vendors.meta.served import content_of
from kinoloop.vendors.refusals import NotTakenError
from tests.vendors.meta.drafts import AD_SET, CAMPAIGN, CREATIVE
from tests.vendors.meta.graph import CUT, Call, Graph, House, error, standing

STILL = "https://cdn.example/still.jpg"


def make(house: House, thing: str) -> str:
    publisher: AdPublisher = house.platform
    if thing == "campaigns":
        return publisher.create_campaign("act_1", CAMPAIGN)
    if thing == "adsets":
        return publisher.create_ad_set("act_1", "10", AD_SET)
    if thing == "adcreatives":
        return publisher.create_creative("act_1", "50", CREATIVE, thumbnail_url=STILL)
    return publisher.create_ad("act_1", "20", "40", name="kinoloop ad a1")


def find(house: House, thing: str, name: str) -> str | None:
    publisher: AdPublisher = house.platform
    finders = {
        "campaigns": publisher.find_campaign,
        "adsets": publisher.find_ad_set,
        "adcreatives": publisher.find_creative,
        "ads": publisher.find_ad,
    }
    return finders[thing]("act_1", name=name)


THINGS = ("campaigns", "adsets", "adcreatives", "ads")


@pytest.mark.parametrize("thing", THINGS)
def test_each_thing_is_made_by_one_call_and_is_paused(thing: str) -> None:
    graph = Graph().on("POST", f"act_1/{thing}", {"id": "77"})
    with standing(graph) as house:
        assert make(house, thing) == "77"
    (call,) = graph.calls
    assert call.params["name"].startswith("kinoloop")
    assert call.params.get("status") == (None if thing == "adcreatives" else "PAUSED")


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("answer", [CUT, (500, error(2)), {"success": True}, {"id": ""}, {"id": 7}])
def test_a_lost_answer_is_never_repeated(thing: str, answer: Any) -> None:
    graph = Graph().on("POST", f"act_1/{thing}", answer)
    with standing(graph) as house, pytest.raises(PassingError) as caught:
        make(house, thing)
    assert not isinstance(caught.value, NotTakenError) and len(graph.calls) == 1


@pytest.mark.parametrize("thing", THINGS)
def test_a_thing_is_found_by_its_whole_name_on_any_page(thing: str) -> None:
    entries = [
        {"id": "1", "name": "kinoloop a1 more"},
        {"id": "2", "name": "KINOLOOP A1"},
        {"id": "3", "name": "kinoloop a1", "status": "DELETED"},
        {"id": "4", "name": "kinoloop a1", "status": "PAUSED"},
    ]
    graph = Graph()

    def page(call: Call) -> Any:
        place = int(call.params.get("after", 0))
        more = {"next": f"{graph.url}/v26.0/act_1/{thing}?after={place + 1}"} if place < 3 else {}
        return {"data": [entries[place]], "paging": more}

    graph.on("GET", f"act_1/{thing}", page)
    with standing(graph) as house:
        assert find(house, thing, "kinoloop a1") == "4"
        assert find(house, thing, "kinoloop b2") is None


def test_two_of_one_name_are_a_persons_question() -> None:
    entries = [{"id": "1", "name": "a"}, {"id": "2", "name": "a"}, {"id": "1", "name": "a"}]
    with standing(Graph().on("GET", "act_1/ads", {"data": entries})) as house, pytest.raises(ConflictError):
        find(house, "ads", "a")


def test_ids_are_judged_before_anything_is_sent() -> None:
    with standing(Graph()) as house:
        calls: list[Any] = [
            lambda: house.platform.create_campaign("1", CAMPAIGN),
            lambda: house.platform.create_ad_set("act_1", "10/ads", AD_SET),
            lambda: house.platform.create_ad("act_1", "20", "", name="a"),
            lambda: house.platform.create_creative("act_1", "video", CREATIVE, thumbnail_url=STILL),
        ]
        for call in calls:
            with pytest.raises(InputError):
                call()
        assert house.graph.calls == []


def test_the_budget_has_one_owner() -> None:
    own, shared = campaign_body(CAMPAIGN), campaign_body(replace(CAMPAIGN, daily_budget=5000))
    assert own["is_adset_budget_sharing_enabled"] is False and "daily_budget" not in own
    assert (shared["daily_budget"], shared["bid_strategy"]) == (5000, "LOWEST_COST_WITHOUT_CAP")
    assert own["special_ad_categories"] == []
    under = ad_set_body("10", replace(AD_SET, daily_budget=None))
    assert "daily_budget" not in under and "bid_strategy" not in under
    capped = ad_set_body("10", replace(AD_SET, bid=450))
    assert (capped["bid_amount"], capped["bid_strategy"]) == (450, "LOWEST_COST_WITH_BID_CAP")


def test_an_ad_set_says_what_the_draft_says() -> None:
    body = ad_set_body("10", replace(AD_SET, beneficiary="Bakery Ltd", payor="Bakery Ltd"))
    assert body == {
        "name": "kinoloop ad set a1",
        "campaign_id": "10",
        "billing_event": "IMPRESSIONS",
        "optimization_goal": "LEAD_GENERATION",
        "targeting": dict(AD_SET.targeting),
        "daily_budget": 2000,
        "bid_strategy": "LOWEST_COST_WITHOUT_CAP",
        "promoted_object": {"page_id": "7"},
        "start_time": "2026-11-21T08:00:00+0000",
        "dsa_beneficiary": "Bakery Ltd",
        "dsa_payor": "Bakery Ltd",
        "status": "PAUSED",
    }
    assert ad_body("20", "40", "x") == {
        "name": "x",
        "adset_id": "20",
        "creative": {"creative_id": "40"},
        "status": "PAUSED",
    }


def test_what_is_sent_is_what_would_be_seen_as_served() -> None:
    body = creative_body("50", replace(CREATIVE, description="Order now"), STILL)
    content = content_of({"id": "40", **body})
    assert content.media_hash == "video:50"
    assert content.copy == {
        "title": CREATIVE.title,
        "body": CREATIVE.body,
        "description": "Order now",
        "link": CREATIVE.link,
        "cta": "SIGN_UP",
        "url_tags": "utm_source=meta&utm_content={{ad.id}}&utm_campaign=spring%20%26%20more",
    }
    assert set(content.toggles) == {*FILM_ENHANCEMENTS, "contextual_multi_ads"}
    assert not any(content.toggles.values())
    plain = creative_body("50", replace(CREATIVE, utm={}), STILL)["object_story_spec"]
    assert "link_description" not in plain["video_data"] and "instagram_user_id" not in plain


def test_only_named_enhancements_are_allowed() -> None:
    toggles = {"video_auto_crop": True, "brand_new_feature": True, "contextual_multi_ads": True}
    content = content_of({"id": "40", **creative_body("50", replace(CREATIVE, toggles=toggles), STILL)})
    assert {name for name, allowed in content.toggles.items() if allowed} == set(toggles)


@given(some.dictionaries(some.from_regex(r"utm_[a-z]{1,8}", fullmatch=True), some.text(min_size=1)))
def test_utm_values_come_out_as_they_went_in(utm: dict[str, str]) -> None:
    whole = {name: value.encode("utf-8", "ignore").decode() or "x" for name, value in utm.items()}
    assert {name: values[0] for name, values in parse_qs(url_tags(whole)).items()} == whole
