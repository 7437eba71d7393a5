"""KIE's HTTP words: /api/v1/jobs, /api/v1/veo, /api/v1/chat/credit, /api/v1/common/download-url."""

from decimal import Decimal
from functools import partial, wraps
from typing import Any

from starlette.routing import Route

from kinoloop.sandbox.forms import Form, check, filled
from kinoloop.sandbox.jobs import Job
from kinoloop.sandbox.kie.codes import coded, fine, refuse
from kinoloop.sandbox.kie.desk import Desk
from kinoloop.sandbox.kie.models import CARDS, VEO_FORM, VEO_SECONDS, VEO_WORK
from kinoloop.sandbox.kie.output import short_link
from kinoloop.sandbox.kie.shapes import record, veo_record
from kinoloop.sandbox.shelving import results
from kinoloop.sandbox.wire import Answer, Call, Handler, route
from kinoloop.sandbox.world import World

CREDIT = 5000
"""Micro-dollars per credit."""
ENDLESS_CREDITS = 100_000
_VEO_QUEUE = 10.0


def routes(world: World) -> list[Route]:
    desk = Desk(world)
    plan = (
        ("POST", "jobs/createTask", _create),
        ("GET", "jobs/recordInfo", _read),
        ("POST", "veo/generate", _generate),
        ("GET", "veo/record-info", _read_veo),
        ("GET", "veo/get-1080p-video", _large),
        ("GET", "chat/credit", _credit),
        ("POST", "common/download-url", _link),
    )
    return [
        *(
            route(method, f"/kie/api/v1/{path}", _guarded(desk, partial(handle, desk)))
            for method, path, handle in plan
        ),
        results(world, "kie"),
    ]


def _guarded(desk: Desk, handler: Handler) -> Handler:
    @wraps(handler)
    def checked(call: Call) -> Answer:
        if call.bearer != desk.world.keys.kie:
            return coded(401)
        desk.world.settle()
        with desk.world.lock:
            return handler(call)

    return checked


def _object(call: Call) -> dict[str, Any]:
    given = call.json()
    if not isinstance(given, dict):
        raise refuse(422, "The body is not a JSON object")
    return given


def _admit(desk: Desk) -> None:
    """Room in the window, and credit left."""
    if not desk.creates.take(desk.world.now()):
        raise refuse(429)
    left = desk.world.ledger.left("kie")
    if left is not None and left <= 0:
        raise refuse(402)


def _checked(form: Form, given: dict[str, Any]) -> dict[str, Any]:
    if problems := check(form, given):
        raise refuse(422, "; ".join(f"{item.field}: {item.told}" for item in problems))
    return filled(form, given)


def _create(desk: Desk, call: Call) -> Answer:
    given = _object(call)
    if unknown := set(given) - {"model", "input", "callBackUrl", "progressCallBackUrl"}:
        raise refuse(422, f"Unknown parameter: {', '.join(sorted(unknown))}")
    card = CARDS.get(str(given.get("model")))
    if card is None:
        raise refuse(
            422, "The model name you specified is not supported. Please verify and use a supported model."
        )
    inputs = given.get("input")
    if not isinstance(inputs, dict):
        raise refuse(422, "input is required")
    whole = _checked(card.form, inputs)
    _admit(desk)
    job = desk.open(
        card.name,
        inputs,
        whole,
        call.base,
        times=(card.queue, card.work),
        quantity=card.quantity(whole),
        kind=card.kind,
        callback_url=given.get("callBackUrl"),
    )
    return fine({"taskId": job.id})


def _generate(desk: Desk, call: Call) -> Answer:
    given = _object(call)
    whole = _checked(VEO_FORM, given)
    if whole.get("generationType", "TEXT_2_VIDEO") != "TEXT_2_VIDEO" and not whole.get("imageUrls"):
        raise refuse(422, "imageUrls is required for this generationType")
    _admit(desk)
    job = desk.open(
        whole["model"],
        given,
        whole,
        call.base,
        times=(_VEO_QUEUE, VEO_WORK[whole["model"]]),
        quantity=Decimal(VEO_SECONDS),
        callback_url=given.get("callBackUrl"),
        veo=True,
    )
    return fine({"taskId": job.id})


def _find(desk: Desk, call: Call, *, veo: bool) -> Job:
    job = desk.shop.jobs.get(call.query.get("taskId", ""))
    if job is None or bool(job.extra["veo"]) != veo:
        raise refuse(422, "recordInfo is null")
    return job


def _read(desk: Desk, call: Call) -> Answer:
    return fine(record(_find(desk, call, veo=False), desk.world.now()))


def _read_veo(desk: Desk, call: Call) -> Answer:
    return fine(veo_record(_find(desk, call, veo=True)))


def _large(desk: Desk, call: Call) -> Answer:
    job = _find(desk, call, veo=True)
    if job.state != "succeeded":
        raise refuse(422, "The task is not complete")
    url = desk.large_film(job)
    if url is None:
        raise refuse(
            400, "1080P is processing. It should be ready in 1-2 minutes. Please check back shortly."
        )
    return fine({"resultUrl": url})


def _credit(desk: Desk, call: Call) -> Answer:
    left = desk.world.ledger.left("kie")
    return fine(ENDLESS_CREDITS if left is None else left // CREDIT)


def _link(desk: Desk, call: Call) -> Answer:
    url = short_link(desk.world, call.base, str(_object(call).get("url")))
    if url is None:
        raise refuse(422, "The url is not one of ours")
    return fine(url)
