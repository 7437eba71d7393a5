"""/__sandbox/meta: read what took effect, and be the platform, a person, or the app's review."""

import copy
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.routing import Route

from kinoloop.sandbox.market.settings import SETTINGS
from kinoloop.sandbox.meta.desk import Desk
from kinoloop.sandbox.meta.limits import TIERS
from kinoloop.sandbox.meta.nodes import Node
from kinoloop.sandbox.meta.plans import AccountPlan, CampaignPlan
from kinoloop.sandbox.meta.writing import apply
from kinoloop.sandbox.wire import Answer, Call, Handler, Refusal, route

M = TypeVar("M", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Drift(_Strict):
    """What the platform does to an ad's creative by itself."""

    ad_id: str
    toggles: dict[str, bool] = {}
    copy_: dict[str, Any] = {}
    model_config = ConfigDict(extra="forbid", alias_generator=lambda name: name.rstrip("_"))


class _Person(_Strict):
    """What a person does in the ads manager."""

    entity_id: str
    field: str
    value: Any


class _Habits(_Strict):
    tier: str | None = None
    short_pages: bool | None = None
    empty_pages: bool | None = None
    revoked: bool | None = None
    most_rows: int | None = None
    mutations: int | None = None


class _Campaign(_Strict):
    name: str = "Campaign"
    sets: int = 1
    ads_per_set: int = 1
    daily_budget: int = 5000
    shared: bool = False


class _Account(_Strict):
    account_id: str
    name: str = "More"
    currency: str = "USD"
    zone: str = "UTC"
    setting: str = "ecom"
    campaigns: list[_Campaign]


def routes(desk: Desk) -> list[Route]:
    plan = (
        ("GET", "changes", _changes),
        ("GET", "truth", _truth),
        ("POST", "drift", _drift),
        ("POST", "person", _person),
        ("POST", "habits", _habits),
        ("POST", "accounts", _accounts),
    )
    return [
        route(method, f"/__sandbox/meta/{path}", _guarded(desk, partial(handle, desk)))
        for method, path, handle in plan
    ]


def _guarded(desk: Desk, handler: Handler) -> Handler:
    def held(call: Call) -> Answer:
        with desk.world.lock:
            desk.begin()
            return handler(call)

    return held


def _read(model: type[M], call: Call) -> M:
    try:
        return model.model_validate_json(call.body or b"{}")
    except ValidationError as error:
        problems = [{"where": list(item["loc"]), "what": item["msg"]} for item in error.errors()]
        raise Refusal(Answer(422, {"problems": problems})) from error


def _wrong(where: str, what: str) -> Refusal:
    return Refusal(Answer(422, {"problems": [{"where": [where], "what": what}]}))


def _node(desk: Desk, id_: str, where: str) -> Node:
    node = desk.nodes.find(id_)
    if node is None:
        raise _wrong(where, f"there is no {id_}")
    return node


def _changes(desk: Desk, call: Call) -> Answer:
    """All effects, in order; `after` is a number, `entity_id` one object."""
    effects = desk.effects.all(after=int(call.query.get("after", "0")), entity_id=call.query.get("entity_id"))
    return Answer(200, {"count": len(effects), "changes": [effect.as_dict() for effect in effects]})


def _truth(desk: Desk, call: Call) -> Answer:
    """What is hidden: how good each ad of an account really is."""
    account = call.query.get("account_id", desk.plans[0].account_id)
    if account not in desk.place.markets():
        raise _wrong("account_id", f"there is no market of {account}")
    market = desk.market(account)
    scale = market.setting.average_budget
    fresh = market.truth.revenue(np.full(market.truth.count, scale), scale) / scale
    spend, worth = market.cohorts.counts("spend").sum(axis=0), market.expected.sum(axis=0)
    told = [
        {
            "ad_id": ad_id,
            "fresh_roas": float(fresh[place]),
            "spend": int(spend[place]),
            "expected": float(worth[place]),
        }
        for place, ad_id in enumerate(market.ad_ids)
    ]
    return Answer(200, {"account_id": account, "now": market.now.isoformat(), "ads": told})


def _drift(desk: Desk, call: Call) -> Answer:
    asked = _read(_Drift, call)
    ad = _node(desk, asked.ad_id, "ad_id")
    creative = _node(desk, str(ad.data.get("creative_id", "")), "ad_id")
    if asked.toggles:
        spec = copy.deepcopy(creative.data["degrees_of_freedom_spec"])
        for name, on in asked.toggles.items():
            spec["creative_features_spec"][name] = {"enroll_status": "OPT_IN" if on else "OPT_OUT"}
        desk.write(creative, "degrees_of_freedom_spec", spec, by="platform")
    if asked.copy_:
        story = copy.deepcopy(creative.data["object_story_spec"])
        kind = "video_data" if "video_data" in story else "link_data"
        story[kind] = {**story[kind], **asked.copy_}
        desk.write(creative, "object_story_spec", story, by="platform")
    return Answer(200, {"creative_id": creative.id})


def _person(desk: Desk, call: Call) -> Answer:
    asked = _read(_Person, call)
    node = _node(desk, asked.entity_id, "entity_id")
    apply(desk, node, {asked.field: asked.value}, by="person")
    return Answer(200, {"entity_id": node.id, asked.field: asked.value})


def _habits(desk: Desk, call: Call) -> Answer:
    given = _read(_Habits, call).model_dump(exclude_none=True)
    if given.get("tier", "full") not in TIERS:
        raise _wrong("tier", f"one of {', '.join(TIERS)}")
    desk.habits = replace(desk.habits, **given)
    return Answer(200, vars(desk.habits))


def _accounts(desk: Desk, call: Call) -> Answer:
    """One more account, with fourteen days of history."""
    asked = _read(_Account, call)
    if asked.setting not in SETTINGS:
        raise _wrong("setting", f"one of {', '.join(SETTINGS)}")
    if desk.nodes.find(asked.account_id) is not None or not asked.account_id.startswith("act_"):
        raise _wrong("account_id", "act_ and a number that is not taken")
    campaigns = tuple(CampaignPlan(**wish.model_dump()) for wish in asked.campaigns)
    setting = SETTINGS[asked.setting]
    desk.open(AccountPlan(asked.account_id, asked.name, asked.currency, asked.zone, setting, campaigns))
    return Answer(200, {"account_id": asked.account_id})
