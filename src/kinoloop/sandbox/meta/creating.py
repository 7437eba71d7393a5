"""POST to an account's lists: campaigns, ad sets, creatives and ads, checked as the Graph checks them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from kinoloop.sandbox.meta import checks
from kinoloop.sandbox.meta.asking import Ask
from kinoloop.sandbox.meta.desk import Desk
from kinoloop.sandbox.meta.errors import refuse
from kinoloop.sandbox.meta.fields import wanted
from kinoloop.sandbox.meta.nodes import Kind, Node
from kinoloop.sandbox.meta.shown import show
from kinoloop.sandbox.meta.specs import nature, story, toggles
from kinoloop.sandbox.meta.standing import GONE

REVIEW = timedelta(minutes=10)
OBJECTIVES = tuple(
    f"OUTCOME_{word}" for word in ("SALES", "LEADS", "TRAFFIC", "ENGAGEMENT", "AWARENESS", "APP_PROMOTION")
)


def create(desk: Desk, ask: Ask, account: Node, kind: Kind) -> dict[str, Any]:
    """The new object's id, or `success` where it was only to be checked."""
    data = _MAKERS[kind](desk, ask, account)
    if ask.dry:
        return {"success": True}
    node = desk.make(kind, account.id, data)
    if kind == "ad":
        _launch(desk, node)
    if kind in ("campaign", "adset", "ad"):
        desk.sync(account.id)
    return show(desk, node, wanted(ask.text("fields")))


def _campaign(desk: Desk, ask: Ask, account: Node) -> dict[str, Any]:
    _need(ask, "name", "objective", "special_ad_categories")
    objective = str(ask.text("objective"))
    if objective not in OBJECTIVES:
        known = ", ".join(OBJECTIVES)
        raise refuse(
            100, None, f'(#100) Param objective must be one of {{{known}}} - got value "{objective}".'
        )
    data: dict[str, Any] = {
        "name": checks.text(desk, account, ask, "name"),
        "objective": objective,
        "buying_type": ask.text("buying_type") or "AUCTION",
        "special_ad_categories": ask.value("special_ad_categories"),
        "status": _status(desk, ask, account),
    }
    return {**data, **_optional(desk, ask, account, ("daily_budget", "bid_strategy"))}


def _adset(desk: Desk, ask: Ask, account: Node) -> dict[str, Any]:
    _need(ask, "name", "campaign_id", "billing_event", "optimization_goal", "targeting")
    campaign = _own(desk, ask, account, "campaign_id", "campaign")
    shared = "daily_budget" in campaign.data
    if shared and ask.text("daily_budget") is not None:
        raise refuse(100, 1885621, text="The campaign has a budget; its ad sets cannot have their own.")
    if not shared:
        _need(ask, "daily_budget")
    targeting = ask.value("targeting")
    if not isinstance(targeting, dict) or "geo_locations" not in targeting:
        raise refuse(100, 1885364, text="Your audience is missing a location.")
    data: dict[str, Any] = {
        "name": checks.text(desk, account, ask, "name"),
        "campaign_id": campaign.id,
        "billing_event": ask.text("billing_event"),
        "optimization_goal": ask.text("optimization_goal"),
        "targeting": targeting,
        "status": _status(desk, ask, account),
    }
    names = ("daily_budget", "bid_amount", "bid_strategy", "attribution_spec", "promoted_object", "end_time")
    return {**data, **_optional(desk, ask, account, names)}


def _creative(desk: Desk, ask: Ask, account: Node) -> dict[str, Any]:
    spec = ask.value("object_story_spec")
    if not isinstance(spec, dict) or not spec.get("page_id"):
        raise refuse(100, 1443051, text="A creative needs an object_story_spec with a page_id.")
    data: dict[str, Any] = {
        "name": ask.text("name") or "Creative",
        "object_story_spec": spec,
        "degrees_of_freedom_spec": toggles(ask.value("degrees_of_freedom_spec")),
        "url_tags": ask.text("url_tags"),
        "effective_object_story_id": f"{spec['page_id']}_{desk.nodes.number()}",
        "status": "ACTIVE",
    }
    told = story(data)
    if told["object_type"] == "VIDEO":
        _film_fits(desk, account, told)
    return data


def _film_fits(desk: Desk, account: Node, told: dict[str, Any]) -> None:
    film = desk.nodes.find(str(told.get("video_id", "")))
    if film is None or film.kind != "advideo" or film.account_id != account.id:
        raise refuse(100, 1443048, text="The video does not exist in this account.")
    if film.private.get("broken") or desk.now < film.private.get("ready_at", film.created_at):
        raise refuse(100, 1885252, text="The video is not ready for use in an ad.")
    if not told.get("image_url") and not told.get("image_hash"):
        words = "Please specify one of image_hash or image_url in the video_data field of object_story_spec."
        raise refuse(100, 1443226, title="Your ad needs a video thumbnail", text=words)


def _ad(desk: Desk, ask: Ask, account: Node) -> dict[str, Any]:
    _need(ask, "name", "adset_id", "creative")
    adset = _own(desk, ask, account, "adset_id", "adset")
    given = ask.value("creative")
    if isinstance(given, dict) and "object_story_spec" in given:
        inner = Ask("POST", (account.id, "adcreatives"), given, ask.root)
        made = "" if ask.dry else str(create(desk, inner, account, "adcreative")["id"])
    else:
        made = checks.creative(desk, account, ask, "creative")
    data = {
        "name": checks.text(desk, account, ask, "name"),
        "adset_id": adset.id,
        "campaign_id": adset.data["campaign_id"],
        "status": _status(desk, ask, account),
        "creative_id": made,
    }
    return {**data, **_optional(desk, ask, account, ("bid_amount", "tracking_specs"))}


def _launch(desk: Desk, ad: Node) -> None:
    """Into review, and into the market; it runs when both say so."""
    ad.private["review_until"] = desk.now + REVIEW
    adset = desk.nodes.find(str(ad.data["adset_id"]))
    campaign = desk.nodes.find(str(ad.data["campaign_id"]))
    shown = desk.nodes.find(str(ad.data["creative_id"]))
    assert adset is not None and campaign is not None and shown is not None
    purse = campaign if "daily_budget" in campaign.data else adset
    desk.market(ad.account_id).add(ad.id, purse.id, nature(shown.data))
    adset.private["edited_at"] = desk.now
    desk.world.schedule(desk.now + REVIEW, lambda: desk.reviewed(ad.account_id))


def _need(ask: Ask, *names: str) -> None:
    for name in names:
        if ask.params.get(name) in (None, ""):
            raise refuse(100, None, f"(#100) The parameter {name} is required.")


def _status(desk: Desk, ask: Ask, account: Node) -> str:
    return checks.status(desk, account, ask, "status") if ask.text("status") else "ACTIVE"


def _own(desk: Desk, ask: Ask, account: Node, name: str, kind: Kind) -> Node:
    """The parent that was named. Refuses one of another account, or one that is gone."""
    found = desk.nodes.find(str(ask.text(name)))
    if found is None or found.kind != kind or found.account_id != account.id or found.data["status"] in GONE:
        words = f"(#100) Param {name} is not a valid {kind}"
        raise refuse(100, None, words, data={"blame_field_specs": [[name]]})
    return found


def _optional(desk: Desk, ask: Ask, account: Node, names: tuple[str, ...]) -> dict[str, Any]:
    checkers: dict[str, checks.Check] = {
        "daily_budget": checks.budget,
        "bid_amount": checks.amount,
    }
    given = (name for name in names if ask.text(name) is not None)
    return {name: checkers.get(name, checks.anything)(desk, account, ask, name) for name in given}


Maker = Callable[[Desk, Ask, Node], dict[str, Any]]
_MAKERS: dict[Kind, Maker] = {"campaign": _campaign, "adset": _adset, "adcreative": _creative, "ad": _ad}
