"""What is sent to make a campaign, an ad set, a creative and an ad. Everything is PAUSED. Pure."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any
from urllib.parse import quote, urlencode

from kinoloop.delivery.publishing.records import AdSetDraft, CampaignDraft, CreativeDraft

PAUSED = {"status": "PAUSED"}
UNCAPPED, CAPPED = "LOWEST_COST_WITHOUT_CAP", "LOWEST_COST_WITH_BID_CAP"
FILM_ENHANCEMENTS = (
    "adapt_to_placement",
    "add_text_overlay",
    "advantage_plus_creative",
    "creative_stickers",
    "enhance_cta",
    "inline_comment",
    "music_generation",
    "replace_media_text",
    "reveal_details_over_time",
    "show_summary",
    "site_extensions",
    "text_generation",
    "text_optimizations",
    "text_translation",
    "translate_voiceover",
    "video_auto_crop",
    "video_filtering",
    "video_highlights",
    "video_to_image",
    "video_uncrop",
    "video_voiceover",
)
"""What Meta may do to a film ad unless it is told not to. (`standard_enhancements` is ended and not sent.)"""
BESIDE = "contextual_multi_ads"
"""Showing the ad beside those of others; told apart from the enhancements."""
Body = dict[str, Any]


def campaign_body(draft: CampaignDraft) -> Body:
    """Whoever owns the budget has the bid strategy; Meta wants to hear that ad sets do not share theirs."""
    budget: Body = {"is_adset_budget_sharing_enabled": False}
    if draft.daily_budget is not None:
        budget = {"daily_budget": draft.daily_budget, "bid_strategy": UNCAPPED}
    return {
        "name": draft.name,
        "objective": draft.objective,
        "special_ad_categories": list(draft.special_ad_categories),
        **budget,
        **PAUSED,
    }


def ad_set_body(campaign_id: str, draft: AdSetDraft) -> Body:
    start = draft.start_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000") if draft.start_at else None
    own = draft.daily_budget is not None or draft.bid is not None
    optional = {
        "daily_budget": draft.daily_budget,
        "bid_strategy": (UNCAPPED if draft.bid is None else CAPPED) if own else None,
        "bid_amount": draft.bid,
        "destination_type": draft.destination_type,
        "promoted_object": None if draft.promoted_object is None else dict(draft.promoted_object),
        "start_time": start,
        "dsa_beneficiary": draft.beneficiary,
        "dsa_payor": draft.payor,
    }
    return {
        "name": draft.name,
        "campaign_id": campaign_id,
        "billing_event": draft.billing_event,
        "optimization_goal": draft.optimization_goal,
        "targeting": dict(draft.targeting),
        **_told(optional),
        **PAUSED,
    }


def creative_body(video_id: str, draft: CreativeDraft, thumbnail_url: str) -> Body:
    film = {
        "video_id": video_id,
        "image_url": thumbnail_url,
        "title": draft.title,
        "message": draft.body,
        "link_description": draft.description or None,
        "call_to_action": {"type": draft.cta, "value": {"link": draft.link}},
    }
    story = {
        "page_id": draft.page_id,
        "instagram_user_id": draft.instagram_user_id,
        "video_data": _told(film),
    }
    return {
        "name": draft.name,
        "object_story_spec": _told(story),
        "degrees_of_freedom_spec": {"creative_features_spec": _features(draft.toggles)},
        BESIDE: _enrolled(draft.toggles.get(BESIDE, False)),
        **({"url_tags": url_tags(draft.utm)} if draft.utm else {}),
    }


def ad_body(ad_set_id: str, creative_id: str, name: str) -> Body:
    return {"name": name, "adset_id": ad_set_id, "creative": {"creative_id": creative_id}, **PAUSED}


def url_tags(utm: Mapping[str, str]) -> str:
    """As a query; Meta's placeholders (`{{ad.id}}`) stay as they are."""
    return urlencode(dict(utm), quote_via=quote, safe="{}.")


def _features(toggles: Mapping[str, bool]) -> dict[str, dict[str, str]]:
    """Each known enhancement by name, and those that the draft names beside them."""
    named = {name: allowed for name, allowed in toggles.items() if name != BESIDE}
    wanted = dict.fromkeys(FILM_ENHANCEMENTS, False) | named
    return {name: _enrolled(allowed) for name, allowed in wanted.items()}


def _enrolled(allowed: bool) -> dict[str, str]:
    return {"enroll_status": "OPT_IN" if allowed else "OPT_OUT"}


def _told(values: Mapping[str, Any]) -> Body:
    return {name: value for name, value in values.items() if value is not None}
