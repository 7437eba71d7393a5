"""/__sandbox: set faults and scripts, read journal and invoice, move the clock, send webhooks again."""

from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.routing import Route

from kinoloop.core.errors import InputError
from kinoloop.sandbox.faults import Fault
from kinoloop.sandbox.scenarios import SCENARIOS
from kinoloop.sandbox.scripts import Script
from kinoloop.sandbox.wire import Answer, Call, Refusal, route
from kinoloop.sandbox.world import World

LONGEST_SKIP = 366 * 86_400
M = TypeVar("M", bound=BaseModel)


class _Faults(BaseModel):
    model_config = ConfigDict(extra="forbid")
    scenario: str | None = None
    faults: list[Fault] = []
    add: bool = False


class _Advance(BaseModel):
    model_config = ConfigDict(extra="forbid")
    seconds: float


class _Redeliver(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str | None = None
    job: str | None = None


class _Scripts(BaseModel):
    model_config = ConfigDict(extra="forbid")
    scripts: list[Script]


def routes(world: World) -> list[Route]:
    plan = (
        ("GET", "", _about),
        ("GET", "/faults", _faults),
        ("POST", "/faults", _set_faults),
        ("GET", "/requests", _requests),
        ("POST", "/clock/advance", _advance),
        ("GET", "/invoice", _invoice),
        ("GET", "/webhooks", _webhooks),
        ("POST", "/webhooks/redeliver", _redeliver),
        ("POST", "/script", _script),
        ("POST", "/reset", _reset),
    )
    return [route(method, f"/__sandbox{path}", partial(handle, world)) for method, path, handle in plan]


def _read(model: type[M], call: Call) -> M:
    try:
        return model.model_validate_json(call.body or b"{}")
    except ValidationError as error:
        problems = [{"where": list(item["loc"]), "what": item["msg"]} for item in error.errors()]
        raise Refusal(Answer(422, {"problems": problems})) from error


def _about(world: World, call: Call) -> Answer:
    return Answer(
        200,
        {
            "now": world.now().isoformat(),
            "speed": world.speed,
            "seed": world.seed,
            "scenarios": list(SCENARIOS),
            "requests": len(world.journal.entries()),
        },
    )


def _faults(world: World, call: Call) -> Answer:
    return Answer(200, {"faults": [fault.model_dump(exclude_defaults=True) for fault in world.faults.all()]})


def _set_faults(world: World, call: Call) -> Answer:
    asked = _read(_Faults, call)
    with world.lock:
        try:
            if asked.scenario is not None:
                world.play(asked.scenario)
        except InputError as error:
            raise Refusal(Answer(422, error.as_dict())) from error
        if asked.scenario is None and not asked.add:
            world.faults.set([])
        world.faults.add(asked.faults)
    return _faults(world, call)


def _requests(world: World, call: Call) -> Answer:
    query = call.query
    with world.lock:
        entries = world.journal.entries(
            vendor=query.get("vendor"),
            method=query.get("method"),
            path=query.get("path"),
            after=int(query.get("after", "0")),
        )
        told: list[dict[str, Any]] = [entry.as_dict() for entry in entries]
    return Answer(200, {"count": len(told), "requests": told})


def _advance(world: World, call: Call) -> Answer:
    seconds = _read(_Advance, call).seconds
    if not 0 <= seconds <= LONGEST_SKIP:
        raise Refusal(Answer(422, {"problems": [{"where": ["seconds"], "what": "0 to a year"}]}))
    return Answer(200, {"now": world.advance(seconds).isoformat()})


def _invoice(world: World, call: Call) -> Answer:
    world.settle()
    with world.lock:
        return Answer(200, world.ledger.invoice())


def _webhooks(world: World, call: Call) -> Answer:
    world.settle()
    world.post.idle(2.0)
    return Answer(200, {"deliveries": [delivery.as_dict() for delivery in world.post.deliveries]})


def _redeliver(world: World, call: Call) -> Answer:
    asked = _read(_Redeliver, call)
    chosen = [
        delivery
        for delivery in world.post.deliveries
        if asked.id in (None, delivery.id) and asked.job in (None, delivery.group)
    ]
    for delivery in chosen:
        world.post.again(delivery)
    return Answer(200, {"redelivered": [delivery.id for delivery in chosen]})


def _script(world: World, call: Call) -> Answer:
    with world.lock:
        world.scripts.extend(_read(_Scripts, call).scripts)
        return Answer(200, {"waiting": len(world.scripts)})


def _reset(world: World, call: Call) -> Answer:
    world.reset()
    return Answer(200, {"now": world.now().isoformat()})
