"""/__sandbox/hubspot: where webhooks go, what became of them, sending again; and the limits."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.routing import Route

from kinoloop.core.errors import InputError
from kinoloop.sandbox.hubspot.batching import BATCH, Terms
from kinoloop.sandbox.hubspot.desk import Desk
from kinoloop.sandbox.hubspot.limits import CALLS, SEARCHES, Limits
from kinoloop.sandbox.wire import Answer, Call, Refusal, route

M = TypeVar("M", bound=BaseModel)
USUAL = ("contact.creation", "deal.creation", "deal.deletion", "deal.propertyChange:dealstage")
_Share = Annotated[float, Field(ge=0, le=1)]


class _Webhooks(BaseModel):
    """Without a URL nothing is sent any more."""

    model_config = ConfigDict(extra="forbid")
    url: str | None = None
    types: list[str] = list(USUAL)
    concurrency: int = Field(default=10, ge=1, le=10)
    batch: int = Field(default=BATCH, ge=1, le=BATCH)
    duplicates: _Share = Terms.duplicates
    reused_ids: _Share = Terms.reused_ids
    shuffle: bool = True
    gather: float = Field(default=Terms.gather, ge=0, le=600)
    patience: float = Field(default=Terms.patience, gt=0, le=60)


class _Redeliver(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str | None = None


class _Limits(BaseModel):
    model_config = ConfigDict(extra="forbid")
    calls: int = Field(default=CALLS, ge=1)
    searches: int = Field(default=SEARCHES, ge=1)
    daily: int | None = Field(default=None, ge=1)


def routes(desk: Desk) -> list[Route]:
    plan: tuple[tuple[str, str, Callable[[Desk, Call], Answer]], ...] = (
        ("GET", "/webhooks", _webhooks),
        ("POST", "/webhooks", _subscribe),
        ("GET", "/deliveries", _deliveries),
        ("POST", "/redeliver", _redeliver),
        ("POST", "/limits", _limit),
    )
    return [
        route(method, f"/__sandbox/hubspot{path}", partial(handle, desk)) for method, path, handle in plan
    ]


def _read(model: type[M], call: Call) -> M:
    try:
        return model.model_validate_json(call.body or b"{}")
    except ValidationError as error:
        problems = [{"where": list(item["loc"]), "what": item["msg"]} for item in error.errors()]
        raise Refusal(Answer(422, {"problems": problems})) from error


def _webhooks(desk: Desk, call: Call) -> Answer:
    with desk.world.lock:
        terms = desk.sender.terms
        told: dict[str, Any] = {"url": None, "subscriptions": []}
        if terms is not None:
            subscriptions = [
                {"id": each.id, "type": each.type, "kind": each.kind, "property": each.name}
                for each in terms.subscriptions
            ]
            told = {
                **{name: getattr(terms, name) for name in _Webhooks.model_fields if name != "types"},
                "subscriptions": subscriptions,
            }
        return Answer(200, told)


def _subscribe(desk: Desk, call: Call) -> Answer:
    asked = _read(_Webhooks, call)
    if asked.url is None:
        desk.sender.unsubscribe()
        return _webhooks(desk, call)
    terms = asked.model_dump(exclude={"url", "types"})
    try:
        desk.sender.subscribe(asked.url, asked.types, **terms)
    except InputError as error:
        raise Refusal(Answer(422, error.as_dict())) from error
    return _webhooks(desk, call)


def _deliveries(desk: Desk, call: Call) -> Answer:
    """All, or those in the `state` asked for; first what is on its way is waited for."""
    desk.world.settle()
    desk.sender.idle(2.0)
    with desk.world.lock:
        found = [each for each in desk.sender.deliveries if call.query.get("state") in (None, each.state)]
        return Answer(200, {"count": len(found), "deliveries": [each.as_dict() for each in found]})


def _redeliver(desk: Desk, call: Call) -> Answer:
    return Answer(200, {"redelivered": desk.sender.redeliver(_read(_Redeliver, call).id)})


def _limit(desk: Desk, call: Call) -> Answer:
    asked = _read(_Limits, call)
    with desk.world.lock:
        desk.limits = Limits(asked.calls, asked.searches, asked.daily)
    return Answer(200, asked.model_dump())
