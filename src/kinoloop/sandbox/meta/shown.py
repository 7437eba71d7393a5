"""Objects as the Graph shows them: the id, and only the fields that were asked for."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from kinoloop.sandbox.meta.desk import Desk
from kinoloop.sandbox.meta.errors import refuse
from kinoloop.sandbox.meta.fields import Wanted
from kinoloop.sandbox.meta.founding import graph_time
from kinoloop.sandbox.meta.nodes import EDGES, Kind, Node
from kinoloop.sandbox.meta.specs import story
from kinoloop.sandbox.meta.standing import GONE, effective, learning

Reader = Callable[[Desk, Node], Any]
_BOTH = (
    "name status bid_strategy special_ad_categories spend_cap start_time end_time stop_time lifetime_budget "
    "pacing_type promoted_object adlabels issues_info recommendations budget_remaining source_campaign_id "
)
_ACCOUNT = (
    "name currency timezone_name account_status min_daily_budget spend_cap balance business_name "
    "disable_reason owner funding_source end_advertiser age capabilities"
)
_ADSET = (
    "campaign_id billing_event optimization_goal targeting bid_amount attribution_spec destination_type "
    "source_adset_id bid_constraints is_dynamic_creative daily_min_spend_target daily_spend_cap dsa_payor "
    "dsa_beneficiary"
)
_AD = (
    "name status adset_id campaign_id bid_amount tracking_specs conversion_specs adlabels issues_info "
    "recommendations source_ad_id conversion_domain preview_shareable_link ad_review_feedback"
)
_CREATIVE = (
    "name status object_story_spec degrees_of_freedom_spec url_tags asset_feed_spec adlabels "
    "effective_object_story_id instagram_user_id object_story_id contextual_multi_ads"
)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


STORED: dict[Kind, frozenset[str]] = {
    "account": _names(_ACCOUNT),
    "campaign": _names(_BOTH + "objective buying_type is_adset_budget_sharing_enabled"),
    "adset": _names(_BOTH + _ADSET),
    "ad": _names(_AD),
    "adcreative": _names(_CREATIVE),
    "advideo": _names("title description length source"),
}
_TIMES = ("created_time", "updated_time")


def show(desk: Desk, node: Node, fields: Sequence[Wanted]) -> dict[str, Any]:
    """The id and the fields asked for; those without a value are left out. Refuses unknown fields."""
    told: dict[str, Any] = {"id": node.id}
    for field in fields:
        value = _inner(desk, node, field)
        if value is None:
            value = _value(desk, node, field.name)
        if value is not None:
            told[field.name] = value
    return told


def known(kind: Kind, name: str) -> bool:
    return name == "id" or name in STORED[kind] or name in READERS[kind] or name in _TIMES


def _value(desk: Desk, node: Node, name: str) -> Any:
    if name == "id":
        return node.id
    if not known(node.kind, name):
        words = f"(#100) Tried accessing nonexisting field ({name}) on node type ({_TITLES[node.kind]})"
        raise refuse(100, None, words)
    if name in _TIMES:
        return _time(desk, node, node.created_at if name == "created_time" else node.updated_at)
    reader = READERS[node.kind].get(name)
    return reader(desk, node) if reader else node.data.get(name)


def _inner(desk: Desk, node: Node, field: Wanted) -> Any:
    """An object or a list of objects inside this one."""
    link = _LINKS.get((node.kind, field.name))
    if link is not None:
        inner = desk.nodes.find(str(node.data.get(link, "")))
        return show(desk, inner, field.inside) if inner else None
    if field.name in EDGES and node.kind in ("account", "campaign", "adset", "ad"):
        rows = [
            child
            for child in desk.nodes.under(node, EDGES[field.name])
            if child.data.get("status") not in GONE
        ]
        return {"data": [show(desk, child, field.inside) for child in rows[: field.limit or 25]]}
    return None


def _time(desk: Desk, node: Node, at: datetime) -> str:
    return graph_time(at.astimezone(desk.zone(node.account_id)))


def _money(name: str) -> Reader:
    return lambda desk, node: str(node.data[name]) if name in node.data else None


def _told(name: str) -> Reader:
    return lambda desk, node: story(node.data).get(name)


def _configured(desk: Desk, node: Node) -> Any:
    return node.data.get("status")


def _effective(desk: Desk, node: Node) -> str:
    return effective(desk.nodes, node, desk.now)


def _number(desk: Desk, node: Node) -> str:
    return node.account_id.removeprefix("act_")


def _learning(desk: Desk, node: Node) -> dict[str, Any]:
    return learning(desk.nodes, desk.market(node.account_id), node)


def _spent(desk: Desk, node: Node) -> str:
    return str(int(desk.market(node.account_id).cohorts.counts("spend").sum()))


def _hours(desk: Desk, node: Node) -> float:
    offset = desk.now.astimezone(desk.zone(node.id)).utcoffset()
    return offset.total_seconds() / 3600 if offset else 0.0


def _thumbnail(desk: Desk, node: Node) -> Any:
    return story(node.data).get("image_url")


def _ready(desk: Desk, node: Node) -> dict[str, Any]:
    until = node.private.get("ready_at", node.created_at)
    if node.private.get("broken"):
        return {"video_status": "error"}
    if desk.now < until:
        return {"video_status": "processing", "processing_progress": 50}
    return {"video_status": "ready"}


_STANDING: dict[str, Reader] = {
    "account_id": _number,
    "configured_status": _configured,
    "effective_status": _effective,
    "daily_budget": _money("daily_budget"),
}
_STORY = _names("title body video_id image_hash image_url link_url call_to_action_type object_type")
READERS: dict[Kind, dict[str, Reader]] = {
    "account": {"account_id": _number, "amount_spent": _spent, "timezone_offset_hours_utc": _hours},
    "campaign": _STANDING,
    "adset": {**_STANDING, "learning_stage_info": _learning},
    "ad": {name: read for name, read in _STANDING.items() if name != "daily_budget"},
    "adcreative": {
        "account_id": _number,
        "thumbnail_url": _thumbnail,
        **{name: _told(name) for name in _STORY},
    },
    "advideo": {"status": _ready, "picture": lambda desk, node: f"https://scontent.example/{node.id}.jpg"},
}
_LINKS = {
    ("ad", "creative"): "creative_id",
    ("ad", "adset"): "adset_id",
    ("ad", "campaign"): "campaign_id",
    ("adset", "campaign"): "campaign_id",
}
_TITLES: dict[Kind, str] = {
    "account": "AdAccount",
    "campaign": "Campaign",
    "adset": "AdSet",
    "ad": "Ad",
    "adcreative": "AdCreative",
    "advideo": "Video",
}
