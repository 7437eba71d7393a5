"""What the platform shows of a new ad against its draft, field by field. Pure.

Campaigns and ad sets that were there before are not compared: changes may have moved them since.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from kinoloop.delivery.accounts.records import AdEntity, LiveTree
from kinoloop.delivery.drift.records import AdContent, Difference
from kinoloop.delivery.drift.rules import differences
from kinoloop.delivery.publishing.records import AdDraft

OFF = "PAUSED"


@dataclass(frozen=True)
class Made:
    """The ids of one published ad, and whether its campaign and ad set were made for it."""

    campaign_id: str
    ad_set_id: str
    creative_id: str
    ad_id: str
    video_id: str
    own_campaign: bool
    own_ad_set: bool


def content_differences(draft: AdDraft, made: Made, served: AdContent) -> tuple[Difference, ...]:
    """Here a film that the platform does not tell counts: nobody could say that it is the right one."""
    wanted = expected(draft, made, served)
    unseen = () if served.media_hash else (Difference("media_hash", wanted.media_hash, None),)
    return (*differences(wanted, served), *unseen)


def expected(draft: AdDraft, made: Made, served: AdContent) -> AdContent:
    """What the ad must show. Tags of the link mean the same in whichever order and writing they come."""
    words = draft.creative
    copy = {"title": words.title, "body": words.body, "link": words.link, "cta": words.cta}
    if words.description:
        copy["description"] = words.description
    if words.utm:
        tags = served.copy.get("url_tags", "")
        same = sorted(parse_qsl(tags, keep_blank_values=True)) == sorted(words.utm.items())
        copy["url_tags"] = tags if same else "&".join(f"{name}={value}" for name, value in words.utm.items())
    return AdContent(made.creative_id, f"video:{made.video_id}", copy, dict(words.toggles))


def tree_differences(draft: AdDraft, made: Made, live: LiveTree) -> tuple[Difference, ...]:
    """The ad is off and in its place; what was made for it has the draft's money and is off too."""
    ad_set, campaign = (*live.parents, None, None)[:2]
    return (
        *_differ("ad", live.entity, {"entity_id": made.ad_id, "name": draft.name, "status": OFF}),
        *_differ("ad_set", ad_set, _ad_set(draft, made)),
        *_differ("campaign", campaign, _campaign(draft, made)),
        *(_targeting(draft, ad_set) if made.own_ad_set and ad_set is not None else ()),
    )


def _ad_set(draft: AdDraft, made: Made) -> dict[str, Any]:
    own = {"name": draft.ad_set.name, "daily_budget": draft.ad_set.daily_budget, "bid": draft.ad_set.bid}
    return {"entity_id": made.ad_set_id} | (own | {"status": OFF} if made.own_ad_set else {})


def _campaign(draft: AdDraft, made: Made) -> dict[str, Any]:
    own = {"name": draft.campaign.name, "daily_budget": draft.campaign.daily_budget, "status": OFF}
    return {"entity_id": made.campaign_id} | (own if made.own_campaign else {})


def _differ(what: str, seen: AdEntity | None, wanted: Mapping[str, Any]) -> Iterator[Difference]:
    for name, value in wanted.items():
        shown = None if seen is None else getattr(seen, name)
        if shown != value:
            yield Difference(f"{what}.{name}", value, shown)


def _targeting(draft: AdDraft, ad_set: AdEntity) -> Iterator[Difference]:
    """Where the platform tells it. It adds words of its own; those that were asked for must be there."""
    told = ad_set.raw.get("targeting")
    if isinstance(told, Mapping):
        for name, value in draft.ad_set.targeting.items():
            if not _within(value, told.get(name)):
                yield Difference(f"ad_set.targeting.{name}", value, told.get(name))


def _within(wanted: Any, told: Any) -> bool:
    if isinstance(wanted, Mapping) and isinstance(told, Mapping):
        return all(_within(value, told.get(name)) for name, value in wanted.items())
    return bool(wanted == told)
