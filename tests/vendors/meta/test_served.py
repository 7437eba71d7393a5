"""What an ad shows, from creatives of every kind."""

from typing import Any

import pytest

from kinoloop.core.errors import IntegrityError
from kinoloop.vendors.meta.served import content_of, served_of

FREEDOM = {
    "creative_features_spec": {
        "text_optimizations": {"enroll_status": "OPT_OUT"},
        "video_auto_crop": {"enroll_status": "OPT_IN"},
        "enhance_cta": {"enroll_status": "DEFAULT_OPT_IN"},
        "inline_comment": {},
    },
    "text_transformation_types": ["TEXT_LIQUIDITY"],
}
FILM = {
    "id": "40",
    "name": "ours",
    "url_tags": "utm_source=meta",
    "object_story_spec": {
        "page_id": "7",
        "video_data": {
            "video_id": "50",
            "image_hash": "thumb",
            "title": "Fresh bread",
            "message": "Every morning.",
            "link_description": "Order now",
            "call_to_action": {"type": "SIGN_UP", "value": {"link": "https://us.example/b"}},
        },
    },
    "degrees_of_freedom_spec": FREEDOM,
    "contextual_multi_ads": {"enroll_status": "OPT_OUT"},
}


def test_a_film_ad() -> None:
    content = content_of(FILM)
    assert content.creative_id == "40" and content.media_hash == "video:50"
    assert content.copy == {
        "title": "Fresh bread",
        "body": "Every morning.",
        "description": "Order now",
        "cta": "SIGN_UP",
        "link": "https://us.example/b",
        "url_tags": "utm_source=meta",
    }
    assert content.toggles == {
        "text_optimizations": False,
        "video_auto_crop": True,
        "enhance_cta": True,
        "inline_comment": True,
        "text_transformation_types.TEXT_LIQUIDITY": True,
        "contextual_multi_ads": False,
    }


def test_a_link_ad_with_a_picture_and_cards() -> None:
    link = {
        "link": "https://us.example",
        "message": "M",
        "name": "N",
        "description": "D",
        "image_hash": "aa",
        "caption": "us",
    }
    action = {"type": "LEARN_MORE", "value": {"link": "https://us.example"}}
    cards = [
        {"link": "https://us.example/1", "name": "One", "image_hash": "bb"},
        {"name": "Two", "video_id": "51"},
    ]
    story = {"link_data": {**link, "call_to_action": action, "child_attachments": cards}}
    content = content_of({"id": "41", "object_story_spec": story})
    assert content.copy == {
        "title": "N",
        "body": "M",
        "description": "D",
        "caption": "us",
        "link": "https://us.example",
        "cta": "LEARN_MORE",
        "title.2": "One",
        "link.2": "https://us.example/1",
        "title.3": "Two",
    }
    assert content.media_hash == "image:aa,image:bb,video:51"


def test_a_feed_of_assets_that_meta_mixes() -> None:
    feed = {
        "bodies": [{"text": "B1"}, {"text": "B2"}, {}],
        "titles": [{"text": "T1"}],
        "descriptions": [{"text": "D1"}],
        "link_urls": [{"website_url": "https://us.example"}],
        "call_to_action_types": ["SIGN_UP"],
        "videos": [{"video_id": "50"}, {"video_id": "51"}],
        "images": [{"hash": "aa"}],
    }
    content = content_of({"id": "42", "asset_feed_spec": feed, "object_story_spec": {"page_id": "7"}})
    assert content.copy == {
        "body": "B1",
        "body.2": "B2",
        "title": "T1",
        "description": "D1",
        "link": "https://us.example",
        "cta": "SIGN_UP",
    }
    assert content.media_hash == "video:50,video:51,image:aa" and content.toggles == {}


def test_an_ad_that_shows_a_post() -> None:
    told = {"id": "43", "body": "Post", "title": "Shop", "call_to_action_type": "SHOP_NOW", "video_id": "60"}
    content = content_of(told)
    assert (
        content.copy == {"title": "Shop", "body": "Post", "cta": "SHOP_NOW"}
        and content.media_hash == "video:60"
    )
    assert content_of({"id": "44"}).media_hash is None


@pytest.mark.parametrize("status", ["DELETED", "ARCHIVED"])
def test_ads_that_are_gone_show_nothing(status: str) -> None:
    assert served_of({"id": "30", "status": status, "creative": FILM}) is None


@pytest.mark.parametrize(
    "broken", [{"creative": None}, {"creative": {}}, {"creative": {**FILM, "object_story_spec": 7}}]
)
def test_a_creative_that_cannot_be_read_is_said(broken: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        served_of({"id": "30", "status": "ACTIVE", **broken})
