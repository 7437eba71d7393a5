"""Creatives: what an ad shows, taken apart from the object story spec, with every enhancement's toggle."""

from collections.abc import Mapping
from typing import Any

FEATURES = (
    "text_optimizations",
    "image_touchups",
    "image_brightness_and_contrast",
    "image_templates",
    "video_auto_crop",
    "video_filtering",
    "add_text_overlay",
    "enhance_cta",
    "inline_comment",
    "music_generation",
    "reveal_details_over_time",
    "site_extensions",
)
"""What the platform may do to a creative by itself when somebody, or it, turns it on."""


def story(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that the Graph tells beside the spec: body, title, video, link, call to action."""
    spec = data.get("object_story_spec") or {}
    inner = spec.get("video_data") or spec.get("link_data") or {}
    action = inner.get("call_to_action") or {}
    link = inner.get("link") or (action.get("value") or {}).get("link")
    told = {
        "title": inner.get("title") or inner.get("name"),
        "body": inner.get("message"),
        "video_id": inner.get("video_id"),
        "image_hash": inner.get("image_hash"),
        "image_url": inner.get("image_url") or inner.get("picture"),
        "link_url": link,
        "call_to_action_type": action.get("type"),
        "object_type": "VIDEO" if "video_data" in spec else "SHARE",
    }
    return {name: value for name, value in told.items() if value is not None}


def toggles(given: Any) -> dict[str, Any]:
    """The degrees of freedom with every feature named; what was not asked for is off."""
    asked = (given or {}).get("creative_features_spec") or {}
    names = dict.fromkeys((*FEATURES, *asked))
    spec = {name: dict(asked.get(name) or {"enroll_status": "OPT_OUT"}) for name in names}
    return {"creative_features_spec": spec}


def nature(data: Mapping[str, Any]) -> str:
    """What makes two creatives the same in the eyes of the market."""
    told = story(data)
    return "|".join(str(told.get(name, "")) for name in ("video_id", "image_hash", "title", "body"))


def founded(place: int, video_id: str, page_id: str) -> dict[str, Any]:
    """A creative that was there before anybody looked."""
    spec = {
        "page_id": page_id,
        "video_data": {
            "video_id": video_id,
            "title": f"See how it works, part {place}",
            "message": f"A short film about one thing, number {place}.",
            "image_url": f"https://scontent.example/thumb-{video_id}.jpg",
            "call_to_action": {"type": "LEARN_MORE", "value": {"link": "https://shop.example/offer"}},
        },
    }
    return {
        "name": f"Creative {place}",
        "object_story_spec": spec,
        "degrees_of_freedom_spec": toggles(None),
        "url_tags": "utm_source=facebook&utm_content={{ad.id}}",
        "status": "ACTIVE",
    }
